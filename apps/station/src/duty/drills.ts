// The duty of drills: when the line is rehearsed, which idle terminal takes part, and how what the terminals found becomes one
// report signed by both stations, or an entry of our own where the far side did not sign. It decides and does nothing; the
// call itself is the duty of calls' (duty/calls), on lines that are for drills alone. Carries [DR3]-[DR14] of docs/spec/drill.md.
import { decode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { type Instant, type Ms, after, ms } from "@parley/base/time";
import { expectedAfterMissed, graceOf, nextDrill, soonAfterChange, verdictLasts } from "@parley/drill/schedule";
import { amiss, drillAtMost, firstMissing, lastWordWithin, signatureWithin, withResults } from "@parley/drill/steps";
import { type IdText, idText } from "@parley/protocol/ids";
import { callerPart, drillPart, drillReport } from "@parley/protocol/signed/drillReport";
import { keptBytes, unkept } from "@parley/protocol/signed/kept";
import type { DrillLeft, Found, LineDrills } from "@parley/protocol/terminal/drill";
import type {
  Base,
  DrillTerminal,
  Drills,
  DrillsCommand,
  DrillsContext,
  DrillsDecision,
  FromPeer,
  Run,
} from "./drills/port.ts";
import { alone, conclude, nothingFound, theirCountersignature, theirPart, theirReport } from "./drills/report.ts";
import { drillOver, sessionComing, theirNext, theyExpect, unexpected } from "./drills/sessions.ts";
import { Turn, baseOf, callOf } from "./drills/turn.ts";

/** What `command` changes at `now`. Total; a word that does not fit moves nothing. */
export function decide(drills: Drills, command: DrillsCommand, context: DrillsContext, now: Instant): DrillsDecision {
  const turn = new Turn(drills, context, now);
  switch (command.type) {
    case "tick":
      tick(turn);
      break;
    case "now":
      begin(turn, command.link);
      break;
    case "placed":
      placed(turn, command);
      break;
    case "ring":
      ring(turn, command.link, command.call);
      break;
    case "found":
      terminalFound(turn, command.terminal, command.call, command.at, command.found);
      break;
    case "left":
      left(turn, command.terminal, command.call, command.why);
      break;
    case "came":
      for (const run of turn.atTerminals())
        if (run.terminal === command.terminal) plan(turn, run, command.terminal, true);
      break;
    case "restarted":
      for (const run of turn.atTerminals()) giveUp(turn, run, "ours");
      break;
    case "lineOver":
      lineOver(turn, command.call);
      break;
    case "peer":
      heard(turn, command.link, command.message);
      break;
    case "wanted":
      for (const run of turn.under())
        if (command.links.includes(run.link) || (run.terminal !== null && command.terminals.includes(run.terminal)))
          giveUp(turn, run, "ours");
      break;
  }
  return turn.decision();
}

/** The next moment at which `decide` wants a tick, or null where there is no link. */
export function nextTick(drills: Drills, period: Ms): Instant | null {
  const times = [
    ...Object.values(drills.links).flatMap(({ next, expected, asked }) => [
      next,
      after(expected, graceOf(period)),
      ...(asked === null ? [] : [asked.until]),
    ]),
    ...drills.runs.map(({ until }) => until),
  ];
  return times.length === 0 ? null : times.reduce((a, b) => (a < b ? a : b));
}

/** What terminals show of a link's drills. */
export function shownDrills(drills: Drills, link: IdText, period: Ms): LineDrills | null {
  const it = drills.links[link];
  if (it === undefined) return null;
  const { verdict, changed, ticks } = it;
  return {
    link,
    verdict,
    changed,
    stale: verdict === null ? 0 : verdict.when + verdictLasts(period),
    running: drills.runs.some((run) => run.link === link && (run.at === "under" || run.at === "lastWord")),
    ticks: [...ticks],
  };
}

const cannotFound = (
  whose: "own" | "far",
  cause: "noTerminal" | "stationAway" | "mustRekey" | "notAnswered",
): Found => ({
  results: [amiss("ring", "failed", cause, whose, 0)],
  numbers: null,
});

function tick(turn: Turn): void {
  for (const run of turn.runs) if (turn.now >= run.until) late(turn, run);
  for (const [link, it] of turn.all()) {
    look(turn, link);
    unexpected(turn, link);
    if (turn.now >= after(it.expected, graceOf(turn.context.period))) {
      turn.effect({ type: "missed", link, expected: it.expected });
      turn.change(link, { expected: expectedAfterMissed(it.expected, turn.context.period) });
      turn.mark(link, "missed");
    }
    if (turn.now >= (turn.at(link)?.next ?? Infinity)) begin(turn, link);
  }
}

/** Whether what runs here is what was rehearsed; what is not, and what was wrong here and is right now, is rehearsed at once ([DR4]). */
function look(turn: Turn, link: IdText): void {
  const it = turn.at(link);
  if (it === undefined) return;
  const { station, idle, draw } = turn.context;
  const soon = after(turn.now, soonAfterChange(draw));
  const next = it.next < soon ? it.next : soon;
  const isClosed = it.verdict === null || (it.verdict.cause === "noTerminal" && it.verdict.whose === "ours");
  if (isClosed && idle.length > 0) turn.change(link, { next });
  if (it.station === null || it.changed !== null) return;
  if (it.station === station && idle.every(({ browser }) => it.browsers.includes(browser))) return;
  turn.change(link, { changed: turn.now, next });
}

function late(turn: Turn, run: Run): void {
  switch (run.at) {
    case "under":
      turn.effect({ type: "hangUp", call: run.call });
      return underNoMore(turn, run);
    case "lastWord":
      return conclude(turn, run, silent(run), run.early);
    case "report":
      return alone(turn, run, certain(decode(callerPart, keptBytes(run.part))).caller);
    case "part":
      return alone(turn, run, certain(decode(drillPart, keptBytes(run.own))));
    case "countersignature":
      return alone(turn, run, unkept(drillReport, run.kept).value.called);
    case "yielded":
      return turn.remove(run);
  }
  run satisfies never;
}

function begin(turn: Turn, link: IdText): void {
  const of = turn.context.links.find((it) => it.link === link);
  // Whoever wants a drill of a line that is being rehearsed has one.
  const isHeld = turn.under().some((run) => run.link === link) || (turn.at(link)?.asked ?? null) !== null;
  if (of === undefined || isHeld) return;
  const { period, draw } = turn.context;
  const terminal = pick(turn, link);
  // A line is first rehearsed once there is a terminal: until then it is unproven and says so.
  const isNew = turn.at(link)?.verdict === null && terminal === null;
  if (turn.isBusy() || of.inUse || isNew) return turn.later(link);
  turn.change(link, { next: nextDrill(turn.now, period, of.turn, draw) });
  if (of.reachable && of.usable && terminal !== null)
    return turn.effect({ type: "place", link, terminal: terminal.terminal, session: "direct" });
  const unplaced = !of.reachable
    ? cannotFound("far", "stationAway")
    : cannotFound("own", of.usable ? "noTerminal" : "mustRekey");
  const run = turn.made(link, turn.context.newCall(), "caller", "direct", null);
  conclude(turn, run, unplaced, null);
}

function placed(turn: Turn, { link, terminal, session, call }: DrillsCommand & { type: "placed" }): void {
  start(turn, turn.made(link, call, "caller", session, terminal), terminal);
}

function ring(turn: Turn, link: IdText, call: IdText): void {
  const of = turn.context.links.find((it) => it.link === link);
  if (of === undefined) return;
  if (turn.isBusy() || of.inUse)
    return turn.effect({ type: "send", link, message: { type: "cannot", call: callOf(call), why: "busy" } });
  const session = sessionComing(turn, link);
  // It has come: what it says of the next one comes with its part.
  const soonest = after(turn.now, ms(2 * drillAtMost));
  const { expected } = turn.at(link) ?? { expected: soonest };
  turn.change(link, { expected: expected > soonest ? expected : soonest });
  const terminal = pick(turn, link);
  if (terminal === null) {
    // A desk that was there a moment ago, in the session before, is in use.
    const why = session === "direct" ? "noTerminal" : "busy";
    turn.effect({ type: "send", link, message: { type: "cannot", call: callOf(call), why } });
    if (why === "busy") return;
    return conclude(turn, turn.made(link, call, "called", session, null), cannotFound("own", "noTerminal"), null);
  }
  start(turn, turn.made(link, call, "called", session, terminal.terminal), terminal.terminal);
  turn.effect({ type: "takeRing", terminal: terminal.terminal });
}

function terminalFound(turn: Turn, terminal: IdText, call: IdText, at: "measured" | "over", found: Found): void {
  const run = turn.runs.find((it) => it.call === call && it.terminal === terminal);
  if (run?.at === "lastWord") {
    // What was measured may come after the line's end, and is not the last word.
    if (at === "over") conclude(turn, run, found, run.early);
    else turn.put({ ...run, found });
    return;
  }
  if (run?.at !== "under") return;
  turn.put({ ...run, found, ours: at });
  if (at === "measured" && run.role === "called" && run.ours === "measuring")
    turn.effect({ type: "send", link: run.link, message: { type: "measured", call: callOf(call) } });
  // A terminal that has nothing more to say and whose line still stands ends it.
  if (at === "over") turn.effect({ type: "hangUp", call });
}

/** A desk in use has given way to its person ([DR3]); one whose page was loaded anew is gone from the drill ([DR19]). */
function left(turn: Turn, terminal: IdText, call: IdText, why: DrillLeft): void {
  const run = turn.atTerminals().find((it) => it.call === call && it.terminal === terminal);
  if (run === undefined) return;
  if (why === "inUse") return giveUp(turn, run, "ours");
  terminalFound(turn, terminal, call, "over", silent(run));
}

function lineOver(turn: Turn, call: IdText): void {
  const run = turn.runs.find((it) => it.call === call);
  if (run?.at === "under") underNoMore(turn, run);
}

function heard(turn: Turn, link: IdText, message: FromPeer): void {
  if (message.type === "next") return theirNext(turn, link, message.session);
  if (message.type === "expecting") return theyExpect(turn, link, message.session);
  const call = idText(message.call);
  const run = turn.runs.find((it) => it.call === call && it.link === link) ?? null;
  switch (message.type) {
    case "cannot":
      if (run?.at !== "under" || run.role !== "caller") return;
      if (message.why === "busy") return giveUp(turn, run, "theirs");
      turn.effect({ type: "hangUp", call });
      if (run.terminal !== null) turn.effect({ type: "tell", terminal: run.terminal, what: "drillGivenUp", call });
      return conclude(turn, run, cannotFound("far", "noTerminal"), null);
    case "measured":
      if (run?.at !== "under" || run.theirs === "measured") return;
      turn.put({ ...run, theirs: "measured" });
      if (run.terminal !== null) turn.effect({ type: "tell", terminal: run.terminal, what: "drillMeasured", call });
      return;
    case "givenUp":
      // Also where our own terminal had come to the end: a part of a drill that was given up is signed by nobody.
      if (run === null || run.at === "countersignature" || run.at === "yielded") return;
      return giveUp(turn, run, "theirs");
    case "part":
      return theirPart(turn, link, run, message);
    case "report":
      return theirReport(turn, run, message);
    case "countersigned":
      return theirCountersignature(turn, run, message.by);
  }
  message satisfies never;
}

/** Its line is over: what is still to come is the terminal's last word, unless that came before. */
function underNoMore(turn: Turn, run: Run & { at: "under" }): void {
  if (run.ours === "over") return conclude(turn, run, run.found ?? nothingFound, run.early);
  turn.put({ ...baseOf(run, after(turn.now, lastWordWithin)), at: "lastWord", found: run.found, early: run.early });
}

/** A person comes first: the drill ends at once, and is neither passed nor failed ([DR3]). */
function giveUp(turn: Turn, run: Run, whose: "ours" | "theirs"): void {
  const { link, call, terminal } = run;
  if (run.role === "caller") turn.remove(run);
  else turn.put({ ...baseOf(run, after(turn.now, signatureWithin)), at: "yielded" });
  turn.effect({ type: "hangUp", call });
  if (whose === "ours") turn.effect({ type: "send", link, message: { type: "givenUp", call: callOf(call) } });
  if (terminal !== null) turn.effect({ type: "tell", terminal, what: "drillGivenUp", call });
  // What the drill's other sessions came to stands.
  if (run.session !== "direct") drillOver(turn, link);
  else if (run.role === "caller") turn.later(link);
  else turn.effect({ type: "over", link, verdict: null });
}

/** An idle terminal, one whose browser was not rehearsed first. */
function pick(turn: Turn, link: IdText): DrillTerminal | null {
  const { idle, draw } = turn.context;
  const known = turn.at(link)?.browsers ?? [];
  const fresh = idle.filter(({ browser }) => !known.includes(browser));
  const from = fresh.length > 0 ? fresh : idle;
  return from.length === 0 ? null : (from[draw(from.length)] ?? null);
}

/** It is under way at that terminal, which is told how long it rings and talks. */
function start(turn: Turn, run: Base, terminal: IdText): void {
  turn.put({ ...run, at: "under", found: null, ours: "measuring", theirs: "measuring", early: null });
  plan(turn, run, terminal, false);
}

function plan(turn: Turn, { call, session }: Base, terminal: IdText, again: boolean): void {
  const between = ([least, most]: readonly [number, number]): number =>
    least + turn.context.draw(Math.max(1, most - least + 1));
  const { ringFor, talkFor } = turn.context;
  turn.effect({ type: "plan", terminal, call, ringFor: between(ringFor), talkFor: between(talkFor), session, again });
}

/** What was heard of a terminal whose last word never came, with its silence named: it went in the step that it had come to. */
function silent({ found, session, role }: Run & { at: "under" | "lastWord" }): Found {
  const { results, numbers } = found ?? nothingFound;
  const missing = firstMissing(session, role, results);
  if (missing === null || results.some(({ outcome }) => outcome === "failed")) return { results, numbers };
  return { results: [...withResults(results, [amiss(missing, "failed", "terminalGone", "own", 0)])], numbers };
}
