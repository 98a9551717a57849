import { type Instant, days, hours, instant } from "@parley/base/time";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Drilled, cameOf, daysShown, localHour, spreadOf, summaryOf, weekdayOf } from "./history.ts";

/** Monday 7 December 2026, 20:07 UTC: 15:07 five hours west of it. */
const now = instant(Date.UTC(2026, 11, 7, 20, 7));
const west = () => -300;
const drill = (at: Instant, more: Partial<Drilled> = {}): Drilled => ({
  at,
  came: "passed",
  setUp: 400,
  roundTrip: 40_000,
  lost: 0,
  ...more,
});
const ago = (some: number): Instant => instant(now - some);

describe("the history of drills", () => {
  it("[VW70] a day is the calendar's of the place, and so is an hour", () => {
    const late = instant(Date.UTC(2026, 11, 7, 4, 30));
    const { today, days: byDay, hours: byHour } = summaryOf([drill(late)], now, west);
    // Half past four in the night in Greenwich is still Sunday evening in the west.
    expect(byDay.map(({ day }) => day)).toEqual([today - 1]);
    expect(byHour).toMatchObject([{ weekday: 6, hour: 23, passed: 1 }]);
    expect(weekdayOf(today)).toBe(0);
    expect(localHour(instant(0), 0)).toEqual({ day: 0, hour: 0 });
    expect(localHour(instant(0), -1)).toEqual({ day: -1, hour: 23 });
    expect(weekdayOf(-1)).toBe(2);
  });

  it("[VW70] where clocks are set back, the hour that comes twice holds the drills of both", () => {
    const change = Date.UTC(2026, 10, 1, 6);
    const offset = (at: Instant): number => (at < change ? -240 : -300);
    const twice = [drill(instant(change - 1_800_000)), drill(instant(change + 1_800_000))];
    expect(summaryOf(twice, now, offset).hours).toMatchObject([{ weekday: 6, hour: 1, passed: 2 }]);
  });

  it("[VW70] what is older than the days that are shown, or not come yet, counts nowhere", () => {
    const drills = [drill(ago(days(daysShown - 1))), drill(ago(days(daysShown))), drill(instant(now + days(1)))];
    const { today, days: byDay, hours: byHour } = summaryOf(drills, now, west);
    expect(byDay.map(({ day }) => today - day)).toEqual([daysShown - 1]);
    expect(byHour.length).toBe(1);
  });

  it("[VW73] of each day the least, the middle and the greatest, of what was measured alone", () => {
    const today = [900, 300, 500, 400].map((setUp, i) => drill(ago(hours(i)), { setUp }));
    const missed = drill(ago(hours(5)), { came: "missed", setUp: null, roundTrip: null, lost: null });
    expect(summaryOf([...today, missed], now, west).days).toMatchObject([
      { passed: 4, missed: 1, setUp: { low: 300, middle: 400, high: 900 }, lost: { low: 0, middle: 0, high: 0 } },
    ]);
    expect(summaryOf([missed], now, west).days).toMatchObject([{ missed: 1, setUp: null, roundTrip: null }]);
    expect(spreadOf([])).toBe(null);
  });

  it("[VW70] every drill of those days is counted once by day and once by hour, and all is in bounds and in order", () => {
    const drills = fc.array(
      fc.record({
        at: fc.integer({ min: now - days(daysShown + 5), max: now }).map(instant),
        came: fc.constantFrom(...cameOf),
        setUp: fc.option(fc.nat(60_000)),
        roundTrip: fc.option(fc.nat(2_000_000)),
        lost: fc.option(fc.nat(10_000)),
      }),
    );
    fc.assert(
      fc.property(drills, fc.integer({ min: -840, max: 840 }), (all, offset) => {
        const summary = summaryOf(all, now, () => offset);
        const seen = all.filter(({ at }) => localHour(at, offset).day > summary.today - daysShown);
        for (const parts of [summary.days, summary.hours])
          for (const came of cameOf)
            expect(parts.reduce((sum, part) => sum + part[came], 0)).toBe(
              seen.filter((one) => one.came === came).length,
            );
        expect(summary.days.length).toBeLessThanOrEqual(daysShown);
        expect(summary.hours.length).toBeLessThanOrEqual(7 * 24);
        expect(summary.days.map(({ day }) => day)).toEqual(
          [...new Set(seen.map(({ at }) => localHour(at, offset).day))].toSorted((a, b) => a - b),
        );
        for (const { setUp } of summary.days)
          if (setUp !== null)
            expect([setUp.low, setUp.middle, setUp.high]).toEqual(
              [setUp.low, setUp.middle, setUp.high].toSorted((a, b) => a - b),
            );
      }),
    );
  });
});
