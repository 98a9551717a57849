// Worlds that stand for years, with drills, checks and everything that grows old. PARLEY_FULL=1 runs more and longer ones;
// `npm run sim -- --years 10 --seeds 1000` is for the night.
import { describe, expect, it } from "vitest";
import { runMany } from "./many.ts";
import { standingPlan } from "./plan.ts";

const full = process.env["PARLEY_FULL"] === "1";
const [seeds, years] = full ? [20, 10] : [5, 0.5];

describe("standing worlds", () => {
  it(`[SM28] [SM29] [SM30] hold in ${seeds} worlds of ${years} years`, { timeout: 1_200_000 }, async () => {
    const plans = Array.from({ length: seeds }, (_, i) => standingPlan(String(i + 1), years));
    const sum = await runMany(plans, () => undefined);
    const { ready, falseReds } = sum.drills;
    console.log(
      `standing: ${sum.lineYears.toFixed(1)} line-years, ${sum.events} events, ${JSON.stringify(sum.drills)}\n  ` +
        Object.entries(sum.faults)
          .filter(([, count]) => count > 0)
          .map(([kind, count]) => `${kind} ${count}`)
          .join(", "),
    );
    expect(sum.wrong).toEqual([]);
    expect(ready).toBeGreaterThan(80 * seeds * years);
    expect(falseReds).toBe(0);
  });
});
