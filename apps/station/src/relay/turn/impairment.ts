// A poor path, for tests: delay, jitter, loss, a narrow link and a cut between a client and this relay. Each crossing of
// that path is impaired, so two clients of one relay see twice the delay. No setting can make one of these: only a
// program that says it is a test can, and hands it to `startTurn`.
import type { Random } from "@parley/base/random";
import type { Clock } from "@parley/base/time";

/** One direction of the path. */
export type Knobs = {
  /** Milliseconds each frame waits. */
  readonly delay: number;
  /** Up to so many milliseconds more, evenly drawn for each frame; frames overtake each other, as on a real path. */
  readonly jitter: number;
  /** The part of frames that is lost, 0 to 1. On a stream only relayed data is, since TCP itself loses nothing. */
  readonly loss: number;
  /** Bits a second that get through, with a queue of 200 ms before more is lost; null for no bound. */
  readonly bitsPerSecond: number | null;
  /** Nothing gets through. */
  readonly cut: boolean;
};

export type Direction = "up" | "down";

export const clean: Knobs = { delay: 0, jitter: 0, loss: 0, bitsPerSecond: null, cut: false };

const queueMs = 200;

export type Impairment = {
  /** Changes what follows; frames under way keep what they were given. */
  readonly set: (knobs: Partial<Record<Direction, Partial<Knobs>>>) => void;
  /** Delivers a frame of `bytes`, now, later or never. */
  readonly pass: (direction: Direction, bytes: number, losable: boolean, deliver: () => void) => void;
};

/** A path that is clean until `set` says otherwise. `up` is from the client to the relay. */
export function createImpairment(deps: {
  readonly forTests: true;
  readonly clock: Clock;
  readonly random: Random;
}): Impairment {
  const { clock } = deps;
  const knobs: Record<Direction, Knobs> = { up: clean, down: clean };
  const linkFree: Record<Direction, number> = { up: 0, down: 0 };
  const drawn = () => {
    const [a = 0, b = 0, c = 0, d = 0] = deps.random(4);
    return (((a * 256 + b) * 256 + c) * 256 + d) / 2 ** 32;
  };
  return {
    set(change) {
      knobs.up = { ...knobs.up, ...change.up };
      knobs.down = { ...knobs.down, ...change.down };
    },
    pass(direction, bytes, losable, deliver) {
      const { delay, jitter, loss, bitsPerSecond, cut } = knobs[direction];
      if (cut || (losable && loss > 0 && drawn() < loss)) return;
      let wait = delay + (jitter > 0 ? drawn() * jitter : 0);
      if (bitsPerSecond !== null) {
        const now = clock.elapsed();
        const start = Math.max(now, linkFree[direction]);
        if (losable && start - now > queueMs) return;
        linkFree[direction] = start + (bytes * 8000) / bitsPerSecond;
        wait += linkFree[direction] - now;
      }
      if (wait <= 0) deliver();
      else clock.wait(Math.round(wait) as ReturnType<Clock["elapsed"]>, deliver);
    },
  };
}
