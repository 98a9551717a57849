// One call in its steady state: what it costs, how many pictures come through, how late and how evenly. For bench parts that
// look at the middle of a call rather than its beginning.
import { countsOf, ofBoth, roles } from "@parley/e2e/src/harness/frameCounts.ts";
import { sinceBeep } from "@parley/e2e/src/harness/soundClock.ts";
import { cpuSeconds } from "./cpu.ts";
import type { Caller } from "./rivals/caller.ts";
import type { Role } from "./rivals/rivalTypes.ts";
import { percentile } from "./stats.ts";

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The wall clock with fractions, the same one the pages read. */
export const wallNow = (): number => performance.timeOrigin + performance.now();

export async function clearPictures(caller: Caller): Promise<void> {
  await ofBoth(caller.pages, (page) => page.evaluate(() => globalThis.parleyMeter.clear()));
}

export type Side = {
  /** Pictures decoded a second. */
  readonly fps: number;
  readonly kbps: number;
  /** Glass to glass, ms. */
  readonly delay50: number;
  readonly delay95: number;
  /** Mouth to ear, ms; NaN where the page cannot tell. Less the picture's delay it is how far lips and sound are apart. */
  readonly sound50: number;
  readonly gaps: Gaps;
};

export type Steady = {
  /** CPU seconds a minute of the call, all of the rival's processes. */
  readonly cpu: number;
  /** "video/VP9 1280x720", as both sides receive it; both named where they differ. */
  readonly picture: string;
  readonly sides: Readonly<Record<Role, Side>>;
};

/** Watches a call that is under way for `window` ms. */
export async function watchCall(caller: Caller, window: number): Promise<Steady> {
  await clearPictures(caller);
  const [counts0, cpu0, began] = [await countsOf(caller.pages), await cpuSeconds(caller.roots()), wallNow()];
  await pause(window);
  const [cpu1, ended] = [await cpuSeconds(caller.roots()), wallNow()];
  const counts1 = await countsOf(caller.pages);
  const logs = await ofBoth(caller.pages, (page) => page.evaluate(() => globalThis.parleyMeter.pictures()));
  const sounds = await ofBoth(caller.pages, (page) => page.evaluate(() => globalThis.parleyMeter.soundDelays(4_000)));
  const lags = await ofBoth(caller.pages, (page) => page.evaluate(() => globalThis.parleyCamera.beepLag()));
  const other = (role: Role): Role => (role === "caller" ? "callee" : "caller");
  const seconds = (ended - began) / 1000;
  const side = (role: Role): Side => ({
    fps: (counts1[role].decoded - counts0[role].decoded) / seconds,
    kbps: ((counts1[role].bytesReceived - counts0[role].bytesReceived) * 8) / 1000 / seconds,
    delay50: percentile(logs[role].delays, 0.5),
    delay95: percentile(logs[role].delays, 0.95),
    sound50: percentile(
      sounds[role].map((delay) => sinceBeep(delay - lags[other(role)] + 1_000)),
      0.5,
    ),
    gaps: gapsOf(logs[role].shown),
  });
  const pictures = roles.map((role) => `${counts1[role].codec} ${counts1[role].width}x${counts1[role].height}`);
  return {
    cpu: ((cpu1 - cpu0) / seconds) * 60,
    picture: [...new Set(pictures)].join(" and "),
    sides: { caller: side("caller"), callee: side("callee") },
  };
}

export type Gaps = { readonly longest: number; readonly p999: number; readonly p50: number; readonly count: number };

/** The gaps between pictures shown, ms. Empty series give NaN, so that a dead call is never a small gap. */
export function gapsOf(shown: readonly number[]): Gaps {
  const gaps = shown.slice(1).map((at, i) => at - (shown[i] ?? at));
  const at = (p: number): number => percentile(gaps, p);
  return { longest: at(1), p999: at(0.999), p50: at(0.5), count: gaps.length };
}
