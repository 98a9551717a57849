import { type Clock, hours, instant, ms, seconds } from "@parley/base/time";
import { expect, it } from "vitest";
import { isWaiting, patient } from "./patient.ts";

/** A machine whose wall clock can be set. */
function machine() {
  const state = { passed: 0, ahead: hours(100) as number };
  const clock: Clock = {
    now: () => instant(state.passed + state.ahead),
    elapsed: () => ms(state.passed),
    wait: () => () => undefined,
  };
  return { state, clock };
}

it("[CA13] a clock that is set while something waits moves no deadline, and is believed again afterwards", () => {
  for (const by of [hours(2), hours(-2)]) {
    const { state: machineIs, clock } = machine();
    let waits = false;
    const now = patient(clock, () => waits);
    expect(now()).toBe(clock.now());
    waits = true;
    const began = now();
    machineIs.ahead += by;
    machineIs.passed += seconds(7);
    expect(now() - began).toBe(seconds(7));
    waits = false;
    expect(now()).toBe(clock.now());
  }
});

it("what waits is a ring, keys that are agreed on, and a call that is mended", () => {
  const inCall = { call: "c", side: "called", ours: "us", theirs: "them", answered: instant(0) } as const;
  const [until, lost] = [instant(9), instant(1)];
  expect(isWaiting({ at: "ringing", side: "calling", call: "c", ours: "us", reach: "sent", until })).toBe(true);
  expect(isWaiting({ at: "keying", ...inCall, until })).toBe(true);
  expect(isWaiting({ at: "mending", ...inCall, why: "noPackets", lost, attempt: 1, until })).toBe(true);
  expect(isWaiting({ at: "live", ...inCall, since: lost })).toBe(false);
  expect(isWaiting({ at: "idle" })).toBe(false);
});
