// How long a counter lasts at its own pace ([CK11] of docs/spec/check.md). Pure.
import type { Instant } from "@parley/base/time";

export type Counter = { readonly used: number; readonly limit: number; readonly since: Instant };

const year = 365.25 * 86_400_000;
/** The first days of a station are no pace: what was done in them is spread over a month. */
const leastAge = year / 12;
/** As far as it is told. */
export const mostYears = 0xffff;

/** Years until it is full, rounded down. */
export function yearsLeft({ used, limit, since }: Counter, now: Instant): number {
  const left = Math.max(0, limit - used);
  if (used <= 0 || left === 0) return left === 0 ? 0 : mostYears;
  const pace = used / (Math.max(now - since, leastAge) / year);
  return Math.min(mostYears, Math.floor(left / pace));
}
