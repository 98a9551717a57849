// What the station's checks say of a line, as screens show it: the first date on which anything on it will fail, and what is wrong
// now, each with whose side it is on. Findings that the state of the line says already have no words of their own here.
import { type Instant, instant } from "@parley/base/time";
import type { LineCheck } from "@parley/protocol/terminal/check";
import type { Place } from "../words/place.ts";
import { type Say, moment, name, say } from "../words/say.ts";

/** Codes of the error table that have a sentence on a console. */
export const checkCodes = [
  "CHECK_CLOCKS_DIFFER",
  "CHECK_CERTIFICATE_ENDED",
  "CHECK_CERTIFICATE_EARLY",
  "CHECK_CERTIFICATE_NAME",
  "CHECK_CERTIFICATE_OTHER",
  "CHECK_CERTIFICATE_UNFIT",
  "CHECK_KEY_UNUSABLE",
  "CHECK_RECORD_BROKEN",
  "CHECK_PORT_SILENT",
  "CHECK_ENDS_SOON",
  "CHECK_RENEWAL_FAILED",
  "CHECK_RELAY_SILENT",
  "CHECK_RELAY_BLOCKED",
  "CHECK_DISK_FAILS",
  "CHECK_DISK_SLOW",
  "CHECK_DISK_FILLS",
  "CHECK_VERSIONS_APART",
  "CHECK_CHANGED",
  "CHECK_COUNTER_LOW",
  "CHECK_ZONES_DIFFER",
  "CHECK_UNANSWERED",
  "STORE_FULL",
] as const;
export type CheckCode = (typeof checkCodes)[number];

/** `detail`: a port, a date, a number; empty where there is none. */
export type CheckFinding = {
  readonly code: CheckCode;
  readonly whose: "ours" | "theirs" | "both";
  readonly level: "red" | "unproven" | "warn";
  readonly detail: string;
};

export type LineHorizon = {
  readonly at: Instant;
  readonly what: NonNullable<LineCheck["horizon"]>["what"];
  readonly whose: "ours" | "theirs";
  /** What people call it; empty where `what` says it. */
  readonly name: string;
};

export type LineChecked = {
  /** Null where nothing has a date that counts, or nothing was worked out yet. */
  readonly horizon: LineHorizon | null;
  /** Gravest first. */
  readonly findings: readonly CheckFinding[];
};

const isCode = (code: string): code is CheckCode => checkCodes.some((it) => it === code);

/** What a station said of its last check of a line; undefined before it said anything. What has ended is a finding, no horizon. */
export function lineChecked(check: LineCheck | undefined, now: Instant): LineChecked {
  const horizon = check?.horizon ?? null;
  return {
    horizon: horizon === null || horizon.at <= now ? null : { ...horizon, at: instant(horizon.at) },
    findings: (check?.findings ?? []).flatMap(({ code, whose, level, about, value }) =>
      isCode(code) ? [{ code, whose, level, detail: [about, value].filter((it) => it !== "").join(", ") }] : [],
    ),
  };
}

const horizonName = ({ what, whose, name: called }: Omit<LineHorizon, "at">): Say =>
  what === "listed" ? say("horizon.listed", { called: name(called) }) : say(`horizon.${what}`, { whose });

/** "Nothing on this line expires before 14 March 2027: their TURN certificate." */
export const horizonSentence = (of: LineHorizon, here: Place, id: "line.horizon" | "lines.horizon"): Say =>
  say(id, { at: moment(of.at, here, "date"), what: horizonName(of) });

export const findingSentence = ({ code, whose, detail }: CheckFinding): Say =>
  say(`check.${code}`, {
    whose,
    detail: detail === "" ? say("nothing") : say("check.detail", { detail: name(detail) }),
  });
