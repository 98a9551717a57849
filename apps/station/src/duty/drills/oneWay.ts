// What only one direction of a line goes through: the called desk's Answer, and the calling desk's End. A drill the other way says
// nothing of either, so what was found wrong there stands until the line was rehearsed in that direction again ([DR30]).
import type { Instant, Ms } from "@parley/base/time";
import { verdictLasts } from "@parley/drill/schedule";
import type { Who } from "@parley/drill/steps";
import type { DrillCause } from "@parley/protocol/signed/drillReport";
import type { LinkDrills, Verdict } from "./port.ts";

const oneWayCauses: ReadonlySet<DrillCause | null> = new Set<DrillCause | null>(["notAnswered", "notEnded"]);

/** What stands of one direction after a direct session in which we were `role` came to `verdict`; null where nothing does. */
export function oneWayAfter(
  before: LinkDrills["oneWay"],
  role: Who,
  verdict: Verdict,
  period: Ms,
  now: Instant,
): LinkDrills["oneWay"] {
  if (verdict.at === "notReady" && oneWayCauses.has(verdict.cause)) return { role, verdict };
  if (before === null || before.role === role || now > before.verdict.when + verdictLasts(period)) return null;
  return before;
}
