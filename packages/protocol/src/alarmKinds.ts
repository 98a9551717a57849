// The one table of alarms: every kind is a code of the error table, which has its sentence and its cure; here is how grave it is,
// and how long it must last before a person is called. What is not in here calls nobody. Carries [AL1] of docs/spec/alarm.md.
import { type Ms, minutes, ms } from "@parley/base/time";
import type { ErrorCode } from "./errorCodes.ts";

/** `1`: a call would fail or be unsafe now. `2`: a person has time, and is needed. `3`: to know of. */
export type Rank = 1 | 2 | 3;
export const ranks = [1, 2, 3] as const satisfies readonly Rank[];

export type Side = "ours" | "theirs" | "both";
export const sides = ["ours", "theirs", "both"] as const satisfies readonly Side[];

type Row = {
  /** Null where whoever finds it says how grave it is: a check's findings have a level each. */
  readonly rank: Rank | null;
  readonly settles: Ms;
};

const atOnce = ms(0);
/** Longer than the pause between two checks: it was so in both, and did not mend by itself in between. */
const twoChecks = minutes(6);

const table = {
  LINE_DOWN: { rank: 1, settles: twoChecks },
  LINK_MUST_REKEY: { rank: 1, settles: atOnce },
  DRILL_NOT_READY: { rank: 1, settles: atOnce },
  DRILL_DEGRADED: { rank: 2, settles: atOnce },
  DRILL_MISSED: { rank: 2, settles: atOnce },
  CHECK_CLOCKS_DIFFER: { rank: null, settles: atOnce },
  CHECK_CERTIFICATE_ENDED: { rank: null, settles: atOnce },
  CHECK_CERTIFICATE_EARLY: { rank: null, settles: atOnce },
  CHECK_CERTIFICATE_NAME: { rank: null, settles: atOnce },
  CHECK_CERTIFICATE_OTHER: { rank: null, settles: atOnce },
  CHECK_CERTIFICATE_UNFIT: { rank: null, settles: atOnce },
  CHECK_KEY_UNUSABLE: { rank: null, settles: atOnce },
  CHECK_RECORD_BROKEN: { rank: null, settles: atOnce },
  CHECK_PORT_SILENT: { rank: null, settles: twoChecks },
  CHECK_ENDS_SOON: { rank: null, settles: atOnce },
  CHECK_RENEWAL_FAILED: { rank: null, settles: atOnce },
  CHECK_RELAY_SILENT: { rank: null, settles: twoChecks },
  CHECK_RELAY_BLOCKED: { rank: null, settles: twoChecks },
  CHECK_DISK_FAILS: { rank: null, settles: atOnce },
  CHECK_DISK_SLOW: { rank: null, settles: twoChecks },
  CHECK_DISK_FILLS: { rank: null, settles: atOnce },
  CHECK_VERSIONS_APART: { rank: null, settles: atOnce },
  CHECK_COUNTER_LOW: { rank: null, settles: atOnce },
  CHECK_ZONES_DIFFER: { rank: null, settles: atOnce },
  CHECK_UNANSWERED: { rank: null, settles: twoChecks },
  STORE_FULL: { rank: 1, settles: atOnce },
  LEDGER_STOPPED: { rank: 1, settles: atOnce },
  LEDGER_FORKED: { rank: 1, settles: atOnce },
  LEDGER_ROLLED_BACK: { rank: 1, settles: atOnce },
  LEDGER_UNPROVEN: { rank: 1, settles: atOnce },
  FRAMES_UNSEALED: { rank: 1, settles: atOnce },
  FRAMES_FORGED: { rank: 1, settles: atOnce },
  ROOM_NOT_READY: { rank: 1, settles: atOnce },
  ROOM_DEGRADED: { rank: null, settles: atOnce },
  PEOPLE_UNANSWERED: { rank: null, settles: atOnce },
  CALL_MISSED: { rank: 2, settles: atOnce },
  FAR_UNATTENDED: { rank: 1, settles: atOnce },
  ALARM_WAY_FAILS: { rank: 2, settles: minutes(5) },
} as const satisfies Partial<Readonly<Record<ErrorCode, Row>>>;

export type AlarmKind = keyof typeof table;
export const alarmTable: Readonly<Record<AlarmKind, Row>> = table;

export const isAlarmKind = (code: string): code is AlarmKind => Object.hasOwn(table, code);
export const alarmKinds = Object.keys(table).filter(isAlarmKind);
