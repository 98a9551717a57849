import { decode, encode } from "@parley/base/codec";
import { describe, expect, it } from "vitest";
import type { CallId, LinkId, PartyId } from "../ids.ts";
import { type DrillReport, callerPart, drillReport, drillSessions } from "./drillReport.ts";

const part = (n: number): DrillReport["caller"] => ({
  party: new Uint8Array(32).fill(n) as PartyId,
  terminal: null,
  browser: "",
  station: new Uint8Array(32).fill(n),
  began: 1 as DrillReport["caller"]["began"],
  ended: 2 as DrillReport["caller"]["ended"],
  results: [],
  numbers: null,
});
const report: DrillReport = {
  session: "direct",
  link: new Uint8Array(16).fill(1) as LinkId,
  drill: new Uint8Array(16).fill(2) as CallId,
  next: 60,
  caller: part(3),
  called: part(4),
  rules: 1,
  verdict: { at: "notReady", step: "ring", cause: "terminalGone", whose: "both" },
};

describe("the report of a drill", () => {
  it("[DR24] of a direct session it is what it was before there were others; of another it names it, in one way", () => {
    const direct = encode(drillReport, report);
    expect(direct.slice(0, 16)).toEqual(report.link);
    expect(decode(drillReport, direct)).toEqual({ ok: true, value: report });
    for (const session of drillSessions) {
      const bytes = encode(drillReport, { ...report, session });
      expect(decode(drillReport, bytes)).toEqual({ ok: true, value: { ...report, session } });
      expect(bytes.length - direct.length).toBe(session === "direct" ? 0 : 17);
    }
    const relayed: DrillReport = { ...report, session: "relay" };
    const named = encode(drillReport, relayed);
    named[16] = 0;
    expect(decode(drillReport, named)).toMatchObject({ ok: false });
    named[16] = drillSessions.length;
    expect(decode(drillReport, named)).toMatchObject({ ok: false });
    for (const cut of [0, 1, 15, 16, 17]) expect(decode(drillReport, direct.slice(0, cut)).ok).toBe(false);
  });

  it("[DR24] so does the caller's part", () => {
    const { called: _called, rules: _rules, verdict: _verdict, ...own } = report;
    for (const session of drillSessions) {
      const one = { ...own, session };
      expect(decode(callerPart, encode(callerPart, one))).toEqual({ ok: true, value: one });
    }
  });
});
