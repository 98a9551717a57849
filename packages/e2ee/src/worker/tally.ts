// Counts of what became of frames, by reason.
import type { Refusal } from "../frame/refusals.ts";
import type { Unsealed } from "../frame/sealer.ts";

type Reason = Refusal | Unsealed | "fault";

export class Tally {
  passed = 0;
  keyFramesAsked = 0;
  readonly dropped: Partial<Record<Reason, number>> = {};

  drop(why: Reason): void {
    this.dropped[why] = (this.dropped[why] ?? 0) + 1;
  }
}
