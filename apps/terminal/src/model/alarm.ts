// Alarms: only what needs a person, each with what happened and what to do. An acknowledgement bears a name, shelving ends by
// itself, and repeats of one thing are one alarm.
import { type Instant, instant } from "@parley/base/time";
import type { House, LedgerRow } from "@parley/protocol/terminal/console";
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
export type AlarmKind = "lineDown" | "relay" | "unsealed" | "forged" | "missed" | "disk";

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

/** The alarms of what terminals saw go wrong in calls, as the station keeps them. */
export function raisedAlarms(raised: House["alarms"]["raised"], themOf: (link: string) => string): readonly Alarm[] {
  return raised.map(({ id, link, what, at, times }) => ({
    id,
    priority: 1,
    ...alarmWords(what === "forgedFrames" ? "forged" : "unsealed", themOf(link)),
    since: instant(at),
    times,
    state: { at: "open" },
  }));
}

/**
 * One alarm for each line on which rings of theirs were missed, however many. It is named by the newest, so that taking it up
 * takes up all before it and none that comes later. `rows` are the ledger's, newest first.
 */
export function missedAlarms(rows: readonly LedgerRow[], themOf: (link: string) => string): readonly Alarm[] {
  const lines = Map.groupBy(
    rows.filter(({ kind, link }) => kind === "missed" && link !== null),
    ({ link }) => link ?? "",
  );
  return [...lines].flatMap(([link, missed]) => {
    // A call with them since then is the answer to all of them.
    const spoken = rows.findIndex((row) => row.kind === "call" && row.link === link);
    const due = spoken === -1 ? missed : missed.filter((row) => rows.indexOf(row) < spoken);
    const [newest] = due;
    if (newest === undefined) return [];
    return [
      {
        id: `missed ${link} ${newest.index}`,
        priority: 2,
        ...alarmWords("missed", themOf(link)),
        since: instant(newest.at),
        times: due.length,
        state: { at: "open" },
      } as const,
    ];
  });
}

/** Each alarm with what an officer has done about it: taken up for good, or shelved until a time that may be over. */
export function handledBy(
  alarms: readonly Alarm[],
  handled: House["alarms"]["handled"],
  now: Instant,
): readonly Alarm[] {
  const acts = new Map(handled.map((act) => [act.alarm, act]));
  return alarms.map((alarm): Alarm => {
    const act = acts.get(alarm.id);
    if (act === undefined) return alarm;
    const { by, at, until } = act;
    if (until === null) return { ...alarm, state: { at: "acknowledged", by, when: instant(at) } };
    return until <= now ? alarm : { ...alarm, state: { at: "shelved", by, until: instant(until) } };
  });
}

/** The alarms nobody has taken up yet, gravest first, then newest. */
export const openAlarms = (alarms: readonly Alarm[]): readonly Alarm[] =>
  alarms.filter((alarm) => alarm.state.at === "open").toSorted((a, b) => a.priority - b.priority || b.since - a.since);
