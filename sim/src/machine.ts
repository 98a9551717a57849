// A simulated machine: its wall clock, which may be wrong and may be set, and the lives of the program on it. What a life
// asked for dies with it.
import { type Clock, type Instant, type Ms, instant, ms } from "@parley/base/time";
import type { Queue } from "./queue.ts";

/** When every world begins. */
export const worldBegan: Instant = instant(Date.UTC(2026, 0, 1));

/** What a clock shows that is right. */
export const trueTime = (queue: Pick<Queue, "now">): Instant => instant(worldBegan + queue.now());

export type Machine = {
  /** How far the wall clock is ahead of the world's time. */
  skew: Ms;
  /** When it was last set. */
  setAt: number;
  /** Parts of a second that it gains in each. */
  drift: number;
  /** What it shows while it stands still; null while it runs. */
  stands: Instant | null;
  /** Until when everything on the machine is stopped, as by SIGSTOP or a closed lid. */
  stoppedUntil: number;
  readonly wall: () => Instant;
};

export function makeMachine(queue: Queue, skew: Ms): Machine {
  const machine: Machine = {
    skew,
    setAt: -1,
    drift: 0,
    stands: null,
    stoppedUntil: 0,
    wall: () => {
      const gained = Math.round(machine.drift * (queue.now() - machine.setAt));
      return machine.stands ?? instant(worldBegan + queue.now() + machine.skew + gained);
    },
  };
  return machine;
}

export type Life = {
  readonly isAlive: () => boolean;
  readonly clock: Clock;
  /** The same clock, for connections between stations: its timers are idle ones (queue.ts). */
  readonly peerClock: Clock;
  readonly die: () => void;
};

/** A program that starts now. Its monotonic clock begins anywhere. */
export function startLife(queue: Queue, machine: Machine, began: Ms): Life {
  let alive = true;
  const start = queue.now() - began;
  const clock = (kind: "firm" | "idle"): Clock => ({
    now: machine.wall,
    elapsed: () => ms(queue.now() - start),
    wait: (delay, then) => {
      let cancel = queue.wait(delay, () => due(), kind);
      const due = (): void => {
        const left = machine.stoppedUntil - queue.now();
        if (left > 0) cancel = queue.wait(left, () => due(), kind);
        else if (alive) then();
      };
      return () => cancel();
    },
  });
  return {
    isAlive: () => alive,
    clock: clock("firm"),
    peerClock: clock("idle"),
    die: () => {
      alive = false;
    },
  };
}
