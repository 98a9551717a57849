import { describe, expect, it } from "vitest";
import { after, instant, minutes, ms, seconds } from "@parley/base/time";
import { keyingLasts, ringLasts } from "./deadlines.ts";
import { inTime } from "./inTime.ts";
import { type Line, deadline, idle } from "./state.ts";
import { step } from "./step.ts";

const theirs = instant(1_000_000_000_000);
const ours = after(theirs, ms(-3 * minutes(1)));
const place = { type: "place", call: "c", by: "a" } as const;
const line = (...events: readonly Parameters<typeof step>[1][]): Line =>
  events.reduce((at: Line, event) => step(at, event, theirs)[0], idle);
const answered = { type: "receipt", call: "c", kind: "answered", terminal: "b" } as const;

describe("a line in another's time", () => {
  it("[CA14] every wait has as long to go by our clock as by theirs, however far the two lie apart", () => {
    const lines: readonly [Line, number][] = [
      [line(place), ringLasts],
      [line(place, answered), keyingLasts],
      [line(place, answered, { type: "lost", call: "c", why: "noPackets" }), seconds(1)],
      [line(place, { type: "hangUp", call: "c" }), seconds(20)],
      [line(place, answered, { type: "hangUp", call: "c" }), seconds(20)],
    ];
    for (const [told, left] of lines) {
      const here = inTime(told, theirs, ours);
      expect([here.at, (deadline(here) ?? 0) - ours]).toEqual([told.at, left]);
    }
  });
  it("[CA14] what has been goes along, and nothing else changes", () => {
    const live = line(place, answered, { type: "up", call: "c" });
    expect(inTime(live, theirs, ours)).toEqual({ ...live, answered: ours, since: ours });
    expect(inTime(inTime(live, theirs, ours), ours, theirs)).toEqual(live);
    expect(inTime(idle, theirs, ours)).toBe(idle);
    const over = line(place, { type: "hangUp", call: "c" });
    expect(inTime(over, theirs, ours)).toMatchObject({ answered: null, ended: ours, why: "cancelled" });
  });
});
