import { instant } from "@parley/base/time";
import { describe, expect, it } from "vitest";
import type { ToTerminal } from "@parley/protocol/terminal/messages";
import { failed, readiness, sessions } from "../preview/drills.ts";
import { cast } from "../preview/people.ts";
import { numberRows, stepRows } from "./oneDrill.ts";
import {
  type DrillRow,
  type Readiness,
  type ReadinessFacts,
  daysLeft,
  drillCame,
  lacksDrill,
  looksAt,
  noReadiness,
  pageCame,
  readinessOf,
} from "./readiness.ts";

const people = cast("en");
const rowsOf = ({ page }: Readiness): readonly DrillRow[] => (page.at === "here" ? page.rows.toReversed() : []);
const rows = rowsOf(readiness(people)).slice(0, 3);
const [newest] = rows;
if (newest === undefined) throw new Error("no drill was made up");

type Page = Extract<ToTerminal, { type: "drillHistory" }>;
const page = (more: Partial<Page> = {}): Page => ({
  type: "drillHistory",
  link: "line-1",
  before: null,
  rows: [...rows],
  older: 9,
  summary: readiness(people).summary,
  ...more,
});
const told = (of: Readiness) => {
  if (of.drill.at !== "here") throw new Error("no drill is open");
  return of.drill.told;
};
const report = (index: number, link = "line-1"): Extract<ToTerminal, { type: "drillReport" }> => ({
  type: "drillReport",
  index,
  drill: { ...told(readiness(people)), index, link },
});
const open = (facts: ReadinessFacts) => readinessOf(facts, facts.line, undefined).drill;

describe("the readiness of a line", () => {
  it("[VW76] what comes of a line that is not looked at any more changes nothing", () => {
    const first = pageCame(looksAt(noReadiness, "line-1"), page());
    const second = looksAt(first, "line-2");
    expect(second).toMatchObject({ line: "line-2", page: null, summary: null, drill: null });
    expect(pageCame(second, page())).toBe(second);
    expect(drillCame(second, report(newest.index))).toBe(second);
    expect(readinessOf(second, "line-2", undefined).page).toEqual({ at: "loading" });
  });

  it("[VW76] the newest drill of a page is asked for, a chosen one in its place, and an answer about another is not shown", () => {
    const came = pageCame(looksAt(noReadiness, "line-1"), page());
    expect(lacksDrill(came)).toBe(newest.index);
    expect(open(came)).toEqual({ at: "loading", index: newest.index });
    const other = rows[1]?.index ?? 0;
    const chosen = { ...came, chosen: other };
    expect(lacksDrill(chosen)).toBe(other);
    expect(drillCame(chosen, report(newest.index))).toBe(chosen);
    const shown = drillCame(chosen, report(other));
    expect(lacksDrill(shown)).toBe(null);
    expect(open(shown)).toMatchObject({ at: "here", told: { index: other } });
    expect(open(drillCame(chosen, report(other, "line-2")))).toEqual({ at: "unread", index: other });
    expect(open(drillCame(chosen, { type: "drillReport", index: other, drill: null }))).toEqual({
      at: "unread",
      index: other,
    });
  });

  it("[VW70] a page of older drills keeps the summary, is shown oldest first, and says that there are newer ones", () => {
    const came = pageCame(looksAt(noReadiness, "line-1"), page());
    const older = readinessOf(pageCame(came, page({ before: 9, summary: null, older: null })), "line-1", undefined);
    expect(older.summary).toEqual(readiness(people).summary);
    expect(older.page).toMatchObject({ at: "here", newer: "some", older: null, asking: "no" });
    expect(rowsOf(older)).toEqual(rows);
  });

  it("[VW75] the horizon is everything with a date as the station ordered it, with the days that are left", () => {
    const check = {
      link: "line-1",
      at: 1,
      findings: [],
      horizon: null,
      dated: readiness(people).dated.map((one) => ({ ...one })),
    };
    expect(readinessOf(noReadiness, "line-1", check).dated).toEqual(readiness(people).dated);
    const hours = (n: number) => daysLeft(instant(n * 3_600_000), instant(0));
    expect([hours(49), hours(23), hours(0), hours(-1)]).toEqual([
      { id: "dated.in", with: { n: 2 } },
      { id: "dated.today" },
      { id: "dated.past" },
      { id: "dated.past" },
    ]);
  });
});

describe("one drill", () => {
  it("[VW72] both sides stand beside each other in each step, and what was not come to says so", () => {
    const steps = stepRows(told(sessions(people)));
    expect(steps.map(({ step }) => step)).toEqual(["ring", "keys", "path", "seal", "picture", "sound", "hangUp"]);
    expect(steps[0]).toMatchObject({ ours: { at: "passed" }, theirs: { at: "passed" } });
    // Our part names the far side, theirs itself: both say the same, theirs.
    const cause = { id: "cause.relayAway", with: { whose: "theirs" } };
    expect(steps[2]).toMatchObject({ ours: { at: "failed", cause }, theirs: { at: "failed", cause } });
    expect(steps[3]).toEqual({ step: "seal", ours: { at: "notCome" }, theirs: { at: "notCome" } });
  });

  it("[VW72] a step that only the caller goes through is none of the called side's", () => {
    const reload = { ...told(readiness(people)), session: "reload" as const, role: "called" as const };
    const last = stepRows(reload).at(-1);
    expect(last).toEqual({ step: "reload", ours: { at: "notTheirs" }, theirs: { at: "notCome" } });
  });

  it("[VW72] where a side gave no part nothing of ours stands in its place", () => {
    const drill = told(failed(people));
    expect(stepRows(drill).every(({ theirs }) => theirs === null)).toBe(true);
    expect(numberRows(drill).length).toBeGreaterThan(8);
    expect(numberRows(drill).every(({ theirs }) => theirs === null)).toBe(true);
  });

  it("[VW72] each number has its unit, and what nobody measured is no row", () => {
    const said = Object.fromEntries(numberRows(told(readiness(people))).map(({ what, ours }) => [what, ours]));
    expect(said["setUp"]).toEqual({ id: "number.seconds", with: { s: 0.412 } });
    expect(said["roundTrip"]).toEqual({ id: "number.ms", with: { ms: 41 } });
    expect(said["jitter"]).toEqual({ id: "number.msFine", with: { ms: 2.4 } });
    expect(said["lost"]).toEqual({ id: "number.percent", with: { parts: 0 } });
    expect(said["sync"]).toEqual({ id: "number.sync", with: { ms: 18, side: "behind" } });
    expect(said["tones"]).toEqual({ id: "number.tonesWeakest", with: { heard: 12, of: 12, below: 10, khz: 15 } });
    expect(numberRows(told(sessions(people)))).toEqual([]);
  });
});
