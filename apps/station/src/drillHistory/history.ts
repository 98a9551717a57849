// The history of every line's drills for consoles, read out of the ledger: the newest weeks are kept at hand and grow with it, what
// is older is read when somebody pages that far. One question reads so many events and no more, however long the record is.
// Nothing here decides anything. Carries [VW70] of docs/spec/views.md.
import { type Result, certain, ok } from "@parley/base/result";
import { type Clock, type Instant, days, instant } from "@parley/base/time";
import { daysShown, summaryOf } from "@parley/drill/history";
import { decodeEntry } from "@parley/ledger/entry";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import { maxDrillTicks, maxDrillsAtHand } from "@parley/protocol/limits";
import type { DrillRow, DrillTold } from "@parley/protocol/terminal/drillHistory";
import type { ToTerminal } from "@parley/protocol/terminal/messages";
import type { Store, StoredEvent } from "../store/port.ts";
import { drillTold, isDrill, rowOfDrill, withSession } from "./told.ts";

export type DrillHistoryOptions = {
  readonly store: Pick<Store, "events" | "nextIndex">;
  readonly clock: Pick<Clock, "now">;
  readonly us: () => Uint8Array<ArrayBuffer>;
  readonly terminalName: (terminal: IdText) => string | null;
  /** Our party's own, by whose calendar days and hours are counted, and its offset from UTC, minutes. */
  readonly zone: () => string;
  readonly offsetAt: (at: Instant) => number;
};

type Told<T extends ToTerminal["type"]> = Extract<ToTerminal, { type: T }>;

export type DrillHistory = {
  /** The page of that line's drills before the entry `before`, newest first; null is the newest page, and brings the summary. */
  readonly page: (link: IdText, before: number | null) => Promise<Result<Told<"drillHistory">, ParleyError>>;
  readonly report: (index: number) => Promise<Result<Told<"drillReport">, ParleyError>>;
};

/** Events that are read in one go, and that one question about older drills looks through at most: chosen. */
const atOnce = 500;
const lookedThrough = 5000;

export function drillHistory(options: DrillHistoryOptions): DrillHistory {
  const { store, clock } = options;
  /** Each line's newest drills, oldest first, of the events from `from` to `to`. */
  const atHand = new Map<IdText, DrillRow[]>();
  let read: { readonly from: number; readonly to: number } | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  const toldOf = ({ index, kind, bytes }: StoredEvent): DrillTold | null =>
    isDrill(kind) ? drillTold(index, certain(decodeEntry(bytes)), options.us(), options.terminalName) : null;

  /** Oldest first. */
  const keep = (told: readonly DrillTold[]): void => {
    for (const it of told) {
      const held = atHand.get(it.link) ?? [];
      const last = held.at(-1);
      if (it.session === "direct") held.push(rowOfDrill(it));
      else if (last !== undefined) held[held.length - 1] = withSession(last, it) ?? last;
      if (held.length > maxDrillsAtHand) held.shift();
      atHand.set(it.link, held);
    }
  };

  /** From which event on no drill of that line is missing at hand. */
  const wholeFrom = (link: IdText): number => {
    const held = atHand.get(link) ?? [];
    const oldest = held.length === maxDrillsAtHand ? held[0]?.index : undefined;
    return oldest ?? read?.from ?? 0;
  };

  /** The window of the summary from the ledger's end backwards once, and from then on what was added. */
  const look = async (): Promise<Result<void, ParleyError>> => {
    const total = store.nextIndex();
    if (read === null) {
      const since = instant(clock.now() - days(daysShown + 1));
      let from = total;
      const found: DrillTold[] = [];
      while (from > 0) {
        const start = Math.max(0, from - atOnce);
        const events = await store.events(start, from - start);
        if (!events.ok) return events;
        found.push(...events.value.toReversed().flatMap((event) => toldOf(event) ?? []));
        from = start;
        const [oldest] = events.value;
        if (oldest !== undefined && certain(decodeEntry(oldest.bytes)).time < since) break;
      }
      keep(found.toReversed());
      read = { from, to: total };
    }
    while (read.to < total) {
      const events = await store.events(read.to, Math.min(atOnce, total - read.to));
      if (!events.ok) return events;
      keep(events.value.flatMap((event) => toldOf(event) ?? []));
      read = { from: read.from, to: read.to + events.value.length };
      if (events.value.length === 0) break;
    }
    return ok(undefined);
  };

  /** One question after the other, so that no event is counted twice. */
  const looked = (): Promise<Result<void, ParleyError>> => {
    const next = turn.then(look);
    turn = next.catch(() => undefined);
    return next;
  };

  /** Drills of that line before `before` that are not at hand, and where to go on. */
  const older = async (link: IdText, before: number, most: number): Promise<Result<Older, ParleyError>> => {
    const rows: DrillRow[] = [];
    // Sessions that were met and wait for the direct one of their drill, which lies before them; oldest first.
    let others: readonly DrillTold[] = [];
    const end = Math.max(0, before - lookedThrough);
    for (let to = before; to > end && rows.length < most;) {
      const from = Math.max(end, to - atOnce);
      const events = await store.events(from, to - from);
      if (!events.ok) return events;
      for (const event of events.value.toReversed()) {
        const told = toldOf(event);
        if (told?.link !== link) continue;
        if (told.session !== "direct") {
          others = [told, ...others];
          continue;
        }
        rows.push(others.reduce((row, other) => withSession(row, other) ?? row, rowOfDrill(told)));
        others = [];
        if (rows.length === most) return ok({ rows, next: event.index });
      }
      to = from;
    }
    // A drill whose beginning lies further back is met whole the next time.
    const newest = others.at(-1);
    return ok({ rows, next: newest === undefined || end === 0 || rows.length === 0 ? end : newest.index + 1 });
  };

  const summary = (rows: readonly DrillRow[]): Told<"drillHistory">["summary"] => {
    const drills = rows.map((row) => ({ ...row, at: instant(row.at) }));
    const { today, days: byDay, hours: byHour } = summaryOf(drills, clock.now(), options.offsetAt);
    return { zone: options.zone(), today, days: [...byDay], hours: [...byHour] };
  };

  return {
    page: async (link, before) => {
      const done = await looked();
      if (!done.ok) return done;
      const all = atHand.get(link) ?? [];
      const held = before === null ? all : all.filter(({ index }) => index < before);
      const newest = held.slice(-maxDrillTicks).toReversed();
      const oldest = held.length > newest.length ? newest.at(-1)?.index : undefined;
      const next = oldest ?? Math.min(before ?? Infinity, wholeFrom(link));
      const lacking = maxDrillTicks - newest.length;
      const more = lacking === 0 ? ok({ rows: [], next }) : await older(link, next, lacking);
      if (!more.ok) return more;
      return ok({
        type: "drillHistory",
        link,
        before,
        rows: [...newest, ...more.value.rows],
        older: more.value.next > 0 ? more.value.next : null,
        summary: before === null ? summary(all) : null,
      });
    },
    report: async (index) => {
      const events = await store.events(index, 1);
      if (!events.ok) return events;
      const [event] = events.value;
      return ok({ type: "drillReport", index, drill: event === undefined ? null : toldOf(event) });
    },
  };
}

type Older = { readonly rows: readonly DrillRow[]; readonly next: number };
