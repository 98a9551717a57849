// One drill as an officer reads it: what each side came to in each step, how long it took, and the numbers of both beside each other,
// each with its unit. What a side did not come to, did not measure or did not say is said, and never filled from the other ([VW72]).
import { sessionSteps } from "@parley/drill/steps";
import { type DrillStep, drillSteps } from "@parley/protocol/signed/drillReport";
import type { DrillRow, DrillSideTold, DrillTold } from "@parley/protocol/terminal/drillHistory";
import type { Place } from "../words/place.ts";
import { type Say, moment, name, say } from "../words/say.ts";
import { causeClause } from "./cause.ts";
import { drillCause } from "./drills.ts";
import type { Mark, Side, Tick } from "./line.ts";
import { causeOfDrill, whenOf } from "./readiness.ts";

/** What came of a drill, as shape and word. */
export function cameMark(came: Tick): Mark {
  switch (came) {
    case "passed":
      return { shape: "disc", tone: "ready", word: say("came.passed") };
    case "degraded":
      return { shape: "triangle", tone: "warn", word: say("came.degraded") };
    case "failed":
      return { shape: "square", tone: "fault", word: say("came.failed") };
    case "missed":
      return { shape: "hollow", tone: "quiet", word: say("came.missed") };
  }
  came satisfies never;
}

/** A tick in words: "Mon 7 Dec 14:55: passed." with the cause where something was amiss. */
export function tickSentence(row: DrillRow, here: Place): Say {
  const cause = causeOfDrill(row);
  return say("drill.tick", {
    at: moment(whenOf(row), here, "day"),
    came: say(`came.${row.came}`),
    cause: cause === null ? say("nothing") : say("drill.because", { cause: causeClause(cause) }),
  });
}

/** What a drill's verdict says, and who stands behind it. */
export function drillSentence({ came, cause, whose, signedByBoth, step }: DrillTold): Say {
  if (came === "missed") return say("drill.missed");
  const why = causeOfDrill({ cause, whose });
  return say("drill.verdict", {
    verdict:
      why === null
        ? say("drill.allPassed")
        : say("drill.firstWrong", { step: say(`step.${step ?? "ring"}`), cause: causeClause(why) }),
    signed: say(signedByBoth ? "drill.signedByBoth" : "drill.oursAlone"),
  });
}

export type StepCell =
  | { readonly at: "passed"; readonly took: number }
  | { readonly at: "weak" | "failed"; readonly took: number; readonly cause: Say }
  /** It should have been gone through. */
  | { readonly at: "notCome" }
  /** This side does not go through it. */
  | { readonly at: "notTheirs" };

export type StepRow = {
  readonly step: DrillStep;
  readonly ours: StepCell | null;
  readonly theirs: StepCell | null;
};

const otherOf = { caller: "called", called: "caller" } as const;

/** The steps of a drill's session in their order; null in a cell where that side gave no part. */
export function stepRows({ session, role, ours, theirs }: DrillTold): readonly StepRow[] {
  const their = otherOf[role];
  return drillSteps
    .filter((step) => [role, their].some((who) => sessionSteps[session][who].includes(step)))
    .map((step) => ({
      step,
      ours: cellOf(ours, step, "ours", sessionSteps[session][role]),
      theirs: cellOf(theirs, step, "theirs", sessionSteps[session][their]),
    }));
}

function cellOf(part: DrillSideTold | null, step: DrillStep, of: Side, goes: readonly DrillStep[]): StepCell | null {
  if (part === null) return null;
  const result = part.results.find((it) => it.step === step);
  if (result === undefined) return { at: goes.includes(step) ? "notCome" : "notTheirs" };
  const { outcome, took, cause, whose } = result;
  if (outcome === "passed") return { at: "passed", took };
  // Each side says it as it sees it: what is its own is ours where it is ours.
  const far: Side = of === "ours" ? "theirs" : "ours";
  const seen = whose === "own" ? of : whose === "far" ? far : "both";
  return { at: outcome, took, cause: causeClause(drillCause(cause, seen)) };
}

/** A length of time in seconds, "0.41 s". */
export const secondsSay = (milliseconds: number): Say => say("number.seconds", { s: milliseconds / 1000 });
export const millisecondsSay = (milliseconds: number): Say =>
  milliseconds < 10 ? say("number.msFine", { ms: milliseconds }) : say("number.ms", { ms: Math.round(milliseconds) });
export const partsSay = (parts: number): Say => say("number.percent", { parts });

export const numberNames = [
  "setUp",
  "roundTrip",
  "lost",
  "jitter",
  "couldSend",
  "sent",
  "received",
  "codec",
  "path",
  "pictures",
  "gap",
  "grey",
  "sync",
  "tones",
] as const;
export type NumberName = (typeof numberNames)[number];

export type NumberRow = { readonly what: NumberName; readonly ours: Say | null; readonly theirs: Say | null };

type Numbers = NonNullable<DrillSideTold["numbers"]>;

/** The numbers of both sides; null in a cell where nothing was measured. */
export const numberRows = ({ ours, theirs }: DrillTold): readonly NumberRow[] =>
  numberNames
    .map((what) => ({
      what,
      ours: numberSay(ours?.numbers ?? null, what),
      theirs: numberSay(theirs?.numbers ?? null, what),
    }))
    .filter((row) => row.ours !== null || row.theirs !== null);

/** A value that was measured, in words; null passes. */
const told = <T>(value: T | null, words: (it: T) => Say): Say | null => (value === null ? null : words(value));

const rateSay = (bits: number): Say =>
  bits >= 1_000_000 ? say("number.mbit", { n: bits / 1_000_000 }) : say("number.kbit", { n: Math.round(bits / 1000) });

function numberSay(of: Numbers | null, what: NumberName): Say | null {
  if (of === null) return null;
  switch (what) {
    case "setUp":
      return told(of.setUp, secondsSay);
    case "roundTrip":
      return told(of.roundTrip, (it) => millisecondsSay(it / 1000));
    case "lost":
      return told(of.lost, (it) => partsSay(it / 10_000));
    case "jitter":
      return told(of.jitter, (it) => millisecondsSay(it / 1000));
    case "couldSend":
    case "sent":
    case "received":
      return told(of[what], rateSay);
    case "codec":
      return of.codec === "" ? null : say("number.codec", { codec: name(of.codec.replace(/^video\//, "")) });
    case "path":
      return say("number.path", { path: of.path });
    case "pictures":
      return say("number.pictures", { whole: of.pictures, all: of.pictures + of.torn });
    case "gap":
      return of.pictures === 0 ? null : millisecondsSay(of.gap);
    case "grey":
      return told(of.greyError, (it) => say("number.grey", { n: it }));
    case "sync":
      return told(of.soundBehind, (it) => syncSay(it - soundBehindZero));
    case "tones":
      return tonesSay(of);
  }
  what satisfies never;
}

/** What a report's `soundBehind` says where sound and picture come together. */
const soundBehindZero = 10_000;

const syncSay = (behind: number): Say =>
  say("number.sync", { ms: Math.abs(behind), side: behind > 0 ? "behind" : behind < 0 ? "ahead" : "together" });

function tonesSay({ bands }: Numbers): Say | null {
  if (bands.length === 0) return null;
  const heard = bands.flatMap(({ hz, below }) => (below === null ? [] : [{ hz, below }]));
  const [weakest] = heard.toSorted((a, b) => b.below - a.below);
  const tones = { heard: heard.length, of: bands.length };
  if (weakest === undefined || weakest.below === 0) return say("number.tones", tones);
  return say("number.tonesWeakest", { ...tones, below: weakest.below, khz: weakest.hz / 1000 });
}
