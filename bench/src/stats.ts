// The little statistics the bench needs: percentiles, and how sure a ratio of two of them is. Pure.

/** The value below which a share `p` (0 to 1) of `values` lies, interpolated between neighbours; NaN of nothing. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = p * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low === undefined || high === undefined ? Number.NaN : low + (high - low) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

export const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** A generator of numbers in [0, 1) that gives the same ones for the same seed: for resampling and order, not for keys. */
export function seeded(seed: number): () => number {
  let state = seed % 2_147_483_647 || 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** `values` in an order drawn by `random`. */
export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

export type Ratio = { readonly value: number; readonly low: number; readonly high: number };

/** The ratio of the `p` percentiles of two samples, with its 95 % interval by 2,000 resamplings (bootstrap). */
export function ratio(ours: readonly number[], theirs: readonly number[], p: number): Ratio {
  const random = seeded(20_260_101);
  const again = (values: readonly number[]): number[] =>
    values.map(() => values[Math.floor(random() * values.length)] ?? Number.NaN);
  const drawn = Array.from({ length: 2_000 }, () => percentile(again(ours), p) / percentile(again(theirs), p));
  return {
    value: percentile(ours, p) / percentile(theirs, p),
    low: percentile(drawn, 0.025),
    high: percentile(drawn, 0.975),
  };
}
