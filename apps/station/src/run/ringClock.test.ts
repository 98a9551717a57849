// A ring and the wall clock: whatever is done to it, a ring has its minute and no more ([CA3], [CA13]).
import { expect, it } from "vitest";
import { hours, seconds } from "@parley/base/time";
import { begin, deskOf, settle } from "./testing/records.ts";
import { Half, linkText } from "./testing/twoStations.ts";

/** Two stations, the called one's clock in a test's hands; it rings there. */
async function ringing() {
  const { a, b: before, time } = await begin();
  const clock = { ahead: 0 };
  const b = new Half({
    ...before.plan,
    get skew() {
      return clock.ahead;
    },
  });
  await b.boot();
  await a.say(deskOf(a), { type: "place", link: linkText });
  await settle(a, b);
  expect([a.line().at, b.line().at]).toEqual(["ringing", "ringing"]);
  const after = async (passed: number): Promise<string> => {
    time.now += passed;
    await b.tick();
    return b.line().at;
  };
  return { a, b, time, clock, after };
}

it("[CA13] a called station's clock that is set forward ends no ring, and one that is set back keeps none", async () => {
  for (const set of [hours(2), hours(-2), hours(24 * 400)]) {
    const { clock, after } = await ringing();
    clock.ahead = set;
    expect(await after(seconds(0))).toBe("ringing");
    expect(await after(seconds(58))).toBe("ringing");
    clock.ahead = 0;
    expect(await after(seconds(3))).toBe("ended");
  }
});

it("[CA13] of a station that was down the clock is believed, and never to give a ring more than its minute", async () => {
  const back = await ringing();
  back.b.life = null;
  back.clock.ahead = hours(-2);
  await back.b.boot();
  expect(await back.after(seconds(59))).toBe("ringing");
  expect(await back.after(seconds(2))).toBe("ended");
  const forward = await ringing();
  forward.b.life = null;
  forward.clock.ahead = hours(2);
  await forward.b.boot();
  expect(await forward.after(seconds(1))).toBe("ended");
});
