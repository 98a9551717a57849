import { describe, expect, it } from "vitest";
import type { DrillSummary } from "@parley/protocol/terminal/drillHistory";
import { calendarOf, squareOf, weekOf, worstHour } from "./squares.ts";

const none = { passed: 0, degraded: 0, failed: 0, missed: 0 };
/** Wednesday 9 December 2026. */
const today = Date.UTC(2026, 11, 9) / 86_400_000;
const empty = { setUp: null, roundTrip: null, lost: null };
const summary = (more: Partial<DrillSummary>): DrillSummary => ({ zone: "UTC", today, days: [], hours: [], ...more });

describe("squares", () => {
  it("[VW71] show the gravest that came, and what part was not passed", () => {
    expect(squareOf(none)).toEqual({ at: "none" });
    expect(squareOf({ ...none, passed: 4 })).toMatchObject({ at: "some", of: 4, amiss: 0, gravest: "passed" });
    expect(squareOf({ passed: 1, degraded: 2, failed: 0, missed: 1 })).toMatchObject({
      amiss: 0.75,
      gravest: "missed",
    });
    expect(squareOf({ passed: 0, degraded: 0, failed: 1, missed: 3 })).toMatchObject({ amiss: 1, gravest: "failed" });
  });

  it("[VW74] days stand in weeks from Monday, the last of them today's, and a day that has not come is none", () => {
    const rows = calendarOf(summary({ days: [{ day: today, ...none, passed: 2, ...empty }] }));
    expect(rows.length).toBe(7);
    expect(rows.map((row) => row.length)).toEqual(rows.map(() => 13));
    const last = rows.map((row) => row.at(-1));
    expect(last.map((one) => (one?.day ?? 0) - today)).toEqual([-2, -1, 0, 1, 2, 3, 4]);
    expect(last.map((one) => one?.square.at)).toEqual([
      "none",
      "none",
      "some",
      "outside",
      "outside",
      "outside",
      "outside",
    ]);
    const first = rows[0]?.[0]?.day ?? 0;
    expect(today - first).toBeLessThan(91);
    expect(new Date(first * 86_400_000).getUTCDay()).toBe(1);
  });

  it("[VW71] hours of the week are 7 by 24, each in its place", () => {
    const rows = weekOf(summary({ hours: [{ weekday: 1, hour: 3, ...none, failed: 1 }] }));
    expect(rows.map((row) => row.length)).toEqual([24, 24, 24, 24, 24, 24, 24]);
    expect(
      rows.flatMap((row, weekday) => row.flatMap((one, hour) => (one.at === "some" ? [[weekday, hour]] : []))),
    ).toEqual([[1, 3]]);
  });

  it("[VW71] the hour in which most was amiss is named, once alone is no habit, and of equal ones the greater part", () => {
    const hour = (weekday: number, at: number, passed: number, failed: number) => ({
      weekday,
      hour: at,
      ...none,
      passed,
      failed,
    });
    expect(worstHour(summary({ hours: [hour(0, 1, 9, 1)] }))).toBe(null);
    expect(worstHour(summary({ hours: [hour(0, 1, 9, 2), hour(1, 3, 4, 8), hour(2, 2, 5, 2)] }))).toEqual({
      weekday: 1,
      hour: 3,
      amiss: 8,
      of: 12,
    });
    expect(worstHour(summary({ hours: [hour(0, 1, 9, 2), hour(2, 2, 5, 2)] }))).toMatchObject({ weekday: 2 });
  });
});
