// What still has to be delivered ([AL7] of docs/spec/alarm.md): each thing once for each way, tried again with growing pauses,
// kept over a restart with the rest of the alarms. Pure; a name stays the same however often it is tried, so that whoever hears it
// twice can tell.
import { type Instant, type Ms, after, days, hours, ms, seconds } from "@parley/base/time";
import { maxDeliveries } from "@parley/protocol/limits";
import type { Alarm, What } from "./port.ts";

export type Delivery = {
  /** The way's name, the alarm's, what of it, and for how many-th time it was opened. */
  readonly id: string;
  readonly way: string;
  readonly what: What;
  readonly to: "first" | "second";
  readonly alarm: Alarm;
  readonly at: Instant;
  readonly tries: number;
  readonly next: Instant;
};

/** How a way has done. */
export type WayState = {
  readonly way: string;
  readonly delivered: number;
  readonly failed: number;
  readonly givenUp: number;
  readonly failing: { readonly since: Instant; readonly why: string } | null;
};

/** Plain JSON. */
export type Queue = { readonly waiting: readonly Delivery[]; readonly ways: readonly WayState[] };
export const emptyQueue: Queue = { waiting: [], ways: [] };

/** Longer than a weekend: a way that was away so long is set up anew by a person, and what is over by then calls nobody. */
const keptFor: Ms = days(3);
const firstPause: Ms = seconds(5);
const longestPause: Ms = hours(1);

/** The pause after the `tries`-th failure, from 1: 5 s, doubling, an hour at most. */
export const pauseAfter = (tries: number): Ms => ms(Math.min(longestPause, firstPause * 2 ** Math.min(tries - 1, 20)));

/**
 * One more to deliver. Of an alarm that ends before its way was ever tried, nothing is said at all; `underWay` are the names of
 * those that are being delivered at this moment.
 */
export function queued(queue: Queue, item: Omit<Delivery, "tries" | "next">, underWay: ReadonlySet<string>): Queue {
  if (queue.waiting.some(({ id }) => id === item.id)) return queue;
  const unsaid = ({ id, way, alarm, tries, what }: Delivery): boolean =>
    way === item.way && alarm.id === item.alarm.id && what === "raised" && tries === 0 && !underWay.has(id);
  const isOverUnsaid = (item.what === "ended" || item.what === "replaced") && queue.waiting.some(unsaid);
  const rest = isOverUnsaid
    ? queue.waiting.filter(({ way, alarm }) => way !== item.way || alarm.id !== item.alarm.id)
    : queue.waiting;
  const all = isOverUnsaid ? rest : [...rest, { ...item, tries: 0, next: item.at }];
  return { ...queue, waiting: all.slice(-maxDeliveries) };
}

/** What is said of one alarm goes one way in order; what one way refuses of one alarm does not hold up the others. */
function heads({ waiting }: Queue): readonly Delivery[] {
  const first = new Map<string, Delivery>();
  for (const item of waiting) {
    const of = `${item.way} ${item.alarm.id}`;
    if (!first.has(of)) first.set(of, item);
  }
  return [...first.values()];
}

/** Those whose time has come, the longest due first. */
export const due = (queue: Queue, now: Instant): readonly Delivery[] =>
  heads(queue)
    .filter(({ next }) => next <= now)
    .toSorted((a, b) => a.next - b.next);

export function nextDelivery(queue: Queue): Instant | null {
  const times = heads(queue).map(({ next }) => next);
  return times.length === 0 ? null : times.reduce((a, b) => (a < b ? a : b));
}

export function delivered(queue: Queue, { id, way }: Delivery): Queue {
  return {
    waiting: queue.waiting.filter((it) => it.id !== id),
    ways: withWay(queue.ways, way, (it) => ({ ...it, delivered: it.delivered + 1, failing: null })),
  };
}

export function failed(queue: Queue, item: Delivery, why: string, now: Instant): Queue {
  const over = now >= after(item.at, keptFor);
  const tries = item.tries + 1;
  const next = after(now, pauseAfter(tries));
  return {
    waiting: queue.waiting.flatMap((it) => (it.id !== item.id ? it : over ? [] : { ...it, tries, next })),
    ways: withWay(queue.ways, item.way, (it) => ({
      ...it,
      failed: it.failed + 1,
      givenUp: it.givenUp + (over ? 1 : 0),
      failing: { since: it.failing?.since ?? now, why: why.slice(0, 200) },
    })),
  };
}

/** Somebody has tried the way, and it works. */
export const trusted = (queue: Queue, way: string): Queue => ({
  ...queue,
  ways: withWay(queue.ways, way, (it) => ({ ...it, failing: null })),
});

/** Without what goes a way that the settings do not have any more. */
export const onlyWays = (queue: Queue, ways: readonly string[]): Queue => ({
  waiting: queue.waiting.filter(({ way }) => ways.includes(way)),
  ways: queue.ways.filter(({ way }) => ways.includes(way)),
});

function withWay(ways: readonly WayState[], way: string, change: (it: WayState) => WayState): readonly WayState[] {
  const known = ways.find((it) => it.way === way) ?? { way, delivered: 0, failed: 0, givenUp: 0, failing: null };
  return [...ways.filter((it) => it.way !== way), change(known)];
}
