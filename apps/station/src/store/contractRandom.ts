// The part of the storage contract that nobody thought of by hand: random transactions, several at once, done by an engine and by
// the simulated disk, must answer the same and leave the same, also after a restart.
import { certain } from "@parley/base/result";
import fc from "fast-check";
import { expect } from "vitest";
import { memoryDisk, openMemory } from "./memory.ts";
import type { Store, Transaction } from "./port.ts";
import { envelopeOf, linkOf } from "./testing/ids.ts";

type Op = (tx: Transaction, store: Store) => unknown;

const link = fc.integer({ min: 1, max: 3 }).map(linkOf);
const small = fc.uint8Array({ maxLength: 12 }).map((bytes) => new Uint8Array(bytes));
const name = fc.constantFrom("a", "b", "é", "\u{1f511}", "x y");

const op: fc.Arbitrary<Op> = fc.oneof(
  fc.tuple(name, small).map(
    ([kind, bytes]): Op =>
      (tx) =>
        tx.append(kind, bytes),
  ),
  fc.tuple(link, small).map(
    ([to, bytes]): Op =>
      (tx) =>
        tx.send(to, (sequence) => Uint8Array.of(sequence, ...bytes)),
  ),
  fc.tuple(link, fc.integer({ min: -2, max: 2 }), fc.nat(9)).map(
    ([from, ahead, id]): Op =>
      (tx, store) =>
        tx.take(from, Math.max(1, store.position(from).taken + ahead), envelopeOf(id)),
  ),
  fc.tuple(link, fc.nat(2)).map(([to, less]): Op => (tx, store) => {
    // What is durable is surely sent, unless this very group forgets the link; then there is nothing to acknowledge.
    const { sent } = store.position(to);
    try {
      tx.acknowledge(to, Math.max(0, sent - less));
    } catch (error) {
      if (error instanceof RangeError) return "forgotten";
      throw error;
    }
    return sent;
  }),
  fc.tuple(name, name, small).map(
    ([kind, key, bytes]): Op =>
      (tx) =>
        tx.put(kind, key, bytes),
  ),
  fc.tuple(name, name).map(
    ([kind, key]): Op =>
      (tx) =>
        tx.remove(kind, key),
  ),
  {
    arbitrary: link.map(
      (over): Op =>
        (tx) =>
          tx.forget(over),
    ),
    weight: 1,
  },
);

/** Groups of transactions that are called at once; each transaction is some operations. */
const groups = fc.array(fc.array(fc.array(op, { maxLength: 5 }), { minLength: 1, maxLength: 5 }), { maxLength: 6 });

async function everythingIn(store: Store): Promise<unknown> {
  const links = [1, 2, 3].map(linkOf);
  return {
    events: certain(await store.events(0, 10_000)),
    outboxes: await Promise.all(links.map(async (it) => certain(await store.outbox(it, 1, 10_000)))),
    positions: links.map(store.position),
    docs: await Promise.all(["a", "b", "é", "\u{1f511}", "x y"].map(async (kind) => certain(await store.docs(kind)))),
  };
}

/** Does the same to the store and to a simulated one, and compares; `reopen` restarts the former and returns it. */
export async function compareWithMemory(first: Store, reopen: () => Promise<Store>): Promise<void> {
  let store = first;
  const model = openMemory(memoryDisk());
  await fc.assert(
    fc.asyncProperty(groups, async (all) => {
      for (const group of all) {
        const call = (on: Store): Promise<unknown> =>
          Promise.all(group.map((ops) => on.transaction((tx) => ops.map((it) => it(tx, on)))));
        expect(await call(store)).toEqual(await call(model));
      }
      expect(await everythingIn(store)).toEqual(await everythingIn(model));
    }),
    // No shrinking: the stores go on from run to run, so a smaller case would not be the same case.
    { numRuns: 40, endOnFailure: true },
  );
  store = await reopen();
  expect(await everythingIn(store)).toEqual(await everythingIn(model));
}
