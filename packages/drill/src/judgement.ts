// What one terminal makes of what it measured ([DR15]-[DR17] of docs/spec/drill.md): of each step whether it passed, and where not,
// the cause and whose it is as far as this side can tell. What we did not send is ours; what did not arrive, though the path
// stands, is the sender's until the sender says otherwise; what arrived and cannot be used is nobody's for certain. Pure.
import type { Ms } from "@parley/base/time";
import type { StepResult } from "@parley/protocol/signed/drillReport";
import type { Seen } from "./card.ts";
import { amiss, passed } from "./steps.ts";
import { type SweepHeard, neededTones } from "./sweep.ts";

/** Packets of one stream that went out or came in, and pictures, where it has any. */
export type Counted = { readonly packets: number; readonly frames: number };

/** Slower than this is not a moving picture, pictures a second; a call under load may well fall to half of what it sends. */
const leastRate = 5;
/** More than this of the pictures torn, or the greys that far off, of 255, and it is not the picture that was sent. */
const mostTorn = 0.2;
const mostGreyError = 24;

export function judgePicture(
  seen: Seen,
  out: Counted,
  into: Counted & { readonly decoded: number },
  took: Ms,
): StepResult {
  if (out.frames === 0) return amiss("picture", "failed", "pictureNotSent", "own", took);
  if (seen.read === 0) {
    if (into.packets === 0) return amiss("picture", "failed", "pictureNotArrived", "far", took);
    // Frames that came whole and that our own decoder made nothing of are ours.
    if (into.frames > 0 && into.decoded === 0) return amiss("picture", "failed", "pictureUnreadable", "own", took);
    return amiss("picture", "failed", "pictureUnreadable", "unknown", took);
  }
  const torn = seen.torn / (seen.read + seen.torn);
  if (torn > mostTorn || seen.greyError > mostGreyError)
    return amiss("picture", "weak", "pictureUnreadable", "unknown", took);
  const lasted = seen.last === null || seen.first === null ? 0 : seen.last.at - seen.first;
  const rate = lasted <= 0 ? 0 : ((seen.read - 1) * 1000) / lasted;
  if (rate < leastRate) return amiss("picture", "weak", "pictureSlow", "unknown", took);
  return passed("picture", took);
}

/** Fainter than this beside the loudest tone is as good as not heard, decibels. */
const mostBelow = 30;

export function judgeSound(heard: SweepHeard, sounds: boolean, out: Counted, into: Counted, took: Ms): StepResult {
  // Tones that may not sound here do not go out either, and a voice does all the same; but neither would this desk's ring be heard.
  if (!sounds) return amiss("sound", "weak", "soundBlocked", "own", took);
  if (out.packets === 0) return amiss("sound", "failed", "soundNotSent", "own", took);
  const arrived = heard.bands.filter(({ below }) => below !== null && below <= mostBelow).map(({ hz }) => hz);
  if (arrived.length === 0)
    return amiss("sound", "failed", "soundNotArrived", into.packets === 0 ? "far" : "unknown", took);
  if (neededTones.some((hz) => !arrived.includes(hz))) return amiss("sound", "weak", "soundNarrow", "unknown", took);
  return passed("sound", took);
}
