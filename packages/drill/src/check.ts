// The judgement of a check ([CK1]-[CK13] of docs/spec/check.md): from the facts to what is wrong, each with a code of the error
// table, whose side it is on, and what in particular. Pure and total: no facts are well because they are missing, and what could
// not be tried is no finding either. Both sides judge for themselves; where the facts are the same they name the same side.
import type { ErrorCode } from "@parley/protocol/errorCodes";
import { errorTable } from "@parley/protocol/errorCodes";
import type { CheckFacts, OwnFault, RelayLook, ServedPort, SideFacts } from "./checkFacts.ts";
import { clockFindings } from "./checkClock.ts";
import { standsOf } from "./horizon.ts";

export type Whose = "ours" | "theirs" | "both";

/** `red`: a call would fail or be unsafe. `unproven`: nobody knows until a rehearsal. `warn`: a person has time. */
export type Level = "red" | "unproven" | "warn";

export type Finding = {
  readonly code: ErrorCode;
  readonly whose: Whose;
  readonly level: Level;
  /** Which one, in a few words that need no language; with code and side what a finding is known by from one check to the next. */
  readonly about: string;
  /** A date or a number that may be another one in the next check; empty where there is none. */
  readonly value: string;
};

const levels: readonly Level[] = ["red", "unproven", "warn"];

/** Everything that is wrong, gravest first. */
export function judge(facts: CheckFacts): readonly Finding[] {
  const { ours, theirs } = facts;
  const found = [
    ...linkFindings(facts),
    ...clockFindings(facts),
    ...facts.faults.map(faultFinding),
    ...facts.served.flatMap((port) => servedFindings(port, facts.now)),
    ...stationFindings(facts),
    ...relayFindings("ours", ours, facts.theySaw),
    ...(theirs === null ? [] : relayFindings("theirs", theirs, facts.weSaw)),
    ...diskFindings("ours", ours),
    ...(theirs === null ? [] : diskFindings("theirs", theirs)),
    ...counterFindings("ours", ours),
    ...(theirs === null ? [] : counterFindings("theirs", theirs)),
    ...(theirs === null ? [] : [...versionFindings(ours, theirs), ...zoneFindings(ours, theirs)]),
    ...changedFindings(facts),
    ...datedFindings(facts),
  ];
  return found.toSorted((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level));
}

function linkFindings({ link, secrets, ours, theirs }: CheckFacts): readonly Finding[] {
  if (!link.up) {
    const code = link.code ?? "PEER_UNREACHABLE";
    const { blame } = errorTable[code];
    // Where other lines are up, our own way out works; where all are down, it is as likely ours.
    const whose = blame === "us" ? "ours" : link.othersUp === true || blame === "peer" ? "theirs" : "both";
    return [{ code, whose, level: "red", about: "", value: "" }];
  }
  return [
    ...(secrets === 0 ? [{ code: "LINK_MUST_REKEY", whose: "ours", level: "red", about: "", value: "" } as const] : []),
    // Who can write nothing down can send nothing either, and has not been heard.
    ...(theirs === null && ours.disk.at !== "full"
      ? [{ code: "CHECK_UNANSWERED", whose: "theirs", level: "warn", about: "", value: "" } as const]
      : []),
  ];
}

/** What still runs and would not begin again leaves a person time; a record that nobody signs does not. */
const faultFinding = ({ code, about }: OwnFault): Finding => ({
  code,
  whose: "ours",
  level: code === "CHECK_RECORD_BROKEN" ? "red" : "warn",
  about,
  value: "",
});

/** A date as everybody reads it. */
const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

function servedFindings({ whose, port, at, shown, due }: ServedPort, now: number): readonly Finding[] {
  const finding = (code: ErrorCode, value: string, level: Level = "red"): readonly Finding[] => [
    { code, whose, level, about: `${port} ${at}`, value },
  ];
  // A far station that we cannot dial may still dial us: the line itself says whether it is up.
  if (shown === null) return finding("CHECK_PORT_SILENT", "", whose === "theirs" ? "warn" : "red");
  if (due !== null && shown.fingerprint !== due) return finding("CHECK_CERTIFICATE_OTHER", dateOf(shown.ends));
  if (shown.ends <= now) return finding("CHECK_CERTIFICATE_ENDED", dateOf(shown.ends));
  if (shown.began > now) return finding("CHECK_CERTIFICATE_EARLY", dateOf(shown.began));
  return shown.fits ? [] : finding("CHECK_CERTIFICATE_NAME", "");
}

/** How our port for stations looked to them. */
function stationFindings({ ourStation }: CheckFacts): readonly Finding[] {
  switch (ourStation) {
    case "untried":
    case "shown":
      return [];
    case "other":
      return [
        { code: "CHECK_CERTIFICATE_OTHER", whose: "ours", level: "red", about: "station, seen from there", value: "" },
      ];
    case "silent":
      return [
        { code: "CHECK_PORT_SILENT", whose: "ours", level: "warn", about: "station, seen from there", value: "" },
      ];
  }
  return ourStation satisfies never;
}

/** What is wrong with one transport of a relay, and whether at its own side or on the way to it. */
export function judgeRelay({ own, far, others }: RelayLook): "good" | "silent" | "blocked" | "blockedFar" {
  // An echo that anybody got is a relay that works; from far is what counts.
  if (far === "echo") return "good";
  if (far === "untried") return own === "silent" ? "silent" : "good";
  if (own === "silent" || (own === "allocated" && far === "allocated")) return "silent";
  // It works at home and not from over there: what stands before it is its owner's, unless others get through.
  return others ? "blockedFar" : "blocked";
}

function relayFindings(whose: "ours" | "theirs", side: SideFacts, seen: CheckFacts["weSaw"]): readonly Finding[] {
  const other = whose === "ours" ? "theirs" : "ours";
  return side.relays.flatMap(({ transport, port, own, others }): readonly Finding[] => {
    const far = seen?.find((it) => it.transport === transport && it.port === port)?.verdict ?? "untried";
    const about = `${transport} ${port}`;
    switch (judgeRelay({ own, far, others })) {
      case "good":
        return [];
      case "silent":
        return [{ code: "CHECK_RELAY_SILENT", whose, level: "red", about, value: "" }];
      case "blocked":
        return [{ code: "CHECK_RELAY_BLOCKED", whose, level: "red", about, value: "" }];
      case "blockedFar":
        return [{ code: "CHECK_RELAY_BLOCKED", whose: other, level: "red", about, value: "" }];
    }
  });
}

/** Days until a disk is full: red and to look at. */
const fullSoon = 3;
const fullLater = 30;

function diskFindings(whose: "ours" | "theirs", { disk }: SideFacts): readonly Finding[] {
  const { at, daysLeft } = disk;
  const value = daysLeft === null ? "" : `${daysLeft} d`;
  const filling: readonly Finding[] =
    daysLeft !== null && daysLeft < fullLater
      ? [{ code: "CHECK_DISK_FILLS", whose, level: daysLeft < fullSoon ? "red" : "warn", about: "", value }]
      : [];
  switch (at) {
    case "untried":
    case "well":
      return filling;
    case "slow":
      return [{ code: "CHECK_DISK_SLOW", whose, level: "warn", about: "", value: "" }, ...filling];
    case "failed":
      return [{ code: "CHECK_DISK_FAILS", whose, level: "red", about: "", value: "" }, ...filling];
    case "full":
      return [{ code: "STORE_FULL", whose, level: "red", about: "", value: "" }];
  }
  return at satisfies never;
}

/** Fewer years than these are too few for a line that is to stand for decades; of an outbox, fewer hundredths free. */
const fewYears = 10;
const fewHundredths = 50;

function counterFindings(whose: "ours" | "theirs", { counters }: SideFacts): readonly Finding[] {
  return counters.flatMap(({ what, left }): readonly Finding[] => {
    if (left >= (what === "outbox" ? fewHundredths : fewYears)) return [];
    const value = what === "outbox" ? `${left} %` : `${left} a`;
    return [{ code: "CHECK_COUNTER_LOW", whose, level: left < 1 ? "red" : "warn", about: what, value }];
  });
}

function versionFindings(ours: SideFacts, theirs: SideFacts): readonly Finding[] {
  const [a, b] = [ours.versions.newest, theirs.versions.newest];
  if (a === b) return [];
  return [
    { code: "CHECK_VERSIONS_APART", whose: a < b ? "ours" : "theirs", level: "warn", about: "", value: `${a}, ${b}` },
  ];
}

function zoneFindings(ours: SideFacts, theirs: SideFacts): readonly Finding[] {
  const apart = ours.zones.filter((mine) => {
    const other = theirs.zones.find(({ zone }) => zone === mine.zone);
    if (other === undefined) return false;
    return mine.offset !== other.offset || mine.next?.at !== other.next?.at || mine.next?.offset !== other.next?.offset;
  });
  if (apart.length === 0) return [];
  const [a, b] = [ours.zoneData, theirs.zoneData];
  // Releases are called by year and letter, so the older one sorts first.
  const whose = a === b || a === "" || b === "" ? "both" : a < b ? "ours" : "theirs";
  return [
    { code: "CHECK_ZONES_DIFFER", whose, level: "warn", about: apart.map(({ zone }) => zone).join(", "), value: "" },
  ];
}

function changedFindings({ changed }: CheckFacts): readonly Finding[] {
  return (["ours", "theirs"] as const).flatMap((whose): readonly Finding[] => {
    const since = changed[whose];
    return since === null ? [] : [{ code: "CHECK_CHANGED", whose, level: "unproven", about: "", value: dateOf(since) }];
  });
}

function datedFindings({ dated, now }: CheckFacts): readonly Finding[] {
  return dated.flatMap((item): readonly Finding[] => {
    const about = `${item.what}${item.name === "" ? "" : ` ${item.name}`}`;
    const { whose } = item;
    const value = dateOf(item.ends);
    switch (standsOf(item, now)) {
      case "renews":
      case "good":
        return [];
      case "overdue":
        return [{ code: "CHECK_RENEWAL_FAILED", whose, level: "warn", about, value }];
      case "soon":
        // A disk that fills is a finding of its own.
        return item.what === "disk" ? [] : [{ code: "CHECK_ENDS_SOON", whose, level: "warn", about, value }];
      case "ended":
        return item.what === "disk" ? [] : [{ code: "CHECK_ENDS_SOON", whose, level: "red", about, value }];
    }
  });
}
