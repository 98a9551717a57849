import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DrillSummary } from "@parley/protocol/terminal/drillHistory";
import { bandPath, linePath, monthsOf, newestDay, roundUp, runsOf, trendOf, worstDay } from "./trend.ts";

const today = Date.UTC(2026, 11, 9) / 86_400_000;
const day = (ago: number, middle: number | null): DrillSummary["days"][number] => {
  const setUp = middle === null ? null : { low: middle - 100, middle, high: middle + 100 };
  return {
    day: today - ago,
    passed: 1,
    degraded: 0,
    failed: 0,
    missed: 0,
    setUp,
    roundTrip: setUp && { low: 1000, middle: 2500, high: 4000 },
    lost: setUp && { low: 0, middle: 5, high: 100 },
  };
};
const summary = (days: DrillSummary["days"]): DrillSummary => ({ zone: "UTC", today, days, hours: [] });
const some = summary([day(9, 300), day(8, 400), day(5, 900), day(3, null), day(0, 200)]);

describe("a trend", () => {
  it("[VW73] has every day up to today, in milliseconds and parts of one, from zero up", () => {
    const { points, top } = trendOf(some, "setUp");
    expect([points.length, points.at(-1)?.day, points.at(-1)?.spread]).toEqual([
      91,
      today,
      { low: 100, middle: 200, high: 300 },
    ]);
    expect(top).toBe(1000);
    expect(trendOf(some, "roundTrip").points.at(-1)?.spread).toEqual({ low: 1, middle: 2.5, high: 4 });
    expect(trendOf(some, "lost").points.at(-1)?.spread?.high).toBe(0.01);
    // A line on which nothing is lost is no storm.
    expect(trendOf(some, "roundTrip").top).toBe(20);
  });

  it("[VW73] nothing is drawn across a day without a number", () => {
    const runs = runsOf(trendOf(some, "setUp"));
    expect(runs.map((run) => run.map(({ x }) => 90 - x))).toEqual([[9, 8], [5], [0]]);
    const [two, one] = runs;
    expect(linePath(two ?? [], 1000)).toBe("M81.5 70L82.5 60");
    expect(bandPath(two ?? [], 1000)).toBe("M81.5 60L82.5 50L82.5 70L81.5 80Z");
    // A day alone is still seen.
    expect(linePath(one ?? [], 1000)).toBe("M85.2 10h0.6");
    expect([linePath([], 1), bandPath([], 1)]).toEqual(["", ""]);
  });

  it("[VW73] its newest day is where the hand rests, its greatest number the worst day's; of nothing there is neither", () => {
    const trend = trendOf(some, "setUp");
    expect([newestDay(trend), worstDay(trend)?.day]).toEqual([90, today - 5]);
    const nothing = trendOf(summary([]), "setUp");
    expect([newestDay(nothing), worstDay(nothing), runsOf(nothing)]).toEqual([null, null, []]);
    expect(monthsOf(trend).map((one) => new Date(one.day * 86_400_000).toISOString().slice(0, 10))).toEqual([
      "2026-10-01",
      "2026-11-01",
      "2026-12-01",
    ]);
  });

  it("[VW73] the axis ends on a round number at or above the greatest, and never far above", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e7, noNaN: true }), (value) => {
        const top = roundUp(value);
        expect(top).toBeGreaterThanOrEqual(value * (1 - 1e-9));
        expect(top).toBeLessThan(value * 2.5 * (1 + 1e-9));
      }),
    );
    expect([roundUp(500), roundUp(501), roundUp(0.012)]).toEqual([500, 1000, 0.02]);
  });
});
