// Every state of the duty officer's console, from made-up facts.
import type { ConsoleOn, ConsoleScreen } from "../model/console.ts";
import { alarms, entries, lines, terminals } from "./consoleFacts.ts";
import { devices, facts, receipts } from "./desks.ts";
import { failed, missed, readiness, sessions, unknown } from "./drills.ts";
import { type Cast, before, day, now } from "./people.ts";

function on(c: Cast, more: Partial<ConsoleOn>): ConsoleOn {
  return {
    at: "on",
    now,
    us: c.us,
    officer: c.names.ada,
    section: "lines",
    lines: lines(c),
    calls: [],
    devices: devices(c),
    sound: "free",
    refused: null,
    asked: null,
    handTargets: [{ id: "t1", name: c.names.terminal }],
    terminals: terminals(c).map((row, i) => (i === 0 ? { ...row, presence: { at: "here" } } : row)),
    codes: [],
    requests: [],
    officers: [
      { id: "o1", name: c.names.ada, passkeys: 2, lastSeen: before(1200) },
      { id: "o2", name: c.names.jonas, passkeys: 1, lastSeen: day(2026, 12, 6, 20) },
    ],
    pairing: { at: "none", importing: "ready" },
    rekeys: [],
    ledger: { entries: entries(c), total: 41903, older: "more" },
    readiness: readiness(c),
    alarms: alarms(c),
    here: { asked: null, passkey: { at: "ready" } },
    station: { at: "here" },
    ...more,
  };
}

const offer = `https://northmark.example/pair#${"q3J8nVx0aZ4LtW7yBd2KfR9sMcUeHgPiOoTl".repeat(7)}`;

const ring = (c: Cast) =>
  ({
    at: "ringingIn",
    id: "call-1",
    line: "line-1",
    ends: c.ends,
    since: before(8),
    deskRings: true,
    keys: "agreed",
  }) as const;

export const consoles = {
  starting: () => ({ at: "starting", since: before(3), now }),
  bootstrap: (c) => ({ at: "bootstrap", party: c.us.name, code: "asked", passkey: { at: "ready" } }),
  signIn: (c) => ({ at: "signIn", us: c.us, now, passkey: { at: "ready" }, call: null }),
  "signIn.inCall": (c) => ({
    at: "signIn",
    us: c.us,
    now,
    passkey: { at: "ready" },
    call: { id: "call-1", them: c.them.name, began: before(95) },
  }),
  "signIn.failed": (c) => ({ at: "signIn", us: c.us, now, passkey: { at: "failed", why: "unknown" }, call: null }),
  fault: (c) => ({ at: "fault", code: "stationAway", since: before(95), now, us: c.us }),
  lines: (c) => on(c, {}),
  "lines.ringing": (c) => on(c, { calls: [ring(c)] }),
  "lines.silenced": (c) => on(c, { sound: "blocked", calls: [ring(c)] }),
  "lines.refused": (c) => on(c, { refused: { code: "LINE_IN_USE", at: before(2) } }),
  "lines.here": (c) =>
    on(c, {
      here: {
        asked: { question: "q", asked: before(420), until: before(-1380), at: "open" },
        passkey: { at: "ready" },
      },
    }),
  "lines.hereLate": (c) =>
    on(c, {
      here: {
        asked: { question: "q", asked: before(4000), until: before(2200), at: "late" },
        passkey: { at: "failed", why: "cancelled" },
      },
    }),
  "lines.asked": (c) => on(c, { asked: { terminal: c.names.terminal, them: c.them.name } }),
  "lines.first": (c) =>
    on(c, { lines: [], alarms: [], ledger: { entries: entries(c).slice(4, 5), total: 1, older: "none" } }),
  "lines.rekey": (c) =>
    on(c, {
      lines: lines(c).slice(0, 5),
      rekeys: (["mustRekey", "theyAsk", "secondOfficerDue", "weAsk", "wordsDue"] as const).flatMap((at, i) => {
        const line = lines(c)[i];
        return line === undefined ? [] : [{ line: line.id, at, them: line.them.name, by: c.names.jonas }];
      }),
    }),
  "lines.away": (c) => on(c, { station: { at: "away", since: before(300) } }),
  readiness: (c) => on(c, { section: "readiness" }),
  "readiness.failed": (c) => on(c, { section: "readiness", readiness: failed(c) }),
  "readiness.sessions": (c) => on(c, { section: "readiness", readiness: sessions(c) }),
  "readiness.missed": (c) => on(c, { section: "readiness", readiness: missed(c) }),
  "readiness.loading": (c) =>
    on(c, {
      section: "readiness",
      readiness: { ...unknown, line: "line-2", page: { at: "loading" }, summary: null },
    }),
  "readiness.drillLoading": (c) =>
    on(c, {
      section: "readiness",
      readiness: readiness(c, { summary: null, drill: { at: "loading", index: 41_902 } }),
    }),
  "readiness.unread": (c) =>
    on(c, { section: "readiness", readiness: readiness(c, { summary: null, drill: { at: "unread", index: 41_902 } }) }),
  "readiness.new": (c) => on(c, { section: "readiness", readiness: unknown }),
  "readiness.none": (c) =>
    on(c, { section: "readiness", lines: [], alarms: [], readiness: { ...unknown, line: null } }),
  "call.none": (c) => on(c, { section: "call" }),
  "call.ringingIn": (c) => on(c, { section: "call", calls: [{ ...ring(c), deskRings: false }] }),
  "call.ringingOut": (c) =>
    on(c, {
      section: "call",
      calls: [
        { at: "ringingOut", id: "call-1", line: "line-1", ends: c.ends, since: before(8), receipts: receipts(2) },
      ],
    }),
  "call.connecting": (c) =>
    on(c, {
      section: "call",
      calls: [{ at: "connecting", id: "call-1", line: "line-1", ends: c.ends, since: before(1) }],
    }),
  "call.here": (c) =>
    on(c, {
      section: "call",
      calls: [
        {
          at: "inCall",
          id: "call-1",
          line: "line-1",
          facts: facts(c),
          seat: { at: "here" },
          handover: { at: "none" },
          receipts: receipts(4),
        },
      ],
    }),
  "call.handover": (c) =>
    on(c, {
      section: "call",
      calls: [
        {
          at: "inCall",
          id: "call-1",
          line: "line-1",
          facts: facts(c),
          seat: { at: "here" },
          handover: { at: "offered", to: c.names.terminal, since: before(6) },
          receipts: receipts(4),
        },
      ],
    }),
  "call.desk": (c) =>
    on(c, {
      section: "call",
      terminals: terminals(c),
      calls: [
        {
          at: "inCall",
          id: "call-1",
          line: "line-1",
          facts: facts(c),
          seat: { at: "terminal", name: c.names.terminal },
          handover: { at: "none" },
          receipts: receipts(4),
        },
      ],
    }),
  "call.holding": (c) =>
    on(c, {
      section: "call",
      calls: [
        {
          at: "holding",
          id: "call-1",
          line: "line-1",
          facts: facts(c),
          seat: { at: "here" },
          since: before(42),
          whose: "theirs",
          path: { at: "searching", since: before(42) },
        },
      ],
    }),
  "call.ended": (c) =>
    on(c, {
      section: "call",
      calls: [
        {
          at: "ended",
          id: "call-1",
          line: "line-1",
          ends: c.ends,
          why: "byThem",
          began: before(4325),
          endedAt: before(6),
          receipts: receipts(4),
          record: { at: "signedByBoth", entry: 41903 },
        },
      ],
    }),
  terminals: (c) => on(c, { section: "terminals" }),
  "terminals.letIn": (c) =>
    on(c, {
      section: "terminals",
      codes: [
        {
          id: "c1",
          role: "desk",
          name: c.names.terminal,
          code: "H4TQ 9MZX 2KDW",
          address: "https://northmark.example/enrol#H4TQ9MZX2KDW",
          expires: before(-540),
        },
      ],
      requests: [
        {
          id: "r1",
          role: "console",
          name: c.names.console,
          compare: "K7QF 2M9D",
          browser: c.names.browser,
          asked: before(21),
          approval: { at: "ready" },
        },
      ],
    }),
  pairing: (c) => on(c, { section: "pairing" }),
  "pairing.badOffer": (c) => on(c, { section: "pairing", pairing: { at: "none", importing: "badOffer" } }),
  "pairing.offered": (c) =>
    on(c, {
      section: "pairing",
      pairing: { at: "offered", link: offer, fileName: "northmark.parley", expires: before(-86400) },
    }),
  "pairing.exchanging": (c) =>
    on(c, { section: "pairing", pairing: { at: "exchanging", address: "station.estovar.example", since: before(3) } }),
  "pairing.words": (c) =>
    on(c, {
      section: "pairing",
      pairing: {
        at: "words",
        them: c.them,
        words: ["harvest", "pelican", "orbit", "velvet"],
        ours: "waiting",
        theirs: "match",
        until: before(-600),
      },
    }),
  "pairing.active": (c) => on(c, { section: "pairing", pairing: { at: "active", them: c.them, since: before(4) } }),
  "pairing.unconfirmed": (c) =>
    on(c, { section: "pairing", pairing: { at: "unconfirmed", them: c.them, since: before(4) } }),
  "pairing.failed": (c) =>
    on(c, { section: "pairing", pairing: { at: "failed", why: "wordsDiffer", them: c.them.name } }),
  "pairing.otherRoot": (c) =>
    on(c, { section: "pairing", pairing: { at: "failed", why: "otherRoot", them: c.them.name } }),
  ledger: (c) => on(c, { section: "ledger" }),
  alarms: (c) => on(c, { section: "alarms" }),
} as const satisfies Record<string, (of: Cast) => ConsoleScreen>;

type Shown = ReturnType<(typeof consoles)[keyof typeof consoles]>;
/** Does not compile while a state of the console has no picture. */
export const everyConsoleStateShown: Exclude<ConsoleScreen["at"], Shown["at"]> extends never ? true : never = true;
