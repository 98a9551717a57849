import { instant } from "@parley/base/time";
import { describe, expect, it } from "vitest";
import { merge } from "./merge.ts";
import { type Line, idle } from "./state.ts";

const t = instant(1000);
const called: Line = {
  at: "ringing",
  side: "called",
  call: "A",
  theirs: "f",
  desks: ["d1", "d2"],
  reach: "rang",
  until: t,
};
const inCall = { call: "A", side: "called", ours: "d1", theirs: "f", answered: t } as const;
const keying: Line = { at: "keying", ...inCall, until: t };
const live: Line = { at: "live", ...inCall, since: t };
const ended: Line = { at: "ended", call: "A", side: "called", why: "hungUp", answered: t, ended: t, until: t };

describe("merge", () => {
  it("[CA12] nobody is taken back to a state that the call has left", () => {
    expect(merge(keying, called, "d1")).toBe(keying);
    expect(merge(ended, live, "d1")).toBe(ended);
    expect(merge(called, keying, "d1")).toBe(keying);
    expect(merge(live, ended, "d1")).toBe(ended);
  });
  it("within a call the terminal that carries the media knows best, any other terminal believes the station", () => {
    expect(merge(live, keying, "d1")).toBe(live);
    expect(merge(live, keying, "d2")).toBe(keying);
    const moved: Line = { ...keying, theirs: "g" };
    expect(merge(live, moved, "d1")).toBe(moved);
    expect(merge(live, { ...keying, offered: "d2" }, "d1")).toEqual({ ...live, offered: "d2" });
  });
  it("another call, or none, is the station's to say; an ended call is shown until its own time", () => {
    const other: Line = { ...called, call: "B" };
    expect(merge(live, other, "d1")).toBe(other);
    expect(merge(live, idle, "d1")).toBe(idle);
    expect(merge(ended, idle, "d1")).toBe(ended);
    expect(merge(idle, called, "d1")).toBe(called);
  });
});
