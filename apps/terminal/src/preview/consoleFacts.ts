// Made-up lines, terminals, entries and alarms of a party, for the states of the console.
import { ms } from "@parley/base/time";
import { type Alarm, alarmWords } from "../model/alarm.ts";
import { callEntry } from "../model/call.ts";
import { cause } from "../model/cause.ts";
import type { LedgerEntry, TerminalRow } from "../model/console.ts";
import type { Line } from "../model/line.ts";
import { name, say } from "../words/say.ts";
import { type Cast, before, day, newLine, readyLine, ticks } from "./people.ts";

export function lines({ them, maren, sollund, vey }: Cast): readonly Line[] {
  return [
    readyLine(them),
    {
      ...readyLine(maren),
      id: "line-2",
      established: day(2023, 7, 19),
      used: day(2026, 5, 2),
      state: { at: "degraded", means: "oneRoute", cause: cause("relayRefused", "theirs") },
      ticks: ticks(48, { 46: "failed", 47: "failed" }),
      people: {
        ours: { at: "ready", since: before(2 * 3600), by: "Ada" },
        theirs: { at: "notReady", since: before(3 * 3600), by: "" },
      },
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
      people: {
        ours: { at: "ready", since: before(2 * 3600), by: "Ada" },
        theirs: { at: "silent", since: day(2026, 12, 7, 8), by: "" },
      },
      roundTrip: null,
    },
    { ...newLine(vey), id: "line-4" },
  ];
}

export function terminals({ names, them }: Cast): readonly TerminalRow[] {
  return [
    {
      id: "t1",
      name: names.terminal,
      role: "desk",
      enrolled: day(2024, 1, 9),
      presence: { at: "inCall", with: them.name },
      credential: { renews: day(2026, 12, 9), until: day(2026, 12, 13) },
      test: { at: "ready", cause: null, ago: say("ago.hours", { n: 11 }) },
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
      test: { at: "notReady", cause: "cameraCovered", ago: say("ago.hours", { n: 11 }) },
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
      test: null,
      code: "older",
      removal: { at: "secondOfficerDue", by: names.jonas, since: before(600) },
    },
  ];
}

export function entries({ them, maren, names, us }: Cast): readonly LedgerEntry[] {
  const began = day(2026, 12, 7, 14);
  return [
    {
      seq: 41903,
      at: before(5240),
      what: callEntry(them, us, began, before(5240)),
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

export function alarms({ maren, sollund, names }: Cast): readonly Alarm[] {
  return [
    {
      id: "a1",
      priority: 1,
      ...alarmWords("DRILL_NOT_READY", { whose: "theirs", about: "noTerminal", value: "ring" }, sollund.name),
      them: sollund.name,
      since: day(2026, 12, 7, 7),
      times: 1,
      state: { at: "open", told: "second" },
    },
    {
      id: "a2",
      priority: 2,
      ...alarmWords("CALL_MISSED", { whose: "ours", about: "", value: "" }, maren.name),
      them: maren.name,
      since: before(1800),
      times: 2,
      state: { at: "open", told: "first" },
    },
    {
      id: "a3",
      priority: 3,
      ...alarmWords("CHECK_DISK_FILLS", { whose: "theirs", about: "", value: "12 d" }, maren.name),
      them: maren.name,
      since: before(86000),
      times: 1,
      state: { at: "acknowledged", by: names.jonas, when: before(80000) },
    },
    {
      id: "a4",
      priority: 2,
      ...alarmWords("CHECK_RELAY_SILENT", { whose: "ours", about: "tls 4433", value: "" }, ""),
      them: "",
      since: before(90000),
      times: 3,
      state: { at: "shelved", by: names.ada, until: before(-7200) },
    },
  ];
}
