// Begins a few things in each turn of the event loop and leaves the rest waiting, so that under a storm what has begun is
// finished first. Without it a thousand handshakes advance side by side, and all run into their deadlines together. Carries [LK40]. An edge.
import type { Cancel } from "@parley/base/time";

/** Queues a task; the earliest first, at most `perTurn` a turn. The returned function takes it out again. */
export type Pacer = (task: () => void) => Cancel;

export function pacer(perTurn: number): Pacer {
  const waiting = new Set<{ readonly task: () => void }>();
  let turning = false;
  const turn = (): void => {
    let left = perTurn;
    for (const one of waiting) {
      if (left-- === 0) break;
      waiting.delete(one);
      one.task();
    }
    turning = waiting.size > 0;
    if (turning) setImmediate(turn);
  };
  return (task) => {
    const one = { task };
    waiting.add(one);
    if (!turning) {
      turning = true;
      setImmediate(turn);
    }
    return () => void waiting.delete(one);
  };
}
