import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Instant, instant, ms } from "@parley/base/time";
import { dateText, dayKey, dayText, digits, offsetMinutes, offsetText, timeText } from "./place.ts";
import { ago, length } from "./say.ts";

const at = (text: string): Instant => instant(Date.parse(text));

describe("places", () => {
  it("[VW4] a time is 24 h with weekday, day and offset, and follows the zone's own rules", () => {
    const winter = at("2026-11-24T16:04:09Z");
    expect([
      timeText(winter, "Europe/Kyiv"),
      dayText(winter, "Europe/Kyiv", "en-GB"),
      offsetText(winter, "Europe/Kyiv"),
    ]).toEqual(["18:04", "Tue 24 Nov", "UTC+2"]);
    expect([timeText(winter, "America/New_York"), offsetText(winter, "America/New_York")]).toEqual(["11:04", "UTC−5"]);
    expect(offsetText(at("2026-07-01T00:00:00Z"), "America/New_York")).toBe("UTC−4");
    expect(timeText(winter, "UTC", "seconds")).toBe("16:04:09");
    expect(timeText(at("2026-11-24T22:04:00Z"), "Europe/Kyiv")).toBe("00:04");
    expect(dateText(at("2021-03-04T09:00:00Z"), "Europe/Kyiv", "en-GB")).toBe("4 March 2021");
  });

  it("[VW4] offsets of half and quarter hours are said in full, and UTC is only UTC", () => {
    const t = at("2026-11-24T16:04:00Z");
    expect(offsetText(t, "Asia/Kolkata")).toBe("UTC+5:30");
    expect(offsetText(t, "Asia/Kathmandu")).toBe("UTC+5:45");
    expect(offsetText(t, "America/St_Johns")).toBe("UTC−3:30");
    expect(offsetText(t, "UTC")).toBe("UTC");
    expect(offsetText(at("2026-11-24T16:04:00Z"), "Europe/London")).toBe("UTC");
  });

  it("[VW4] what a clock shows is UTC moved by its offset, at any time and place", () => {
    const zones = ["UTC", "Europe/Kyiv", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe"];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.constantFrom(...zones), (n, zone) => {
        const moved = new Date(n + offsetMinutes(instant(n), zone) * 60_000).toISOString();
        expect(timeText(instant(n), zone, "seconds")).toBe(moved.slice(11, 19));
        expect(dayKey(instant(n), zone)).toBe(moved.slice(0, 10));
      }),
      { numRuns: 300 },
    );
  });

  it("digits stay Latin in Arabic, so that two officers read the same figures", () => {
    const t = at("2026-11-24T16:04:00Z");
    expect(dayText(t, "UTC", "ar-u-nu-latn")).toBe("الثلاثاء 24 نوفمبر");
    expect(dateText(t, "UTC", "ar-u-nu-latn")).toMatch(/^24 .* 2026$/);
  });
});

describe("lengths", () => {
  it("elapsed time counts as digits and is never negative", () => {
    expect([0, 42_000, 725_000, 4_325_000, 360_000_000, -5].map((n) => digits(ms(n)))).toEqual([
      "0:00",
      "0:42",
      "12:05",
      "1:12:05",
      "100:00:00",
      "0:00",
    ]);
  });
  it("ages and lengths take the largest unit that says enough", () => {
    const minutes = (n: number) => ms(n * 60_000);
    expect(
      [0.5, 1, 59, 60, 47 * 60, 48 * 60].map((n) => [ago(minutes(n)).id, Object.values(ago(minutes(n)).with ?? {})]),
    ).toEqual([
      ["ago.now", []],
      ["ago.minutes", [1]],
      ["ago.minutes", [59]],
      ["ago.hours", [1]],
      ["ago.hours", [47]],
      ["ago.days", [2]],
    ]);
    expect(length(ms(48_000))).toEqual({ id: "length.seconds", with: { n: 48 } });
    expect(length(minutes(72))).toEqual({ id: "length.hours", with: { h: 1, n: 12 } });
  });
});
