// What the room hears of a screen: a sound that goes on for as long as the screen stands, and one that marks a change. Pure;
// media/ringer makes them heard.
import { openAlarms } from "./alarm.ts";
import type { ConsoleCall, ConsoleScreen } from "./console.ts";
import type { DeskScreen } from "./desk.ts";

/** `ringing` comes from the loudspeaker of the ring, the others from that of the call. */
export type Loop = "ringing" | "ringback" | "holding";
export type Cue = "connected" | "lost" | "ended" | "alarm";

export function deskLoop(screen: DeskScreen): Loop | null {
  if (screen.at === "ringingIn") return "ringing";
  if (screen.at === "ringingOut") return "ringback";
  if (screen.at === "holding") return "holding";
  return null;
}

/** Everybody in the room hears a call begin, break and end. */
export function deskCue(before: DeskScreen | null, after: DeskScreen): Cue | null {
  if (before === null || before.at === after.at) return null;
  if (after.at === "inCall") return "connected";
  if (after.at === "holding") return "lost";
  if (after.at === "ended") return "ended";
  return null;
}

/** A call that this console holds, and no other terminal. */
const isHere = (call: ConsoleCall): boolean => !("seat" in call) || call.seat.at === "here";

const states = (screen: ConsoleScreen): ReadonlyMap<string, ConsoleCall["at"]> =>
  new Map(screen.at === "on" ? screen.calls.filter(isHere).map((call) => [call.id, call.at]) : []);

export function consoleLoop(screen: ConsoleScreen): Loop | null {
  const at = new Set(states(screen).values());
  if (at.has("ringingIn")) return "ringing";
  if (at.has("ringingOut")) return "ringback";
  return at.has("holding") ? "holding" : null;
}

export function consoleCue(before: ConsoleScreen | null, after: ConsoleScreen): Cue | null {
  if (before === null || after.at !== "on") return null;
  const was = states(before);
  const changed = new Set([...states(after)].flatMap(([id, at]) => (was.get(id) === at ? [] : [at])));
  if (changed.has("holding")) return "lost";
  if (changed.has("inCall")) return "connected";
  if (changed.has("ended") && was.size > 0) return "ended";
  const known = new Set(before.at === "on" ? before.alarms.map(({ id }) => id) : []);
  return openAlarms(after.alarms).some(({ id }) => !known.has(id)) ? "alarm" : null;
}
