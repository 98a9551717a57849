// How often something may happen: a bucket that fills evenly and holds what may come at once.
import { type Clock, minutes } from "@parley/base/time";

/** Each call takes one of `perMinute`, which come back evenly and never pile up beyond that; false when none is left. */
export function allowance(perMinute: number, clock: Clock): () => boolean {
  let left = perMinute;
  let at = clock.elapsed();
  return () => {
    const now = clock.elapsed();
    left = Math.min(perMinute, left + ((now - at) / minutes(1)) * perMinute);
    at = now;
    if (left < 1) return false;
    left--;
    return true;
  };
}
