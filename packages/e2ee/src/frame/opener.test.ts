// The opener's step against random arrivals, keys, answers and clocks: what must hold whatever happens. The crypto is a stand-in
// here (a frame opens when its own bytes say so), so that thousands of histories run; the real one is in the worker's tests.
import { type Ms, ms } from "@parley/base/time";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxHeaderBytes, writeHeader } from "../sframe/header.ts";
import { keyIdOf } from "../sframe/keyId.ts";
import type { OpenedFrame } from "./open.ts";
import { type OpenerEffect, type OpenerEvent, type OpenerState, newOpener, step } from "./opener.ts";
import { curtainBounds, holdBounds } from "./queue.ts";
import { ReceiveKeys } from "./receiveKeys.ts";
import { epochOf, frameKey } from "./testing.ts";

const epochs = 12;
const keyOf = await Promise.all(Array.from({ length: epochs }, (_, epoch) => frameKey(epochOf(epoch), 1, 0, "open")));

/** A frame of leaf 0's camera; `good` says whether its tag will verify. */
type Sent = { readonly n: number; readonly good: boolean };

function wire(epoch: number, ctr: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(maxHeaderBytes + 20);
  writeHeader(bytes, 0, keyIdOf(1, 0, epoch), ctr);
  return bytes;
}

type Move =
  | { readonly type: "arrive"; readonly epoch: number; readonly good: boolean; readonly isKey: boolean }
  | { readonly type: "again"; readonly back: number }
  | { readonly type: "noise"; readonly bytes: Uint8Array }
  | { readonly type: "install" | "agree" | "finish" | "tick" | "release" }
  | { readonly type: "wait"; readonly by: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("arrive" as const),
      epoch: fc.nat(3),
      good: fc.boolean(),
      isKey: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("again" as const), back: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("noise" as const), bytes: fc.uint8Array({ maxLength: 40 }) }) },
  { weight: 6, arbitrary: fc.constant({ type: "finish" as const }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Move>({ type: "install" }, { type: "agree" }, { type: "tick" }, { type: "release" }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("wait" as const), by: fc.constantFrom(1, 30, 300, 1000, 4000) }),
  },
);

/** Runs a history and keeps what was seen of it. */
class History {
  readonly keys = new ReceiveKeys();
  readonly delivered: Sent[] = [];
  readonly sent: { readonly frame: Sent; readonly bytes: Uint8Array<ArrayBuffer> }[] = [];
  state: OpenerState<Sent>;
  dropped = 0;
  arrived = 0;
  now: Ms = ms(1_000);
  private installed = -1;
  private trying: Sent | null = null;
  private counters = Array.from({ length: epochs }, () => 0);

  constructor(curtain: "open" | "drawn") {
    this.state = newOpener<Sent>("video", { contexts: [1], leaves: [0] }, curtain === "drawn" ? [1] : []);
    this.install();
  }

  play(m: Move): void {
    switch (m.type) {
      case "arrive": {
        const epoch = Math.min(Math.max(this.installed + m.epoch - 1, 0), epochs - 1);
        const ctr = this.counters[epoch] ?? 0;
        this.counters[epoch] = ctr + 1;
        const frame = { n: this.sent.length, good: m.good };
        const bytes = wire(epoch, ctr);
        this.sent.push({ frame, bytes });
        return this.arrive(frame, bytes, m.isKey);
      }
      case "again": {
        const old = this.sent.at(-1 - m.back);
        return old === undefined ? undefined : this.arrive({ ...old.frame }, old.bytes, false);
      }
      case "noise":
        return this.arrive({ n: -1, good: false }, new Uint8Array(m.bytes), false);
      case "install":
        return this.install();
      case "agree":
        return this.keys.agree(epochOf(this.installed), this.now);
      case "finish":
        return this.finish();
      case "wait":
        this.now = ms(this.now + m.by);
        return undefined;
      case "tick":
      case "release":
        return this.take({ type: m.type });
      default:
        return m satisfies never;
    }
  }

  finish(): void {
    if (this.state.opening.at === "idle") return;
    const { good } = this.state.opening.with.frame;
    expect(this.trying).toBe(this.state.opening.with.frame);
    this.trying = null;
    this.take({ type: "opened", plain: good ? (new ArrayBuffer(1) as OpenedFrame) : null });
  }

  private install(): void {
    if (this.installed + 1 >= epochs) return;
    this.installed++;
    const key = keyOf[this.installed];
    if (key !== undefined) this.keys.install(epochOf(this.installed), [{ context: 1, leaf: 0, key }]);
    this.take({ type: "keysChanged" });
  }

  private arrive(frame: Sent, bytes: Uint8Array<ArrayBuffer>, isKey: boolean): void {
    this.arrived++;
    this.take({ type: "arrive", arrival: { frame, bytes, layout: "bare", isKey } });
  }

  private take(event: OpenerEvent<Sent>): void {
    const [state, effects] = step(this.state, event, this.now, this.keys);
    this.state = state;
    for (const effect of effects) this.note(effect);
  }

  private note(effect: OpenerEffect<Sent>): void {
    if (effect.type === "drop") this.dropped++;
    if (effect.type === "deliver") this.delivered.push(effect.from.frame);
    if (effect.type !== "open") return;
    expect(this.trying).toBeNull(); // one at a time
    expect(this.state.opening.at).toBe("busy");
    if (this.state.opening.at === "busy") this.trying = this.state.opening.with.frame;
  }
}

const waitingIn = ({ opening, held, curtain }: OpenerState<Sent>): number =>
  (opening.at === "busy" ? 1 + opening.behind.length : 0) +
  held.waiting.length +
  (curtain.at === "drawn" ? curtain.kept.waiting.length : 0);

describe("the opener's step, whatever happens", () => {
  it("[FR3] [FR4] delivers only what opened, each frame once, and loses count of none; queues stay in their bounds", () => {
    let frames = 0;
    fc.assert(
      fc.property(
        fc.constantFrom("open" as const, "drawn" as const),
        fc.array(move, { minLength: 60, maxLength: 250 }),
        (curtain, moves) => {
          const history = new History(curtain);
          for (const m of moves) {
            history.play(m);
            expect(history.delivered.every(({ good }) => good)).toBe(true);
            expect(history.arrived).toBe(history.delivered.length + history.dropped + waitingIn(history.state));
            expect(history.state.held.waiting.length).toBeLessThanOrEqual(holdBounds.frames);
            const { curtain: now } = history.state;
            if (now.at === "drawn") {
              expect(now.kept.waiting.length).toBeLessThanOrEqual(curtainBounds.frames);
              expect(history.delivered).toEqual([]);
            }
          }
          expect(new Set(history.delivered.map(({ n }) => n)).size).toBe(history.delivered.length);
          frames += history.arrived;
        },
      ),
      { numRuns: 300 },
    );
    console.log(`${frames} random arrivals`);
  });

  it("[FR13] frames of one epoch are delivered in the order they came, however they waited", () => {
    fc.assert(
      fc.property(fc.array(move, { minLength: 60, maxLength: 250 }), (moves) => {
        const history = new History("open");
        for (const m of moves) if (m.type !== "again") history.play(m);
        const order = history.delivered.map(({ n }) => n);
        const byKid = Map.groupBy(order, (n) => history.sent[n]?.bytes.slice(0, 3).join());
        for (const numbers of byKid.values()) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });

  it("[FR14] nothing waits for ever: a second after the last arrival a tick leaves nothing held", () => {
    fc.assert(
      fc.property(fc.array(move, { minLength: 40, maxLength: 150 }), (moves) => {
        const history = new History("open");
        for (const m of moves) history.play(m);
        history.play({ type: "wait", by: 1000 });
        history.play({ type: "tick" });
        expect(history.state.held).toEqual({ waiting: [], bytes: 0 });
        for (let i = 0; i < 400 && history.state.opening.at === "busy"; i++) history.finish();
        expect(waitingIn(history.state)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
