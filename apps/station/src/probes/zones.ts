// Edge: what this machine's time-zone data say of a zone: its offset at a moment, and when and to what it changes next. Two machines
// with the same rules say the same ([CK10] of docs/spec/check.md).
import { type Instant, after, days, instant, minutes, ms } from "@parley/base/time";
import type { ZoneTimes } from "@parley/protocol/peer/check";

/** Minutes east of UTC that clocks in the zone show at a moment. */
export type OffsetAt = (at: Instant) => number;

/** Null where this machine does not know the zone. */
export function offsetsOf(zone: string): OffsetAt | null {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  } catch {
    return null;
  }
  return (at) => {
    const name = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hour = "0", minute = "0"] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
    const size = Number(hour) * 60 + Number(minute);
    return sign === "-" ? -size : size;
  };
}

/** Zones change twice a year at most, or not at all; the next change lies within this, or is none of ours. */
const lookAhead = days(400);

/** The first whole minute with another offset, after `from`. */
function nextChange(offsetAt: OffsetAt, from: Instant): ZoneTimes["next"] {
  const offset = offsetAt(from);
  let low = from;
  for (let high = after(from, days(1)); high < after(from, lookAhead); high = after(high, days(1))) {
    if (offsetAt(high) === offset) {
      low = high;
      continue;
    }
    let [a, b] = [low, high];
    while (b - a > minutes(1)) {
      const middle = after(a, ms(Math.floor((b - a) / 2)));
      if (offsetAt(middle) === offset) a = middle;
      else b = middle;
    }
    const at = instant(Math.floor(b / minutes(1)) * minutes(1));
    return { at, offset: offsetAt(b) };
  }
  return null;
}

/** A day of a year of changes is looked through only once. */
const known = new Map<string, ZoneTimes & { readonly from: Instant }>();

export function zoneTimesOf(zone: string, at: Instant): ZoneTimes | null {
  const before = known.get(zone);
  if (
    before !== undefined &&
    at >= before.from &&
    at < after(before.from, days(1)) &&
    at < (before.next?.at ?? Infinity)
  )
    return { zone, offset: before.offset, next: before.next };
  const offsetAt = offsetsOf(zone);
  if (offsetAt === null) return null;
  const times = { zone, offset: offsetAt(at), next: nextChange(offsetAt, at) };
  known.set(zone, { ...times, from: at });
  return times;
}
