import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Instant, instant } from "@parley/base/time";
import { cause, causeCodes } from "./cause.ts";
import {
  type Line,
  type LineState,
  byGravity,
  drillCaption,
  drillsHold,
  lineMark,
  lineSentence,
  mayCall,
} from "./line.ts";
import { linePeople } from "./people.ts";

const now = instant(Date.UTC(2026, 11, 7, 20, 7));
const here = { name: "Northmark", zone: "America/New_York" };
const hoursAgo = (n: number): Instant => instant(now - n * 3_600_000);

const states: readonly LineState[] = [
  { at: "ready", provenAt: hoursAgo(0.2) },
  { at: "degraded", means: "soundOnly", cause: cause("udpBlocked") },
  { at: "notReady", cause: cause("cameraDark"), since: hoursAgo(1), ours: "bad" },
  { at: "notReady", cause: cause("noAnswer", "theirs"), since: hoursAgo(2), ours: "good" },
  { at: "unproven", why: "neverDrilled", since: hoursAgo(3), test: "none" },
  { at: "unproven", why: "update", since: hoursAgo(3), test: "running" },
  { at: "unproven", why: "stale", since: hoursAgo(30), test: "due" },
  { at: "unproven", why: "restored", since: hoursAgo(3), test: "due" },
  { at: "cutOff", by: "ours", since: hoursAgo(900) },
];

const line = (state: LineState, more: Partial<Line> = {}): Line => ({
  id: "l",
  them: { name: "Estovar", place: { name: "Estovar", zone: "Europe/Istanbul" }, crest: null },
  established: hoursAgo(50_000),
  used: null,
  missed: null,
  state,
  ticks: [],
  lastDrill: null,
  rehearsing: "no",
  people: linePeople(null, "x"),
  stations: { at: "linked", since: hoursAgo(5) },
  roundTrip: null,
  horizon: null,
  findings: [],
  ...more,
});

describe("the state of a line", () => {
  it("[VW1] each state of the vocabulary has a shape of its own, and its word goes with that shape", () => {
    const byWord = new Map(states.map((state) => [lineMark(state).word.id, lineMark(state).shape]));
    expect([...byWord.values()].toSorted()).toEqual(["cross", "disc", "hollow", "hollowSquare", "square", "triangle"]);
    expect(new Set(byWord.values()).size).toBe(byWord.size);
  });

  it("[VW1] only a proven line has ready's shape, word or colour; no history of drills makes it so", () => {
    for (const state of states) {
      const mark = lineMark(state);
      const ready = [mark.shape === "disc", mark.tone === "ready", mark.word.id === "state.ready"];
      expect([state, ready]).toEqual([state, Array(3).fill(state.at === "ready")]);
      if (state.at === "unproven" || state.at === "notReady" || state.at === "cutOff")
        expect(drillsHold(state)).toBe(false);
    }
  });

  it("[VW1] a line that was never drilled says so, and may still be called", () => {
    const state: LineState = { at: "unproven", why: "neverDrilled", since: hoursAgo(1), test: "none" };
    expect(lineSentence(line(state), here, now).id).toBe("line.neverDrilled");
    expect(drillCaption(line(state)).id).toBe("drills.none");
    expect(mayCall(state)).toBe(true);
  });

  it("[VW1] not ready says whose side, since when and, for theirs, that ours tests good", () => {
    const theirs = lineSentence(line(states[3] as LineState), here, now);
    expect(theirs.with).toMatchObject({
      cause: { id: "cause.noAnswer", with: { whose: "theirs" } },
      since: { at: hoursAgo(2), place: here, as: "time" },
      ours: { id: "line.oursGood" },
    });
    const ours = lineSentence(line(states[2] as LineState), here, now);
    expect(ours.with).toMatchObject({ cause: { with: { whose: "ours" } }, ours: { id: "nothing" } });
  });

  it("[VW4] a moment of another day bears its day", () => {
    const stale = lineSentence(line(states[6] as LineState), here, now);
    expect(stale.with).toMatchObject({ since: { as: "day" } });
  });

  it("only a line that is cut off cannot be called", () => {
    expect(states.filter((state) => !mayCall(state)).map(({ at }) => at)).toEqual(["cutOff"]);
  });

  it("the gravest lines come first, and equals by name", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...states], { minLength: 2 }), (some) => {
        const sorted = byGravity(some.map((state) => line(state))).map(({ state }) => state.at);
        const order = ["notReady", "degraded", "unproven", "ready", "cutOff"];
        expect(sorted).toEqual(sorted.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
      }),
    );
  });

  it("the caption counts what passed, and nothing else as passed", () => {
    const ticks = ["passed", "degraded", "failed", "missed", "passed"] as const;
    expect(drillCaption(line(states[0] as LineState, { ticks })).with).toEqual({ n: 5, passed: 2 });
  });

  it("every cause has its clause", () => {
    for (const code of causeCodes)
      expect(
        lineSentence(line({ at: "notReady", cause: cause(code), since: now, ours: "bad" }), here, now).with,
      ).toHaveProperty("cause.id", `cause.${code}`);
  });
});
