// When a duty that lives by the clock is looked at again, and the hours that a party has set, as the duties of people, rooms,
// drills and alarms share them.
import { type Clock, type Instant, type Ms, between, ms } from "@parley/base/time";
import { type Around, type DayMinute, around } from "@parley/drill/hours";
import { offsetAt } from "@parley/ledger/times";

/** Whatever is due, a duty is not looked at sooner than that. */
const leastWait: Ms = ms(250);

/** How long to wait until `next`, when something is due, or null for nothing: no longer than `looksEvery`, no shorter than `least`. */
export const untilNext = (next: Instant | null, now: Instant, looksEvery: Ms, least = leastWait): Ms =>
  next === null ? looksEvery : ms(Math.min(looksEvery, Math.max(least, between(now, next))));

/** The set hours around this moment, by the party's own clock. A zone's tables are slow to ask; between two set hours the answer is the same. */
export function setHours(hours: readonly DayMinute[], zoneNow: () => string, clock: Pick<Clock, "now">): () => Around {
  let known: { readonly around: Around; readonly zone: string } | null = null;
  return () => {
    const [zone, now] = [zoneNow(), clock.now()];
    const { last, next } = known?.around ?? { last: null, next: null };
    if (known?.zone === zone && last !== null && next !== null && now >= last && now < next) return known.around;
    known = { around: around(hours, (at) => offsetAt(zone, at) ?? 0, now), zone };
    return known.around;
  };
}
