import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atMost, failed, notMeasured } from "./figure.ts";
import { median, percentile, ratio, seeded, shuffled } from "./stats.ts";

describe("stats", () => {
  it("percentiles interpolate, hold the ends and do not depend on order", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(percentile([10, 20, 30, 40, 50], 0.95)).toBeCloseTo(48);
    expect(percentile([], 0.5)).toBeNaN();
    fc.assert(
      fc.property(
        fc.array(
          fc.double({ noNaN: true, min: -1e9, max: 1e9 }).map((n) => n + 0),
          { minLength: 1 },
        ),
        (values) => {
          expect(percentile(values, 0)).toBe(Math.min(...values));
          expect(percentile(values, 1)).toBe(Math.max(...values));
          expect(median(shuffled(values, seeded(7)))).toBe(median(values));
        },
      ),
    );
  });
  it("a ratio's interval contains it, and is a point where nothing varies", () => {
    const r = ratio([90, 100, 110, 95, 105], [200, 210, 190, 205, 195], 0.5);
    expect(r.value).toBe(0.5);
    expect(r.low).toBeLessThanOrEqual(0.5);
    expect(r.high).toBeGreaterThanOrEqual(0.5);
    expect(ratio([5, 5, 5], [2, 2, 2], 0.95)).toEqual({ value: 2.5, low: 2.5, high: 2.5 });
  });
});

describe("figures", () => {
  it("a run fails by a measured must alone, and what was not measured never holds", () => {
    const held = atMost("a", 1.1, 1.15, 0.7, 20);
    const broken = atMost("b", 1.1501, 1.15, 0.7, 20);
    const missing = notMeasured("c", "no Go", 0.15, 0.08);
    expect([held.holds, broken.holds, missing.holds]).toEqual([true, false, false]);
    expect(failed([held, missing])).toBe(false);
    expect(failed([held, broken])).toBe(true);
    expect(missing).toMatchObject({ value: "not measured: no Go", must: "<= 0.15", n: 0 });
    expect(atMost("d", Number.NaN, null, 8, 0).holds).toBe(false);
  });
});
