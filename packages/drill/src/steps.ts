// How long each step of a drill may take before it has failed, with the reason ([DR9] of docs/spec/drill.md). The names of the
// steps are the report's (signed/drillReport).
import { type Ms, seconds } from "@parley/base/time";
import { type DrillSession, type DrillStep, type StepResult, drillSteps } from "@parley/protocol/signed/drillReport";

/** Whoever takes part. */
export type Who = "caller" | "called";

export const stepLasts: Readonly<Record<DrillStep, Ms>> = {
  /** From the ring to the answer: the longest time that a drill lets it ring, and the way there and back. */
  ring: seconds(30),
  /** From the admission on: the agreement runs while it rings. */
  keys: seconds(20),
  path: seconds(20),
  /** From the answer to the first opened frame; a call calls more than 5 s a fault to mend, and mends it. */
  seal: seconds(20),
  /** From the first opened frame on. */
  picture: seconds(30),
  sound: seconds(30),
  rekey: seconds(40),
  /** From the hang-up to the line's end. */
  hangUp: seconds(10),
  /** From the moment that everything is let go of until a picture is read again: a person reads "Holding" for that long. */
  reload: seconds(20),
};

const ofCall = ["ring", "keys", "path", "seal", "picture", "sound"] as const;

/** What each side goes through in a session; one that is not in its part was not come to. */
export const sessionSteps: Readonly<Record<DrillSession, Readonly<Record<Who, readonly DrillStep[]>>>> = {
  direct: { caller: [...ofCall, "rekey", "hangUp"], called: [...ofCall, "rekey", "hangUp"] },
  relay: { caller: [...ofCall, "hangUp"], called: [...ofCall, "hangUp"] },
  // The called side sees somebody come back and cannot tell why they were away.
  reload: { caller: [...ofCall, "hangUp", "reload"], called: [...ofCall, "hangUp"] },
};

/** The first step that `who` would have to go through and did not come to, or null. */
export const firstMissing = (session: DrillSession, who: Who, results: readonly StepResult[]): DrillStep | null =>
  sessionSteps[session][who].find((step) => !results.some((it) => it.step === step)) ?? null;

/** From the first opened frame until the caller of a reload session lets go, and until the called one begins to look anew. */
export const reloadsAfter: Ms = seconds(2);
export const looksAnewAfter: Ms = seconds(6);

/** From the first opened frame until the drill ends whatever is still missing. */
export const talksAtMost: Ms = seconds(45);

/** How long a station waits for its terminal's last word after the line ended, and for each signature of the far side. */
export const lastWordWithin: Ms = seconds(8);
export const signatureWithin: Ms = seconds(60);

/** From its ring until a drill that went nowhere is given up, whatever it waits for. */
export const drillAtMost: Ms = seconds(120);

/** `results` with those of `more` in place of or beside them, in the order of the steps. */
export const withResults = (results: readonly StepResult[], more: readonly StepResult[]): readonly StepResult[] =>
  drillSteps.flatMap((step) => more.find((it) => it.step === step) ?? results.find((it) => it.step === step) ?? []);

export const passed = (step: DrillStep, took: number): StepResult => ({
  step,
  outcome: "passed",
  cause: null,
  whose: "unknown",
  took: Math.min(0xffffffff, Math.max(0, Math.round(took))),
});

export const amiss = (
  step: DrillStep,
  outcome: "weak" | "failed",
  cause: NonNullable<StepResult["cause"]>,
  whose: StepResult["whose"],
  took: number,
): StepResult => ({ ...passed(step, took), outcome, cause, whose });
