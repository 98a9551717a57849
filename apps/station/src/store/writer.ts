// The one writer over an engine: gives each transaction its numbers the moment it is called, lets those that wait together
// share one commit (and so one fsync), and keeps apart what is assigned from what is durable. Carries [ST1]-[ST5].
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import { type Built, build } from "./builder.ts";
import { type CommitFailure, type Engine, type LinkHead, noHead } from "./engine.ts";
import type { Origin, Store } from "./port.ts";

/** The most that one commit carries, so that its duration and memory stay small: chosen. */
const maxGroup = 512;
const maxGroupBytes = 4 * 1024 * 1024;

type State =
  { readonly at: "open" } | { readonly at: "failed"; readonly error: ParleyError } | { readonly at: "closed" };

type Waiting = {
  readonly built: Built<unknown>;
  readonly bytes: number;
  readonly settle: (outcome: Result<void, ParleyError>) => void;
};

type Moving = { nextIndex: number; origin: Origin; readonly links: Map<IdText, LinkHead> };

function move(heads: Moving, built: Built<unknown>): void {
  heads.nextIndex = built.nextIndex;
  heads.origin = built.origin;
  for (const [link, head] of built.links) {
    if (head === null) heads.links.delete(link);
    else heads.links.set(link, head);
  }
}

const sizeOf = (built: Built<unknown>): number =>
  built.changes.reduce((sum, change) => sum + ("bytes" in change ? change.bytes.length : 0), 0);

/** The storage port over `engine`, which from now on belongs to it alone. */
export function storeOver(engine: Engine): Store {
  const { nextIndex, origin, links } = engine.heads;
  const durable: Moving = { nextIndex, origin, links: new Map(links) };
  let assigned: Moving = { nextIndex, origin, links: new Map(links) };
  let state: State = { at: "open" };
  let queue: Waiting[] = [];
  let draining: Promise<void> | null = null;
  let full = false;

  const refusal = (): ParleyError | null => {
    switch (state.at) {
      case "open":
        return null;
      case "failed":
        return state.error;
      case "closed":
        return problem("STORE_CLOSED");
      default:
        return state satisfies never;
    }
  };

  function takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of queue) {
      bytes += waiting.bytes;
      if (count === maxGroup || (count > 0 && bytes > maxGroupBytes)) break;
      count++;
    }
    const group = queue.slice(0, count);
    queue = queue.slice(count);
    return group;
  }

  function giveUp(group: readonly Waiting[], failure: CommitFailure): void {
    full = failure.error.code === "STORE_FULL";
    if (failure.written === "unknown") state = { at: "failed", error: failure.error };
    const all = [...group, ...queue];
    queue = [];
    assigned = { nextIndex: durable.nextIndex, origin: durable.origin, links: new Map(durable.links) };
    for (const waiting of all) waiting.settle(fail(failure.error));
  }

  async function drain(): Promise<void> {
    await Promise.resolve();
    while (queue.length > 0) {
      const group = takeGroup();
      // What only looked has nothing to make durable: it waits for those before it, and the disk is left alone.
      const changes = group.map(({ built }) => built.changes).filter(({ length }) => length > 0);
      if (changes.length > 0) {
        const outcome = await engine.commit(changes);
        if (!outcome.ok) {
          giveUp(group, outcome.error);
          continue;
        }
        full = false;
      }
      for (const waiting of group) move(durable, waiting.built);
      for (const waiting of group) waiting.settle(ok(undefined));
    }
    draining = null;
  }

  const transaction: Store["transaction"] = async (work) => {
    const refused = refusal();
    if (refused !== null) return fail(refused);
    const built = build(assigned, work);
    move(assigned, built);
    const outcome = await new Promise<Result<void, ParleyError>>((settle) => {
      queue.push({ built, bytes: sizeOf(built), settle });
      draining ??= drain();
    });
    return outcome.ok ? ok(built.value) : outcome;
  };

  /** A read, unless the store is closed; one that has failed may still be read. */
  const reading = async <T>(read: () => Promise<Result<T, ParleyError>>): Promise<Result<T, ParleyError>> =>
    state.at === "closed" ? fail(problem("STORE_CLOSED")) : read();

  return {
    origin: () => durable.origin,
    nextIndex: () => durable.nextIndex,
    position: (link) => {
      const { sent, acknowledged, taken } = durable.links.get(idText(link)) ?? noHead;
      return { sent, acknowledged, taken };
    },
    isFull: () => full,
    transaction,
    acknowledge: (link, upTo) => transaction((tx) => tx.acknowledge(link, upTo)),
    events: (from, limit) => reading(() => engine.events(from, limit)),
    outbox: (link, from, limit) => reading(() => engine.outbox(idText(link), from, limit)),
    doc: (kind, key) => reading(() => engine.doc(kind, key)),
    docs: (kind) => reading(() => engine.docs(kind)),
    backup: (path) => reading(() => engine.backup(path)),
    close: async () => {
      if (state.at === "closed") return;
      state = { at: "closed" };
      await draining;
      await engine.close();
    },
  };
}
