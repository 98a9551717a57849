import { type Clock, instant, ms } from "@parley/base/time";
import type { LineDrills } from "@parley/protocol/terminal/drill";
import type { DrillRow } from "@parley/protocol/terminal/drillHistory";
import type { FromTerminal, ToTerminal } from "@parley/protocol/terminal/messages";
import { describe, expect, it } from "vitest";
import { makeKnown } from "./known.ts";
import { readinessRun } from "./readinessRun.ts";

const clock: Clock = { now: () => instant(5), elapsed: () => ms(0), wait: () => () => undefined };
const row = (index: number): DrillRow => ({
  index,
  at: 1,
  came: "passed",
  session: "direct",
  step: null,
  cause: null,
  whose: "both",
  signedByBoth: true,
  sessions: [{ session: "direct", index, came: "passed" }],
  setUp: null,
  roundTrip: null,
  lost: null,
});
const page = (more: object = {}): Extract<ToTerminal, { type: "drillHistory" }> => ({
  type: "drillHistory",
  link: "one",
  before: null,
  rows: [row(9), row(5)],
  older: 5,
  summary: null,
  ...more,
});
const verdict = (when: number): LineDrills => ({
  link: "one",
  verdict: {
    at: "ready",
    step: null,
    cause: null,
    whose: "both",
    when,
    signedByBoth: true,
    setUp: 1,
    roundTrip: 1,
    lost: 0,
  },
  changed: null,
  stale: 9,
  running: false,
  ticks: [],
});

function begin() {
  const sent: FromTerminal[] = [];
  const known = makeKnown(clock, "console", "asked");
  const run = readinessRun(known, (message) => sent.push(message) > 0);
  const said = (): readonly FromTerminal[] => sent.splice(0);
  return { known, run, said };
}

describe("the section of readiness", () => {
  it("[VW76] opens with the newest page, then asks for its newest drill, and for another when it is chosen", () => {
    const { known, run, said } = begin();
    run.open(null);
    expect(said()).toEqual([]); // no line, nothing to ask
    run.open("one");
    expect(said()).toEqual([{ type: "drillHistory", link: "one", before: null }]);
    run.page(page());
    expect(said()).toEqual([{ type: "drillReport", index: 9 }]);
    run.choose(5);
    expect(said()).toEqual([{ type: "drillReport", index: 5 }]);
    run.report({ type: "drillReport", index: 9, drill: null });
    expect(known.facts().readiness.drill).toBe(null);
    run.report({ type: "drillReport", index: 5, drill: null });
    expect(known.facts().readiness.drill).toEqual({ index: 5, told: null });
    run.choose(5);
    expect(said()).toEqual([]);
  });

  it("[VW70] asks for older ones where there are any, of the line that is looked at", () => {
    const { run, said } = begin();
    run.open("one");
    run.older("one"); // nothing came yet
    run.page(page());
    said();
    run.older("two");
    run.older("one");
    expect(said()).toEqual([{ type: "drillHistory", link: "one", before: 5 }]);
    run.page(page({ before: 5, rows: [row(3)], older: null }));
    expect(said()).toEqual([{ type: "drillReport", index: 3 }]);
    run.older("one");
    expect(said()).toEqual([]);
  });

  it("[VW76] asks again when a drill of that line has ended, while the newest page is looked at, and once for each", () => {
    const { known, run, said } = begin();
    run.open("one");
    known.change({ section: "readiness", door: { officers: "some", officer: "Ada" } });
    run.page(page());
    said();
    const again: FromTerminal[] = [{ type: "drillHistory", link: "one", before: null }];
    run.drillsSaid([verdict(7)]);
    expect(said()).toEqual(again);
    run.drillsSaid([verdict(7)]);
    run.drillsSaid([{ ...verdict(8), link: "two" }]);
    expect(said()).toEqual([]);
    run.drillsSaid([verdict(8)]);
    expect(said()).toEqual(again);
    // A further session of it is over.
    run.drillsSaid([{ ...verdict(8), running: true }]);
    said();
    run.drillsSaid([verdict(8)]);
    expect(said()).toEqual(again);
    run.page(page({ before: 5 }));
    run.drillsSaid([verdict(9)]);
    known.change({ section: "lines" });
    run.page(page());
    run.drillsSaid([verdict(10)]);
    expect(said().some(({ type }) => type === "drillHistory")).toBe(false);
  });

  it("[VW70] asks nothing of a station that knows no officer here, and what it could not ask once one has signed in", () => {
    const { known, run, said } = begin();
    run.open("one");
    known.change({ section: "readiness", door: { officers: "some", officer: null } });
    said();
    run.drillsSaid([verdict(7)]);
    expect(said()).toEqual([]);
    run.officerCame();
    expect(said()).toEqual([]); // no line is known without a welcome
    known.change({ readiness: { ...known.facts().readiness, page: { rows: [], before: null, older: null } } });
    run.drillsSaid([verdict(8)]);
    expect(said()).toEqual([]);
    known.change({ door: { officers: "some", officer: "Ada" } });
    run.drillsSaid([verdict(9)]);
    expect(said()).toEqual([{ type: "drillHistory", link: "one", before: null }]);
  });
});
