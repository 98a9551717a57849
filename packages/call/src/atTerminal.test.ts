import { describe, expect, it } from "vitest";
import { instant } from "@parley/base/time";
import { declinedAlready, isOverHere, isTaken, leftAlready, meets, saidAgain } from "./atTerminal.ts";
import {
  type Called,
  type Calling,
  type Ended,
  type Line,
  type Live,
  idle,
  ringsAt,
  sitsAt,
  takesPart,
} from "./state.ts";

const at = instant(1000);
const live: Live = { at: "live", since: at, call: "c", side: "called", ours: "us", theirs: "them", answered: at };
const ended: Ended = {
  at: "ended",
  call: "c",
  side: "called",
  why: "hungUp",
  answered: at,
  ended: at,
  until: instant(2000),
};
const calling: Calling = { at: "ringing", side: "calling", call: "c", ours: "us", reach: "sent", until: at };
const called: Called = {
  at: "ringing",
  side: "called",
  call: "c",
  theirs: "them",
  desks: ["us", "hall"],
  reach: "sent",
  until: at,
};

describe("a terminal's part in a line", () => {
  it("is to sit in the call, to call, or to ring", () => {
    expect([idle, ended, calling, called, live].map((line) => takesPart(line, "us"))).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
    expect([calling, called, live].map((line) => takesPart(line, "hall"))).toEqual([false, true, false]);
    expect([calling, called, live].map((line) => ringsAt(line, "us"))).toEqual([false, true, false]);
    expect([calling, called, live].map((line) => sitsAt(line, "us"))).toEqual([false, false, true]);
  });

  it("[CA15] a call that was left is told again, unless it goes on at another terminal of ours", () => {
    const left = new Set(["c"]);
    expect(leftAlready(live, left, "us")).toBe("c");
    expect(leftAlready(called, left, "us")).toBe("c");
    expect(leftAlready(live, left, "hall")).toBeNull();
    expect(leftAlready({ ...live, call: "d" }, left, "us")).toBeNull();
    expect(leftAlready(ended, left, "us")).toBeNull();
  });

  it("[CA15] a ring that was declined is told again where it sounds still, and a call that is handed here rings", () => {
    const declined = new Set(["c"]);
    expect(declinedAlready(called, declined, "us")).toBe("c");
    expect(declinedAlready({ ...called, desks: ["hall"] }, declined, "us")).toBeNull();
    expect(declinedAlready({ ...called, call: "d" }, declined, "us")).toBeNull();
    expect(declinedAlready({ ...live, ours: "hall", offered: "us" }, declined, "us")).toBeNull();
    expect(declinedAlready(ended, declined, "us")).toBeNull();
  });

  it("[CA15] a call is over here once it was answered and ended, or its caller gave up", () => {
    expect(isOverHere(ended)).toBe(true);
    expect(isOverHere({ ...ended, side: "calling", answered: null })).toBe(true);
    // It may have been answered at another desk of ours.
    expect(isOverHere({ ...ended, answered: null })).toBe(false);
    expect(isOverHere(live)).toBe(false);
  });

  it("[CA4] is in one call at a time: who calls or speaks on one line does not go ahead with another's ring", () => {
    const elsewhere: Line = { at: "ringing", side: "calling", call: "d", ours: "us", reach: "sent", until: instant(9) };
    expect(isTaken([called, elsewhere], "us", "c")).toBe(true);
    expect(isTaken([called, { ...live, call: "d" }], "us", "c")).toBe(true);
    expect(isTaken([called, { ...called, call: "d" }, idle], "us", "c")).toBe(false);
    expect(isTaken([called, elsewhere], "hall", "c")).toBe(false);
    expect(isTaken([live], "us", "c")).toBe(false);
  });

  it("begins with the far terminal anew when either person moves", () => {
    expect(meets(called, live, "us")).toBe("them");
    expect(meets(live, { ...live, since: instant(5) }, "us")).toBeNull();
    expect(meets(live, { ...live, theirs: "other" }, "us")).toBe("other");
    expect(meets({ ...live, ours: "hall" }, live, "us")).toBe("them");
    expect(meets(called, live, "hall")).toBeNull();
    expect(meets(live, ended, "us")).toBeNull();
  });

  it("says again to a station that was away what it may have missed, and no more", () => {
    expect(saidAgain(live, "us")).toEqual([
      { type: "up", call: "c" },
      { type: "answer", call: "c" },
    ]);
    expect(saidAgain({ ...live, side: "calling" }, "us")).toEqual([
      { type: "theyAnswered", call: "c" },
      { type: "up", call: "c" },
    ]);
    expect(saidAgain({ ...live, side: "calling", ours: "hall" }, "us")).toEqual([{ type: "up", call: "c" }]);
    expect(saidAgain(ended, "us")).toEqual([{ type: "hangUp", call: "c" }]);
    expect(saidAgain({ ...ended, why: "theyHungUp" }, "us")).toEqual([{ type: "theyHungUp", call: "c" }]);
    expect(saidAgain({ ...ended, why: "theyHungUp", answered: null }, "us")).toEqual([]);
    expect(saidAgain(called, "us")).toEqual([]);
    expect(saidAgain(idle, "us")).toEqual([]);
  });
});
