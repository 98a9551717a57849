// What the station refused whoever pressed something here: shown for a while, or until the next press. A refusal of what the
// page itself said, with nobody at it, is nobody's.
import { type Cancel, type Clock, type Ms, seconds } from "@parley/base/time";
import type { Refusal } from "../model/refusal.ts";

/** A station answers a press within this time, or its connection is made anew: chosen. */
const answersWithin: Ms = seconds(15);
/** Long enough to read two sentences twice: chosen. */
const shownFor: Ms = seconds(20);

export type Refusals = {
  readonly pressed: () => void;
  /** `code` of the error table, as the station said it. */
  readonly heard: (code: string) => void;
};

export function refusalsFor(clock: Clock, show: (refusal: Refusal | null) => void): Refusals {
  let asked: Ms | null = null;
  let shown: Cancel | null = null;
  const rest = (): void => {
    if (shown === null) return;
    shown();
    shown = null;
    show(null);
  };
  return {
    pressed: () => {
      rest();
      asked = clock.elapsed();
    },
    heard: (code) => {
      if (asked === null || clock.elapsed() - asked > answersWithin) return;
      rest();
      show({ code, at: clock.now() });
      shown = clock.wait(shownFor, rest);
    },
  };
}
