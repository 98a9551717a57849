// What desks' tests of their own rooms say of a line: a room that cannot hold a call makes the line not ready, on that side, whatever
// its drills proved with a test card, and one that is weak degrades it ([TS8] of docs/spec/selfTest.md).
import { instant } from "@parley/base/time";
import type { RoomCause } from "@parley/protocol/signed/selfTest";
import type { RoomShown } from "@parley/protocol/terminal/people";
import { type Say, say } from "../words/say.ts";
import { type Cause, type CauseCode, cause, causeClause } from "./cause.ts";
import type { LineState, Mark, Side } from "./line.ts";
import type { PeopleFacts } from "./people.ts";

/** A test's cause in the words of screens. */
const causes: Readonly<Record<RoomCause, CauseCode>> = {
  cameraMissing: "cameraMissing",
  cameraRefused: "cameraRefused",
  cameraBusy: "cameraBusy",
  cameraBlack: "cameraDark",
  cameraFrozen: "cameraFrozen",
  cameraCovered: "cameraCovered",
  microphoneMissing: "microphoneMissing",
  microphoneRefused: "microphoneRefused",
  microphoneBusy: "microphoneBusy",
  microphoneSilent: "microphoneSilent",
  microphoneClips: "microphoneClips",
  speakerNotHeard: "speakerSilent",
  speakerFaint: "speakerFaint",
  permissionDue: "permissionDue",
  storageAtRisk: "storageAtRisk",
  notFullscreen: "notFullscreen",
  asleep: "deskAsleep",
  notFinished: "testUnfinished",
};

/** As its entry or its row names it; what a newer build names is a test that did not end. */
export function roomCause(code: string | null, whose: Side = "ours"): Cause {
  return cause(Object.entries(causes).find(([name]) => name === code)?.[1] ?? "testUnfinished", whose);
}

/** The state that drills prove, with what both sides' rooms say of it; what is known to be wrong is never made better. */
export function withRooms(state: LineState, facts: PeopleFacts | null, link: string): LineState {
  if (facts === null || (state.at !== "ready" && state.at !== "degraded")) return state;
  const theirs = facts.lines.find((it) => it.link === link)?.room ?? null;
  const sides: readonly (readonly [Side, RoomShown])[] = [
    ["ours", facts.ours.room],
    ["theirs", theirs],
  ];
  for (const [whose, room] of sides)
    if (room?.at === "notReady")
      return {
        at: "notReady",
        cause: roomCause(room.cause, whose),
        since: instant(room.since),
        ours: whose === "ours" ? "bad" : facts.ours.room === null ? "untested" : "good",
      };
  if (state.at === "degraded") return state;
  for (const [whose, room] of sides)
    if (room?.at === "degraded") return { at: "degraded", means: "inPart", cause: roomCause(room.cause, whose) };
  return state;
}

/** A terminal's newest test, as the console lists it. */
export type TerminalTest = {
  readonly at: "ready" | "degraded" | "notReady";
  readonly cause: RoomCause | null;
  readonly ago: Say;
};

export const testMark = (test: TerminalTest | null): Pick<Mark, "shape" | "tone"> => {
  if (test === null) return { shape: "hollow", tone: "quiet" };
  if (test.at === "ready") return { shape: "disc", tone: "ready" };
  return test.at === "degraded" ? { shape: "triangle", tone: "warn" } : { shape: "square", tone: "fault" };
};

/** "Room tested well 3 h ago." */
export function testSentence(test: TerminalTest | null): Say {
  if (test === null) return say("room.untested");
  const { at, ago } = test;
  return at === "ready"
    ? say("room.ready", { ago })
    : say(`room.${at}`, { ago, cause: causeClause(roomCause(test.cause)) });
}
