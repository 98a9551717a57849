// When drills are held ([DR5]-[DR8] of docs/spec/drill.md): time is cut into slots of one period, the two sides take them in
// turns, and each rehearses at a random moment of its own slots, so that over the days every minute of every hour is tried. How
// long it is until the next one is said to the far side as a length of time, since two clocks are never compared.
import { type Instant, type Ms, after, instant, minutes, ms } from "@parley/base/time";

/** How long a drill may take from its ring to both signatures; a slot keeps that much free at its end. */
export const drillTakes: Ms = minutes(3);

/** How much later than it said a side may begin, for want of an idle terminal or a person's call, before it is missed. */
export const graceOf = (period: Ms): Ms => ms(Math.max(period / 6, minutes(1)));

/** Which of the two sides takes the even slots: the one with the lower party id. */
export type Turn = "even" | "odd";

const slotOf = (at: Instant, period: Ms): number => Math.floor(at / period);

/**
 * Our next drill after `now`: a moment of our next slot, drawn by `draw`, which gives a whole number from 0 to below its bound.
 * A slot that has begun is not taken any more.
 */
export function nextDrill(now: Instant, period: Ms, turn: Turn, draw: (bound: number) => number): Instant {
  const first = slotOf(now, period) + 1;
  const slot = first % 2 === (turn === "even" ? 0 : 1) ? first : first + 1;
  const room = Math.max(1, period - drillTakes);
  return instant(slot * period + draw(room));
}

/** When the far side is expected by, of which nothing was heard yet: any of its slots will have passed by then. */
export const firstExpected = (now: Instant, period: Ms): Instant => after(now, ms(3 * period));

/** When the next one of the far side's is expected after one that was missed. */
export const expectedAfterMissed = (missed: Instant, period: Ms): Instant => after(missed, ms(2 * period));

/** How long a verdict speaks for the line: by then either side has rehearsed again. */
export const verdictLasts = (period: Ms): Ms => ms(3 * period + graceOf(period));

/** A drill that gave way to a person, or found the far side busy, is tried again this much later: 1 to 5 minutes. */
export const againAfter = (draw: (bound: number) => number): Ms => ms(60_000 + draw(240_000));

/** What changed is rehearsed at once, or nearly: within half a minute, so that many changes make one drill. */
export const soonAfterChange = (draw: (bound: number) => number): Ms => ms(10_000 + draw(20_000));
