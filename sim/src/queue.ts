// The one queue of everything that will happen in a world, and its time. Each event runs to the end of all that follows from
// it at once (promises included) before the next begins, so nothing depends on the machine. No clock of this machine is read.
//
// Events are firm or idle. Idle ones are the timers of connections between stations: pings, and dials that fail. While
// `calm` says that nothing of theirs could come to anything, they wait for the next firm event, as on a machine that was
// asleep, and fire late ([SM4]); only so do ten years take less than ten years.
import { type Cancel, type Ms, ms } from "@parley/base/time";

type Kind = "firm" | "idle";
type Item = { readonly at: number; readonly order: number; run: (() => void) | null };

export type Queue = {
  /** Time since the world began. */
  readonly now: () => Ms;
  /** Calls `then` after `delay`, in the order of time and, at one time, of asking. */
  readonly wait: (delay: number, then: () => void, kind?: Kind) => Cancel;
  /** A promise that the queue resolves after `delay`. */
  readonly pause: (delay: number) => Promise<void>;
  /** Runs until `end`, or until `stop` says so after an event. */
  readonly run: (end: Ms, stop?: () => boolean) => Promise<void>;
  /** Events that have run. */
  readonly count: () => number;
};

/** How far ahead the next firm event has to be for idle ones to be held; one that is late by more stays held. */
const worthALeap = 60_000;

export function makeQueue(calm: () => boolean): Queue {
  const heaps = { firm: heap(), idle: heap() };
  let now = 0;
  let order = 0;
  let count = 0;

  /** Until nothing more follows: with no input or output in the world, one turn of the event loop ends every chain of promises. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  const next = (): Item | null => {
    const [firm, idle] = [heaps.firm.first(), heaps.idle.first()];
    if (firm === null || idle === null) return firm ?? idle;
    if (idle.at > firm.at || (idle.at === firm.at && idle.order > firm.order)) return firm;
    const leaps = firm.at - Math.max(now, idle.at) > worthALeap || now - idle.at > worthALeap;
    return leaps && calm() ? firm : idle;
  };

  const wait: Queue["wait"] = (delay, then, kind = "firm") => {
    const item: Item = { at: now + Math.max(0, Math.ceil(delay)), order: order++, run: then };
    heaps[kind].add(item);
    return () => {
      item.run = null;
    };
  };

  return {
    now: () => ms(now),
    wait,
    pause: (delay) => new Promise((resolve) => wait(delay, resolve)),
    count: () => count,
    run: async (end, stop = () => false) => {
      await settle();
      for (let item = next(); item !== null && item.at <= end; item = next()) {
        (item === heaps.firm.first() ? heaps.firm : heaps.idle).drop();
        if (item.run === null) continue;
        now = Math.max(now, item.at);
        count++;
        item.run();
        await settle();
        if (stop()) return;
      }
      now = Math.max(now, end);
    },
  };
}

/** A binary heap by time and then order; what was cancelled leaves when it comes to the top. */
function heap() {
  const items: Item[] = [];
  const before = (a: Item, b: Item): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
  const at = (index: number): Item => items[index] as Item;
  const drop = (): void => {
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(at(child + 1), at(child))) child++;
      if (!before(at(child), last)) break;
      items[hole] = at(child);
      hole = child;
    }
    items[hole] = last;
  };
  return {
    add: (item: Item): void => {
      let hole = items.push(item) - 1;
      while (hole > 0) {
        const parent = (hole - 1) >> 1;
        if (!before(item, at(parent))) break;
        items[hole] = at(parent);
        hole = parent;
      }
      items[hole] = item;
    },
    drop,
    first: (): Item | null => {
      while (items.length > 0 && at(0).run === null) drop();
      return items[0] ?? null;
    },
  };
}
