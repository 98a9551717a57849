// Waiting for a moment of the wall clock. A timer runs by another clock: where the wall clock is set back meanwhile, or the timer
// leaves a fraction of a millisecond out, it fires before the moment is there, and what asks for the time then finds that nothing
// is due. Whoever waited only once would wait for ever.
import { type Cancel, type Clock, type Instant, between, ms } from "./time.ts";

/** Calls back once, when `clock.now()` is `at` or later; never before this returns. A clock that is set on is noticed late. */
export function waitUntil(clock: Pick<Clock, "now" | "wait">, at: Instant, then: () => void): Cancel {
  const wait = (): Cancel => clock.wait(ms(Math.max(0, Math.ceil(between(clock.now(), at)))), look);
  const look = (): void => {
    if (clock.now() >= at) return then();
    cancel = wait();
  };
  let cancel = wait();
  return () => cancel();
}
