// What a terminal decides about its own part in a call, from the lines alone: for the page that carries a call out and for
// the simulator's terminal, which carries it out without media.
import type { IdText } from "@parley/protocol/ids";
import type { Event } from "./event.ts";
import { type Line, isInCall, openCall, ringsAt, sitsAt, takesPart } from "./state.ts";

/** Whether a call has ended here so that nobody is to be taken back into it; its id then belongs in `left` ([CA15]). */
export const isOverHere = (line: Line): line is Extract<Line, { at: "ended" }> =>
  // A caller whose ring has run out here has given up, also where the station, away meanwhile, has not.
  line.at === "ended" && (line.answered !== null || line.side === "calling");

/**
 * The call that was `left` here and that our station, which lost the word, takes to be open at `self` still; it is told
 * again. Null for any other line, and for a call that goes on at another terminal of ours ([CA15]).
 */
export function leftAlready(said: Line, left: ReadonlySet<IdText>, self: IdText | undefined): IdText | null {
  const open = openCall(said);
  if (open === null || !left.has(open)) return null;
  return isInCall(said) && said.ours !== self ? null : open;
}

/**
 * The ring that was `declined` here and that, by the word of our station, sounds here still; it is told again. Null for any
 * other line, also for a call that is handed to us, which asks anew ([CA15]).
 */
export const declinedAlready = (said: Line, declined: ReadonlySet<IdText>, self: IdText | undefined): IdText | null =>
  said.at === "ringing" && self !== undefined && ringsAt(said, self) && declined.has(said.call) ? said.call : null;

/** Whether `self` calls or speaks on a line other than that of `call`: its station lets it answer no second call. */
export const isTaken = (lines: readonly Line[], self: IdText, call: IdText): boolean =>
  lines.some((line) => openCall(line) !== call && takesPart(line, self) && !ringsAt(line, self));

/** The far terminal that `self` begins to exchange pictures with by going from `before` to `after`, or null. */
export function meets(before: Line, after: Line, self: IdText): IdText | null {
  // Also when the call comes back to the terminal that had handed it over.
  if (!isInCall(after) || after.ours !== self) return null;
  const already = isInCall(before) && before.ours === self && before.theirs === after.theirs;
  return already ? null : after.theirs;
}

/** What happened here that our station may have missed while it was away: it takes each of these once. */
export function saidAgain(line: Line, self: IdText): readonly Pick<Event & { type: Word }, "type" | "call">[] {
  if (line.at === "ended") {
    const { call, why, answered } = line;
    if (why === "hungUp") return [{ type: "hangUp", call }];
    return why === "theyHungUp" && answered !== null ? [{ type: "theyHungUp", call }] : [];
  }
  if (!isInCall(line)) return [];
  const { call } = line;
  return [
    ...(line.side === "calling" && sitsAt(line, self) ? [{ type: "theyAnswered", call } as const] : []),
    ...(line.at === "live" ? [{ type: "up", call } as const] : []),
    ...(line.side === "called" && sitsAt(line, self) ? [{ type: "answer", call } as const] : []),
  ];
}
type Word = "up" | "hangUp" | "answer" | "theyAnswered" | "theyHungUp";
