// An alarm as consoles and the command line are shown it.
import type { AlarmShown } from "@parley/protocol/terminal/alarm";
import type { Alarm } from "../duty/alarms/port.ts";

/** Null while it calls nobody yet. */
export function shownOf(alarm: Alarm): AlarmShown | null {
  const { id, kind, rank, link, whose, about, value, since, times, standing } = alarm;
  const facts = { id, kind, rank, link, whose, about, value, since, times };
  switch (standing.at) {
    case "settling":
      return null;
    case "open":
      return { ...facts, standing: { at: "open", told: standing.told } };
    case "acknowledged":
      return { ...facts, standing: { at: "acknowledged", by: standing.by, when: standing.when } };
    case "shelved":
      return { ...facts, standing: { at: "shelved", by: standing.by, until: standing.until } };
  }
}
