// Whether the decoder has what it needs. A frame that was dropped here is not missed by the browser for 3 s, since its packets
// did arrive; so the first frame that opens again asks the sender for a key frame. Carries FR16.
import { type Ms, ms } from "@parley/base/time";

/** A key frame that was asked for and has not come is asked for again after this long. */
export const askAgainAfter: Ms = ms(1_000);

/** The first request after a silence may itself be lost: one direction of a path often comes back before the other. */
const askSoonAfter: Ms = ms(300);

export type Picture =
  /** Sound: every frame stands alone, and none is a key frame, so this never changes. */
  | { readonly at: "sound" }
  | { readonly at: "whole" }
  /** Frames are missing, as before the first; nothing has opened since. */
  | { readonly at: "broken" }
  | { readonly at: "asked"; readonly until: Ms };

const whole: Picture = { at: "whole" };
export const sound: Picture = { at: "sound" };
export const broken: Picture = { at: "broken" };

/** A frame of the stream was dropped. */
export const missed = (was: Picture): Picture => (was.at === "whole" ? broken : was);

/** Frames come again after a silence: those of it are lost, and the browser would ask for their packets before it asked for a key frame. */
export const resumed = (was: Picture, now: Ms): readonly [Picture, "ask" | null] =>
  was.at === "sound" || (was.at === "asked" && now < was.until)
    ? [was, null]
    : [{ at: "asked", until: ms(now + askSoonAfter) }, "ask"];

/** A frame opened: the picture after it, and whether to ask for a key frame now. */
export function opened(was: Picture, isKey: boolean, now: Ms): readonly [Picture, "ask" | null] {
  if (isKey) return [whole, null];
  if (was.at === "broken" || (was.at === "asked" && now >= was.until)) {
    return [{ at: "asked", until: ms(now + askAgainAfter) }, "ask"];
  }
  return [was, null];
}
