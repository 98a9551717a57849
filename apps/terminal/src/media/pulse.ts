// Whether the far side is heard or seen, from our own evidence: frames that opened. The browser's connection state says
// "connected" through a cut of several seconds and is not asked. Pure; the caller counts and tells the time.
import { type Ms, ms } from "@parley/base/time";

/** No frame opened for this long means that the path is lost; black frames alone come five times a second. */
export const lostAfter: Ms = ms(1000);

/** `silent`: nothing has opened yet, or nothing for too long. `beating`: the last frame opened at `last`. */
export type Pulse = { readonly at: "silent" } | { readonly at: "beating"; readonly last: Ms };

export type PulseChange = "up" | "lost" | null;

/** The pulse after `opened` more frames at `now`, and whether it began or stopped. */
export function feel(pulse: Pulse, opened: number, now: Ms): readonly [Pulse, PulseChange] {
  if (opened > 0) return [{ at: "beating", last: now }, pulse.at === "silent" ? "up" : null];
  if (pulse.at === "beating" && now - pulse.last >= lostAfter) return [{ at: "silent" }, "lost"];
  return [pulse, null];
}
