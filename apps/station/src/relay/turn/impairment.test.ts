import { describe, expect, it } from "vitest";
import { type Clock, type Ms, instant, ms } from "@parley/base/time";
import { createImpairment } from "./impairment.ts";
import { seeded } from "./test/rig.ts";

function timeline() {
  let now = 0;
  const due: { at: number; call: () => void }[] = [];
  const clock: Clock = {
    now: () => instant(now),
    elapsed: () => ms(now),
    wait(delay: Ms, then) {
      due.push({ at: now + delay, call: then });
      return () => undefined;
    },
  };
  const arrivals: { n: number; at: number }[] = [];
  const path = createImpairment({ forTests: true, clock, random: seeded(3) });
  return {
    path,
    arrivals,
    at: (t: number) => void (now = t),
    send: (n: number, options: { bytes?: number; losable?: boolean; up?: boolean } = {}) =>
      path.pass(options.up === true ? "up" : "down", options.bytes ?? 1000, options.losable ?? true, () =>
        arrivals.push({ n, at: now }),
      ),
    run: (): void => {
      for (const { at, call } of due.splice(0).toSorted((a, b) => a.at - b.at)) {
        now = Math.max(now, at);
        call();
      }
    },
  };
}

describe("an impaired path", () => {
  it("[TN34] is clean until told otherwise", () => {
    const { send, arrivals } = timeline();
    send(1);
    expect(arrivals).toEqual([{ n: 1, at: 0 }]);
  });
  it("[TN34] delays each frame, and jitter lets frames overtake each other within its bound", () => {
    const { path, send, arrivals, run } = timeline();
    path.set({ down: { delay: 40, jitter: 20 } });
    for (let n = 0; n < 200; n++) send(n);
    run();
    const times = arrivals.map(({ at }) => at);
    expect([Math.min(...times) >= 40, Math.max(...times) <= 60]).toEqual([true, true]);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(15);
    const order = arrivals.map(({ n }) => n);
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
  });
  it("[TN34] loses the part it was told to, by its seed, and nothing that may not be lost", () => {
    const lost = () => {
      const { path, send, arrivals } = timeline();
      path.set({ down: { loss: 0.1 } });
      for (let n = 0; n < 2000; n++) send(n, { losable: n < 1000 });
      expect(arrivals.filter(({ n }) => n >= 1000)).toHaveLength(1000);
      return 1000 - arrivals.filter(({ n }) => n < 1000).length;
    };
    expect(lost()).toBeGreaterThan(60);
    expect(lost()).toBeLessThan(140);
    expect(lost()).toBe(lost());
  });
  it("[TN34] is as narrow as it was told, with a queue of 200 ms", () => {
    const { path, send, arrivals, run } = timeline();
    path.set({ down: { bitsPerSecond: 800_000 } });
    for (let n = 0; n < 100; n++) send(n, { bytes: 1000 });
    run();
    expect(arrivals.map(({ at }) => at)).toEqual(Array.from({ length: 21 }, (_, n) => 10 * (n + 1)));
  });
  it("[TN34] can be cut one way and mended", () => {
    const { path, send, arrivals } = timeline();
    path.set({ down: { cut: true } });
    send(1);
    send(2, { up: true });
    send(3, { losable: false });
    path.set({ down: { cut: false } });
    send(4);
    expect(arrivals.map(({ n }) => n)).toEqual([2, 4]);
  });
});
