// Set hours of a day in a party's own time zone, as moments: when something is due that people set by their own clock ([PE1] of
// docs/spec/people.md, [TS1] of docs/spec/selfTest.md). Each set hour of each calendar day is one moment, also on the days on which
// clocks change: one that the day skips comes as much later as the clock jumped, one that it has twice comes at the first.
import { type Instant, days, instant, minutes } from "@parley/base/time";

/** A time of day, minutes after midnight, 0 to 1439. */
export type DayMinute = number;

/** Minutes east of UTC in the party's zone at a moment. */
export type OffsetAt = (at: Instant) => number;

/** `08:30` as minutes after midnight; null for what is no time of day. */
export function dayMinuteOf(text: string): DayMinute | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match === null ? null : Number(match[1]) * 60 + Number(match[2]);
}

/** The moment at which clocks in the zone show `minute` on the calendar day that begins at `day` (read as if it were UTC). */
function momentOf(day: number, minute: DayMinute, offsetAt: OffsetAt): Instant {
  const shown = day + minutes(minute);
  const before = offsetAt(instant(shown - days(1)));
  const after = offsetAt(instant(shown + days(1)));
  const first = instant(shown - minutes(before));
  const second = instant(shown - minutes(after));
  return offsetAt(first) !== before && offsetAt(second) === after ? second : first;
}

/** The newest set moment that has come by `now`, and the first that has not; null where no hour is set. */
export type Around = { readonly last: Instant | null; readonly next: Instant | null };

export function around(hours: readonly DayMinute[], offsetAt: OffsetAt, now: Instant): Around {
  if (hours.length === 0) return { last: null, next: null };
  const today = Math.floor((now + minutes(offsetAt(now))) / days(1)) * days(1);
  const moments = [-1, 0, 1, 2].flatMap((n) => hours.map((hour) => momentOf(today + n * days(1), hour, offsetAt)));
  const come = moments.filter((at) => at <= now);
  const due = moments.filter((at) => at > now);
  return { last: instant(Math.max(...come)), next: instant(Math.min(...due)) };
}
