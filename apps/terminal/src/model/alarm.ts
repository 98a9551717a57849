// Alarms: only what needs a person, each with what happened and what to do. An acknowledgement bears a name, shelving ends by
// itself, and repeats of one thing are one alarm.
import type { Instant } from "@parley/base/time";
import { type Say, name, say } from "../words/say.ts";
import type { Line } from "./line.ts";

export type Alarm = {
  readonly id: string;
  readonly priority: 1 | 2 | 3;
  readonly what: Say;
  readonly cure: Say;
  readonly since: Instant;
  readonly times: number;
  readonly state:
    | { readonly at: "open" }
    | { readonly at: "acknowledged"; readonly by: string; readonly when: Instant }
    | { readonly at: "shelved"; readonly by: string; readonly until: Instant };
};

/** What can raise an alarm, as a closed list; each kind has a sentence and a cure in the catalogue. */
export type AlarmKind = "lineDown" | "relay" | "unsealed" | "missed" | "disk";

/** The two sentences of an alarm; `them` is the party it is about, "" where it is about us alone. */
export const alarmWords = (kind: AlarmKind, them = ""): Pick<Alarm, "what" | "cure"> => ({
  what: say(`alarm.${kind}`, { them: name(them) }),
  cure: say(`alarm.${kind}.cure`, { them: name(them) }),
});

/** The alarms that the state of the lines raises by itself: one for each line that cannot be used, since it could not. */
export function lineAlarms(lines: readonly Line[]): readonly Alarm[] {
  return lines.flatMap(({ id, them, state }) =>
    state.at === "notReady"
      ? [
          {
            id: `line ${id} ${state.since}`,
            priority: 1,
            ...alarmWords("lineDown", them.name),
            since: state.since,
            times: 1,
            state: { at: "open" },
          },
        ]
      : [],
  );
}

/** The alarms nobody has taken up yet, gravest first, then newest. */
export const openAlarms = (alarms: readonly Alarm[]): readonly Alarm[] =>
  alarms.filter((alarm) => alarm.state.at === "open").toSorted((a, b) => a.priority - b.priority || b.since - a.since);
