// When frames that nobody authenticated become an alarm about a stream. It names the stream, never the sender: who put them
// there is not known. Pure: `step` functions over a tagged state, time passed in. Carries FR17 to FR19.
import { type Ms, ms } from "@parley/base/time";
import type { Class, Refusal } from "./refusals.ts";

/**
 * Frames without a key and without one good frame between them are an alarm after this long. They were held 1 s before, and a
 * worker that looks every quarter second is up to half a second late at the two: 2.75 s in all, and it is on the screen in 3.
 */
export const doubtLasts: Ms = ms(1_250);

/** An alarm that goes on is repeated this often, and ends after this long without another bad frame. */
export const alarmLasts: Ms = ms(3_000);

/** So many stale frames count like one without a key. */
const manyStale = 20;

export type Suspicion =
  | { readonly at: "calm" }
  | {
      readonly at: "doubting";
      readonly since: Ms;
      readonly why: Refusal;
      readonly frames: number;
      /** An alarm at `until` when it is `manyStale` or more. */
      readonly weight: number;
      readonly until: Ms;
    }
  | {
      readonly at: "alarmed";
      readonly since: Ms;
      readonly why: Refusal;
      readonly frames: number;
      /** Bad frames since the alarm was last told. */
      readonly untold: number;
      readonly until: Ms;
    };

/** What the screen is told: an alarm with its first cause and the number of frames so far, or that it is over. */
export type Alarm =
  | { readonly type: "alarm"; readonly why: Refusal; readonly since: Ms; readonly frames: number }
  | { readonly type: "calm" };

export type Judged = readonly [Suspicion, Alarm | null];

export const calm: Suspicion = { at: "calm" };

const raise = (since: Ms, why: Refusal, frames: number, now: Ms): Judged => [
  { at: "alarmed", since, why, frames, untold: 0, until: ms(now + alarmLasts) },
  { type: "alarm", why, since, frames },
];

/** A frame was dropped for `why`, of class `of`, at a time when epochs agree. */
export function suspect(was: Suspicion, why: Refusal, of: Class, now: Ms): Judged {
  if (of === "harmless") return [was, null];
  const weight = of === "stale" ? 1 : manyStale;
  switch (was.at) {
    case "calm":
      if (of === "unauthentic") return raise(now, why, 1, now);
      return [{ at: "doubting", since: now, why, frames: 1, weight, until: ms(now + doubtLasts) }, null];
    case "doubting": {
      const frames = was.frames + 1;
      if (of === "unauthentic") return raise(was.since, why, frames, now);
      return pass({ ...was, frames, weight: was.weight + weight }, now);
    }
    case "alarmed":
      return [{ ...was, frames: was.frames + 1, untold: was.untold + 1 }, null];
    default:
      return was satisfies never;
  }
}

/** A frame was opened: what lacked a key is explained; an alarm stays until its time. */
export const trust = (was: Suspicion): Suspicion => (was.at === "doubting" ? calm : was);

/** Time has passed. */
export function pass(was: Suspicion, now: Ms): Judged {
  if (was.at === "calm" || now < was.until) return [was, null];
  if (was.at === "doubting") return was.weight < manyStale ? [calm, null] : raise(was.since, was.why, was.frames, now);
  return was.untold > 0 ? raise(was.since, was.why, was.frames, now) : [calm, { type: "calm" }];
}
