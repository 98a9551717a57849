// From what both sides found to one verdict ([DR10] [DR11] of docs/spec/drill.md): the first step that failed names the cause, and
// of what the two sides say about whose it is, the one that speaks of itself is believed first: nobody blames itself in error
// more often than it blames the other. Pure and total; both stations come to the same.
import {
  type DrillCause,
  type DrillPart,
  type DrillSession,
  type DrillStep,
  type DrillVerdict,
  type StepResult,
  drillSteps,
} from "@parley/protocol/signed/drillReport";
import { type Who, firstMissing } from "./steps.ts";

/** The number of these rules in a report. A change of what follows from the parts is a new number. */
export const verdictRules = 1;

/** Of a part, what decides. */
export type Judged = Pick<DrillPart, "results">;

type Finding = {
  readonly step: DrillStep;
  readonly cause: DrillCause;
  readonly weight: "weak" | "failed";
  readonly whose: DrillVerdict["whose"];
};

const other = (who: Who): Who => (who === "caller" ? "called" : "caller");

function findingOf(who: Who, result: StepResult): Finding | null {
  if (result.outcome === "passed") return null;
  const whose = result.whose === "own" ? who : result.whose === "far" ? other(who) : "both";
  // A terminal that cannot say what went wrong has not gone through the step.
  return { step: result.step, cause: result.cause ?? "terminalGone", weight: result.outcome, whose };
}

/**
 * A page that may make no sound until somebody touches it sent no tones, though it would carry a person's voice: what the other
 * side did not hear is thereby explained.
 */
function explained(step: DrillStep, mine: Judged | null): boolean {
  return (
    step === "sound" &&
    mine?.results.some(({ cause, outcome }) => cause === "soundBlocked" && outcome !== "passed") === true
  );
}

/** Own faults before those of the other, and both before what nobody can place. */
const sureness = (who: Who, { whose }: Finding): number => (whose === who ? 0 : whose === "both" ? 2 : 1);

/** On which side of the line the cause is, for the one that was `role` in the drill. */
export const sideOf = (whose: DrillVerdict["whose"], role: Who): "ours" | "theirs" | "both" =>
  whose === "both" ? "both" : whose === role ? "ours" : "theirs";

/** What the two parts of a drill of `session` come to; one side alone judges with null for the other. */
export function judge(caller: Judged | null, called: Judged | null, session: DrillSession): DrillVerdict {
  const found = drillSteps.flatMap((step) =>
    (
      [
        ["caller", caller],
        ["called", called],
      ] as const
    )
      .flatMap(([who, part]) => {
        const result = part?.results.find((it) => it.step === step);
        const finding = result === undefined ? null : findingOf(who, result);
        if (finding?.cause === "soundNotArrived" && explained(step, who === "caller" ? called : caller)) return [];
        return finding === null ? [] : [{ finding, rank: sureness(who, finding) }];
      })
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ finding }) => finding),
  );
  const first = found.find(({ weight }) => weight === "failed") ?? found[0];
  if (first !== undefined) {
    const { step, cause, whose } = first;
    return { at: first.weight === "failed" ? "notReady" : "degraded", step, cause, whose };
  }
  // Nothing was found wrong: that is a proof only of what both went through to the end.
  const missing = [
    firstMissing(session, "caller", caller?.results ?? []),
    firstMissing(session, "called", called?.results ?? []),
  ] as const;
  const step = drillSteps.find((it) => missing.includes(it));
  if (step === undefined) return { at: "ready", step: null, cause: null, whose: "both" };
  const [callerLacks, calledLacks] = missing.map((it) => it === step);
  const whose = callerLacks === true && calledLacks === true ? "both" : callerLacks === true ? "caller" : "called";
  return { at: "notReady", step, cause: "terminalGone", whose };
}
