// The simulated disk and the engine on it: deterministic, no I/O, with a disk's misdeeds to order. What a fault may do here is
// the most that the port allows a real disk to do, so that what survives this survives SQLite and PostgreSQL too.
import type { Bytes } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import { type Change, type CommitFailure, type Engine, type LinkHead, inboxMemory, noHead } from "./engine.ts";
import type { Origin, Store, StoredDoc, StoredEnvelope, StoredEvent } from "./port.ts";
import { storeOver } from "./writer.ts";

/**
 * What the disk does with one commit (a group of transactions that were waiting together):
 * - `keep`: makes it durable, as it should;
 * - `full`: refuses it, nothing is written, the store goes on;
 * - `lose`: the machine dies before anything is written;
 * - `tear`: the machine dies half-way: the first half of the group's transactions, rounded down, is there, none in part;
 * - `mute`: the machine dies after all is written, before anybody is told;
 * - `lie`: the disk says it is durable, but a later `crash` forgets it and everything after it.
 */
export type CommitFault = "keep" | "full" | "lose" | "tear" | "mute" | "lie";

type Contents = {
  origin: Origin;
  readonly events: StoredEvent[];
  readonly links: Map<IdText, LinkHead>;
  readonly outbox: Map<IdText, StoredEnvelope[]>;
  readonly docs: Map<string, Map<string, Bytes>>;
};

const empty = (): Contents => ({
  origin: "original",
  events: [],
  links: new Map(),
  outbox: new Map(),
  docs: new Map(),
});

const copyOf = (contents: Contents): Contents => ({
  origin: contents.origin,
  events: [...contents.events],
  links: new Map(contents.links),
  outbox: new Map([...contents.outbox].map(([link, list]) => [link, [...list]])),
  docs: new Map([...contents.docs].map(([kind, docs]) => [kind, new Map(docs)])),
});

function applyChange(to: Contents, change: Change): void {
  switch (change.type) {
    case "event":
      to.events.push({ index: change.index, kind: change.kind, bytes: change.bytes });
      return;
    case "took": {
      const head = to.links.get(change.link) ?? noHead;
      const kept = head.recent.slice(-(inboxMemory - 1));
      const recent = [...kept, { sequence: change.sequence, envelope: change.envelope }];
      to.links.set(change.link, { ...head, taken: change.sequence, recent });
      return;
    }
    case "sent": {
      to.links.set(change.link, { ...(to.links.get(change.link) ?? noHead), sent: change.sequence });
      const list = to.outbox.get(change.link) ?? [];
      to.outbox.set(change.link, list);
      list.push({ sequence: change.sequence, bytes: change.bytes });
      return;
    }
    case "acknowledged": {
      to.links.set(change.link, { ...(to.links.get(change.link) ?? noHead), acknowledged: change.upTo });
      const left = (to.outbox.get(change.link) ?? []).filter((envelope) => envelope.sequence > change.upTo);
      to.outbox.set(change.link, left);
      return;
    }
    case "put": {
      const docs = to.docs.get(change.kind) ?? new Map<string, Bytes>();
      to.docs.set(change.kind, docs.set(change.key, change.bytes));
      return;
    }
    case "removed":
      to.docs.get(change.kind)?.delete(change.key);
      return;
    case "forgot":
      to.links.delete(change.link);
      to.outbox.delete(change.link);
      return;
    case "renewed":
      to.origin = "original";
      return;
    default:
      change satisfies never;
  }
}

/** What outlives the process: one disk is opened by one store at a time, again after `crash`. */
export type MemoryDisk = {
  /** What the next commits do, asked once for each; `keep` where it is not set. */
  fault: (() => CommitFault) | null;
  /** How long each commit takes, as a promise that a simulated clock resolves; at once where it is not set. */
  delay: (() => Promise<void>) | null;
  /** The machine dies: every open store on this disk fails, and lies come to light. */
  readonly crash: () => void;
  /** A disk that holds what this one holds durably, marked as restored: what a backup gives back. */
  readonly restoredCopy: () => MemoryDisk;
  /** How often each fault was done, for the simulator's report. */
  readonly done: Readonly<Record<CommitFault, number>>;
};

type Inside = { contents: Contents; honest: Contents | null; life: number; readonly done: Record<CommitFault, number> };

const insides = new WeakMap<MemoryDisk, Inside>();

function diskOver(contents: Contents): MemoryDisk {
  const inside: Inside = {
    contents,
    honest: null,
    life: 0,
    done: { keep: 0, full: 0, lose: 0, tear: 0, mute: 0, lie: 0 },
  };
  const disk: MemoryDisk = {
    fault: null,
    delay: null,
    crash: () => {
      inside.life++;
      inside.contents = inside.honest ?? inside.contents;
      inside.honest = null;
    },
    restoredCopy: () => diskOver({ ...copyOf(inside.honest ?? inside.contents), origin: "restored" }),
    done: inside.done,
  };
  insides.set(disk, inside);
  return disk;
}

export const memoryDisk = (): MemoryDisk => diskOver(empty());

/** Does to one group of transactions what the fault says. */
function commitTo(
  disk: MemoryDisk,
  inside: Inside,
  group: readonly (readonly Change[])[],
): Result<void, CommitFailure> {
  const fault = disk.fault?.() ?? "keep";
  inside.done[fault]++;
  if (fault === "full") return fail({ written: "nothing", error: problem("STORE_FULL", "simulated") });
  if (fault === "lie") inside.honest ??= copyOf(inside.contents);
  const count = fault === "lose" ? 0 : fault === "tear" ? Math.floor(group.length / 2) : group.length;
  for (const changes of group.slice(0, count)) for (const change of changes) applyChange(inside.contents, change);
  if (fault === "keep" || fault === "lie") return ok(undefined);
  disk.crash();
  return fail({ written: "unknown", error: problem("STORE_FAILED", `simulated: ${fault}`) });
}

function engineOn(disk: MemoryDisk, inside: Inside): Engine {
  const life = inside.life;
  const alive = <T>(read: (contents: Contents) => T): Promise<Result<T, ParleyError>> =>
    Promise.resolve(
      life === inside.life ? ok(read(inside.contents)) : fail(problem("STORE_FAILED", "the machine has died")),
    );
  const { origin, events, links } = inside.contents;
  return {
    heads: { origin, nextIndex: events.length, links: new Map(links) },
    commit: async (group) => {
      if (disk.delay !== null) await disk.delay();
      if (life === inside.life) return commitTo(disk, inside, group);
      return fail({ written: "unknown", error: problem("STORE_FAILED", "the machine has died") });
    },
    events: (from, limit) => alive((contents) => contents.events.slice(from, from + limit)),
    outbox: (link, from, limit) =>
      alive((contents) =>
        (contents.outbox.get(link) ?? []).filter((envelope) => envelope.sequence >= from).slice(0, limit),
      ),
    doc: (kind, key) => alive((contents) => contents.docs.get(kind)?.get(key) ?? null),
    docs: (kind) =>
      alive((contents): readonly StoredDoc[] =>
        [...(contents.docs.get(kind) ?? new Map<string, Bytes>())]
          .map(([key, bytes]) => ({ key, bytes }))
          .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)),
      ),
    backup: () => Promise.resolve(fail(problem("BACKUP_UNREADABLE", "a simulated disk is copied by restoredCopy"))),
    close: () => Promise.resolve(),
  };
}

/** Opens the disk as a station would after a start. Never fails: what the disk lost is simply not there. */
export function openMemory(disk: MemoryDisk): Store {
  const inside = insides.get(disk);
  if (inside === undefined) throw new Error("not a disk made by memoryDisk");
  return storeOver(engineOn(disk, inside));
}
