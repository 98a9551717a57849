// The real clock and randomness of a machine: the only place where the station's programs take them from.
import { getRandomValues } from "node:crypto";
import type { Random } from "@parley/base/random";
import { type Clock, instant, ms } from "@parley/base/time";

export const systemClock: Clock = {
  now: () => instant(Date.now()),
  elapsed: () => ms(Math.floor(performance.now())),
  wait: (delay, then) => {
    // Timers longer than 2^31 - 1 ms fire at once in Node; a longer wait is waited in pieces.
    const longest = 2 ** 31 - 1;
    let timer = setTimeout(
      function step(left: number) {
        if (left <= 0) return then();
        timer = setTimeout(step, Math.min(left, longest), left - longest);
      },
      Math.min(delay, longest),
      delay - longest,
    );
    return () => clearTimeout(timer);
  },
};

export const systemRandom: Random = (length) => getRandomValues(new Uint8Array(length));
