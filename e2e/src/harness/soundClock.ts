// Where a context's time stands on the wall clock, and when a beep begins: what mouth-to-ear delay is measured with.
// A page renders sound in bursts of some milliseconds, so each of these is true to about ten.
import { beepPeriod } from "./tone.ts";

/** Wall-clock milliseconds at which the context's time was 0: the earliest of some readings, since a burst reads early. */
export async function contextZero(audio: AudioContext): Promise<number> {
  let zero = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) {
    zero = Math.min(zero, performance.timeOrigin + performance.now() - audio.currentTime * 1000);
    await new Promise((resolve) => setTimeout(resolve, 7));
  }
  return zero;
}

/** The context time, at least `ahead` seconds from now, at which the wall clock shows a whole number of beep periods. */
export function nextBeep(zero: number, contextTime: number, ahead: number): number {
  const period = beepPeriod * 1000;
  return (Math.ceil((zero + (contextTime + ahead) * 1000) / period) * period - zero) / 1000;
}

/**
 * How long after a whole number of beep periods `wall` is, ms: the delay of a beep heard then. A tenth of a period before
 * one counts as early, -50, rather than as 450 late: clocks that are true to ten milliseconds read a short delay so.
 */
export function sinceBeep(wall: number): number {
  const period = beepPeriod * 1000;
  return ((wall + 0.1 * period) % period) - 0.1 * period;
}

/**
 * Where in `samples` a beep begins: the first loud sample after at least `silence` quiet ones, or null. The samples from the
 * start on must hold that silence, so a window that opens in the middle of a beep does not count.
 */
export function beepBegins(samples: Float32Array, silence: number, loud = 0.02): number | null {
  let quiet = 0;
  for (const [i, sample] of samples.entries()) {
    if (Math.abs(sample) < loud) quiet++;
    else if (quiet >= silence) return i;
    else quiet = 0;
  }
  return null;
}
