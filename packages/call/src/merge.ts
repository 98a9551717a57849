// How a terminal holds its own view of a line together with its station's. Each learns some things first: the terminal what
// its person pressed and what came over the data channel, the station everything else. Nobody is taken back to a state
// that the call has left ([CA12]).
import { type Line, isInCall } from "./state.ts";

const rank = (line: Line): number => (line.at === "ringing" ? 0 : isInCall(line) ? 1 : 2);

/**
 * The line of terminal `self` after its station said `theirs`. A further state of the same call wins; of two states
 * within an answered call, the terminal that carries the media knows best, and the station when another one does.
 */
export function merge(own: Line, theirs: Line, self: string): Line {
  if (own.at === "idle") return theirs;
  if (theirs.at === "idle") return own.at === "ended" ? own : theirs;
  if (own.call !== theirs.call) return theirs;
  if (rank(own) > rank(theirs)) return own;
  if (rank(own) < rank(theirs)) return theirs;
  const same =
    isInCall(own) && isInCall(theirs) && own.ours === self && theirs.ours === self && own.theirs === theirs.theirs;
  if (!same) return theirs;
  // Whom the call is offered to is for the station to say.
  return own.offered === theirs.offered ? own : { ...own, offered: theirs.offered };
}
