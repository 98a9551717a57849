// A figure: one number that the project answers for, with the bound it must hold and the one it aims at, as every bench,
// simulation and fault run prints them. A ratio against a rival of the same run; an absolute time means nothing.

export type Figure = {
  readonly id: string;
  /** The number, or "not measured: why". */
  readonly value: number | string;
  /** "<= 1.15", or "printed" where no bound is set. */
  readonly must: string;
  readonly aim: string;
  /** Whether the must holds; never true for what was not measured. */
  readonly holds: boolean;
  /** How many measurements of ours it rests on. */
  readonly n: number;
};

export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
  readonly chromium: string;
  readonly date: string;
};

/** A figure that must be at most `must`; null is "printed": no bound. Rounded to three digits, judged unrounded. */
export function atMost(id: string, value: number, must: number | null, aim: number | null, n: number): Figure {
  const bound = (limit: number | null): string => (limit === null ? "printed" : `<= ${limit}`);
  const holds = Number.isFinite(value) && (must === null || value <= must);
  const shown = Number.isFinite(value) ? Number(value.toPrecision(3)) : "no number came of it";
  return { id, value: shown, must: bound(must), aim: bound(aim), holds, n };
}

/** A figure whose rival or tool is missing here: said, never passed off as held. */
export const notMeasured = (id: string, why: string, must: number | null, aim: number | null): Figure => ({
  ...atMost(id, Number.NaN, must, aim, 0),
  value: `${notMeasuredWords}: ${why}`,
});
const notMeasuredWords = "not measured";

/** A figure whose two sides turned out not to do the same thing: its must does not hold. */
export const notComparable = (id: string, why: string, must: number | null, aim: number | null): Figure => ({
  ...atMost(id, Number.NaN, must, aim, 0),
  value: `not comparable: ${why}`,
});

/** Whether a run with these figures has failed: a must was measured and does not hold, or could have been and was not. */
export const failed = (figures: readonly Figure[]): boolean =>
  figures.some(({ holds, value }) => !holds && !(typeof value === "string" && value.startsWith(notMeasuredWords)));

/** One bench: what `npm run bench -- NAME ARGS` runs. It prints for people as it goes and returns its figures. */
export type Bench = (args: readonly string[]) => Promise<readonly Figure[]>;
