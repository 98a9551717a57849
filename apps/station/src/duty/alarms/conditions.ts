// Which things of a station and its lines want a person now ([AL2] of docs/spec/alarm.md), from what drills, checks, the ledger,
// calls and the ways of alarms say anyway. Pure. One thing is one condition, on however many lines it shows, and what follows from a
// line that is down is not said beside it.
import type { Instant } from "@parley/base/time";
import { utf8 } from "@parley/base/bytes";
import type { Finding } from "@parley/drill/check";
import { type AlarmKind, type Rank, alarmTable, isAlarmKind } from "@parley/protocol/alarmKinds";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import { maxAlarmAboutBytes } from "@parley/protocol/limits";
import type { LineDrills } from "@parley/protocol/terminal/drill";
import type { OurPeople, RoomShown, TheirPeople } from "@parley/protocol/terminal/people";
import type { Condition } from "./port.ts";
import type { WayState } from "./queue.ts";

export type LineFacts = {
  readonly link: IdText;
  readonly drills: LineDrills | null;
  readonly findings: readonly Finding[];
  /** Why the ledger stops it, and whose record it is about. */
  readonly stopped: { readonly code: ErrorCode; readonly whose: "ours" | "theirs" } | null;
  /** When the newest ring of theirs was missed that no call has followed. */
  readonly missed: Instant | null;
  /** What the other station says of its people and rooms; null where it says nothing. */
  readonly theirs: Pick<TheirPeople, "at" | "room"> | null;
};

export type AlarmSources = {
  readonly now: Instant;
  readonly lines: readonly LineFacts[];
  /** How our own people and rooms stand; null where nobody is asked and no room is tested. */
  readonly ours: Pick<OurPeople, "at" | "room"> | null;
  readonly storage: "free" | "full";
  readonly ways: readonly WayState[];
};

export function conditionsOf({ now, lines, ours, storage, ways }: AlarmSources): readonly Condition[] {
  const all = lines.map(({ link }) => link);
  const found = [
    ...(ours === null ? [] : sideConditions(ours, { link: null, lines: all, whose: "ours" })),
    ...(storage === "full" ? [condition("STORE_FULL", { link: null, lines: all, whose: "ours" })] : []),
    ...lines.flatMap((line) => lineConditions(line, now)),
    ...ways.flatMap(({ way, failing }) =>
      failing === null ? [] : [condition("ALARM_WAY_FAILS", { whose: "ours", about: way, value: failing.why })],
    ),
  ];
  return joinedOf(found);
}

function lineConditions(
  { link, drills, findings, stopped, missed, theirs }: LineFacts,
  now: Instant,
): readonly Condition[] {
  const fromChecks = findings.flatMap((finding) => findingCondition(link, finding) ?? []);
  const ofLedger = ({ kind }: Condition): boolean => kind.startsWith("LEDGER_") || kind === "LINE_DOWN";
  const down = fromChecks.some(({ kind }) => kind === "LINE_DOWN");
  return [
    ...(stopped === null || !isAlarmKind(stopped.code)
      ? []
      : [condition(stopped.code, { link, whose: stopped.whose })]),
    // A line that the ledger stops is down for that reason.
    ...fromChecks.filter((it) => stopped === null || !ofLedger(it)),
    ...drillConditions(link, drills, now).filter(() => !down && stopped === null),
    ...(theirs === null || down || stopped !== null ? [] : sideConditions(theirs, { link, whose: "theirs" })),
    ...(missed === null ? [] : [condition("CALL_MISSED", { link, whose: "ours", mark: String(missed) })]),
  ];
}

function findingCondition(link: IdText, { code, whose, level, about, value }: Finding): Condition | null {
  // Unproven mends itself: the line is rehearsed within half a minute, and that says what is so.
  if (level === "unproven") return null;
  const given: Rank = level === "red" ? 1 : whose === "theirs" ? 3 : 2;
  // What is ours is so on every line; what is not in the table keeps the line from coming up.
  const where = whose === "ours" ? { link: null, lines: [link] } : { link };
  if (!isAlarmKind(code)) return condition("LINE_DOWN", { link, whose, value: code });
  return condition(code, { ...where, whose, about, value, rank: given });
}

function drillConditions(link: IdText, drills: LineDrills | null, now: Instant): readonly Condition[] {
  if (drills === null) return [];
  const { verdict, stale, ticks } = drills;
  const missed = ticks.at(-1) === "missed" ? [condition("DRILL_MISSED", { link, whose: "theirs" })] : [];
  if (verdict === null || verdict.at === "ready" || now > stale) return missed;
  const kind = verdict.at === "notReady" ? "DRILL_NOT_READY" : "DRILL_DEGRADED";
  const { whose, cause, step } = verdict;
  return [...missed, condition(kind, { link, whose, about: cause ?? "", value: step ?? "" })];
}

type Where = Pick<Condition, "link" | "whose"> & { readonly lines?: readonly IdText[] };

/** People who did not answer, and rooms that a call would fail in: what drills cannot find, since they open no camera and call nobody. */
function sideConditions({ at, room }: { readonly at: string; readonly room: RoomShown }, where: Where): Condition[] {
  // What the other side has time for is for us to know of.
  const rank: Rank = where.whose === "theirs" ? 3 : 2;
  const people = at === "notReady" ? [condition("PEOPLE_UNANSWERED", { ...where, rank })] : [];
  if (room === null || room.at === "ready") return people;
  const kind = room.at === "notReady" ? "ROOM_NOT_READY" : "ROOM_DEGRADED";
  return [...people, condition(kind, { ...where, about: room.cause ?? "", rank })];
}

/** What is known by the same name is one, on all the lines where it shows, as grave as it is on any. */
function joinedOf(found: readonly Condition[]): readonly Condition[] {
  const byName = Map.groupBy(found, ({ kind, whose, link, about }) => [kind, whose, link ?? "", about].join(" "));
  return [...byName.values()].flatMap((same) => {
    const [first] = same.toSorted((a, b) => a.rank - b.rank);
    return first === undefined ? [] : [{ ...first, lines: [...new Set(same.flatMap(({ lines }) => lines))] }];
  });
}

/** Filled in from the table: what is not given is nothing in particular. */
export function condition(
  kind: AlarmKind,
  given: Partial<Omit<Condition, "kind" | "settles">> & Pick<Condition, "whose">,
): Condition {
  const { rank, settles } = alarmTable[kind];
  const { link = null, lines = [], whose, about = "", value = "", mark = "" } = given;
  return {
    kind,
    rank: rank ?? given.rank ?? 2,
    link,
    lines,
    whose,
    about: short(about),
    value: short(value),
    mark,
    settles,
  };
}

/** As much of it as an alarm may say, whole characters: what a cut leaves of one is held back as if more were to come. */
const short = (text: string): string =>
  new TextDecoder().decode(utf8(text).subarray(0, maxAlarmAboutBytes), { stream: true });
