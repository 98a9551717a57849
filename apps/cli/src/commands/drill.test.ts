import { describe, expect, it } from "vitest";
import { drillCauses } from "@parley/protocol/signed/drillReport";
import { exitFor, sentenceFor, sinceOf } from "./drill.ts";

describe("parley drill and parley drills", () => {
  it("[DR18] says verdict, cause, side and step in a sentence, for every cause", () => {
    const of = { verdict: "notReady", step: "ring", cause: "noTerminal", whose: "theirs" } as const;
    expect(sentenceFor(of)).toBe("NOT READY: no desk is open and idle, their side (ring)");
    expect(sentenceFor({ verdict: "ready", step: null, cause: null, whose: "both" })).toBe("ready");
    for (const cause of drillCauses)
      expect(sentenceFor({ ...of, cause })).toMatch(/^NOT READY: \w.+, their side \(ring\)$/);
  });

  it("[DR18] the exit code is 0 only where all was ready, 1 where only the other side is at fault", () => {
    const ready = { verdict: "ready", whose: "both" } as const;
    const theirs = { verdict: "degraded", whose: "theirs" } as const;
    expect(exitFor([ready, ready])).toBe(0);
    expect(exitFor([ready, theirs])).toBe(1);
    for (const whose of ["ours", "both"] as const) expect(exitFor([theirs, { verdict: "notReady", whose }])).toBe(3);
    expect(exitFor([{ verdict: "missed", whose: "theirs" }])).toBe(1);
  });

  it("takes a date or a length of time, and nothing else", () => {
    const now = Date.UTC(2026, 10, 24);
    expect(sinceOf("24h", now)).toBe(now - 86_400_000);
    expect(sinceOf("90m", now)).toBe(now - 5_400_000);
    expect(sinceOf("2026-11-01", now)).toBe(Date.UTC(2026, 10, 1));
    for (const text of ["soon", "", "3w"]) expect([text, sinceOf(text, now)]).toEqual([text, null]);
  });
});
