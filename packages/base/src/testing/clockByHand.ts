// A clock that moves when it is told to, from timer to timer.
import { type Clock, type Ms, instant, ms } from "../time.ts";

export function clockByHand() {
  let now = 1_800_000_000_000;
  let timers: { at: number; fire: () => void }[] = [];
  const clock: Clock = {
    now: () => instant(now),
    elapsed: () => ms(now),
    wait: (delay, fire) => {
      const timer = { at: now + delay, fire };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
  };
  /** Fires the next timer due by `end`, that much too late; false if there is none, and then it is `end`. */
  const step = (end: number, late = 0): boolean => {
    const next = timers.toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined || next.at + late > end) {
      now = end;
      return false;
    }
    now = next.at + late;
    timers = timers.filter((other) => other !== next);
    next.fire();
    return true;
  };
  const pass = (time: Ms, late = 0): void => {
    for (const end = now + time; step(end, late););
  };
  /** The same where what a timer starts takes turns of its own: `settle` is awaited after each. */
  const passSettling = async (time: Ms, settle: () => Promise<void>): Promise<void> => {
    for (const end = now + time; step(end);) await settle();
  };
  return { clock, pass, passSettling, waiting: () => timers.length };
}
