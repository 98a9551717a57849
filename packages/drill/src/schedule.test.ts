import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hours, instant, minutes, ms } from "@parley/base/time";
import { drillTakes, graceOf, nextDrill, verdictLasts } from "./schedule.ts";

const draws = fc
  .double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  .map((share) => (bound: number) => Math.floor(share * bound));
const moments = fc.integer({ min: 0, max: 4_000_000_000_000 }).map(instant);
const periods = fc.integer({ min: 6, max: 1440 }).map(minutes);

describe("the schedule of drills", () => {
  it("[DR5] the two sides never take the same slot, and a drill ends within its own", () => {
    fc.assert(
      fc.property(moments, periods, draws, draws, (now, period, one, other) => {
        const [even, odd] = [nextDrill(now, period, "even", one), nextDrill(now, period, "odd", other)];
        const slots = [even, odd].map((at) => Math.floor(at / period));
        expect((slots[0] ?? 0) % 2).toBe(0);
        expect((slots[1] ?? 0) % 2).toBe(1);
        for (const at of [even, odd]) {
          expect(at).toBeGreaterThan(now);
          expect(at - now).toBeLessThan(3 * period);
          expect(Math.floor((at + drillTakes - 1) / period)).toBe(Math.floor(at / period));
        }
      }),
    );
  });

  it("[DR6] in a year of hourly drills every hour of the day and every minute a drill may begin at is tried", () => {
    let state = 1;
    const draw = (bound: number): number => {
      state = (state * 48_271) % 2_147_483_647;
      return Math.floor((state / 2_147_483_647) * bound);
    };
    const [hoursTried, minutesTried] = [new Set<number>(), new Set<number>()];
    let gap = 0;
    for (const turn of ["even", "odd"] as const) {
      let at = instant(0);
      while (at < 365 * hours(24)) {
        const next = nextDrill(at, hours(1), turn, draw);
        if (at > 0) gap = Math.max(gap, next - at);
        at = next;
        hoursTried.add(Math.floor(at / hours(1)) % 24);
        minutesTried.add(Math.floor(at / minutes(1)) % 60);
      }
    }
    expect(hoursTried.size).toBe(24);
    expect(minutesTried.size).toBe(60 - drillTakes / minutes(1));
    expect(gap).toBeLessThan(hours(3));
    expect(verdictLasts(hours(1))).toBeGreaterThan(gap);
  });

  it("[DR8] a verdict speaks for the line until both sides had their slots again, and no longer", () => {
    expect(verdictLasts(hours(1))).toBe(ms(hours(3) + minutes(10)));
    expect(graceOf(hours(1))).toBe(minutes(10));
    expect(graceOf(minutes(1))).toBe(minutes(1));
  });
});
