// The outbox over a store whose every answer the test gives in its own time, as a disk in another thread does.
import { describe, expect, it } from "vitest";
import { type Bytes, utf8 } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { seconds } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { EnvelopeId, LinkId, PartyId } from "@parley/protocol/ids";
import { outbox } from "./outbox.ts";
import { simulatedTime } from "./simulated.ts";
import type { PeerStore, PeerTransaction } from "./store.ts";

type Stored = { readonly sequence: number; readonly bytes: Bytes };

function slowStore() {
  const disk = { sent: 0, acknowledged: 0, rows: [] as Stored[], broken: false, early: false };
  const waiting: { readonly what: "read" | "write"; readonly done: () => void }[] = [];
  const later = <T>(what: "read" | "write", answer: () => Result<T, ParleyError>): Promise<Result<T, ParleyError>> =>
    new Promise((resolve) => {
      waiting.push({ what, done: () => resolve(disk.broken ? fail(problem("STORE_FULL")) : answer()) });
    });
  const tx: PeerTransaction = {
    take: () => "fresh",
    send: (_, bytes) => {
      disk.rows = [...disk.rows, { sequence: ++disk.sent, bytes }];
      return disk.sent;
    },
  };
  const store: PeerStore = {
    position: () => ({ sent: disk.sent, acknowledged: disk.acknowledged, taken: 0 }),
    transaction: (work) => Promise.resolve(ok(work(tx))),
    acknowledge: (_, upTo) =>
      later("write", () => {
        disk.acknowledged = upTo;
        disk.rows = disk.rows.filter(({ sequence }) => sequence > upTo);
        return ok(undefined);
      }),
    outbox: (_, from, limit) => {
      // What is read is what is there when the read is done, or when it is asked for.
      const before = disk.rows;
      if (disk.early) return later("read", () => ok(before.filter(({ sequence }) => sequence >= from).slice(0, limit)));
      return later("read", () => ok(disk.rows.filter(({ sequence }) => sequence >= from).slice(0, limit)));
    },
  };
  /** Lets the store give its oldest answer of this kind. */
  const answer = async (what: "read" | "write"): Promise<void> => {
    const at = waiting.findIndex((one) => one.what === what);
    if (at < 0) throw new Error(`nothing waits for a ${what}`);
    waiting.splice(at, 1)[0]?.done();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { disk, store, tx, answer, waits: () => waiting.map(({ what }) => what) };
}

function make() {
  const slow = slowStore();
  const time = simulatedTime();
  const troubles: string[] = [];
  const out = outbox({
    link: new Uint8Array(16) as LinkId,
    here: new Uint8Array(32) as PartyId,
    peer: new Uint8Array(32).fill(1) as PartyId,
    store: slow.store,
    clock: time.clock,
    sign: () => new Uint8Array(64),
    trouble: ({ code }) => troubles.push(code),
  });
  const put = (text: string) => out.put(slow.tx, new Uint8Array(16) as EnvelopeId, 1, 1, utf8(text));
  const sent: number[] = [];
  const begin = () => out.begin(({ sequence }) => sent.push(sequence));
  return { ...slow, out, put, sent, begin, time, troubles };
}

describe("the outbox", () => {
  it("[LK31] sends what was put while it was reading that there is nothing", async () => {
    const { out, put, sent, begin, answer, waits } = make();
    begin();
    await new Promise((resolve) => setImmediate(resolve));
    // The read is under way and will find what is there by then; the wake after it must not be lost.
    await answer("read");
    put("one");
    out.wake();
    put("two");
    out.wake();
    await new Promise((resolve) => setImmediate(resolve));
    await answer("read");
    put("three");
    out.wake();
    while (waits().includes("read")) await answer("read");
    expect(sent).toEqual([1, 2, 3]);
  });

  it("[LK31] reads again when it was woken during a read, which may have been too early for what was put", async () => {
    const { disk, out, put, sent, begin, answer, waits } = make();
    disk.early = true;
    begin();
    await new Promise((resolve) => setImmediate(resolve));
    put("one");
    out.wake();
    await answer("read");
    expect([sent, waits()]).toEqual([[], ["read"]]);
    await answer("read");
    expect(sent).toEqual([1]);
  });

  it("[LK31] on a new connection waits until what the last one heard is written down, and goes on after it", async () => {
    const { out, put, sent, begin, answer, waits } = make();
    for (const text of ["one", "two", "three"]) put(text);
    begin();
    await new Promise((resolve) => setImmediate(resolve));
    await answer("read");
    out.acknowledged(2);
    out.end();
    begin();
    await new Promise((resolve) => setImmediate(resolve));
    expect(waits()).toContain("write");
    while (waits().includes("read")) await answer("read");
    await answer("write");
    while (waits().includes("read")) await answer("read");
    expect(sent).toEqual([1, 2, 3, 3]);
  });

  it("[LK38] makes room only for what is durably acknowledged, so that what it may send again is never old", async () => {
    const { out, put, sent, begin, answer, waits } = make();
    for (let n = 0; n < 40; n++) put(`${n}`);
    begin();
    await new Promise((resolve) => setImmediate(resolve));
    await answer("read");
    expect(sent.length).toBe(32);
    out.acknowledged(10);
    await new Promise((resolve) => setImmediate(resolve));
    expect([sent.length, waits()]).toEqual([32, ["write"]]);
    out.acknowledged(20);
    await answer("write");
    await answer("read");
    expect(sent.length).toBe(40);
    await answer("write");
    expect(out.acknowledged(41)).toBe(false);
    expect(out.acknowledged(40)).toBe(true);
  });

  it("[LK31] tries again, every second, what the store could not do", async () => {
    const { disk, out, put, sent, begin, answer, time, troubles, waits } = make();
    put("one");
    disk.broken = true;
    begin();
    await new Promise((resolve) => setImmediate(resolve));
    await answer("read");
    expect([sent, troubles, waits()]).toEqual([[], ["STORE_FULL"], []]);
    await time.pass(seconds(1));
    disk.broken = false;
    await answer("read");
    expect(sent).toEqual([1]);
    await answer("read");
    disk.broken = true;
    out.acknowledged(1);
    await answer("write");
    expect(disk.acknowledged).toBe(0);
    disk.broken = false;
    await time.pass(seconds(1));
    await answer("write");
    expect(disk.acknowledged).toBe(1);
  });
});
