// The time in which a line's deadlines run. The wall clock may be set while something waits, and what waits has its whole time
// all the same, and no more ([CA13]): stations and terminals step their lines by this one.
import { type Clock, type Instant, after, between, instant } from "@parley/base/time";
import type { Line } from "./state.ts";

/** Whether `line` is in a state that a deadline changes, other than the end that is still shown. */
export const isWaiting = ({ at }: Line): boolean => at === "ringing" || at === "keying" || at === "mending";

/** The wall clock, but for as long as something `waits` it only runs, whatever it is set to. */
export function patient(clock: Clock, waits: () => boolean): () => Instant {
  let ahead = between(instant(clock.elapsed()), clock.now());
  return () => {
    if (!waits()) ahead = between(instant(clock.elapsed()), clock.now());
    return after(instant(clock.elapsed()), ahead);
  };
}
