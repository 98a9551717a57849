// Frames that wait, in the order they came, bounded in number, bytes and time: those whose key is due, and those behind the
// curtain. Pure: every change is a new queue. Carries FR13 and FR15.
import { type Ms, ms } from "@parley/base/time";

export type Bounds = {
  readonly frames: number;
  readonly bytes: number;
  /** How long a frame may wait; Infinity where only the other two bound. */
  readonly lasts: number;
};

/** Frames whose key is due: a second of a 60 Hz picture, and twice the bytes of a second at 8 Mbit/s. */
export const holdBounds: Bounds = { frames: 64, bytes: 2 * 1024 * 1024, lasts: 1_000 };

/** The curtain: 5 s of a 30 Hz picture from its key frame on, and its bytes at 6 Mbit/s. */
export const curtainBounds: Bounds = { frames: 150, bytes: 4 * 1024 * 1024, lasts: Infinity };

type Waiter<T> = { readonly item: T; readonly bytes: number; readonly until: Ms };

export type Queue<T> = { readonly waiting: readonly Waiter<T>[]; readonly bytes: number };

export const emptyQueue: Queue<never> = { waiting: [], bytes: 0 };

/** The queue with one more at its end, or null when that is more than it may hold. */
export function append<T>(queue: Queue<T>, item: T, size: number, bounds: Bounds, now: Ms): Queue<T> | null {
  const bytes = queue.bytes + size;
  if (queue.waiting.length >= bounds.frames || bytes > bounds.bytes) return null;
  return { waiting: [...queue.waiting, { item, bytes: size, until: ms(now + bounds.lasts) }], bytes };
}

/** Those for which `take` holds, in order, and the queue without them. */
export function split<T>(queue: Queue<T>, take: (item: T, until: Ms) => boolean): readonly [readonly T[], Queue<T>] {
  const taken: T[] = [];
  const waiting: Waiter<T>[] = [];
  let bytes = 0;
  for (const waiter of queue.waiting) {
    if (take(waiter.item, waiter.until)) taken.push(waiter.item);
    else {
      waiting.push(waiter);
      bytes += waiter.bytes;
    }
  }
  return taken.length === 0 ? [[], queue] : [taken, { waiting, bytes }];
}
