// The sessions of a drill: after the direct one, in which nothing has failed, the caller holds the others one after the other, each
// a call of its own with a report of its own. Which one comes is said before it is rung, and nobody is rung who does not answer
// that: a station that knows no sessions takes the word without effect. Carries [DR22] [DR23] of docs/spec/drill.md.
import { type Ms, after, hours, seconds } from "@parley/base/time";
import { verdictLasts } from "@parley/drill/schedule";
import type { IdText } from "@parley/protocol/ids";
import { type DrillSession, drillSessions } from "@parley/protocol/signed/drillReport";
import type { LinkDrills, Verdict } from "./port.ts";
import type { Turn } from "./turn.ts";

/** How long the word about the next session waits for its answer, and its answer for the ring. */
const answeredWithin: Ms = seconds(10);
/** A station that did not answer is asked again after it has changed, or after this long. */
const asksAgain: Ms = hours(24);

/** Of our drill on that link the session after `session`, where there is one and it can be held; else the drill is over. */
export function holdNext(turn: Turn, link: IdText, session: DrillSession): void {
  const it = turn.at(link);
  const next = drillSessions.slice(drillSessions.indexOf(session) + 1).find((one) => isHeld(turn, it, one));
  if (it === undefined || next === undefined || it.sessions.direct?.at === "notReady") return drillOver(turn, link);
  turn.change(link, { asked: { session: next, until: after(turn.now, answeredWithin) } });
  turn.effect({ type: "send", link, message: { type: "next", session: next } });
}

/** The drill on that link has come to what its sessions have. */
export const drillOver = (turn: Turn, link: IdText): void =>
  turn.effect({ type: "over", link, verdict: turn.at(link)?.verdict ?? null });

function isHeld(turn: Turn, it: LinkDrills | undefined, session: DrillSession): boolean {
  if (it === undefined || it.deaf !== null || !turn.context.sessions.includes(session)) return false;
  // What went over a relay already has proven the relay.
  return session !== "relay" || it.route !== "relay";
}

/** They want to ring for that session. */
export function theirNext(turn: Turn, link: IdText, session: DrillSession): void {
  turn.change(link, { coming: { session, until: after(turn.now, answeredWithin) } });
  turn.effect({ type: "send", link, message: { type: "expecting", session } });
}

/** Of which session their ring is. */
export function sessionComing(turn: Turn, link: IdText): DrillSession {
  const coming = turn.at(link)?.coming ?? null;
  turn.change(link, { coming: null });
  return coming !== null && turn.now < coming.until ? coming.session : "direct";
}

/** They answered: it can be rung, unless a person came meanwhile. */
export function theyExpect(turn: Turn, link: IdText, session: DrillSession): void {
  const asked = turn.at(link)?.asked ?? null;
  if (asked?.session !== session) return;
  turn.change(link, { asked: null });
  const of = turn.context.links.find((it) => it.link === link);
  const able = turn.context.idle.find(({ sessions }) => sessions.includes(session));
  if (turn.isBusy() || of === undefined || of.inUse || !of.reachable || !of.usable || able === undefined)
    return drillOver(turn, link);
  turn.effect({ type: "place", link, terminal: able.terminal, session });
}

/** Nobody answered in time. */
export function unexpected(turn: Turn, link: IdText): void {
  const it = turn.at(link);
  if (it === undefined || it.asked === null || turn.now < it.asked.until) return;
  turn.change(link, { asked: null, deaf: { station: it.theirs, until: after(turn.now, asksAgain) } });
  drillOver(turn, link);
}

/** A station that changed, or was not asked for long, may know sessions now. */
export function hearsAgain(turn: Turn, link: IdText): void {
  const it = turn.at(link);
  if (it === undefined || it.deaf === null) return;
  if (it.deaf.station !== it.theirs || turn.now >= it.deaf.until) turn.change(link, { deaf: null });
}

/**
 * What the newest verdicts of a line's sessions come to: a call that can be made is worth more than a way back that cannot, so what
 * fails in another session than the direct one makes the line degraded. Of a session that is not held any more nothing is kept.
 */
export function lineVerdict(sessions: LinkDrills["sessions"], period: Ms): Verdict | null {
  const { direct, ...others } = sessions;
  if (direct === undefined) return null;
  const wrong = drillSessions
    .flatMap((session) => (session === "direct" ? [] : (others[session] ?? [])))
    .filter((one) => one.at !== "ready" && one.when + verdictLasts(period) >= direct.when);
  const worst = wrong.find(({ at }) => at === "notReady") ?? wrong[0];
  if (direct.at !== "ready" || worst === undefined) return direct;
  const { step, cause, whose, signedByBoth, session } = worst;
  return { ...direct, at: "degraded", step, cause, whose, session, signedByBoth: direct.signedByBoth && signedByBoth };
}
