import { hours, instant } from "@parley/base/time";
import { drillCauses } from "@parley/protocol/signed/drillReport";
import type { LineDrills } from "@parley/protocol/terminal/drill";
import { describe, expect, it } from "vitest";
import { drillCause, drillHistory, drilledState, provenBefore } from "./drills.ts";

const now = instant(1_800_000_000_000);
const established = instant(now - hours(1000));
const when = now - hours(1);

const drills = (
  more: Partial<LineDrills> = {},
  verdict: Partial<NonNullable<LineDrills["verdict"]>> = {},
): LineDrills => ({
  link: "AAAAAAAAAAAAAAAAAAAAAA",
  verdict: {
    at: "ready",
    step: null,
    cause: null,
    whose: "both",
    when,
    signedByBoth: true,
    setUp: 40,
    roundTrip: 12_300,
    lost: 25,
    ...verdict,
  },
  changed: null,
  stale: now + hours(2),
  running: false,
  ticks: ["passed"],
  ...more,
});

describe("what drills say of a line", () => {
  it("[VW1] a call tells how long before it the line was proven, and where it was not, that", () => {
    expect(provenBefore(drills(), now)).toBe(when);
    expect(provenBefore(undefined, now)).toBeNull();
    expect(provenBefore(drills({}, { at: "notReady" }), now)).toBeNull();
    expect(provenBefore(drills({ changed: when + 1 }), now)).toBeNull();
    expect(provenBefore(drills(), instant(when - 1))).toBeNull();
    expect(provenBefore(drills(), instant(now + hours(3)))).toBeNull();
  });

  it("[VW1] [DR4] [DR8] ready is what both sides proved, and nothing that changed since or is too old", () => {
    expect(drilledState(drills(), established, now)).toEqual({ at: "ready", provenAt: when });
    expect(drilledState(drills({ changed: when + 1 }), established, now)).toMatchObject({
      at: "unproven",
      why: "update",
    });
    expect(drilledState(drills({ stale: now - 1 }), established, now)).toMatchObject({ at: "unproven", why: "stale" });
    expect(drilledState(drills({ verdict: null }), established, now)).toMatchObject({
      at: "unproven",
      why: "neverDrilled",
    });
    expect(drilledState(undefined, established, now)).toMatchObject({ at: "unproven", test: "none" });
    expect(drilledState(drills({ changed: when, running: true }), established, now)).toMatchObject({ test: "running" });
  });

  it("[VW1] degraded says by what means, not ready whose side and since when", () => {
    const relay = { at: "degraded", step: "path", cause: "relayAway", whose: "ours" } as const;
    expect(drilledState(drills({}, relay), established, now)).toEqual({
      at: "degraded",
      means: "oneRoute",
      cause: { code: "relayAway", whose: "ours" },
    });
    const desk = { at: "notReady", step: "ring", cause: "noTerminal", whose: "theirs" } as const;
    expect(drilledState(drills({}, desk), established, now)).toEqual({
      at: "notReady",
      cause: { code: "noDesk", whose: "theirs" },
      since: when,
      ours: "good",
    });
  });

  it("every cause of a drill has its words, whosever it is, and an unknown one too", () => {
    for (const code of [...drillCauses, "aNewOne", null])
      for (const whose of ["ours", "theirs", "both"]) {
        const { code: named, whose: side } = drillCause(code, whose);
        expect(named).not.toBe("");
        if (whose !== "both") expect(side).toBe(whose);
      }
    expect(drillCause("noTerminal", "both")).toEqual({ code: "noDesk", whose: "theirs" });
  });

  it("the history has the newest drill's round trip and loss", () => {
    expect(drillHistory(drills({ running: true }))).toEqual({
      ticks: ["passed"],
      lastDrill: when,
      rehearsing: "now",
      roundTrip: { time: 12, loss: 0.0025 },
    });
    expect(drillHistory(undefined)).toEqual({ ticks: [], lastDrill: null, rehearsing: "no", roundTrip: null });
  });
});
