// How a drill ends: what our side found becomes one report signed by both stations, or an entry of our own where the far side did
// not sign, and the verdict that the link shows. Carries [DR10]-[DR14] of docs/spec/drill.md.
import { base64url, equal } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { after, ms } from "@parley/base/time";
import { follows, reportOf } from "@parley/drill/report";
import { amiss, signatureWithin, withResults } from "@parley/drill/steps";
import { judge, sideOf } from "@parley/drill/verdict";
import type { StationSignature } from "@parley/ledger/entry";
import { type IdText, idText } from "@parley/protocol/ids";
import type { EntrySignature } from "@parley/protocol/signed/callEntry";
import {
  type CallerPart,
  type DrillPart,
  type DrillReport,
  type DrillVerdict,
  callerPart,
  drillPart,
  drillReport,
  drillSignable,
  partSignable,
} from "@parley/protocol/signed/drillReport";
import { type Kept, keep, keptBytes, unkept } from "@parley/protocol/signed/kept";
import type { Found } from "@parley/protocol/terminal/drill";
import type { Base, FromPeer, Run, Tick, Verdict } from "./port.ts";
import { oneWayAfter } from "./oneWay.ts";
import { drillOver, hearsAgain, holdNext, lineVerdict } from "./sessions.ts";
import { type Turn, baseOf, callOf, linkOf } from "./turn.ts";

const tickOf: Readonly<Record<DrillVerdict["at"], Tick>> = {
  ready: "passed",
  degraded: "degraded",
  notReady: "failed",
};

export const nothingFound: Found = { results: [], numbers: null };

/** All that our side will ever find is known. */
export function conclude(turn: Turn, run: Base, found: Found, early: Kept | null): void {
  const base = baseOf(run, after(turn.now, signatureWithin));
  if (run.role === "called") {
    const own = turn.partOf(run, found);
    turn.put({ ...base, at: "part", own: base64url(encode(drillPart, own)) });
    if (early !== null) complete(turn, base, unkept(callerPart, early).value, own);
    return;
  }
  // What nobody is there to hear waits in no outbox: it would be as long as they are away.
  if (turn.context.links.find(({ link }) => link === run.link)?.reachable !== true)
    return alone(turn, base, turn.partOf(run, withStationAway(found)));
  const own = turn.partOf(run, found);
  const next = turn.at(run.link)?.next ?? turn.now;
  const part: CallerPart = {
    session: run.session,
    link: linkOf(run.link),
    drill: callOf(run.call),
    next: Math.max(0, Math.round((next - turn.now) / 1000)),
    caller: own,
  };
  const by = turn.context.sign(partSignable(part));
  const bytes = encode(callerPart, part);
  turn.put({ ...base, at: "report", part: base64url(bytes) });
  turn.effect({ type: "send", link: run.link, message: { type: "part", call: part.drill, part: bytes, by } });
}

/** Of a drill that went well until their station was gone, that is what went wrong in the end ([DR21]). */
function withStationAway({ results, numbers }: Found): Found {
  if (results.some(({ outcome }) => outcome === "failed")) return { results, numbers };
  return { results: [...withResults(results, [amiss("hangUp", "failed", "stationAway", "far", 0)])], numbers };
}

/** The calling side's part: the report follows from it and ours; of a drill that never came to us, ours is empty. */
export function theirPart(
  turn: Turn,
  link: IdText,
  run: Run | null,
  { part, by, call }: FromPeer & { type: "part" },
): void {
  const them = turn.partyOn(link);
  const read = decode(callerPart, part);
  if (them === null) return;
  const fits =
    read.ok &&
    idText(read.value.link) === link &&
    equal(read.value.drill, call) &&
    equal(read.value.caller.party, them) &&
    turn.context.verify(them, by, partSignable(read.value));
  if (!fits) return turn.refuse("a part that is not theirs to give");
  if (run !== null && run.role !== "called") return turn.refuse("a part of a drill of ours");
  if (run !== null && run.session !== read.value.session) return turn.refuse("a part of another session");
  const { value } = read;
  turn.change(link, { expected: after(turn.now, ms(value.next * 1000)) });
  if (run === null) {
    const empty = turn.made(link, idText(call), "called", value.session, null);
    return complete(turn, empty, value, turn.partOf(empty, nothingFound));
  }
  if (run.at === "part") return complete(turn, run, value, certain(decode(drillPart, keptBytes(run.own))));
  if (run.at === "under" || run.at === "lastWord") turn.put({ ...run, early: keep(part, by) });
}

export function theirReport(turn: Turn, run: Run | null, { report, by }: FromPeer & { type: "report" }): void {
  if (run?.at !== "report") return turn.refuse("a report of nothing that we proposed");
  const them = turn.partyOn(run.link);
  const read = decode(drillReport, report);
  if (them === null) return;
  if (!read.ok || !turn.context.verify(them, by, drillSignable(read.value)))
    return turn.refuse("a report that their station did not sign");
  if (!follows(read.value, certain(decode(callerPart, keptBytes(run.part))), them))
    return turn.refuse("a report that does not follow from our part");
  const own = turn.context.sign(drillSignable(read.value));
  turn.effect({ type: "send", link: run.link, message: { type: "countersigned", call: callOf(run.call), by: own } });
  signed(turn, run, read.value, { party: turn.context.us, ...own }, { party: them, ...by });
}

export function theirCountersignature(turn: Turn, run: Run | null, by: EntrySignature): void {
  if (run?.at !== "countersignature") return turn.refuse("a signature over no report of ours");
  const them = turn.partyOn(run.link);
  const { value, by: own } = unkept(drillReport, run.kept);
  if (them === null || !turn.context.verify(them, by, drillSignable(value)))
    return turn.refuse("a signature that is not their station's");
  signed(turn, run, value, { party: turn.context.us, ...own }, { party: them, ...by });
}

function complete(turn: Turn, run: Base, part: CallerPart, own: DrillPart): void {
  const whole = reportOf(part, own);
  const by = turn.context.sign(drillSignable(whole));
  const report = encode(drillReport, whole);
  const base = baseOf(run, after(turn.now, signatureWithin));
  turn.put({ ...base, at: "countersignature", kept: keep(report, by) });
  const message: FromPeer = { type: "report", call: part.drill, report, by };
  turn.effect({ type: "send", link: run.link, message });
}

function signed(turn: Turn, run: Base, report: DrillReport, ...signatures: readonly StationSignature[]): void {
  turn.remove(run);
  turn.effect({ type: "joint", body: encode(drillReport, report), signatures });
  const [own, theirs] = run.role === "caller" ? [report.caller, report.called] : [report.called, report.caller];
  settle(turn, run, report.verdict, own, true);
  turn.change(run.link, { theirs: idText(theirs.station) });
  hearsAgain(turn, run.link);
  if (run.role === "caller") holdNext(turn, run.link, run.session);
  else drillOver(turn, run.link);
}

export function alone(turn: Turn, run: Base, own: DrillPart): void {
  turn.remove(run);
  const { link, call, role, session } = run;
  const verdict = role === "caller" ? judge(own, null, session) : judge(null, own, session);
  turn.effect({ type: "alone", link, call, role, session, part: own, verdict });
  settle(turn, run, verdict, own, false);
  drillOver(turn, link);
}

function settle(
  turn: Turn,
  { link, role, session }: Base,
  verdict: DrillVerdict,
  own: DrillPart,
  signedByBoth: boolean,
): void {
  const { at, step, cause, whose } = verdict;
  const shown: Verdict = {
    at,
    step,
    cause,
    whose: sideOf(whose, role),
    session,
    when: turn.now,
    signedByBoth,
    setUp: own.numbers?.setUp ?? null,
    roundTrip: own.numbers?.roundTrip ?? null,
    lost: own.numbers?.lost ?? null,
  };
  const before = turn.at(link);
  const { period } = turn.context;
  const oneWay =
    session === "direct"
      ? oneWayAfter(before?.oneWay ?? null, role, shown, period, turn.now)
      : (before?.oneWay ?? null);
  const newest = session === "direct" && at !== "notReady" && oneWay !== null ? oneWay.verdict : shown;
  const sessions = { ...before?.sessions, [session]: newest };
  turn.change(link, {
    sessions,
    oneWay,
    verdict: lineVerdict(sessions, period) ?? before?.verdict ?? null,
  });
  if (session === "direct") return settleDirect(turn, link, verdict, own);
  if (at !== "ready") turn.worsen(link, "degraded");
}

function settleDirect(turn: Turn, link: IdText, { at }: DrillVerdict, own: DrillPart): void {
  const { station, idle } = turn.context;
  const before = turn.at(link);
  const same = before?.station === station;
  const browsers = [...new Set([...(same ? before.browsers : []), ...(own.terminal === null ? [] : [own.browser])])];
  // What was rehearsed is proven again once every browser that is on has taken part in what now runs.
  const holds = own.terminal !== null && idle.every(({ browser }) => browsers.includes(browser));
  turn.change(link, {
    route: own.numbers?.path ?? "none",
    ...(own.terminal === null ? {} : { station, browsers }),
    ...(holds ? { changed: null } : {}),
  });
  turn.mark(link, tickOf[at]);
}
