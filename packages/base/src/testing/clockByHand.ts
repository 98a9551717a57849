// A clock that moves when it is told to, from timer to timer.
import { type Clock, type Ms, instant, ms } from "@parley/base/time";

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
  const pass = (time: Ms): void => {
    const end = now + time;
    for (;;) {
      const next = timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      now = next.at;
      timers = timers.filter((other) => other !== next);
      next.fire();
    }
    now = end;
  };
  return { clock, pass, waiting: () => timers.length };
}
