// What a drill says of its seal: it has held from the first frame that opened, unless frames came that were not sealed, or such as
// their sender does not own to. The latter may be taken back, since the sender's word of them was only late ([DR27] of docs/spec/drill.md).
import { type Ms, ms } from "@parley/base/time";
import { amiss, passed } from "@parley/drill/steps";
import type { StepResult } from "@parley/protocol/signed/drillReport";
import type { StreamAlarm } from "./callFrames.ts";

type Alarms = readonly Pick<StreamAlarm, "what">[];

export type DrillSeal = {
  /** The first frame has opened, so long after the answer. */
  readonly opened: (after: Ms) => void;
  /** The step as it stands with the alarms that are raised now; null before anything can be said. */
  readonly judge: (alarms: Alarms, after: Ms) => StepResult | null;
  /** Whether what it says with these alarms may yet be taken back, so long after the line ended: the sender's word of its last frames. */
  readonly isOpen: (alarms: Alarms, ended: Ms) => boolean;
};

/** Connections outlive a call by this, and what is under way on them arrives. */
const lastWordWithin: Ms = ms(1_500);

export function drillSeal(): DrillSeal {
  let held: StepResult | null = null;
  let unsealed: StepResult | null = null;
  return {
    opened: (after) => {
      held ??= passed("seal", after);
    },
    judge: (alarms, after) => {
      if (alarms.some(({ what }) => what === "unsealedFrames"))
        unsealed ??= amiss("seal", "failed", "unsealedFrames", "far", after);
      if (unsealed !== null) return unsealed;
      return alarms.length > 0 ? amiss("seal", "failed", "forgedFrames", "far", after) : held;
    },
    isOpen: (alarms, ended) => unsealed === null && alarms.length > 0 && ended < lastWordWithin,
  };
}
