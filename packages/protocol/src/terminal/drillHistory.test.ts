import { describe, expect, it } from "vitest";
import { maxDrillDays, maxDrillTicks } from "../limits.ts";
import type { DrillRow, DrillTold } from "./drillHistory.ts";
import { readFromTerminal, readToTerminal } from "./messages.ts";

const link = "AAAAAAAAAAAAAAAAAAAAAA";
const row: DrillRow = {
  index: 7,
  at: 1,
  came: "passed",
  session: "direct",
  step: null,
  cause: null,
  whose: "both",
  signedByBoth: true,
  sessions: [{ session: "direct", index: 7, came: "passed" }],
  setUp: 400,
  roundTrip: null,
  lost: 0,
};
const day = { day: 20_000, passed: 1, degraded: 0, failed: 0, missed: 0, setUp: null, roundTrip: null, lost: null };
const hour = { weekday: 6, hour: 23, passed: 1, degraded: 0, failed: 0, missed: 0 };
const summary = { zone: "UTC", today: 20_000, days: [day], hours: [hour] };
const page = { type: "drillHistory", link, before: null, rows: [row], older: 3, summary };
const told: DrillTold = {
  index: 7,
  at: 1,
  came: "failed",
  session: "relay",
  step: "path",
  cause: "relayAway",
  whose: "theirs",
  signedByBoth: false,
  link,
  role: "caller",
  ours: { terminal: "Desk", browser: "Chromium", began: 1, ended: 2, results: [], numbers: null },
  theirs: null,
};
const report = { type: "drillReport", index: 7, drill: told };

const reads = (message: object): boolean => readToTerminal(JSON.stringify(message)).ok;

describe("a console's words about drills", () => {
  it("[VW70] are asked and told as they are", () => {
    for (const message of [
      { type: "drillHistory", link, before: null },
      { type: "drillHistory", link, before: 90 },
      { type: "drillReport", index: 7 },
      { type: "drillNow", link },
    ])
      expect(readFromTerminal(JSON.stringify(message))).toEqual({ ok: true, value: message });
    for (const message of [page, { ...page, summary: null, older: null }, report, { ...report, drill: null }])
      expect(readToTerminal(JSON.stringify(message))).toEqual({ ok: true, value: message });
  });

  it("[VW70] [WS4] are bounded: no page, summary or part is longer than it may be, and no number is none", () => {
    const many = <T>(one: T, n: number): readonly T[] => Array.from({ length: n }, () => one);
    expect(reads({ ...page, rows: many(row, maxDrillTicks) })).toBe(true);
    expect(reads({ ...page, rows: many(row, maxDrillTicks + 1) })).toBe(false);
    expect(reads({ ...page, summary: { ...summary, days: many(day, maxDrillDays) } })).toBe(true);
    expect(reads({ ...page, summary: { ...summary, days: many(day, maxDrillDays + 1) } })).toBe(false);
    expect(reads({ ...page, summary: { ...summary, hours: many(hour, 169) } })).toBe(false);
    for (const bad of [{ weekday: 7 }, { hour: 24 }, { passed: -1 }, { passed: 0.5 }])
      expect([bad, reads({ ...page, summary: { ...summary, hours: [{ ...hour, ...bad }] } })]).toEqual([bad, false]);
    for (const bad of [
      { came: "perhaps" },
      { setUp: -1 },
      { setUp: 2 ** 32 },
      { index: -1 },
      { sessions: many(row.sessions[0], 4) },
    ])
      expect([bad, reads({ ...page, rows: [{ ...row, ...bad }] })]).toEqual([bad, false]);
    expect(reads({ ...report, drill: { ...told, ours: { ...told.ours, browser: "x".repeat(201) } } })).toBe(false);
    for (const bad of [{ link: "short" }, { before: -1 }, { before: "7" }])
      expect(readFromTerminal(JSON.stringify({ type: "drillHistory", link, before: null, ...bad })).ok).toBe(false);
  });
});
