// Those at the door who have not proven who they are: bounded in number and in time, however slowly they speak.
// Carries [LK20] and [LK21]. When the room is full, the oldest of the network that holds the most places goes first, since
// whoever means well needs a few round trips and whoever wears us down stays.
import type { Cancel, Clock, Ms } from "@parley/base/time";

type Waiting = { readonly network: string; readonly turnAway: () => void; readonly stop: Cancel };

/** Takes one's place in the room: `leave` when the far end is known, or gone. */
export type HalfOpen = {
  /** Lets one in; `turnAway` is called when its time is over or its place is needed. Returns how it leaves. */
  readonly enter: (network: string, turnAway: () => void) => Cancel;
  readonly count: () => number;
};

/** A room of `places`, in which nobody stays longer than `patience`. */
export function halfOpen(places: number, patience: Ms, clock: Clock): HalfOpen {
  const byAddress = new Map<string, Set<Waiting>>();
  let count = 0;

  const leave = (one: Waiting): boolean => {
    const others = byAddress.get(one.network);
    if (others?.delete(one) !== true) return false;
    if (others.size === 0) byAddress.delete(one.network);
    count--;
    one.stop();
    return true;
  };

  const makeRoom = (): void => {
    let fullest: Set<Waiting> | null = null;
    for (const set of byAddress.values()) if (set.size > (fullest?.size ?? 0)) fullest = set;
    // A set gives its members in the order in which they came.
    const [oldest] = fullest ?? [];
    if (oldest !== undefined && leave(oldest)) oldest.turnAway();
  };

  return {
    enter: (network, turnAway) => {
      if (count >= places) makeRoom();
      const one: Waiting = {
        network,
        turnAway,
        stop: clock.wait(patience, () => {
          if (leave(one)) turnAway();
        }),
      };
      const set = byAddress.get(network) ?? new Set<Waiting>();
      byAddress.set(network, set.add(one));
      count++;
      return () => void leave(one);
    },
    count: () => count,
  };
}
