// The report that both stations sign: made by the called side from the caller's part and its own, and accepted by the caller only
// when it holds the caller's part unchanged and the verdict that follows from both ([DR12] [DR13] of docs/spec/drill.md).
import { equal } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import {
  type CallerPart,
  type DrillPart,
  type DrillReport,
  callerPart,
  drillVerdict,
} from "@parley/protocol/signed/drillReport";
import { judge, verdictRules } from "./verdict.ts";

export const reportOf = (part: CallerPart, called: DrillPart): DrillReport => ({
  ...part,
  called,
  rules: verdictRules,
  verdict: judge(part.caller, called, part.session),
});

/** Whether `report` is what follows from our part and some part of the party that we called. */
export function follows(report: DrillReport, ours: CallerPart, them: DrillPart["party"]): boolean {
  const { session, link, drill, next, caller, called, rules, verdict } = report;
  return (
    rules === verdictRules &&
    equal(called.party, them) &&
    equal(encode(callerPart, { session, link, drill, next, caller }), encode(callerPart, ours)) &&
    equal(encode(drillVerdict, verdict), encode(drillVerdict, judge(caller, called, session)))
  );
}
