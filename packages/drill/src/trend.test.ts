import { describe, expect, it } from "vitest";
import { after, days, hours, instant } from "@parley/base/time";
import { yearsLeft } from "./headroom.ts";
import { type Sample, daysToFull, maxSamples, withSample } from "./trend.ts";

const began = instant(Date.UTC(2026, 0, 1));
const falling = (perDay: number, count: number): readonly Sample[] =>
  Array.from({ length: count }, (_, i) => ({ at: after(began, hours(6 * i)), free: 100e9 - (perDay * i) / 4 }));

describe("what runs out", () => {
  it("[CK12] a disk is full after what is free at the pace of its samples; too few, or none that fall, say nothing", () => {
    const month = falling(1e9, 120);
    expect(daysToFull(month, 70e9)).toBe(70);
    expect(daysToFull(falling(0, 120), 70e9)).toBe(null);
    expect(daysToFull(falling(-1e9, 120), 70e9)).toBe(null);
    expect(daysToFull(month.slice(0, 2), 70e9)).toBe(null);
    expect(daysToFull([], 70e9)).toBe(null);
    const minute = [0, 1, 2].map((i) => ({ at: after(began, hours(i / 60)), free: 9e9 - i * 1e9 }));
    expect(daysToFull(minute, 6e9)).toBe(null);
    const bumpy = month.map((sample, i) => ({ ...sample, free: sample.free + (i % 2 === 0 ? 2e8 : -2e8) }));
    expect(Math.abs((daysToFull(bumpy, 70e9) ?? 0) - 70)).toBeLessThanOrEqual(1);
  });

  it("[CK12] samples are six hours apart, a month of them, and begin anew when the clock went back", () => {
    let kept: readonly Sample[] = [];
    for (let hour = 0; hour < 24 * 60; hour++) kept = withSample(kept, { at: after(began, hours(hour)), free: hour });
    expect([kept.length, kept.at(-1)?.free, kept[0]?.free]).toEqual([maxSamples, 1434, 1434 - 6 * (maxSamples - 1)]);
    expect(withSample(kept, { at: began, free: 7 })).toEqual([{ at: began, free: 7 }]);
  });

  it("[CK11] a counter lasts as long as its pace so far; a month's pace at least, and none that has not moved ends", () => {
    const year = days(365.25);
    const left = (used: number, limit: number, age: number): number =>
      yearsLeft({ used, limit, since: began }, after(began, days(age)));
    expect(left(100, 1100, 365.25)).toBe(10);
    expect(left(100, 1000, 365.25)).toBe(9);
    expect(left(0, 10, 1)).toBe(65_535);
    expect(left(10, 10, 1000)).toBe(0);
    expect(left(1, 1024, 0.1)).toBe(Math.floor((1023 * (year / 12)) / year));
    expect(left(2000, 2 ** 48, 1)).toBe(65_535);
  });
});
