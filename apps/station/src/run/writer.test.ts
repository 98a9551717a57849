import { describe, expect, test } from "vitest";
import { type Clock, instant, ms } from "@parley/base/time";
import { certain } from "@parley/base/result";
import type { LinkId } from "@parley/protocol/ids";
import { type CommitFault, memoryDisk, openMemory } from "../store/memory.ts";
import { makeWriter } from "./writer.ts";

const link = new Uint8Array(16).fill(1) as LinkId;

function world() {
  const disk = memoryDisk();
  const now: { fault: CommitFault } = { fault: "keep" };
  disk.fault = () => now.fault;
  const store = openMemory(disk);
  const timers: (() => void)[] = [];
  const clock: Clock = {
    now: () => instant(0),
    elapsed: () => ms(0),
    wait: (_, then) => {
      timers.push(then);
      return () => undefined;
    },
  };
  const faults: string[] = [];
  const full: string[] = [];
  const writer = makeWriter(store, ({ code }) => void faults.push(code), undefined, {
    clock,
    onFull: ({ code }) => void full.push(code),
  });
  const done: string[] = [];
  const write = (text: string): Promise<number> =>
    writer.write((tx, after) => {
      const index = tx.append("n", (at) => new TextEncoder().encode(`${text} ${at}`));
      tx.send(link, new Uint8Array([index]));
      tx.put("doc", "last", new Uint8Array([index]));
      after(() => void done.push(`${text} ${index}`));
      return index;
    });
  /** Lets everything run that does not wait for the clock. */
  const rest = async (): Promise<void> => {
    for (let n = 0; n < 50; n++) await Promise.resolve();
  };
  const later = async (): Promise<void> => {
    for (const then of timers.splice(0)) then();
    await rest();
  };
  const ledger = async () => certain(await store.events(0, 100)).map(({ bytes }) => new TextDecoder().decode(bytes));
  return { now, store, writer, write, rest, later, ledger, done, faults, full, timers };
}

describe("the writer on a full disk", () => {
  test("[ST11] what was decided is written in its order when there is room, once, and its effects come only then", async () => {
    const it = world();
    await it.write("a");
    it.now.fault = "full";
    const held = [it.write("b"), it.write("c")];
    await it.rest();
    expect([it.writer.room(), it.full, it.faults, it.done]).toEqual([
      { at: "full", waiting: 2 },
      ["STORE_FULL"],
      [],
      ["a 0"],
    ]);
    const waiting = [it.write("d"), it.write("e")];
    await it.later();
    await it.later();
    expect([it.writer.room(), it.full.length, it.done]).toEqual([{ at: "full", waiting: 4 }, 1, ["a 0"]]);
    expect(await it.ledger()).toEqual(["a 0"]);
    it.now.fault = "keep";
    await it.later();
    expect(await Promise.all([...held, ...waiting])).toEqual([1, 2, 3, 4]);
    expect(it.done).toEqual(["a 0", "b 1", "c 2", "d 3", "e 4"]);
    expect(await it.ledger()).toEqual(it.done);
    expect(it.store.position(link).sent).toBe(5);
    expect([it.writer.room(), it.faults, it.timers.length]).toEqual([{ at: "free" }, [], 0]);
  });

  test("[ST11] room for some and not for others: the order stays, and a second full disk is waited out too", async () => {
    const it = world();
    it.now.fault = "full";
    const held = [it.write("a"), it.write("b")];
    await it.rest();
    it.now.fault = "keep";
    await it.later();
    it.now.fault = "full";
    held.push(it.write("c"));
    await it.rest();
    it.now.fault = "keep";
    await it.later();
    expect(await Promise.all(held)).toEqual([0, 1, 2]);
    expect([it.full.length, it.done]).toEqual([2, ["a 0", "b 1", "c 2"]]);
  });

  test("[ST11] also where another's write found the disk full: nothing is decided until a small one goes through", async () => {
    const it = world();
    it.now.fault = "full";
    expect((await it.store.transaction((tx) => tx.put("other", "one", new Uint8Array(1)))).ok).toBe(false);
    const held = it.write("a");
    await it.rest();
    await it.later();
    expect([it.writer.room().at, it.done]).toEqual(["full", []]);
    it.now.fault = "keep";
    await it.later();
    expect([await held, it.writer.room().at]).toEqual([0, "free"]);
  });

  test("[ST2] any other failure stops the station, at once and while it waits, and nothing resolves after it", async () => {
    for (const first of ["full", "lose"] as const) {
      const it = world();
      it.now.fault = first;
      let settled = false;
      void it.write("a").then(() => (settled = true));
      await it.rest();
      it.now.fault = "lose";
      await it.later();
      expect([it.faults.length, settled, it.done]).toEqual([1, false, []]);
    }
  });
});
