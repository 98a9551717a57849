import { describe, expect, it } from "vitest";
import { type Instant, days, instant, minutes, seconds } from "@parley/base/time";
import { maxDeliveries } from "@parley/protocol/limits";
import type { Alarm } from "./port.ts";
import {
  type Delivery,
  type Queue,
  delivered,
  due,
  emptyQueue,
  failed,
  nextDelivery,
  onlyWays,
  pauseAfter,
  queued,
} from "./queue.ts";

const t0 = instant(1_800_000_000_000);
const alarm = (id: string): Alarm => ({
  id,
  kind: "STORE_FULL",
  rank: 1,
  link: null,
  lines: [],
  whose: "ours",
  about: "",
  value: "",
  mark: "",
  origin: "lasts",
  since: t0,
  last: t0,
  times: 1,
  standing: { at: "open", told: "first", until: null },
  reached: ["first"],
});
const item = (of: string, what: Delivery["what"], way = "w") => ({
  id: `${way} ${of} ${what}`,
  way,
  what,
  to: "first" as const,
  alarm: alarm(of),
  at: t0,
});
const nobody = new Set<string>();
const add = (queue: Queue, ...items: ReturnType<typeof item>[]): Queue =>
  items.reduce((all, one) => queued(all, one, nobody), queue);
const ids = (all: readonly Delivery[]): string[] => all.map(({ id }) => id);
const at = (time: number): Instant => instant(t0 + time);

describe("deliveries of alarms", () => {
  it("[AL7] each goes once each way, in order for one alarm, and one that is refused does not hold up another", () => {
    let queue = add(
      emptyQueue,
      item("a", "raised"),
      item("a", "raised"),
      item("a", "acknowledged"),
      item("b", "raised"),
    );
    expect([queue.waiting.length, ids(due(queue, t0))]).toEqual([3, ["w a raised", "w b raised"]]);
    const [first, second] = due(queue, t0);
    if (first === undefined || second === undefined) throw new Error("nothing is due");
    queue = failed(queue, first, "refused", t0);
    queue = delivered(queue, second);
    expect(ids(due(queue, t0))).toEqual([]);
    expect(ids(due(queue, at(seconds(5))))).toEqual(["w a raised"]);
    const [again] = due(queue, at(seconds(5)));
    if (again === undefined) throw new Error("nothing is due");
    queue = delivered(queue, again);
    expect(ids(due(queue, at(seconds(5))))).toEqual(["w a acknowledged"]);
    expect(queue.ways).toEqual([{ way: "w", delivered: 2, failed: 1, givenUp: 0, failing: null }]);
  });

  it("[AL7] the pauses double from 5 seconds to an hour, and after three days it is given up", () => {
    expect([1, 2, 3, 10, 11, 1000].map(pauseAfter)).toEqual([5, 10, 20, 2560, 3600, 3600].map((s) => seconds(s)));
    let queue = add(emptyQueue, item("a", "raised"));
    let tries = 0;
    for (let next = nextDelivery(queue); next !== null; next = nextDelivery(queue)) {
      const [one] = due(queue, next);
      if (one === undefined) throw new Error("a time without a delivery");
      tries += 1;
      queue = failed(queue, one, "away", next);
      expect(next - t0).toBeLessThanOrEqual(days(3) + minutes(60));
    }
    expect(tries).toBeGreaterThan(72);
    expect(queue.ways).toMatchObject([{ failed: tries, givenUp: 1, failing: { since: t0, why: "away" } }]);
  });

  it("[AL7] an alarm that ends before its way was tried is not told there; one that may have been is told to its end", () => {
    expect(add(emptyQueue, item("a", "raised"), item("a", "acknowledged"), item("a", "ended")).waiting).toEqual([]);
    const waits = add(emptyQueue, item("a", "raised"));
    const [tried] = due(waits, t0);
    if (tried === undefined) throw new Error("nothing is due");
    expect(ids(add(failed(waits, tried, "no answer", t0), item("a", "ended")).waiting)).toEqual([
      "w a raised",
      "w a ended",
    ]);
    expect(ids(queued(waits, item("a", "ended"), new Set(["w a raised"])).waiting)).toEqual([
      "w a raised",
      "w a ended",
    ]);
  });

  it("[AL7] what waits is bounded, the newest stay, and what goes a way that is not set any more is dropped", () => {
    const many = Array.from({ length: maxDeliveries + 3 }, (_, i) => item(`a${i}`, "raised"));
    expect(ids(add(emptyQueue, ...many).waiting).at(0)).toBe("w a3 raised");
    const two = add(emptyQueue, item("a", "raised", "w"), item("a", "raised", "v"));
    expect(ids(onlyWays(two, ["v"]).waiting)).toEqual(["v a raised"]);
    expect(nextDelivery(emptyQueue)).toBe(null);
  });
});
