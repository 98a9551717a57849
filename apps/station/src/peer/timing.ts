// Every wait of a link, in one place. Carries [LK22]-[LK25]: at once first, then for ever, and never all at the same moment.
import { type Ms, ms, seconds } from "@parley/base/time";

/** A dial, with whatever waits before it in the dialler's queue; longer than its own deadline, which knows more. */
export const connectWithin = seconds(20);
/** From the open WebSocket to the far end's verified hello, which may hold ten years of successions. */
export const introduceWithin = seconds(15);
/** While nothing else is said; a NAT forgets an idle TCP connection after minutes, a person notices a dead link after one. */
export const pingEvery = seconds(20);
/** Above the round trip of any path that can carry a call, and above a busy far end. */
export const pongWithin = seconds(10);
/** The same when there is reason to doubt: another connection of the peer waits, or the network has just come back. */
export const doubtWithin = seconds(2);
/** A connection that lived this long was a good one: after it, waiting starts from the beginning. */
export const steadyAfter = seconds(10);

/** A timer that is this late was held up with all else that waits on this machine: what has arrived meanwhile is heard first. */
export const lateBy = ms(500);
export const hearFirst = ms(100);

const firstDelay = 500;
const longestDelay = 30_000;

/**
 * How long to wait before dial number `attempt` (0 is the first after a loss); `dice` is 0 up to, not including, 1. The side that leads goes
 * at once, the other gives it a moment, so that two dials rarely cross.
 */
export function delayBefore(attempt: number, leads: boolean, dice: number): Ms {
  if (attempt === 0) return leads ? ms(0) : ms(Math.floor(200 + 100 * dice));
  const whole = Math.min(longestDelay, firstDelay * 2 ** Math.min(attempt - 1, 16));
  return ms(Math.floor(whole * (0.5 + 0.5 * dice)));
}
