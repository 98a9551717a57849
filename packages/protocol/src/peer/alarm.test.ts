import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instant } from "@parley/base/time";
import { sides } from "../alarmKinds.ts";
import { type AlarmPayload, decodeAlarm, encodeAlarm, mirrored } from "./alarm.ts";

const some: AlarmPayload = {
  type: "unattended",
  id: "STORE_FULL x",
  kind: "STORE_FULL",
  whose: "ours",
  about: "",
  since: instant(1_800_000_000_000),
};

describe("what stations say of alarms", () => {
  it("[AL9] comes back as it was, a kind of a newer version too, and is refused with a byte more or less", () => {
    for (const one of [some, { ...some, kind: "NEWER_KIND" }, { type: "attended", id: "x" } as const]) {
      const bytes = encodeAlarm(one);
      expect(decodeAlarm(bytes)).toEqual({ ok: true, value: one });
      expect(decodeAlarm(bytes.slice(0, -1)).ok).toBe(false);
      expect(decodeAlarm(Uint8Array.of(...bytes, 0)).ok).toBe(false);
    }
  });

  it("[AL9] every text is bounded, and whatever bytes come are read or refused", () => {
    expect(() => encodeAlarm({ ...some, about: "x".repeat(201) })).toThrow();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const read = decodeAlarm(bytes);
        if (read.ok) expect(encodeAlarm(read.value)).toEqual(Uint8Array.from(bytes));
      }),
    );
    expect(sides.map(mirrored).map(mirrored)).toEqual(sides);
  });
});
