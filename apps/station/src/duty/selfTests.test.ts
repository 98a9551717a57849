import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Instant, type Ms, days, hours, instant, minutes, ms, seconds } from "@parley/base/time";
import { around } from "@parley/drill/hours";
import type { PartResult } from "@parley/drill/room/judge";
import { idText } from "@parley/protocol/ids";
import {
  type DeskNow,
  type SelfTests,
  type SelfTestsCommand,
  type SelfTestsContext,
  type SelfTestsEffect,
  decide,
  nextTick,
  noTests,
  sideOf,
  testLasts,
} from "./selfTests.ts";

const [one, two] = [1, 2].map((n) => idText(new Uint8Array(16).fill(n))) as [string, string];
const night = instant(Date.parse("2026-11-24T03:00:00Z"));
const numbers = { grey: 90, spread: 30, moved: 400, pictures: 10, above: [30], below: 50, clipped: 0, late: 20 };
const good: readonly PartResult[] = (["camera", "microphone", "speaker", "wake"] as const).map((part) => ({
  part,
  outcome: "good",
  cause: null,
}));
const dark: readonly PartResult[] = [{ part: "camera", outcome: "failed", cause: "cameraBlack" }, ...good.slice(1)];

/** A station whose desks are tested at 04:10 UTC. */
class Station {
  tests: SelfTests = noTests;
  now: Instant = night;
  setHours: readonly number[] = [250];
  desks: DeskNow[] = [
    { terminal: one, use: "idle", browser: "Chromium" },
    { terminal: two, use: "idle", browser: "Chromium" },
  ];
  readonly effects: SelfTestsEffect[] = [];
  private drawn = 10;
  constructor() {
    this.do({ type: "tick" });
  }
  get context(): SelfTestsContext {
    return {
      desks: this.desks,
      hours: around(this.setHours, () => 0, this.now),
      newTest: () => idText(new Uint8Array(16).fill(++this.drawn)),
    };
  }
  do(command: SelfTestsCommand): void {
    const { tests, effects } = decide(this.tests, command, this.context, this.now);
    this.tests = tests;
    this.effects.push(...effects);
  }
  pass(time: Ms): void {
    const end = instant(this.now + time);
    for (;;) {
      const next = nextTick(this.tests, this.context);
      if (next === null || next > end || next <= this.now) break;
      this.now = next;
      this.do({ type: "tick" });
    }
    this.now = end;
    this.do({ type: "tick" });
  }
  say(type: "began" | "gaveWay", took: Ms | null = ms(200)): void {
    const { test = "", terminal = "" } = this.tests.under ?? {};
    this.do(type === "began" ? { type, terminal, test, took } : { type, terminal, test });
  }
  over(results: readonly PartResult[] = good): void {
    const { test = "", terminal = "" } = this.tests.under ?? {};
    this.do({ type: "over", terminal, test, found: { results: [...results], numbers } });
  }
  use(terminal: string, use: DeskNow["use"]): void {
    this.desks = this.desks.map((each) => (each.terminal === terminal ? { ...each, use } : each));
  }
  asked = (): number => this.effects.filter(({ type }) => type === "ask").length;
  done = () => this.effects.flatMap((effect) => (effect.type === "done" ? effect.done : []));
}

describe("tests of rooms", () => {
  it("[TS1] each idle desk is asked once at each set hour, one after the other", () => {
    const at = new Station();
    at.pass(hours(1));
    expect(at.asked()).toBe(0);
    at.pass(minutes(10));
    expect([at.asked(), at.tests.under?.terminal]).toEqual([1, one]);
    at.say("began");
    at.over();
    expect([at.asked(), at.tests.under?.terminal]).toEqual([2, two]);
    at.say("began");
    at.over(dark);
    expect(at.tests.under).toBeNull();
    at.pass(hours(20));
    expect(at.asked()).toBe(2);
    expect(at.done().map(({ at: word, cause, woke }) => [word, cause, woke])).toEqual([
      ["ready", null, 200],
      ["notReady", "cameraBlack", 200],
    ]);
    at.pass(hours(4));
    expect(at.asked()).toBe(3);
  });

  it("[TS7] a desk that somebody uses is not asked, and one that gives way is asked again later; neither is a finding", () => {
    const at = new Station();
    at.use(one, "inUse");
    at.use(two, "off");
    at.pass(hours(2));
    expect([at.asked(), at.done()]).toEqual([0, []]);
    at.use(one, "idle");
    at.do({ type: "tick" });
    at.say("began");
    at.say("gaveWay");
    expect([at.asked(), at.tests.under, at.done()]).toEqual([1, null, []]);
    at.pass(minutes(4));
    expect(at.asked()).toBe(1);
    at.pass(minutes(1));
    expect(at.asked()).toBe(2);
    at.say("began");
    at.over();
    expect(at.done()).toHaveLength(1);
  });

  it("[TS6] a page that does not answer, answers late, or says nothing more is what is found", () => {
    const at = new Station();
    at.desks = at.desks.slice(0, 1);
    at.pass(hours(2));
    at.pass(seconds(10));
    expect(at.done()).toMatchObject([{ at: "notReady", cause: "asleep", woke: null, numbers: null }]);
    at.pass(hours(24));
    const late = new Station();
    late.desks = late.desks.slice(0, 1);
    late.pass(ms(hours(1) + minutes(10)));
    late.say("began", seconds(7));
    late.over();
    expect(late.done()).toMatchObject([{ at: "notReady", cause: "asleep", woke: 7000 }]);
    const gone = new Station();
    gone.desks = gone.desks.slice(0, 1);
    gone.pass(ms(hours(1) + minutes(10)));
    gone.say("began");
    gone.pass(testLasts);
    expect(gone.done()).toMatchObject([{ at: "notReady", cause: "notFinished", woke: 200 }]);
    // And its last word after that is nobody's.
    gone.over();
    expect(gone.done()).toHaveLength(1);
  });

  it("[TS8] the side stands as the best of its desks, for a day after the next set hour, and then as none", () => {
    const at = new Station();
    expect(sideOf(at.tests, at.now)).toBeNull();
    at.pass(ms(hours(1) + minutes(10)));
    at.say("began");
    at.over(dark);
    expect(sideOf(at.tests, at.now)).toMatchObject({ at: "notReady", cause: "cameraBlack" });
    at.say("began");
    at.over();
    expect(sideOf(at.tests, at.now)).toMatchObject({ at: "ready" });
    at.desks = at.desks.map((each) => ({ ...each, use: "off" as const }));
    at.pass(hours(47));
    expect(sideOf(at.tests, at.now)).toMatchObject({ at: "ready" });
    at.pass(hours(2));
    expect(sideOf(at.tests, at.now)).toBeNull();
    at.desks = [];
    at.do({ type: "tick" });
    expect(at.tests).toEqual(noTests);
  });

  it("[TS1] [TS7] whatever terminals say and do, one desk at a time is asked, no desk in use, none twice for one hour without giving way", () => {
    const step = fc.record({
      what: fc.constantFrom("pass", "began", "gaveWay", "over", "idle", "inUse", "off", "stray", "setBack"),
      which: fc.constantFrom(one, two),
      for: fc.integer({ min: 1, max: 900 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const at = new Station();
        let [before, gaveWay] = [0, 0];
        for (const { what, which, for: time } of steps) {
          const under = at.tests.under;
          if (what === "pass") at.pass(minutes(time));
          if (what === "began") at.say("began");
          if (what === "gaveWay" && under !== null) {
            gaveWay += 1;
            at.say("gaveWay");
          }
          if (what === "over") at.over();
          if (what === "idle" || what === "inUse" || what === "off") at.use(which, what);
          if (what === "stray")
            at.do({ type: "over", terminal: which, test: "another", found: { results: [], numbers } });
          if (what === "setBack") at.now = instant(at.now - minutes(time));
          at.do({ type: "tick" });
          const asked = at.effects.slice(before).flatMap((each) => (each.type === "ask" ? each.terminal : []));
          before = at.effects.length;
          if (what !== "pass" && what !== "setBack")
            for (const terminal of asked) expect(at.desks.find((each) => each.terminal === terminal)?.use).toBe("idle");
          expect(JSON.parse(JSON.stringify(at.tests))).toEqual(at.tests);
        }
        if (!steps.some(({ what }) => what === "setBack")) {
          const passed = at.now - night;
          expect(at.asked()).toBeLessThanOrEqual(2 * (Math.floor(passed / days(1)) + 1) + gaveWay);
        }
      }),
      { numRuns: 200 },
    );
  });
});
