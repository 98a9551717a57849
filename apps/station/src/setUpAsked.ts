// The set-up screens that an officer has asked for ([VW56] of docs/spec/views.md): said at once to a terminal that is on. One that is
// just away, as after the station's restart, hears of it when it comes; a wish as old as a shift's round is nobody's any more.
import { type Clock, type Instant, type Ms, after, minutes } from "@parley/base/time";
import type { IdText } from "@parley/protocol/ids";

/** Chosen: longer than any terminal needs to find its station again, shorter than it takes an officer to forget. */
const wishLasts: Ms = minutes(10);

export type SetUpAsked = {
  readonly ask: (terminal: IdText) => void;
  /** The terminal has been welcomed. */
  readonly came: (terminal: IdText) => void;
};

export type SetUpAskedOptions = {
  readonly clock: Clock;
  /** Whether it is on and has been welcomed. */
  readonly isOn: (terminal: IdText) => boolean;
  readonly open: (terminal: IdText) => void;
};

export function setUpAsked({ clock, isOn, open }: SetUpAskedOptions): SetUpAsked {
  const wishes = new Map<IdText, Instant>();
  return {
    ask: (terminal) => {
      if (isOn(terminal)) open(terminal);
      else wishes.set(terminal, after(clock.now(), wishLasts));
    },
    came: (terminal) => {
      const until = wishes.get(terminal);
      wishes.delete(terminal);
      if (until !== undefined && clock.now() < until) open(terminal);
    },
  };
}
