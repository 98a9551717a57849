// How long each waiting state of a line lasts, with the reason.
import { type Ms, minutes, seconds } from "@parley/base/time";

/** A ring lives this long from the press, time under way included; then it is a missed call, never a ghost ring. */
export const ringLasts: Ms = minutes(1);

/** From the answer to the first opened frame: the set-up ran during the ring, so this long without one is a fault to mend. */
export const keyingLasts: Ms = seconds(5);

/** The pause before the `attempt`-th try to mend, from 1: at once, then a little longer each time, at most 8 s, for ever. */
export const mendingPause = (attempt: number): Ms => seconds(Math.min(8, 2 ** Math.min(attempt - 1, 3)));

/** How long an ended call stays on the screen before the line shows itself idle: long enough to read, chosen. */
export const endedShows: Ms = seconds(20);
