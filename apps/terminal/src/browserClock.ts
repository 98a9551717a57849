// The clock of a browser: an edge, the only file of the views' side that reads one.
import { type Clock, instant, ms } from "@parley/base/time";

export const browserClock: Clock = {
  now: () => instant(Date.now()),
  elapsed: () => ms(performance.now()),
  wait: (delay, then) => {
    const timer = setTimeout(then, delay);
    return () => clearTimeout(timer);
  },
};
