// The history of a line's drills as people look through it: of each day what came of them and in what range their numbers lay, and
// of each hour of the week what came of them. By the calendar of one place, since "every night at three" is what a person looks
// for. Pure: whoever calls brings the place's offset from UTC. Carries [VW70] of docs/spec/views.md.
import { type Instant, days } from "@parley/base/time";

export const cameOf = ["passed", "degraded", "failed", "missed"] as const;
/** What came of a drill: its verdict, or that it never came. */
export type Came = (typeof cameOf)[number];

/** One drill, with our own side's numbers: set-up in milliseconds, round trip in microseconds, loss in packets of 10,000. */
export type Drilled = {
  readonly at: Instant;
  readonly came: Came;
  readonly setUp: number | null;
  readonly roundTrip: number | null;
  readonly lost: number | null;
};

export type Counts = Readonly<Record<Came, number>>;

/** The least, the middle one and the greatest; `middle` is the lower one of two. */
export type Spread = { readonly low: number; readonly middle: number; readonly high: number };

/** `day` counts days of the place's calendar since 1 January 1970. */
export type DayOfDrills = Counts & {
  readonly day: number;
  readonly setUp: Spread | null;
  readonly roundTrip: Spread | null;
  readonly lost: Spread | null;
};

/** `weekday` 0 is Monday; `hour` 0 to 23. */
export type HourOfDrills = Counts & { readonly weekday: number; readonly hour: number };

export type Summary = {
  readonly today: number;
  /** Those days and hours in which there was a drill or should have been one, in their order. */
  readonly days: readonly DayOfDrills[];
  readonly hours: readonly HourOfDrills[];
};

/** Thirteen weeks: a quarter of a year, and as many columns as a calendar has room for beside the hours of a week. */
export const daysShown = 91;

const dayMs = days(1);
const none: Counts = { passed: 0, degraded: 0, failed: 0, missed: 0 };

/** The place's calendar day and hour at a moment. `offset`: minutes east of UTC then. */
export function localHour(at: Instant, offset: number): { readonly day: number; readonly hour: number } {
  const local = at + offset * 60_000;
  const day = Math.floor(local / dayMs);
  return { day, hour: Math.floor((local - day * dayMs) / 3_600_000) };
}

/** Of a day that `localHour` counts; 1 January 1970 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7;

export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, middle, high] = [sorted[0], sorted[Math.floor((sorted.length - 1) / 2)], sorted.at(-1)];
  return low === undefined || middle === undefined || high === undefined ? null : { low, middle, high };
}

const countsOf = (drills: readonly Drilled[]): Counts =>
  drills.reduce((counts, { came }) => ({ ...counts, [came]: counts[came] + 1 }), none);

/** Of the drills of the last `daysShown` days up to `now`, in any order. */
export function summaryOf(drills: readonly Drilled[], now: Instant, offsetAt: (at: Instant) => number): Summary {
  const today = localHour(now, offsetAt(now)).day;
  const byDay = new Map<number, Drilled[]>();
  const byHour = new Map<number, Drilled[]>();
  for (const drill of drills) {
    const { day, hour } = localHour(drill.at, offsetAt(drill.at));
    if (day <= today - daysShown || day > today) continue;
    put(byDay, day, drill);
    put(byHour, weekdayOf(day) * 24 + hour, drill);
  }
  const numbers = (of: readonly Drilled[], which: "setUp" | "roundTrip" | "lost"): Spread | null =>
    spreadOf(of.flatMap((it) => it[which] ?? []));
  return {
    today,
    days: inOrder(byDay).map(([day, of]) => ({
      day,
      ...countsOf(of),
      setUp: numbers(of, "setUp"),
      roundTrip: numbers(of, "roundTrip"),
      lost: numbers(of, "lost"),
    })),
    hours: inOrder(byHour).map(([at, of]) => ({ weekday: Math.floor(at / 24), hour: at % 24, ...countsOf(of) })),
  };
}

function put(into: Map<number, Drilled[]>, key: number, drill: Drilled): void {
  const held = into.get(key);
  if (held === undefined) into.set(key, [drill]);
  else held.push(drill);
}

const inOrder = (of: Map<number, Drilled[]>): readonly (readonly [number, readonly Drilled[]])[] =>
  [...of].toSorted(([a], [b]) => a - b);
