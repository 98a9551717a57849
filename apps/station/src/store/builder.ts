// Runs one transaction's work against the heads as they will be once everything before it is durable, and collects its changes.
// Nothing here touches a disk: a throw in the work leaves no trace.
import type { Bytes } from "@parley/base/bytes";
import { type IdText, idText } from "@parley/protocol/ids";
import { maxDocBytes, maxEnvelopeBytes, maxEventBytes } from "@parley/protocol/limits";
import { type Change, type Heads, type LinkHead, inboxMemory, noHead } from "./engine.ts";
import type { Origin, Taken, Transaction } from "./port.ts";

/** What a transaction did, and the heads after it; `links` holds only those it moved, null for a forgotten one. */
export type Built<T> = {
  readonly value: T;
  readonly changes: readonly Change[];
  readonly nextIndex: number;
  readonly origin: Origin;
  readonly links: ReadonlyMap<IdText, LinkHead | null>;
};

/** A copy within its bound: the caller may wipe or reuse its own bytes as soon as the work has returned. */
function kept(what: string, bytes: Bytes, max: number): Bytes {
  if (bytes.length > max) throw new RangeError(`${what} of ${bytes.length} bytes, at most ${max}`);
  return bytes.slice();
}

function refuseName(name: string): string {
  if (name.length === 0 || name.length > 200 || name.includes("\0"))
    throw new RangeError("a name of 1 to 200 characters");
  return name;
}

function decideTaken(head: LinkHead, sequence: number, envelope: IdText): Taken {
  if (sequence > head.taken + 1) return "ahead";
  const same = head.recent.find((r) => r.sequence === sequence);
  if (same !== undefined) return same.envelope === envelope ? "repeat" : "reused";
  if (sequence <= head.taken) return "repeat";
  return "fresh";
}

export function build<T>(heads: Heads, work: (tx: Transaction) => T): Built<T> {
  const changes: Change[] = [];
  const links = new Map<IdText, LinkHead | null>();
  let { nextIndex, origin } = heads;
  let open = true;

  const note = (change: Change): void => {
    if (!open) throw new Error("a transaction was used after its work had returned");
    changes.push(change);
  };
  const headOf = (link: IdText): LinkHead => {
    const moved = links.get(link);
    return (moved === undefined ? heads.links.get(link) : moved) ?? noHead;
  };

  const tx: Transaction = {
    append: (kind, event) => {
      const index = nextIndex;
      const bytes = kept("an event", typeof event === "function" ? event(index) : event, maxEventBytes);
      if (nextIndex !== index) throw new Error("an event was appended while another was being made");
      note({ type: "event", index, kind: refuseName(kind), bytes });
      nextIndex = index + 1;
      return index;
    },
    take: (linkId, sequence, envelopeId) => {
      if (!Number.isSafeInteger(sequence) || sequence < 1) throw new RangeError(`${sequence} is not a sequence`);
      const link = idText(linkId);
      const envelope = idText(envelopeId);
      const head = headOf(link);
      const taken = decideTaken(head, sequence, envelope);
      if (taken !== "fresh") return taken;
      note({ type: "took", link, sequence, envelope });
      const recent = [...head.recent.slice(-(inboxMemory - 1)), { sequence, envelope }];
      links.set(link, { ...head, taken: sequence, recent });
      return head.recent.some((r) => r.envelope === envelope) ? "repeat" : "fresh";
    },
    send: (linkId, envelope) => {
      const link = idText(linkId);
      const sequence = headOf(link).sent + 1;
      const bytes = typeof envelope === "function" ? envelope(sequence) : envelope;
      if (headOf(link).sent + 1 !== sequence) throw new Error("an envelope was sent while another was being made");
      note({ type: "sent", link, sequence, bytes: kept("an envelope", bytes, maxEnvelopeBytes) });
      links.set(link, { ...headOf(link), sent: sequence });
      return sequence;
    },
    acknowledge: (linkId, upTo) => {
      const link = idText(linkId);
      const head = headOf(link);
      if (!Number.isSafeInteger(upTo) || upTo > head.sent)
        throw new RangeError(`${upTo} acknowledged of ${head.sent} sent`);
      if (upTo <= head.acknowledged) return;
      note({ type: "acknowledged", link, upTo });
      links.set(link, { ...head, acknowledged: upTo });
    },
    put: (kind, key, bytes) =>
      note({
        type: "put",
        kind: refuseName(kind),
        key: refuseName(key),
        bytes: kept("a document", bytes, maxDocBytes),
      }),
    remove: (kind, key) => note({ type: "removed", kind: refuseName(kind), key: refuseName(key) }),
    forget: (linkId) => {
      const link = idText(linkId);
      note({ type: "forgot", link });
      links.set(link, null);
    },
    renewed: () => {
      note({ type: "renewed" });
      origin = "original";
    },
  };

  const value = work(tx);
  open = false;
  return { value, changes, nextIndex, origin, links };
}
