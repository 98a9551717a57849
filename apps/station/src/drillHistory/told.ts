// A drill's entry in the ledger as consoles are told of it: as a row of its line's history, and whole, step by step with both sides'
// numbers, each side as seen from ours. Carries [VW70] of docs/spec/views.md.
import { decode } from "@parley/base/codec";
import { type Ms, minutes } from "@parley/base/time";
import type { Who } from "@parley/drill/steps";
import { sideOf } from "@parley/drill/verdict";
import { type Entry } from "@parley/ledger/entry";
import { type IdText, idText } from "@parley/protocol/ids";
import { type DrillPart, type DrillSession, type DrillVerdict, drillReport } from "@parley/protocol/signed/drillReport";
import type { DrillRow, DrillSideTold, DrillTold } from "@parley/protocol/terminal/drillHistory";
import { drillFact, drillKind, drillOwnKind } from "../run/drillFacts.ts";

/** Whether an entry of that kind is of a drill. */
export const isDrill = (kind: string): boolean => kind === drillKind || kind === drillOwnKind;

const cameOf = { ready: "passed", degraded: "degraded", notReady: "failed" } as const;

/** Null where the entry cannot be read. `us`: our party. `nameOf`: a terminal's name, or null for one that is not ours. */
export function drillTold(
  index: number,
  entry: Entry,
  us: Uint8Array<ArrayBuffer>,
  nameOf: (terminal: IdText) => string | null,
): DrillTold | null {
  const side = ({ terminal, browser, began, ended, results, numbers }: DrillPart): DrillSideTold => ({
    terminal: terminal === null ? null : nameOf(idText(terminal)),
    browser,
    began,
    ended,
    results: [...results],
    numbers: numbers === null ? null : { ...numbers, bands: [...numbers.bands] },
  });
  const judged = ({ at, step, cause, whose }: DrillVerdict, session: DrillSession, role: Who) => ({
    index,
    at: entry.time,
    session,
    role,
    came: cameOf[at],
    step,
    cause,
    whose: sideOf(whose, role),
  });
  if (entry.type === "joint") {
    const report = decode(drillReport, entry.body);
    if (!report.ok) return null;
    const { link, caller, called, verdict, session } = report.value;
    const isCaller = idText(caller.party) === idText(us);
    return {
      ...judged(verdict, session, isCaller ? "caller" : "called"),
      signedByBoth: true,
      link: idText(link),
      ours: side(isCaller ? caller : called),
      theirs: side(isCaller ? called : caller),
    };
  }
  const fact = decode(drillFact, entry.body);
  if (!fact.ok) return null;
  const it = fact.value;
  const alone = { index, at: entry.time, signedByBoth: false, link: idText(it.link), theirs: null };
  if (it.type === "missed") {
    const missed = { session: "direct", role: "called", came: "missed", whose: "theirs" } as const;
    return { ...alone, ...missed, step: null, cause: null, ours: null };
  }
  const session = it.type === "alone" ? "direct" : it.session;
  return { ...alone, ...judged(it.verdict, session, it.role), ours: side(it.part) };
}

/** How long after a drill's direct session another one of it can be in the ledger: each lasts two minutes and a signature. */
const sessionsWithin: Ms = minutes(15);

/** The drill that begins with this session; our own side's numbers stand in its row. */
export function rowOfDrill({ link: _link, role: _role, ours, theirs: _theirs, ...told }: DrillTold): DrillRow {
  const { session, index, came } = told;
  return {
    ...told,
    sessions: [{ session, index, came }],
    setUp: ours?.numbers?.setUp ?? null,
    roundTrip: ours?.numbers?.roundTrip ?? null,
    lost: ours?.numbers?.lost ?? null,
  };
}

/** The drill with one more session of it; null where that is of none of it, since it came too late or there is one of its name. */
export function withSession(row: DrillRow, told: DrillTold): DrillRow | null {
  const { session, index, came, step, cause, whose } = told;
  if (session === "direct" || told.at - row.at > sessionsWithin) return null;
  if (row.sessions.some((it) => it.session === session)) return null;
  const sessions = [...row.sessions, { session, index, came }];
  if (came === "passed" || row.came !== "passed") return { ...row, sessions };
  return { ...row, sessions, came: "degraded", step, cause, whose };
}
