// What is known about a line, and the one vocabulary of its states: every state has a shape, a word and a sentence that
// says who, what, since when and whose side. A state that is not proven now is never shown as an older, better one.
import { type Instant, type Ms, between } from "@parley/base/time";
import { type Place, dayKey } from "../words/place.ts";
import { type Moment, type Say, ago, moment, name, say } from "../words/say.ts";
import { type Cause, causeClause } from "./cause.ts";
import type { LineChecked } from "./checks.ts";
import type { LinePeople } from "./people.ts";

export type Side = "ours" | "theirs";

/** A party as its signed card names it. `crest` is a data: URL of its picture, or null where it gave none. */
export type Party = { readonly name: string; readonly place: Place; readonly crest: string | null };

/** The outcome of one drill, as a tick of the history shows it. */
export type Tick = "passed" | "degraded" | "failed" | "missed";

export type LineState =
  | { readonly at: "ready"; readonly provenAt: Instant }
  | {
      readonly at: "degraded";
      readonly means: "soundOnly" | "oneRoute" | "noPicture" | "poorPicture" | "poorSound" | "noReturn" | "inPart";
      readonly cause: Cause;
    }
  | {
      readonly at: "notReady";
      readonly cause: Cause;
      readonly since: Instant;
      readonly ours: "good" | "bad" | "untested";
    }
  | {
      readonly at: "unproven";
      readonly why: "neverDrilled" | "update" | "stale" | "restored";
      readonly since: Instant;
      readonly test: "running" | "due" | "none";
    }
  | { readonly at: "cutOff"; readonly by: Side; readonly since: Instant };

/** A line, with the first date on which anything on it will fail, and what checks found wrong. */
export type Line = {
  readonly id: string;
  readonly them: Party;
  readonly established: Instant;
  /** When the last call on it began, or null when there was never one. */
  readonly used: Instant | null;
  /** When they rang and were not answered, if no call has followed; else null. */
  readonly missed: Instant | null;
  readonly state: LineState;
  /** Oldest first; empty when nothing was ever drilled. */
  readonly ticks: readonly Tick[];
  readonly lastDrill: Instant | null;
  /** Whether it is being rehearsed just now. */
  readonly rehearsing: "now" | "no";
  /** Whether people are there, apart from the machines. */
  readonly people: LinePeople;
  readonly stations:
    { readonly at: "linked"; readonly since: Instant } | { readonly at: "away"; readonly since: Instant };
  readonly roundTrip: { readonly time: Ms; /** 0 to 1 */ readonly loss: number } | null;
} & LineChecked;

/** The shapes that stand for states; colour is only ever added to one of them. */
export type Shape =
  "disc" | "triangle" | "square" | "hollowSquare" | "hollow" | "ringing" | "target" | "bars" | "circle" | "cross";

export type Tone = "ready" | "warn" | "fault" | "quiet" | "live";

export type Mark = { readonly shape: Shape; readonly tone: Tone; readonly word: Say };

export function lineMark(state: LineState): Mark {
  switch (state.at) {
    case "ready":
      return { shape: "disc", tone: "ready", word: say("state.ready") };
    case "degraded":
      return { shape: "triangle", tone: "warn", word: say("state.degraded") };
    case "notReady":
      return state.cause.whose === "theirs"
        ? { shape: "hollowSquare", tone: "fault", word: say("state.notReadyTheirs") }
        : { shape: "square", tone: "fault", word: say("state.notReadyOurs") };
    case "unproven":
      return { shape: "hollow", tone: "quiet", word: say("state.unproven") };
    case "cutOff":
      return { shape: "cross", tone: "fault", word: say("state.cutOff") };
  }
  state satisfies never;
}

/** Since when, as our own clock shows it: the time alone when it was today, the day with it when it was not. */
export function since(at: Instant, here: Place, now: Instant): Moment {
  return moment(at, here, dayKey(at, here.zone) === dayKey(now, here.zone) ? "time" : "day");
}

/** The sentence under the word: what is known, since when, whose side, and what happens next. */
export function lineSentence(line: Line, here: Place, now: Instant): Say {
  const state = line.state;
  switch (state.at) {
    case "ready":
      return say("line.ready", { ago: ago(between(state.provenAt, now)) });
    case "degraded":
      return say("line.degraded", { means: say(`means.${state.means}`), cause: causeClause(state.cause) });
    case "notReady":
      return say("line.notReady", {
        cause: causeClause(state.cause),
        since: since(state.since, here, now),
        ours: say(state.cause.whose === "theirs" && state.ours === "good" ? "line.oursGood" : "nothing"),
      });
    case "unproven":
      if (state.why === "neverDrilled") return say("line.neverDrilled");
      return say(`line.unproven.${state.why}`, {
        since: since(state.since, here, now),
        test: say(`line.test.${state.test}`),
      });
    case "cutOff":
      return say("line.cutOff", { by: state.by, since: moment(state.since, here, "date") });
  }
  state satisfies never;
}

/** Whether a call may be tried: on every line that is not cut off, since a call is also the surest test. */
export function mayCall(state: LineState): boolean {
  return state.at !== "cutOff";
}

/** The states of a line, gravest first. */
const gravest: readonly LineState["at"][] = ["notReady", "degraded", "unproven", "ready", "cutOff"];

const gravity = (state: LineState): number => gravest.indexOf(state.at);

export function byGravity(lines: readonly Line[]): readonly Line[] {
  return lines.toSorted((a, b) => gravity(a.state) - gravity(b.state) || (a.them.name < b.them.name ? -1 : 1));
}

/** Since when the line stands, and when it was last used. */
export function historySentence(line: Line, here: Place): Say {
  const established = moment(line.established, here, "date");
  if (line.used === null) return say("line.neverUsed", { established });
  return say("line.used", { established, used: moment(line.used, here, "date") });
}

/** That they called and nobody answered, if it is so. */
export function missedSentence(line: Line, here: Place, now: Instant): Say | null {
  if (line.missed === null) return null;
  return say("line.missed", { them: name(line.them.name), at: since(line.missed, here, now) });
}

/** Whether the newest drills still speak for the line as it is now; the older ones of a line that changed do not. */
export const drillsHold = (state: LineState): boolean => state.at === "ready" || state.at === "degraded";

/** The caption under the ticks: how many there are and how many passed, that there were none, or that one is being held. */
export function drillCaption(line: Line): Say {
  if (line.rehearsing === "now") return say("drills.now");
  if (line.ticks.length === 0) return say("drills.none");
  return say("drills.some", { n: line.ticks.length, passed: line.ticks.filter((tick) => tick === "passed").length });
}
