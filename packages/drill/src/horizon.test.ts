import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { after, days, hours, instant, ms } from "@parley/base/time";
import { type DatedItem, horizonOf, standsOf, warnsFrom } from "./horizon.ts";

const now = instant(Date.UTC(2026, 10, 24));
const item = (began: number | null, ends: number, renews: number | null = null): DatedItem => ({
  what: "turnCertificate",
  name: "",
  whose: "theirs",
  began: began === null ? null : after(now, days(began)),
  ends: after(now, days(ends)),
  renews: renews === null ? null : after(now, days(renews)),
});

describe("the readiness horizon", () => {
  it("[CK15] a person is told at a third of a life, and at least a fortnight ahead", () => {
    expect(standsOf(item(-60, 31), now)).toBe("good");
    expect(standsOf(item(-61, 29), now)).toBe("soon");
    expect(standsOf(item(-6, 15), now)).toBe("good");
    expect(standsOf(item(-6, 13), now)).toBe("soon");
    expect(standsOf(item(null, 15), now)).toBe("good");
    expect(standsOf(item(null, 14), now)).toBe("soon");
    expect(standsOf(item(-300, 0), now)).toBe("ended");
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), (life) => {
        const one = item(0, life);
        expect(one.ends - warnsFrom(one)).toBeGreaterThanOrEqual(Math.max(days(14), days(life) / 3));
      }),
    );
  });

  it("[CK15] what renews itself counts once it is late, and so that a fortnight is left where there was one", () => {
    const key = (age: number): DatedItem => ({ ...item(-age, 45 - age, 30 - age), what: "stationKey" });
    expect([29, 30.5, 31, 31.1, 44, 45].map((age) => standsOf(key(age), now))).toEqual([
      "renews",
      "renews",
      "renews",
      "overdue",
      "overdue",
      "ended",
    ]);
    const credential = (age: number): DatedItem => item(-age, 7 - age, 7 / 3 - age);
    expect([2, 3, 3.4, 3.6].map((age) => standsOf(credential(age), now))).toEqual([
      "renews",
      "renews",
      "renews",
      "overdue",
    ]);
    const short = { ...item(0, 1), renews: after(now, ms(days(1) - hours(1))) };
    expect(standsOf(short, after(now, ms(days(1) - hours(0.8))))).toBe("renews");
    expect(standsOf(short, after(now, ms(days(1) - hours(0.7))))).toBe("overdue");
  });

  it("[CK15] is the first date that counts, of either side", () => {
    const renewed = item(-1, 44, 29);
    const [near, far] = [item(0, 60), { ...item(0, 90), whose: "ours" as const }];
    expect(horizonOf([far, renewed, near], now)).toBe(near);
    expect(horizonOf([far, renewed], now)).toBe(far);
    expect(horizonOf([renewed], now)).toBe(null);
    const late = item(-40, 5, -10);
    expect(horizonOf([near, late], now)).toBe(late);
  });
});
