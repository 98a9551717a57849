import { describe, expect, it } from "vitest";
import { instant } from "@parley/base/time";
import { roomCauses } from "@parley/protocol/signed/selfTest";
import type { RoomShown } from "@parley/protocol/terminal/people";
import { cause } from "./cause.ts";
import type { LineState } from "./line.ts";
import type { PeopleFacts } from "./people.ts";
import { roomCause, withRooms } from "./room.ts";

const ready: LineState = { at: "ready", provenAt: instant(5) };
const degraded: LineState = { at: "degraded", means: "oneRoute", cause: cause("udpBlocked") };
const facts = (ours: RoomShown, theirs: RoomShown): PeopleFacts => ({
  type: "people",
  now: 10,
  ours: { at: "unasked", since: 0, by: "", next: null, question: null, room: ours },
  lines: [{ link: "x", at: "unasked", since: 0, room: theirs }],
});
const room = (at: "ready" | "degraded" | "notReady", why: NonNullable<RoomShown>["cause"]): RoomShown => ({
  at,
  cause: why,
  since: 7,
});
const dark = room("notReady", "cameraBlack");
const faint = room("degraded", "speakerFaint");

describe("rooms and lines", () => {
  it("[TS8] a room that cannot hold a call makes the line not ready on that side; a weak one degrades it", () => {
    expect(withRooms(ready, facts(dark, null), "x")).toEqual({
      at: "notReady",
      cause: { code: "cameraDark", whose: "ours" },
      since: 7,
      ours: "bad",
    });
    expect(withRooms(ready, facts(room("ready", null), dark), "x")).toMatchObject({
      at: "notReady",
      cause: { whose: "theirs" },
      ours: "good",
    });
    expect(withRooms(ready, facts(faint, null), "x")).toEqual({
      at: "degraded",
      means: "inPart",
      cause: { code: "speakerFaint", whose: "ours" },
    });
    expect(withRooms(degraded, facts(faint, null), "x")).toEqual(degraded);
    expect(withRooms(degraded, facts(null, dark), "x")).toMatchObject({ at: "notReady" });
  });

  it("[TS8] a good room proves no line, and nothing is made better by one", () => {
    const unproven: LineState = { at: "unproven", why: "stale", since: instant(1), test: "due" };
    const good = room("ready", null);
    for (const state of [ready, degraded, unproven]) expect(withRooms(state, facts(good, good), "x")).toEqual(state);
    expect(withRooms(unproven, facts(dark, dark), "x")).toEqual(unproven);
    expect(withRooms(ready, null, "x")).toEqual(ready);
    expect(withRooms(ready, facts(null, dark), "another line")).toEqual(ready);
  });

  it("[TS8] every cause has words, and one that only a newer station knows is a test that did not end", () => {
    for (const code of roomCauses) expect(roomCause(code).whose).toBe("ours");
    expect(roomCause("somethingNew", "theirs")).toEqual({ code: "testUnfinished", whose: "theirs" });
    expect(roomCause("cameraFrozen").code).toBe("cameraFrozen");
  });
});
