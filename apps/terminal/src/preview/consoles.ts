// Every state of the duty officer's console, from made-up facts.
import { ms } from "@parley/base/time";
import { cause } from "../model/cause.ts";
import {
  type Alarm,
  type ConsoleOn,
  type ConsoleScreen,
  type LedgerEntry,
  type TerminalRow,
  alarmWords,
} from "../model/console.ts";
import type { Line } from "../model/line.ts";
import { length, moment, name, say } from "../words/say.ts";
import { devices, facts, receipts } from "./desks.ts";
import { type Cast, before, day, newLine, now, readyLine, ticks } from "./people.ts";

function lines({ them, maren, sollund, vey }: Cast): readonly Line[] {
  return [
    readyLine(them),
    {
      ...readyLine(maren),
      id: "line-2",
      established: day(2023, 7, 19),
      used: day(2026, 5, 2),
      state: { at: "degraded", means: "oneRoute", cause: cause("relayRefused", "theirs") },
      ticks: ticks(48, { 46: "failed", 47: "failed" }),
      lastDrill: before(8 * 60),
      roundTrip: { time: ms(88), loss: 0.002 },
    },
    {
      ...readyLine(sollund),
      id: "line-3",
      established: day(2022, 2, 2),
      state: { at: "notReady", cause: cause("noAnswer", "theirs"), since: day(2026, 12, 7, 7), ours: "good" },
      ticks: ticks(48, {
        40: "missed",
        41: "missed",
        42: "missed",
        43: "missed",
        44: "missed",
        45: "missed",
        46: "missed",
        47: "missed",
      }),
      lastDrill: day(2026, 12, 7, 7),
      stations: { at: "away", since: day(2026, 12, 7, 7) },
      roundTrip: null,
    },
    { ...newLine(vey), id: "line-4" },
  ];
}

function terminals({ names, them }: Cast): readonly TerminalRow[] {
  return [
    {
      id: "t1",
      name: names.terminal,
      role: "desk",
      enrolled: day(2024, 1, 9),
      presence: { at: "inCall", with: them.name },
      credential: { renews: day(2026, 12, 9), until: day(2026, 12, 13) },
      code: "current",
      removal: { at: "none" },
    },
    {
      id: "t2",
      name: names.console,
      role: "console",
      enrolled: day(2024, 1, 9),
      presence: { at: "here" },
      credential: { renews: day(2026, 12, 8), until: day(2026, 12, 12) },
      code: "current",
      removal: { at: "none" },
    },
    {
      id: "t3",
      name: `${names.terminal} B`,
      role: "desk",
      enrolled: day(2025, 6, 1),
      presence: { at: "away", since: day(2026, 12, 5) },
      credential: { renews: day(2026, 12, 8), until: day(2026, 12, 12) },
      code: "older",
      removal: { at: "secondOfficerDue", by: names.jonas, since: before(600) },
    },
  ];
}

function entries({ them, maren, names, us }: Cast): readonly LedgerEntry[] {
  const began = day(2026, 12, 7, 14);
  return [
    {
      seq: 41903,
      at: before(5240),
      what: say("entry.call", {
        them: name(them.name),
        began: moment(began, us.place, "timeThere"),
        ended: moment(before(5240), us.place, "timeThere"),
        length: length(ms(before(5240) - began)),
      }),
      them,
      proof: "signedByBoth",
    },
    {
      seq: 41902,
      at: before(9000),
      what: say("entry.callNotConnected", { them: name(maren.name), how: say("ended.busy", { them: name(us.name) }) }),
      them: maren,
      proof: "waiting",
    },
    {
      seq: 41901,
      at: before(12000),
      what: say("entry.renewed", { terminal: name(names.terminal) }),
      them: null,
      proof: "witnessed",
    },
    { seq: 41900, at: day(2026, 12, 7, 4), what: say("entry.succession"), them, proof: "witnessed" },
    {
      seq: 41899,
      at: day(2026, 12, 6, 18),
      what: say("entry.enrolled", { terminal: name(names.console), officer: name(names.ada) }),
      them: null,
      proof: "ours",
    },
    {
      seq: 41898,
      at: day(2026, 12, 6, 17),
      what: say("entry.paired", { them: name(maren.name), officer: name(names.ada) }),
      them: maren,
      proof: "signedByBoth",
    },
  ];
}

function alarms({ maren, sollund, names }: Cast): readonly Alarm[] {
  return [
    {
      id: "a1",
      priority: 1,
      ...alarmWords("lineDown", sollund.name),
      since: day(2026, 12, 7, 7),
      times: 1,
      state: { at: "open" },
    },
    {
      id: "a2",
      priority: 2,
      ...alarmWords("missed", maren.name),
      since: before(1800),
      times: 2,
      state: { at: "open" },
    },
    {
      id: "a3",
      priority: 3,
      ...alarmWords("disk"),
      since: before(86000),
      times: 1,
      state: { at: "acknowledged", by: names.jonas, when: before(80000) },
    },
    {
      id: "a4",
      priority: 2,
      ...alarmWords("relay"),
      since: before(90000),
      times: 3,
      state: { at: "shelved", by: names.ada, until: before(-7200) },
    },
  ];
}

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
    handTargets: [{ id: "t1", name: c.names.terminal }],
    terminals: terminals(c).map((row, i) => (i === 0 ? { ...row, presence: { at: "here" } } : row)),
    codes: [],
    requests: [],
    officers: [
      { id: "o1", name: c.names.ada, passkeys: 2, lastSeen: before(1200) },
      { id: "o2", name: c.names.jonas, passkeys: 1, lastSeen: day(2026, 12, 6, 20) },
    ],
    pairing: { at: "none", importing: "ready" },
    ledger: { entries: entries(c), total: 41903, older: "more" },
    alarms: alarms(c),
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
  signIn: (c) => ({ at: "signIn", us: c.us, now, passkey: { at: "ready" } }),
  "signIn.failed": (c) => ({ at: "signIn", us: c.us, now, passkey: { at: "failed", why: "unknown" } }),
  fault: (c) => ({ at: "fault", code: "stationAway", since: before(95), now, us: c.us }),
  lines: (c) => on(c, {}),
  "lines.ringing": (c) => on(c, { calls: [ring(c)] }),
  "lines.first": (c) =>
    on(c, { lines: [], alarms: [], ledger: { entries: entries(c).slice(4, 5), total: 1, older: "none" } }),
  "lines.away": (c) => on(c, { station: { at: "away", since: before(300) } }),
  "call.none": (c) => on(c, { section: "call" }),
  "call.ringingIn": (c) => on(c, { section: "call", calls: [{ ...ring(c), deskRings: false }] }),
  "call.ringingOut": (c) =>
    on(c, {
      section: "call",
      calls: [
        { at: "ringingOut", id: "call-1", line: "line-1", ends: c.ends, since: before(8), receipts: receipts(2) },
      ],
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
