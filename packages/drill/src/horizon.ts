// The readiness horizon of a line: everything on it that has a date, of both sides, and the first of them that will fail ([CK14]
// [CK15] of docs/spec/check.md). What renews itself counts only once it has not: then its end is a date as any other. Pure.
import { type Instant, type Ms, after, days, hours, ms } from "@parley/base/time";
import type { Dated } from "@parley/protocol/peer/check";

export type DatedItem = Dated & { readonly whose: "ours" | "theirs" };

/** How a dated thing stands. `renews`: it will renew itself in time, so it is no end of anything. */
export type Stands = "renews" | "overdue" | "good" | "soon" | "ended";

/** At least so long ahead a person is told. */
export const warnAhead: Ms = days(14);

/** A renewal is late after a quarter of the time that is left then, sooner where that would be too late to tell a fortnight ahead. */
function lateAfter(ends: Instant, renews: Instant): Ms {
  const left = ends - renews;
  const quarter = left / 4;
  return ms(
    Math.max(Math.min(quarter, left - warnAhead > 0 ? left - warnAhead : quarter), Math.min(hours(1), quarter)),
  );
}

/** From when on a person is told that it ends: at a third of its life, a fortnight at least. */
export function warnsFrom({ began, ends }: Pick<Dated, "began" | "ends">): Instant {
  const third = began === null ? 0 : (ends - began) / 3;
  return after(ends, ms(-Math.max(third, warnAhead)));
}

export function standsOf(item: Dated, now: Instant): Stands {
  if (item.ends <= now) return "ended";
  if (item.renews !== null) return now > after(item.renews, lateAfter(item.ends, item.renews)) ? "overdue" : "renews";
  return now >= warnsFrom(item) ? "soon" : "good";
}

/** All of them, earliest first; what renews itself stands where it ends if it does not. */
export const byDate = (items: readonly DatedItem[]): readonly DatedItem[] =>
  items.toSorted((a, b) => a.ends - b.ends || (a.whose < b.whose ? -1 : a.whose > b.whose ? 1 : 0));

/** The first that will fail, or null where nothing has a date that counts. */
export const horizonOf = (items: readonly DatedItem[], now: Instant): DatedItem | null =>
  byDate(items).find((item) => standsOf(item, now) !== "renews") ?? null;
