// First uses after years of standing idle, and the proof that their measure can fail: with any one step taken from the drills they
// find the line green where a call fails. Counts are small; `npm run sim -- --first-use 10000` is the figure.
import { describe, expect, it } from "vitest";
import { runUses, stepPlan, triedSteps, upperBound, usesPlans } from "./manyUses.ts";

const full = process.env["PARLEY_FULL"] === "1";

describe("first uses", () => {
  it(
    "[SM31] with the last drill green, no call fails by what was there when it began",
    { timeout: 1_200_000 },
    async () => {
      const sum = await runUses(usesPlans(full ? 200 : 3, "inOne"));
      console.log(JSON.stringify({ ...sum, faults: undefined }));
      expect(sum.wrong).toEqual([]);
      expect(sum.falseGreens).toEqual([]);
      expect(sum.falseRed).toBe(0);
      expect(sum.green).toBeGreaterThan(0);
    },
  );

  it.each(triedSteps)(
    "[SM32] without the step %s drills are green where a call fails, and with it they are not",
    { timeout: 600_000 },
    async (step) => {
      const whole = await runUses([stepPlan(step, false, "a", 5)]);
      const lacking = await runUses([stepPlan(step, true, "a", 5)]);
      expect([whole.falseGreens, whole.wrong]).toEqual([[], []]);
      expect(whole.failed).toBeGreaterThan(0);
      expect(lacking.falseGreen).toBeGreaterThan(0);
    },
  );

  it("bounds what was never seen by three in so many, and what was by more", () => {
    expect(upperBound(0, 10_000)).toBeCloseTo(0.0003, 5);
    expect(upperBound(1, 100)).toBeCloseTo(0.0466, 3);
    expect(upperBound(0, 0)).toBe(1);
  });
});
