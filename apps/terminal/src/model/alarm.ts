// The station's alarms as a console shows them: each with what is so, on whose side, and what to do, in the officer's language. Which
// alarms there are, and what was done about them, is the station's to say; nothing is decided here.
import { type Instant, instant } from "@parley/base/time";
import type { AlarmShown } from "@parley/protocol/terminal/alarm";
import { type Say, name, say } from "../words/say.ts";
import { causeClause } from "./cause.ts";
import { checkCodes, findingSentence } from "./checks.ts";
import { drillCause } from "./drills.ts";
import { roomCause } from "./room.ts";

export type Alarm = {
  readonly id: string;
  readonly priority: 1 | 2 | 3;
  readonly what: Say;
  readonly cure: Say;
  /** The party at the other end of its line, "" where it is about no line. */
  readonly them: string;
  readonly since: Instant;
  readonly times: number;
  readonly state:
    /** `told`: who was told last, besides the consoles. */
    | { readonly at: "open"; readonly told: "first" | "second" | "party" }
    | { readonly at: "acknowledged"; readonly by: string; readonly when: Instant }
    | { readonly at: "shelved"; readonly by: string; readonly until: Instant };
};

type Facts = Pick<AlarmShown, "whose" | "about" | "value">;

/** The kinds whose sentence is that of the station's refusal with the same code. */
const ofRefusals = [
  "LEDGER_STOPPED",
  "LEDGER_FORKED",
  "LEDGER_ROLLED_BACK",
  "LEDGER_UNPROVEN",
  "LINK_MUST_REKEY",
] as const;

/** The kinds that have a sentence of their own here. */
const own = [
  "LINE_DOWN",
  "DRILL_NOT_READY",
  "DRILL_DEGRADED",
  "DRILL_MISSED",
  "ROOM_NOT_READY",
  "ROOM_DEGRADED",
  "PEOPLE_UNANSWERED",
  "FRAMES_UNSEALED",
  "FRAMES_FORGED",
  "CALL_MISSED",
  "FAR_UNATTENDED",
  "ALARM_WAY_FAILS",
] as const;

const oneOf = <T extends string>(all: readonly T[], kind: string): T | undefined => all.find((it) => it === kind);

/** The two sentences of an alarm; `them` is the party it is about. A kind that only a newer station knows is named as it is. */
export function alarmWords(kind: string, facts: Facts, them: string): Pick<Alarm, "what" | "cure"> {
  const refusal = oneOf(ofRefusals, kind);
  if (refusal !== undefined) return { what: say(`refused.${refusal}`), cure: say(`refused.${refusal}.cure`) };
  const check = oneOf(checkCodes, kind);
  if (check !== undefined) {
    const detail = [facts.about, facts.value].filter((it) => it !== "").join(", ");
    const what = findingSentence({ code: check, whose: facts.whose, level: "red", detail });
    return { what, cure: say(`cure.${check}`) };
  }
  const mine = oneOf(own, kind);
  if (mine === undefined) return { what: say("alarm.other", { kind }), cure: say("refused.other.cure") };
  return { what: ownSentence(mine, facts, them), cure: say(`alarm.${mine}.cure`, { them: name(them) }) };
}

function ownSentence(kind: (typeof own)[number], { whose, about, value }: Facts, them: string): Say {
  switch (kind) {
    case "DRILL_NOT_READY":
    case "DRILL_DEGRADED":
      return say(`alarm.${kind}`, { them: name(them), cause: causeClause(drillCause(about, whose)) });
    case "ROOM_NOT_READY":
    case "ROOM_DEGRADED":
      return say(`alarm.${kind}`, {
        told: about === "" ? "no" : "yes",
        cause: causeClause(roomCause(about, whose === "theirs" ? "theirs" : "ours")),
      });
    case "PEOPLE_UNANSWERED":
      return say("alarm.PEOPLE_UNANSWERED", { whose, them: name(them) });
    // Over there it may be about anything but another party's word.
    case "FAR_UNATTENDED": {
      const told = about === kind ? "" : about;
      return say("alarm.FAR_UNATTENDED", {
        them: name(them),
        what: alarmWords(told, { whose, about: "", value }, them).what,
      });
    }
    case "ALARM_WAY_FAILS":
      return say("alarm.ALARM_WAY_FAILS", { way: name(about) });
    default:
      return say(`alarm.${kind}`, { them: name(them) });
  }
}

/** As the station says them, gravest first, then newest. */
export function alarmsShown(shown: readonly AlarmShown[], themOf: (link: string) => string): readonly Alarm[] {
  const alarms = shown.map(({ id, kind, rank, link, since, times, standing, ...facts }): Alarm => {
    const them = link === null ? "" : themOf(link);
    const at = { id, priority: rank, ...alarmWords(kind, facts, them), them, since: instant(since), times };
    switch (standing.at) {
      case "open":
        return { ...at, state: standing };
      case "acknowledged":
        return { ...at, state: { ...standing, when: instant(standing.when) } };
      case "shelved":
        return { ...at, state: { ...standing, until: instant(standing.until) } };
    }
  });
  return alarms.toSorted((a, b) => a.priority - b.priority || b.since - a.since);
}

/** The alarms nobody has taken up yet, gravest first, then newest. */
export const openAlarms = (alarms: readonly Alarm[]): readonly Alarm[] =>
  alarms.filter((alarm) => alarm.state.at === "open").toSorted((a, b) => a.priority - b.priority || b.since - a.since);
