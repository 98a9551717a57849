// The history of drills out of a ledger, however long: pages, sessions, the summary that grows, and how much one question reads.
import { encode } from "@parley/base/codec";
import { certain, ok } from "@parley/base/result";
import { type Instant, hours, instant, minutes } from "@parley/base/time";
import { type AtIndex, jointRecord, ownRecord } from "@parley/ledger/record";
import { type CallId, type LinkId, type PartyId, type TerminalId, idText } from "@parley/protocol/ids";
import { type DrillReport, type DrillVerdict, drillReport } from "@parley/protocol/signed/drillReport";
import { describe, expect, it } from "vitest";
import { type DrillFact, drillFact, drillKind, drillOwnKind } from "../run/drillFacts.ts";
import type { StoredEvent } from "../store/port.ts";
import { type DrillHistory, drillHistory } from "./history.ts";

const us = new Uint8Array(32).fill(1) as PartyId;
const them = new Uint8Array(32).fill(2) as PartyId;
const link = new Uint8Array(16).fill(3) as LinkId;
const other = new Uint8Array(16).fill(4) as LinkId;
const desk = new Uint8Array(16).fill(5) as TerminalId;
const drill = new Uint8Array(16).fill(6) as CallId;
const start = Date.UTC(2026, 11, 7, 12);

const ready: DrillVerdict = { at: "ready", step: null, cause: null, whose: "both" };
const relayGone: DrillVerdict = { at: "notReady", step: "path", cause: "relayAway", whose: "called" };

const numbers = (setUp: number): DrillReport["caller"]["numbers"] => ({
  setUp,
  roundTrip: 40_000,
  lost: 3,
  jitter: null,
  couldSend: null,
  sent: null,
  received: null,
  codec: "video/VP9",
  path: "direct",
  pictures: 30,
  torn: 0,
  gap: 60,
  greyError: null,
  soundBehind: null,
  bands: [],
});

function part(party: PartyId, setUp: number): DrillReport["caller"] {
  const terminal = party === us ? desk : (new Uint8Array(16).fill(7) as TerminalId);
  const [began, ended] = [instant(start), instant(start + 1000)] as const;
  const station = new Uint8Array(32);
  return { party, terminal, browser: "Chromium", station, began, ended, results: [], numbers: numbers(setUp) };
}

/** A ledger by hand. */
function ledger() {
  const events: StoredEvent[] = [];
  let reads = 0;
  const clock = { at: instant(start) };
  const add = (kind: string, at: AtIndex): number => {
    const index = events.length;
    events.push({ index, kind, bytes: at(index) });
    return index;
  };
  const made = (more: Partial<DrillReport> = {}, at: Instant = clock.at): number => {
    const verdict = ready;
    const whole = {
      link,
      drill,
      session: "direct" as const,
      next: 3600,
      caller: part(us, 400),
      called: part(them, 500),
    };
    return add(drillKind, jointRecord("drill", at, encode(drillReport, { ...whole, rules: 1, verdict, ...more }), []));
  };
  const history: DrillHistory = drillHistory({
    store: {
      nextIndex: () => events.length,
      events: (from, limit) => {
        const some = events.slice(from, from + limit);
        reads += some.length;
        return Promise.resolve(ok(some));
      },
    },
    clock: { now: () => clock.at },
    us: () => us,
    terminalName: (terminal) => (terminal === idText(desk) ? "Desk" : null),
    zone: () => "UTC",
    offsetAt: () => 0,
  });
  return {
    events,
    clock,
    made,
    history,
    own: (body: DrillFact, at: Instant = clock.at) =>
      add(drillOwnKind, ownRecord(drillOwnKind, at, encode(drillFact, body))),
    noise: (n: number) => {
      for (let i = 0; i < n; i++) add("call", ownRecord("call", clock.at, new Uint8Array(4)));
    },
    reads: () => reads,
    page: async (before: number | null = null, of: LinkId = link) => certain(await history.page(idText(of), before)),
  };
}

describe("the history of drills", () => {
  it("[VW70] comes page by page, newest first: every drill of that line once, and none of another", async () => {
    const book = ledger();
    const made: number[] = [];
    for (let i = 0; i < 130; i++) {
      book.clock.at = instant(start + i * hours(1));
      made.push(book.made());
      book.made({ link: other });
      book.noise(i % 3);
    }
    const seen: number[] = [];
    const sizes: number[] = [];
    let before: number | null = null;
    do {
      const page = await book.page(before);
      sizes.push(page.rows.length);
      expect(page.summary === null).toBe(before !== null);
      seen.push(...page.rows.map(({ index }) => index));
      before = page.older;
    } while (before !== null);
    expect(seen).toEqual(made.toReversed());
    expect(sizes.slice(0, 2)).toEqual([48, 48]);
    expect((await book.page(null, new Uint8Array(16).fill(9) as LinkId)).rows).toEqual([]);
  });

  it("[VW70] sessions are rows of none: they stand with their drill, which one that was not passed makes degraded", async () => {
    const book = ledger();
    const alone = book.made();
    book.clock.at = instant(start + hours(1));
    const direct = book.made();
    book.noise(2);
    const at = instant(book.clock.at + minutes(1));
    const relay = book.made({ session: "relay", verdict: relayGone }, at);
    const reload = book.made({ session: "reload" }, at);
    const { rows, summary } = await book.page();
    expect(rows).toMatchObject([
      {
        index: direct,
        came: "degraded",
        step: "path",
        cause: "relayAway",
        whose: "theirs",
        setUp: 400,
        sessions: [
          { session: "direct", index: direct, came: "passed" },
          { session: "relay", index: relay, came: "failed" },
          { session: "reload", index: reload, came: "passed" },
        ],
      },
      { index: alone, came: "passed", sessions: [{ session: "direct", index: alone }] },
    ]);
    expect(summary?.days).toMatchObject([{ passed: 1, degraded: 1, failed: 0 }]);
    // The same where they are read on the way back, and not at hand.
    expect((await book.page(book.events.length)).rows).toEqual(rows);
    // A session long after any drill is of none.
    book.made({ session: "relay", verdict: relayGone }, instant(start + hours(9)));
    expect((await book.page()).rows).toEqual(rows);
  });

  it("[VW70] what was added since stands in the next answer, counted once", async () => {
    const book = ledger();
    book.made();
    const asked = [book.page(), book.page()];
    book.own({ type: "missed", link, expected: book.clock.at, at: book.clock.at });
    await Promise.all(asked);
    book.own({
      type: "aloneInSession",
      link,
      drill,
      role: "called",
      session: "direct",
      part: part(us, 700),
      verdict: relayGone,
      at: book.clock.at,
    });
    const { rows, summary } = await book.page();
    expect(rows.map(({ came, whose, signedByBoth }) => [came, whose, signedByBoth])).toEqual([
      ["failed", "ours", false],
      ["missed", "theirs", false],
      ["passed", "both", true],
    ]);
    expect(summary).toMatchObject({
      zone: "UTC",
      days: [{ passed: 1, failed: 1, missed: 1, setUp: { low: 400, middle: 400, high: 700 } }],
      hours: [{ weekday: 0, hour: 12, passed: 1, failed: 1, missed: 1 }],
    });
  });

  it("[VW72] one drill is told with both sides' parts as seen from ours, whoever called", async () => {
    const book = ledger();
    const calling = book.made({ verdict: relayGone });
    const called = book.made({ verdict: relayGone, caller: part(them, 500), called: part(us, 400) });
    const missed = book.own({ type: "missed", link, expected: book.clock.at, at: book.clock.at });
    book.noise(1);
    const told = async (index: number) => certain(await book.history.report(index)).drill;
    const sides = {
      ours: { terminal: "Desk", numbers: { setUp: 400 } },
      theirs: { terminal: null, numbers: { setUp: 500 } },
    };
    expect(await told(calling)).toMatchObject({ role: "caller", whose: "theirs", signedByBoth: true, ...sides });
    expect(await told(called)).toMatchObject({ role: "called", whose: "ours", signedByBoth: true, ...sides });
    expect(await told(missed)).toMatchObject({ came: "missed", ours: null, theirs: null, signedByBoth: false });
    expect([await told(missed + 1), await told(99)]).toEqual([null, null]);
  });

  it("[VW70] one question reads a bounded part of the record, and says where to go on", async () => {
    const book = ledger();
    const first = book.made({}, instant(start - hours(24 * 200)));
    for (let i = 0; i < 13; i++) book.noise(1000);
    // The window begins at the ledger's end: what lies before it is older than a quarter of a year.
    book.clock.at = instant(start + hours(24 * 200));
    book.noise(1);
    let page = await book.page();
    const found = [...page.rows];
    let questions = 1;
    while (page.older !== null) {
      const before = book.reads();
      page = await book.page(page.older);
      expect(book.reads() - before).toBeLessThanOrEqual(5000);
      found.push(...page.rows);
      questions += 1;
    }
    expect(found.map(({ index }) => index)).toEqual([first]);
    expect(questions).toBe(3);
  });
});
