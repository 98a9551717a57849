// Days and hours of the week as squares: what part of a square's drills was not passed, and how it looks. A quarter of a year of
// days in columns of weeks, and the hours of a week in which each square is an hour of all those weeks. Pure ([VW71]).
import { type Instant, instant } from "@parley/base/time";
import { daysShown, weekdayOf } from "@parley/drill/history";
import type { DrillSummary } from "@parley/protocol/terminal/drillHistory";
import type { Tick } from "./line.ts";

export type Counts = Readonly<Record<Tick, number>>;

/** `amiss`: of what part it was something else than passed, 0 to 1; `gravest`: the gravest that came of any. */
export type Square =
  | { readonly at: "none" }
  /** A day that has not come yet. */
  | { readonly at: "outside" }
  | {
      readonly at: "some";
      readonly counts: Counts;
      readonly of: number;
      readonly amiss: number;
      readonly gravest: Tick;
    };

const gravest: readonly Tick[] = ["failed", "missed", "degraded", "passed"];

export function squareOf(counts: Counts): Square {
  const of = counts.passed + counts.degraded + counts.failed + counts.missed;
  if (of === 0) return { at: "none" };
  return {
    at: "some",
    counts: { passed: counts.passed, degraded: counts.degraded, failed: counts.failed, missed: counts.missed },
    of,
    amiss: (of - counts.passed) / of,
    gravest: gravest.find((it) => counts[it] > 0) ?? "passed",
  };
}

const weeksShown = daysShown / 7;

/** A calendar day, counted from 1 January 1970, as a moment that reads as that day in UTC. */
export const dayMoment = (day: number): Instant => instant(day * 86_400_000);

export type DaySquare = { readonly day: number; readonly square: Square };

/** One row for each weekday, Monday first; in each the weeks, oldest first, the last one being today's. */
export function calendarOf({ today, days }: DrillSummary): readonly (readonly DaySquare[])[] {
  const byDay = new Map(days.map((it) => [it.day, it]));
  const monday = today - weekdayOf(today) - 7 * (weeksShown - 1);
  return Array.from({ length: 7 }, (_, weekday) =>
    Array.from({ length: weeksShown }, (__, week): DaySquare => {
      const day = monday + 7 * week + weekday;
      if (day > today) return { day, square: { at: "outside" } };
      const counts = byDay.get(day);
      return { day, square: counts === undefined ? { at: "none" } : squareOf(counts) };
    }),
  );
}

/** One row for each weekday, Monday first; in each its 24 hours. */
export function weekOf({ hours }: Pick<DrillSummary, "hours">): readonly (readonly Square[])[] {
  const byHour = new Map(hours.map((it) => [it.weekday * 24 + it.hour, it]));
  return Array.from({ length: 7 }, (_, weekday) =>
    Array.from({ length: 24 }, (__, hour): Square => {
      const counts = byHour.get(weekday * 24 + hour);
      return counts === undefined ? { at: "none" } : squareOf(counts);
    }),
  );
}

/**
 * The hour of the week in which most was amiss, if it was so more than once: what comes back at the same hour is a habit of
 * something, such as a backup that fills the path. Of equal ones the one with the greater part.
 */
export function worstHour({
  hours,
}: Pick<DrillSummary, "hours">): { weekday: number; hour: number; amiss: number; of: number } | null {
  const found = hours
    .map((it) => {
      const of = it.passed + it.degraded + it.failed + it.missed;
      return { weekday: it.weekday, hour: it.hour, amiss: of - it.passed, of };
    })
    .filter(({ amiss }) => amiss > 1)
    .toSorted((a, b) => b.amiss - a.amiss || b.amiss / b.of - a.amiss / a.of);
  return found[0] ?? null;
}
