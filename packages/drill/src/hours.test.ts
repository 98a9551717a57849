import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { type Instant, days, instant } from "@parley/base/time";
import { offsetAt as zoneOffset } from "@parley/ledger/times";
import { around, dayMinuteOf } from "./hours.ts";

/** Asking the machine's tables is slow, and they change at whole quarters of an hour only. */
const zone = (name: string) => {
  const known = new Map<number, number>();
  return (at: Instant): number => {
    const quarter = Math.floor(at / 900_000);
    const offset = known.get(quarter) ?? zoneOffset(name, at) ?? 0;
    known.set(quarter, offset);
    return offset;
  };
};
const at = (text: string): Instant => instant(Date.parse(text));
const all = (hours: readonly number[], name: string, from: Instant, until: Instant): string[] => {
  const found: string[] = [];
  for (let now = from; ;) {
    const { next } = around(hours, zone(name), now);
    if (next === null || next > until) return found;
    found.push(new Date(next).toISOString());
    now = next;
  }
};

describe("set hours", () => {
  it("[PE1] are those of the party's own clock, wherever it is", () => {
    const now = at("2026-11-24T12:00:00Z");
    expect(around([480, 1200], zone("America/Chicago"), now)).toEqual({
      last: at("2026-11-24T02:00:00Z"),
      next: at("2026-11-24T14:00:00Z"),
    });
    expect(around([480], zone("Asia/Kolkata"), now).next).toBe(at("2026-11-25T02:30:00Z"));
    expect(around([], zone("UTC"), now)).toEqual({ last: null, next: null });
  });

  it("[PE1] each comes once on the days on which clocks change: the skipped one later, the doubled one first", () => {
    // Chicago skips 02:30 on 8 March 2026 and has 01:30 twice on 1 November 2026.
    expect(all([150], "America/Chicago", at("2026-03-07T12:00:00Z"), at("2026-03-09T12:00:00Z"))).toEqual([
      "2026-03-08T08:30:00.000Z",
      "2026-03-09T07:30:00.000Z",
    ]);
    expect(all([90], "America/Chicago", at("2026-10-31T12:00:00Z"), at("2026-11-02T12:00:00Z"))).toEqual([
      "2026-11-01T06:30:00.000Z",
      "2026-11-02T07:30:00.000Z",
    ]);
  });

  it("[PE1] over a year each set hour comes once a day, where clocks change by an hour and by half of one", () => {
    const from = at("2026-01-01T00:00:00Z");
    for (const name of ["America/Chicago", "Australia/Lord_Howe"]) {
      const found = all([150, 1200], name, from, instant(from + days(365)));
      expect(found).toHaveLength(730);
      const gaps = found.slice(1).map((time, i) => Date.parse(time) - Date.parse(found[i] ?? time));
      expect(Math.min(...gaps)).toBeGreaterThan(5 * 3_600_000);
      expect(Math.max(...gaps)).toBeLessThan(19 * 3_600_000);
    }
  });

  it("[PE1] what has come lies before now and what is due after it, no more than a day and an hour apart", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(1439), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: at("2026-01-01T00:00:00Z"), max: at("2028-01-01T00:00:00Z") }),
        (hours, now) => {
          const { last, next } = around(hours, zone("Europe/Kyiv"), instant(now));
          if (last === null || next === null) throw new Error("hours without a moment");
          expect(last).toBeLessThanOrEqual(now);
          expect(next).toBeGreaterThan(now);
          expect(next - last).toBeLessThanOrEqual(days(1) + 3_600_000);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("[PE1] a time of day is two digits, a colon and two digits", () => {
    expect(["00:00", "08:30", "23:59"].map(dayMinuteOf)).toEqual([0, 510, 1439]);
    expect(["24:00", "8:30", "08:60", "", "08:30 "].map(dayMinuteOf)).toEqual([null, null, null, null, null]);
  });
});
