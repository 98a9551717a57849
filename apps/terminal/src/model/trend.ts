// The trend of one number over the days that a station tells of: of each day the middle one and the range, as lines in a unit square
// that a view stretches to its place. Always from zero up, and never across a day without a number ([VW73]). Pure.
import { daysShown } from "@parley/drill/history";
import type { DrillSummary } from "@parley/protocol/terminal/drillHistory";

export const measures = ["setUp", "roundTrip", "lost"] as const;
export type Measure = (typeof measures)[number];

export type Spread = { readonly low: number; readonly middle: number; readonly high: number };

/** In milliseconds, and parts of one for loss. */
export type DayPoint = { readonly day: number; readonly spread: Spread | null };

export type Trend = {
  readonly measure: Measure;
  /** Every day, oldest first, the last one today. */
  readonly points: readonly DayPoint[];
  /** The top of the axis, in the same unit. */
  readonly top: number;
};

const units: Readonly<Record<Measure, number>> = { setUp: 1, roundTrip: 1 / 1000, lost: 1 / 10_000 };

/** So that a quiet line's axis does not make a storm of nothing. */
const leastTop: Readonly<Record<Measure, number>> = { setUp: 500, roundTrip: 20, lost: 0.01 };

/** The next of 1, 2, 5, 10, 20 ... at or above it. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((it) => it * power >= value * (1 - 1e-9)) ?? 10;
  return step * power;
}

export function trendOf({ today, days }: DrillSummary, measure: Measure): Trend {
  const byDay = new Map(days.map((it) => [it.day, it[measure]]));
  const points = Array.from({ length: daysShown }, (_, i): DayPoint => {
    const day = today - daysShown + 1 + i;
    const found = byDay.get(day) ?? null;
    const unit = units[measure];
    return {
      day,
      spread: found && { low: found.low * unit, middle: found.middle * unit, high: found.high * unit },
    };
  });
  const highest = Math.max(leastTop[measure], ...points.map(({ spread }) => spread?.high ?? 0));
  return { measure, points, top: roundUp(highest) };
}

/** Days in a row that have a number. */
export type Run = readonly { readonly x: number; readonly spread: Spread }[];

/** Where the days with a number lie, in days from the first, parted wherever one has none. */
export function runsOf({ points }: Pick<Trend, "points">): readonly Run[] {
  const runs: { x: number; spread: Spread }[][] = [];
  let open: { x: number; spread: Spread }[] | null = null;
  for (const [x, { spread }] of points.entries()) {
    if (spread === null) {
      open = null;
      continue;
    }
    if (open === null) runs.push((open = []));
    open.push({ x, spread });
  }
  return runs;
}

/** A fraction of the axis, 0 below and 1 above, as a y of 100 from the top. */
const yOf = (value: number, top: number): number => Math.round((1 - Math.min(1, value / top)) * 10_000) / 100;

/** Half a day's room on both sides of a day that stands alone. */
const half = 0.3;

/** The line of the middle ones through a run, as an SVG path over days and hundredths of the axis. */
export function linePath(run: Run, top: number): string {
  const [first] = run;
  if (first === undefined) return "";
  if (run.length === 1) return `M${first.x + 0.5 - half} ${yOf(first.spread.middle, top)}h${2 * half}`;
  return run.map(({ x, spread }, i) => `${i === 0 ? "M" : "L"}${x + 0.5} ${yOf(spread.middle, top)}`).join("");
}

/** The range of a run, above forward and below back. */
export function bandPath(run: Run, top: number): string {
  const at =
    run.length === 1
      ? run.flatMap((it) => [
          { ...it, x: it.x - half },
          { ...it, x: it.x + half },
        ])
      : run;
  const above = at.map(({ x, spread }) => `${x + 0.5} ${yOf(spread.high, top)}`);
  const below = at.toReversed().map(({ x, spread }) => `${x + 0.5} ${yOf(spread.low, top)}`);
  return at.length === 0 ? "" : `M${[...above, ...below].join("L")}Z`;
}

/** The newest day with a number, or null; where a hand that walks over the days rests first. */
export const newestDay = ({ points }: Pick<Trend, "points">): number | null => {
  const at = points.findLastIndex(({ spread }) => spread !== null);
  return at === -1 ? null : at;
};

/** The day with the greatest number of all, or null where there is none. */
export function worstDay({ points }: Pick<Trend, "points">): (DayPoint & { readonly spread: Spread }) | null {
  let worst: (DayPoint & { readonly spread: Spread }) | null = null;
  for (const { day, spread } of points)
    if (spread !== null && (worst === null || spread.high > worst.spread.high)) worst = { day, spread };
  return worst;
}

/** Days of the axis on which a month begins, in days from the first. */
export const monthsOf = ({ points }: Pick<Trend, "points">): readonly { readonly x: number; readonly day: number }[] =>
  points.flatMap(({ day }, x) => (new Date(day * 86_400_000).getUTCDate() === 1 ? [{ x, day }] : []));
