import { describe, expect, it } from "vitest";
import { instant } from "@parley/base/time";
import { zoneTimesOf } from "./zones.ts";

const at = (text: string) => instant(Date.parse(text));

describe("what this machine's clocks show", () => {
  it("[CK10] now and after the next change, to the minute; a zone without changes, and one that nobody knows", () => {
    expect(zoneTimesOf("Europe/Paris", at("2025-01-15T12:00:00Z"))).toEqual({
      zone: "Europe/Paris",
      offset: 60,
      next: { at: at("2025-03-30T01:00:00Z"), offset: 120 },
    });
    // The same day, after it was looked up.
    expect(zoneTimesOf("Europe/Paris", at("2025-01-15T18:00:00Z"))?.next?.at).toBe(at("2025-03-30T01:00:00Z"));
    expect(zoneTimesOf("Europe/Paris", at("2025-03-30T01:00:00Z"))).toMatchObject({ offset: 120 });
    expect(zoneTimesOf("America/St_Johns", at("2025-07-01T00:00:00Z"))).toMatchObject({
      offset: -150,
      next: { offset: -210 },
    });
    expect(zoneTimesOf("Asia/Kolkata", at("2025-01-15T12:00:00Z"))).toEqual({
      zone: "Asia/Kolkata",
      offset: 330,
      next: null,
    });
    expect(zoneTimesOf("UTC", at("2025-01-15T12:00:00Z"))).toEqual({ zone: "UTC", offset: 0, next: null });
    expect(zoneTimesOf("Europe/Atlantis", at("2025-01-15T12:00:00Z"))).toBe(null);
  });
});
