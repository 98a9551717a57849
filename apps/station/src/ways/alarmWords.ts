// An alarm in English, for whoever is not at a console: what is so, on whose side, and what to do, from the error table ([AL1] of
// docs/spec/alarm.md). It says what a person needs to act, and no address, key or id.
import { type ErrorCode, errorTable } from "@parley/protocol/errorCodes";
import { isAlarmKind } from "@parley/protocol/alarmKinds";
import { drillCauses } from "@parley/protocol/signed/drillReport";
import type { AlarmShown } from "@parley/protocol/terminal/alarm";
import { roomCauses } from "@parley/protocol/signed/selfTest";
import { drillCauseWords } from "./drillWords.ts";
import { roomCauseWords } from "./roomWords.ts";

export type AlarmWords = {
  /** "The newest rehearsal of the line failed: no desk is open and idle." */
  readonly say: string;
  readonly cure: string;
  readonly side: string;
};

const isCode = (text: string): text is ErrorCode => Object.hasOwn(errorTable, text);

/** `them`: the party at the other end of its line, or "" where it is about no line. */
export function alarmWords(
  { kind, whose, about, value }: Pick<AlarmShown, "kind" | "whose" | "about" | "value">,
  them: string,
): AlarmWords {
  const side =
    whose === "ours"
      ? "our side"
      : whose === "theirs"
        ? `their side${them === "" ? "" : ` (${them})`}`
        : "between the two sides, or on neither for certain";
  const { say, cure } = isAlarmKind(kind) ? errorTable[kind] : { say: kind, cure: "" };
  const more = (detail: string): string => (detail === "" ? say : `${say.replace(/\.$/, "")}: ${detail}`);
  switch (kind) {
    case "DRILL_NOT_READY":
    case "DRILL_DEGRADED": {
      const cause = drillCauses.find((it) => it === about);
      return { say: more(cause === undefined ? "" : `${drillCauseWords[cause]}.`), cure, side };
    }
    case "ROOM_NOT_READY":
    case "ROOM_DEGRADED": {
      const cause = roomCauses.find((it) => it === about);
      return { say: more(cause === undefined ? "" : `${roomCauseWords[cause]}.`), cure, side };
    }
    // The line's own reason has a cure of its own.
    case "LINE_DOWN":
      return isCode(value)
        ? { say: more(errorTable[value].say), cure: errorTable[value].cure, side }
        : { say, cure, side };
    case "FAR_UNATTENDED":
      return { say: more(isCode(about) ? errorTable[about].say : ""), cure, side };
    default: {
      const detail = [about, value].filter((it) => it !== "").join(", ");
      return { say: detail === "" ? say : `${say.replace(/\.$/, "")} (${detail}).`, cure, side };
    }
  }
}
