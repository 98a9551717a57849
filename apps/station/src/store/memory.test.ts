// The simulated disk, and the writer over it: whatever the disk does, what was acknowledged is there after the restart, in order
// and whole; what was refused is not; and only a disk that lies can lose.
import { fromUtf8, utf8 } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CommitFault, type MemoryDisk, memoryDisk, openMemory } from "./memory.ts";
import type { Store } from "./port.ts";
import { envelopeOf, linkOf } from "./testing/ids.ts";

type Outcome = "acknowledged" | "refused" | "unknown";

/** Appends numbered transactions, some at once, and says what became of each. */
async function append(store: Store, from: number, count: number): Promise<readonly Outcome[]> {
  const results = await Promise.all(
    Array.from({ length: count }, (_, i) => {
      const number = from + i;
      return store.transaction((tx) => {
        const at = tx.append("n", utf8(String(number)));
        tx.send(linkOf(1), utf8(String(number)));
        tx.take(linkOf(1), at + 1, envelopeOf(number));
        tx.put("last", "n", utf8(String(number)));
      });
    }),
  );
  return results.map((result) =>
    result.ok ? "acknowledged" : result.error.code === "STORE_FULL" ? "refused" : "unknown",
  );
}

/** The numbers that the store holds; every part of it must tell the same. */
async function numbersIn(store: Store): Promise<readonly number[]> {
  const events = certain(await store.events(0, 100_000));
  const numbers = events.map((event) => Number(fromUtf8(event.bytes)));
  expect(events.map((event) => event.index)).toEqual(numbers.map((_, i) => i));
  const outbox = certain(await store.outbox(linkOf(1), 1, 100_000));
  expect(outbox.map((e) => [e.sequence, Number(fromUtf8(e.bytes))])).toEqual(numbers.map((n, i) => [i + 1, n]));
  const count = numbers.length;
  expect(store.position(linkOf(1))).toEqual({ sent: count, acknowledged: 0, taken: count });
  const last = certain(await store.doc("last", "n"));
  expect(last === null ? undefined : Number(fromUtf8(last))).toBe(numbers.at(-1));
  return numbers;
}

const honest = fc.constantFrom<CommitFault>("keep", "keep", "keep", "full", "lose", "tear", "mute");
/** One burst of calls, what the disk does with the commits it comes to, and whether the machine is then started again. */
const burst = fc.record({
  count: fc.integer({ min: 1, max: 12 }),
  faults: fc.array(honest, { minLength: 1, maxLength: 3 }),
  restart: fc.boolean(),
});

describe("a disk that fails", () => {
  it("[ST2] [ST10] loses nothing acknowledged, keeps nothing refused, and keeps of the unknown a beginning", async () => {
    const seen = new Set<Outcome>();
    await fc.assert(
      fc.asyncProperty(fc.array(burst, { maxLength: 12 }), async (bursts) => {
        const disk = memoryDisk();
        let store = openMemory(disk);
        let next = 0;
        let known: readonly number[] = [];
        let acknowledged: number[] = [];
        let unknown: number[] = [];
        for (const { count, faults, restart } of bursts) {
          let commits = 0;
          disk.fault = () => faults[commits++] ?? "keep";
          const outcomes = await append(store, next, count);
          outcomes.forEach((outcome, i) => {
            seen.add(outcome);
            if (outcome === "acknowledged") acknowledged.push(next + i);
            if (outcome === "unknown") unknown.push(next + i);
          });
          next += count;
          if (!restart) continue;
          disk.crash();
          store = openMemory(disk);
          const numbers = await numbersIn(store);
          const sure = [...known, ...acknowledged];
          expect(numbers.slice(0, sure.length)).toEqual(sure);
          const more = numbers.slice(sure.length);
          expect(more).toEqual(unknown.slice(0, more.length));
          [known, acknowledged, unknown] = [numbers, [], []];
        }
      }),
      { numRuns: 300 },
    );
    expect(seen).toEqual(new Set(["acknowledged", "refused", "unknown"]));
  });

  it("[ST10] a full disk refuses what waits with it, and the numbers go to the next", async () => {
    const disk = memoryDisk();
    const store = openMemory(disk);
    disk.fault = () => "full";
    expect(await append(store, 0, 3)).toEqual(["refused", "refused", "refused"]);
    disk.fault = null;
    expect(await append(store, 3, 2)).toEqual(["acknowledged", "acknowledged"]);
    expect(await numbersIn(store)).toEqual([3, 4]);
  });

  it("[ST10] what was called while a commit was under way fails with it, in both kinds of failure", async () => {
    for (const [fault, outcome] of [
      ["full", "refused"],
      ["lose", "unknown"],
    ] as const) {
      const disk = memoryDisk();
      const store = openMemory(disk);
      const { promise, resolve } = Promise.withResolvers<undefined>();
      disk.delay = () => promise;
      const faults = [fault];
      disk.fault = () => faults.shift() ?? "keep";
      const first = append(store, 0, 2);
      await Promise.resolve();
      await Promise.resolve();
      const second = append(store, 2, 2);
      resolve(undefined);
      expect([await first, await second]).toEqual([
        [outcome, outcome],
        [outcome, outcome],
      ]);
      expect(await append(store, 4, 1)).toEqual([fault === "full" ? "acknowledged" : "unknown"]);
      expect(await numbersIn(openMemory(disk))).toEqual(fault === "full" ? [4] : []);
    }
  });

  it("a machine that dies while a commit is under way acknowledges nothing of it", async () => {
    const disk = memoryDisk();
    const store = openMemory(disk);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    disk.delay = () => promise;
    const under = append(store, 0, 2);
    await Promise.resolve();
    disk.crash();
    resolve(undefined);
    expect(await under).toEqual(["unknown", "unknown"]);
    expect(await numbersIn(openMemory(disk))).toEqual([]);
  });

  it("[ST10] after a failure of unknown outcome everything is refused until the store is opened anew", async () => {
    const disk = memoryDisk();
    const store = openMemory(disk);
    disk.fault = () => "mute";
    expect(await append(store, 0, 1)).toEqual(["unknown"]);
    disk.fault = null;
    expect(await store.transaction((tx) => tx.append("n", utf8("1")))).toMatchObject({
      error: { code: "STORE_FAILED" },
    });
    expect(await numbersIn(openMemory(disk))).toEqual([0]);
  });

  it("a torn group leaves its first half, each transaction whole", async () => {
    const disk = memoryDisk();
    disk.fault = () => "tear";
    await append(openMemory(disk), 0, 7);
    expect(await numbersIn(openMemory(disk))).toEqual([0, 1, 2]);
  });

  it("a lie comes to light with the crash: all since then is lost, and the store shows what was before", async () => {
    const disk = memoryDisk();
    const store = openMemory(disk);
    await append(store, 0, 2);
    disk.fault = () => "lie";
    expect(await append(store, 2, 2)).toEqual(["acknowledged", "acknowledged"]);
    disk.fault = null;
    await append(store, 4, 1);
    expect(await numbersIn(store)).toEqual([0, 1, 2, 3, 4]);
    disk.crash();
    expect(await numbersIn(openMemory(disk))).toEqual([0, 1]);
    expect(disk.done).toEqual({ keep: 2, full: 0, lose: 0, tear: 0, mute: 0, lie: 1 });
  });

  it("[ST9] a restored copy knows itself restored, and is apart from the disk it was made from", async () => {
    const disk: MemoryDisk = memoryDisk();
    await append(openMemory(disk), 0, 2);
    const copy = openMemory(disk.restoredCopy());
    await append(openMemory(disk), 2, 1);
    expect([copy.origin(), copy.nextIndex()]).toEqual(["restored", 2]);
    certain(await copy.transaction((tx) => tx.renewed()));
    expect(copy.origin()).toBe("original");
    expect(await numbersIn(openMemory(disk))).toEqual([0, 1, 2]);
  });
});
