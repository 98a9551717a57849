import { instant } from "@parley/base/time";
import { describe, expect, it } from "vitest";
import { beganText, endedText, localTime, offsetAt, offsetText } from "./times.ts";

const at = (text: string) => instant(Date.parse(text));
const began = at("2026-09-14T20:07:31Z");

describe("[LG25] times are told in each party's place", () => {
  it("with place and offset, as the record shows them", () => {
    const places = [
      { name: "Northmark", offset: offsetAt("America/Chicago", began) ?? 0 },
      { name: "Estovar", offset: offsetAt("Europe/Moscow", began) ?? 0 },
    ];
    expect(beganText(began, places)).toBe("Began 15:07 Northmark (UTC-5), 23:07 Estovar (UTC+3)");
  });

  it("with dates where the calendars differ", () => {
    const places = [
      { name: "Northmark", offset: -300 },
      { name: "Estovar", offset: 330 },
      { name: "Avalon", offset: 0 },
    ];
    expect(endedText(at("2026-09-14T20:00:00Z"), places)).toBe(
      "Ended 2026-09-14 15:00 Northmark (UTC-5), 2026-09-15 01:30 Estovar (UTC+5:30), 2026-09-14 20:00 Avalon (UTC)",
    );
  });

  it("offsets follow each zone's rules at that time, half and quarter hours included", () => {
    const table: readonly (readonly [zone: string, time: string, offset: number | null])[] = [
      ["UTC", "2026-01-01T00:00:00Z", 0],
      ["Europe/London", "2026-01-01T00:00:00Z", 0],
      ["Europe/Berlin", "2026-03-29T00:59:59Z", 60],
      ["Europe/Berlin", "2026-03-29T01:00:00Z", 120],
      ["America/St_Johns", "2026-07-01T00:00:00Z", -150],
      ["Asia/Kathmandu", "2026-07-01T00:00:00Z", 345],
      ["Pacific/Kiritimati", "2026-07-01T00:00:00Z", 840],
      ["Pacific/Apia", "2011-12-29T12:00:00Z", -600],
      ["Pacific/Apia", "2011-12-31T12:00:00Z", 840],
      ["Nowhere/Land", "2026-07-01T00:00:00Z", null],
    ];
    for (const [zone, time, offset] of table)
      expect([zone, time, offsetAt(zone, at(time))]).toEqual([zone, time, offset]);
  });

  it("agrees with Temporal for every zone that this machine knows", () => {
    for (const zone of Intl.supportedValuesOf("timeZone"))
      for (const time of ["1995-06-01T12:00:00Z", "2026-01-15T12:00:00Z", "2026-07-15T12:00:00Z"]) {
        const { offsetNanoseconds } = Temporal.Instant.from(time).toZonedDateTimeISO(zone);
        expect([zone, time, offsetAt(zone, at(time))]).toEqual([zone, time, Math.trunc(offsetNanoseconds / 60e9)]);
      }
  });

  it("an entry reads the same whatever the rules have become: the recorded offset counts alone", () => {
    expect(localTime(began, { name: "x", offset: -300 })).toEqual({
      name: "x",
      clock: "15:07",
      date: "2026-09-14",
      offset: "UTC-5",
    });
    expect([offsetText(0), offsetText(-150), offsetText(765)]).toEqual(["UTC", "UTC-2:30", "UTC+12:45"]);
  });
});
