// How long each step of a drill may take before it has failed, with the reason ([DR9] of docs/spec/drill.md). The names of the
// steps are the report's (signed/drillReport).
import { type Ms, seconds } from "@parley/base/time";
import { type DrillStep, type StepResult, drillSteps } from "@parley/protocol/signed/drillReport";

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
};

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
