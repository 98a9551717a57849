import { describe, expect, it } from "vitest";
import { clockByHand } from "./testing/clockByHand.ts";
import { type Clock, after, instant, seconds } from "./time.ts";
import { waitUntil } from "./waitUntil.ts";

describe("waiting for a moment", () => {
  it("calls back once when it is there", () => {
    const { clock, pass, waiting } = clockByHand();
    const fired: number[] = [];
    const at = after(clock.now(), seconds(20));
    waitUntil(clock, at, () => fired.push(clock.now() - at));
    pass(seconds(19));
    expect(fired).toEqual([]);
    pass(seconds(60));
    expect(fired).toEqual([0]);
    expect(waiting()).toBe(0);
  });

  it("waits on where the wall clock was set back meanwhile, by an hour or by less than a millisecond", () => {
    for (const back of [3_600_000, 0.4]) {
      const { clock, pass } = clockByHand();
      let setBack = 0;
      const wall: Clock = { ...clock, now: () => instant(clock.now() - setBack) };
      let fired = 0;
      waitUntil(wall, after(wall.now(), seconds(20)), () => fired++);
      setBack = back;
      pass(seconds(20));
      expect(fired).toBe(0);
      pass(seconds(3601));
      expect(fired).toBe(1);
    }
  });

  it("is silent once it is cancelled, also after it has waited on", () => {
    const { clock, pass, waiting } = clockByHand();
    let setBack = 0;
    const wall: Clock = { ...clock, now: () => instant(clock.now() - setBack) };
    const cancel = waitUntil(wall, after(wall.now(), seconds(1)), () => expect.unreachable());
    setBack = 5_000;
    pass(seconds(2));
    cancel();
    expect(waiting()).toBe(0);
    pass(seconds(60));
  });
});
