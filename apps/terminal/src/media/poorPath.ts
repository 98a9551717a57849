// Whether the path to the far side carries a picture beside the sound. Sound alone always goes: where the two do not fit, the
// picture is held back, and tried again after a while, longer each time. Pure; the caller reads the statistics and the time.
import { type Ms, seconds } from "@parley/base/time";

/** What the browser knows of the way out: its estimate in bit/s, and the share of our sound that the far side missed, 0 to 1. */
export type PathFacts = { readonly available: number | null; readonly soundLost: number | null };

export type Path =
  /** Judged from `from` on; `poorSince` is when it was first found poor without a break since. */
  | { readonly at: "whole"; readonly from: Ms; readonly poorSince: Ms | null; readonly tries: number }
  | { readonly at: "soundOnly"; readonly until: Ms; readonly tries: number };

/** Sound takes 105 kbit/s on the wire (64 of Opus at constant rate, the rest its packets); a picture needs half of that again. */
const leastForBoth = 160_000;
/** More than this of the sound missing is heard as gaps, which Opus can no longer fill. */
const mostSoundLost = 0.08;
/** Poor for this long without a break: the browser's estimate is down within a second, and sound suffers meanwhile. */
const patience: Ms = seconds(3);
/** An estimate needs this long to grow after a beginning, a mending or a picture that comes back: chosen. */
const settles: Ms = seconds(10);
const firstPause: Ms = seconds(10);
const longestPause: Ms = seconds(60);

/** A path of which nothing is known yet, from `now` on; `tries` counts how often its picture was held back before. */
export const wholePath = (now: Ms, tries = 0): Path => ({
  at: "whole",
  from: (now + settles) as Ms,
  poorSince: null,
  tries,
});

/** The path after another look at it. */
export function judgePath(path: Path, { available, soundLost }: PathFacts, now: Ms): Path {
  if (path.at === "soundOnly") return now < path.until ? path : wholePath(now, path.tries);
  if (now < path.from) return path;
  const poor = (available !== null && available < leastForBoth) || (soundLost !== null && soundLost > mostSoundLost);
  if (!poor) {
    // A path that has been good for as long as the longest pause has nothing held against it.
    const tries = now - path.from > longestPause ? 0 : path.tries;
    return { ...path, poorSince: null, tries };
  }
  const poorSince = path.poorSince ?? now;
  if (now - poorSince < patience) return { ...path, poorSince };
  const pause = Math.min(longestPause, firstPause * 2 ** path.tries);
  return { at: "soundOnly", until: (now + pause) as Ms, tries: path.tries + 1 };
}

type Entry = Readonly<Record<string, unknown>>;

/** What a report of statistics says of the way out (W3C webrtc-stats sections 8.6 and 8.21); null for what it does not. */
export function pathFactsOf(entries: Iterable<unknown>): PathFacts {
  let [available, soundLost]: [number | null, number | null] = [null, null];
  for (const entry of entries as Iterable<Entry>) {
    const { type, kind, availableOutgoingBitrate: rate, fractionLost: lost } = entry;
    if (type === "candidate-pair" && typeof rate === "number") available = rate;
    if (type === "remote-inbound-rtp" && kind === "audio" && typeof lost === "number")
      soundLost = Math.max(soundLost ?? 0, lost);
  }
  return { available, soundLost };
}
