// When a disk will be full, from how much was free before ([CK12] of docs/spec/check.md): a straight line through the samples by
// least squares. Too few samples, or too short a time, say nothing; a disk that does not fill never does. Pure.
import type { Instant } from "@parley/base/time";

/** Bytes that were free at that time. */
export type Sample = { readonly at: Instant; readonly free: number };

const day = 86_400_000;

/** Less time than this says nothing about a trend. */
const shortest = day / 2;

/** How many samples are kept, and how far apart: a month of six-hourly ones. */
export const maxSamples = 120;
const apart = day / 4;

/** With one more, unless the last one is too near; the oldest goes where there are too many. A clock that was set back begins anew. */
export function withSample(samples: readonly Sample[], next: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && next.at < last.at) return [next];
  if (last !== undefined && next.at - last.at < apart) return samples;
  return [...samples, next].slice(-maxSamples);
}

/** Days until nothing is free, rounded down, or null where nothing says that it ever will. */
export function daysToFull(samples: readonly Sample[], free: number): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length < 3 || last.at - first.at < shortest) return null;
  const n = samples.length;
  const meanAt = samples.reduce((sum, { at }) => sum + at / n, 0);
  const meanFree = samples.reduce((sum, it) => sum + it.free / n, 0);
  const spread = samples.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  const slope = samples.reduce((sum, it) => sum + (it.at - meanAt) * (it.free - meanFree), 0) / spread;
  return slope >= 0 ? null : Math.floor(free / -slope / day);
}
