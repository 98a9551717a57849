// What a line's rehearsals say of it: its state, by the newest verdict that still speaks for it, and its history. A verdict is never
// shown as ready once something has changed since, or once it is too old ([VW1], [DR4] of docs/spec/drill.md).
import { type Instant, instant, ms } from "@parley/base/time";
import type { DrillCause } from "@parley/protocol/signed/drillReport";
import type { LineDrills } from "@parley/protocol/terminal/drill";
import { type Cause, type CauseCode, cause, causeBetween } from "./cause.ts";
import type { Line, LineState } from "./line.ts";

/** A drill's cause in the words of screens. */
const causes: Readonly<Record<DrillCause, CauseCode>> = {
  stationAway: "noAnswer",
  noTerminal: "noDesk",
  notAnswered: "noAnswer",
  mustRekey: "wordsDue",
  keysNotAgreed: "keysApart",
  noPath: "noPath",
  relayAway: "relayAway",
  noFrames: "noPath",
  unsealedFrames: "sealBroken",
  forgedFrames: "sealBroken",
  pictureNotSent: "pictureLost",
  pictureNotArrived: "pictureLost",
  pictureUnreadable: "pictureLost",
  pictureSlow: "pictureSlow",
  soundNotSent: "soundLost",
  soundNotArrived: "soundLost",
  soundNarrow: "soundLost",
  keysStood: "keysApart",
  notEnded: "noAnswer",
  terminalGone: "deskGone",
  udpBlocked: "udpBlocked",
  soundBlocked: "soundBlocked",
  notBack: "notBack",
};

type Verdict = NonNullable<LineDrills["verdict"]>;

/** What a call on a line that is degraded by this can do. */
function means({ session, step }: Verdict): Extract<LineState, { at: "degraded" }>["means"] {
  if (session === "relay") return "oneRoute";
  if (session === "reload") return "noReturn";
  return step === "path" ? "oneRoute" : step === "sound" ? "poorSound" : "poorPicture";
}

/** A drill's cause as its verdict or its entry names it; what a newer build names is an answer that did not come. */
export function drillCause(code: string | null, whose: string): Cause {
  const named = Object.entries(causes).find(([name]) => name === code)?.[1] ?? "noAnswer";
  return whose === "ours" || whose === "theirs" ? cause(named, whose) : causeBetween(named);
}

const causeOf = (verdict: Verdict): Cause => drillCause(verdict.cause, verdict.whose);

/** When the newest drill proved the line for a call that began then, or null: it was not proven. */
export function provenBefore(drills: LineDrills | undefined, began: Instant): Instant | null {
  const verdict = drills?.verdict ?? null;
  if (drills === undefined || verdict?.at !== "ready" || drills.changed !== null) return null;
  return verdict.when <= began && began <= drills.stale ? instant(verdict.when) : null;
}

/** The state of a line whose stations are linked. `established`: since when there is anything to be drilled. */
export function drilledState(drills: LineDrills | undefined, established: Instant, now: Instant): LineState {
  const verdict = drills?.verdict ?? null;
  const test = drills === undefined ? "none" : drills.running ? "running" : "due";
  if (drills === undefined || verdict === null) {
    return { at: "unproven", why: "neverDrilled", since: established, test };
  }
  const when = instant(verdict.when);
  if (drills.changed !== null) return { at: "unproven", why: "update", since: instant(drills.changed), test };
  if (now > drills.stale) return { at: "unproven", why: "stale", since: when, test };
  switch (verdict.at) {
    case "ready":
      return { at: "ready", provenAt: when };
    case "degraded":
      return { at: "degraded", means: means(verdict), cause: causeOf(verdict) };
    case "notReady":
      return {
        at: "notReady",
        cause: causeOf(verdict),
        since: when,
        ours: verdict.whose === "theirs" ? "good" : verdict.whose === "ours" ? "bad" : "untested",
      };
  }
  return verdict.at satisfies never;
}

/** A line's history of drills, as it is shown beside its state. */
export function drillHistory(
  drills: LineDrills | undefined,
): Pick<Line, "ticks" | "lastDrill" | "rehearsing" | "roundTrip"> {
  const verdict = drills?.verdict ?? null;
  const roundTrip =
    verdict === null || verdict.roundTrip === null
      ? null
      : { time: ms(Math.round(verdict.roundTrip / 1000)), loss: (verdict.lost ?? 0) / 10_000 };
  return {
    ticks: drills?.ticks ?? [],
    lastDrill: verdict === null ? null : instant(verdict.when),
    rehearsing: drills?.running === true ? "now" : "no",
    roundTrip,
  };
}
