// Runs the session's `step` on a real or simulated clock: one event after the other, a timer for the next deadline.
import { type Random, below } from "@parley/base/random";
import { type Cancel, type Clock, ms } from "@parley/base/time";
import { begin, deadline, step } from "./session.ts";
import { hearFirst, lateBy } from "./timing.ts";
import type { Conn, Moment, SessionEffect, SessionEvent, SessionState, Side, Step } from "./sessionState.ts";

export type SessionRun = {
  readonly state: () => SessionState;
  readonly start: () => void;
  readonly apply: (event: SessionEvent) => void;
  /** A number that no connection has had. */
  readonly fresh: () => Conn;
};

/** A session that begins with `start`; `changed` is called after the effects of each change, with the state before it. */
export function runSession(
  leads: Side,
  clock: Clock,
  random: Random,
  carryOut: (effect: SessionEffect) => void,
  changed: (before: SessionState) => void,
): SessionRun {
  const events: SessionEvent[] = [];
  let state: SessionState = { leads, at: "closed" };
  let working = false;
  let last: Conn = 0;
  let stopTimer: Cancel = () => undefined;

  const fresh = (): Conn => ++last;
  const moment = (): Moment => ({ now: clock.elapsed(), dice: below(random, 2 ** 32) / 2 ** 32, fresh: fresh() });

  const moveTo = ([next, effects]: Step): void => {
    const before = state;
    state = next;
    for (const effect of effects) carryOut(effect);
    if (before !== next) changed(before);
  };

  /** What an effect causes at once waits until all effects before it are carried out. */
  const work = (): void => {
    if (working) return;
    working = true;
    for (let event = events.shift(); event !== undefined; event = events.shift()) moveTo(step(state, event, moment()));
    working = false;
    stopTimer();
    const due = deadline(state);
    if (due === null) return;
    stopTimer = clock.wait(ms(Math.max(0, due - clock.elapsed())), () => {
      if (clock.elapsed() - due < lateBy) apply({ type: "tick" });
      else stopTimer = clock.wait(hearFirst, () => apply({ type: "tick" }));
    });
  };

  const apply = (event: SessionEvent): void => {
    events.push(event);
    work();
  };

  return {
    state: () => state,
    start: () => {
      moveTo(begin(leads, moment()));
      work();
    },
    apply,
    fresh,
  };
}
