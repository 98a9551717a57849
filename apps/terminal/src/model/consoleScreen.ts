// From what the terminal knows to what the duty officer's console shows. Pure: the same facts give the same screen.
import { type Instant, between, instant } from "@parley/base/time";
import { isInCall, type Line as CallLine, offeredTo, sitsAt } from "@parley/call/state";
import { sides } from "@parley/protocol/alarmKinds";
import type { LedgerRow } from "@parley/protocol/terminal/console";
import { utc } from "../words/place.ts";
import { type Say, ago, moment, name, say } from "../words/say.ts";
import { alarmWords, alarmsShown } from "./alarm.ts";
import { callEntry } from "./call.ts";
import type { EndReason } from "./desk.ts";
import type { ConsoleCall, ConsoleOn, ConsoleScreen, LedgerEntry, Pairing, TerminalRow } from "./console.ts";
import { pairingFailures } from "./console.ts";
import { awayLong, callFacts, endReason, endsOf, lineOf, partyOf, receiptsOf, usOf } from "./deskScreen.ts";
import { causeClause } from "./cause.ts";
import { drillCause, provenBefore } from "./drills.ts";
import type { Facts, LinkFacts, Welcome } from "./facts.ts";
import { type Party, byGravity } from "./line.ts";
import { hereAsked } from "./people.ts";
import { readinessOf } from "./readiness.ts";
import { roomCause } from "./room.ts";
import { rekeyOf } from "./rekey.ts";

export function consoleScreen(facts: Facts): ConsoleScreen {
  const { now, welcome, door, passkey } = facts;
  if (facts.fault !== null) {
    return { at: "fault", code: facts.fault, since: facts.began, now, us: welcome === null ? null : usOf(welcome) };
  }
  const asBrowser = facts.enrolment.at === "none" && facts.party !== null;
  if (asBrowser) return { at: "bootstrap", party: facts.party, code: facts.officerCode, passkey };
  if (welcome === null || door === null) {
    if (facts.station.at === "away" && now - facts.station.since > awayLong) {
      return { at: "fault", code: "stationAway", since: facts.station.since, now, us: null };
    }
    return { at: "starting", since: facts.began, now };
  }
  if (door.officer === null) {
    if (door.officers === "none")
      return { at: "bootstrap", party: welcome.party.name, code: facts.officerCode, passkey };
    return { at: "signIn", us: usOf(welcome), now, passkey, call: callHere(facts, welcome) };
  }
  return {
    at: "on",
    now,
    us: usOf(welcome),
    officer: door.officer,
    section: facts.section,
    lines: welcome.links.map((link) => lineOf(link, facts)),
    calls: welcome.links.flatMap((link) => callOf(facts, welcome, link)),
    devices: facts.devices,
    sound: facts.sound,
    refused: facts.refused,
    asked: askedOf(facts, welcome),
    handTargets: (facts.house?.terminals ?? [])
      .filter(({ id, presence }) => id !== welcome.terminal && presence.at === "here")
      .map(({ id, name: called }) => ({ id, name: called })),
    terminals: terminalRows(facts),
    codes: (facts.house?.codes ?? []).map((code) => ({ ...code, expires: instant(code.expires) })),
    requests: (facts.house?.requests ?? []).map((request) => ({
      ...request,
      asked: instant(request.asked),
      approval: passkey,
    })),
    officers: (facts.house?.officers ?? []).map((officer) => ({
      ...officer,
      lastSeen: officer.lastSeen === null ? null : instant(officer.lastSeen),
    })),
    pairing: pairingOf(facts),
    rekeys: welcome.links.flatMap((link) => rekeyOf(link, facts.house) ?? []),
    ledger: {
      entries: facts.ledger.entries.map((row) => entryOf(row, welcome)),
      total: facts.ledger.total,
      older: facts.ledger.older,
    },
    readiness: readinessNow(facts),
    alarms: alarmsShown(facts.alarms, (link) => welcome.links.find((one) => one.link === link)?.name ?? ""),
    here: { asked: hereAsked(facts.people), passkey },
    station: facts.station,
  };
}

/** The line that readiness is about: the one looked at, else the gravest. */
export function readinessLine({ readiness, welcome, ...facts }: Facts): string | null {
  const links = welcome?.links ?? [];
  if (readiness.line !== null && links.some(({ link }) => link === readiness.line)) return readiness.line;
  return byGravity(links.map((link) => lineOf(link, { ...facts, readiness, welcome })))[0]?.id ?? null;
}

function readinessNow(facts: Facts): ConsoleOn["readiness"] {
  const line = readinessLine(facts);
  return readinessOf(facts.readiness, line, line === null ? undefined : facts.checks[line]);
}

function askedOf({ asked, house }: Facts, welcome: Welcome): ConsoleOn["asked"] {
  if (asked === null) return null;
  const terminal = house?.terminals.find(({ id }) => id === asked.terminal)?.name ?? "";
  return { terminal, them: welcome.links.find(({ link }) => link === asked.link)?.name ?? "" };
}

/** The call that this console sits in. */
function callHere(facts: Facts, welcome: Welcome): Extract<ConsoleScreen, { at: "signIn" }>["call"] {
  for (const { link, name: them } of welcome.links) {
    const line = facts.lines[link]?.line;
    if (line !== undefined && sitsAt(line, welcome.terminal) && isInCall(line))
      return { id: line.call, them, began: line.answered };
  }
  return null;
}

function callOf(facts: Facts, welcome: Welcome, link: LinkFacts): readonly ConsoleCall[] {
  const held = facts.lines[link.link];
  if (held === undefined) return [];
  const { line, since } = held;
  const ends = endsOf(facts, welcome, link, line);
  const own = facts.call;
  switch (line.at) {
    case "idle":
      return [];
    case "ringing": {
      const common = { id: line.call, line: link.link, ends, since };
      if (line.side === "calling") return [{ at: "ringingOut", ...common, receipts: receiptsOf(facts, line.call) }];
      const deskRings = line.desks.some((desk) => desk !== welcome.terminal);
      const keys = own?.call === line.call ? own.keys : "agreeing";
      return [{ at: "ringingIn", ...common, deskRings, keys }];
    }
    case "keying":
    case "live":
    case "mending":
      return [answeredCall(facts, welcome, link, line, since)];
    case "ended":
      return [
        {
          at: "ended",
          id: line.call,
          line: link.link,
          ends,
          why: endReason(line, receiptsOf(facts, line.call)),
          began: line.answered,
          endedAt: line.ended,
          receipts: receiptsOf(facts, line.call),
          record: facts.records[line.call] ?? { at: "none" },
        },
      ];
  }
  return line satisfies never;
}

function answeredCall(
  facts: Facts,
  welcome: Welcome,
  link: LinkFacts,
  line: Extract<CallLine, { at: "keying" | "live" | "mending" }>,
  since: Instant,
): ConsoleCall {
  const ends = endsOf(facts, welcome, link, line);
  if (offeredTo(line, welcome.terminal)) {
    const keys = facts.call?.call === line.call ? facts.call.keys : "agreeing";
    return { at: "ringingIn", id: line.call, line: link.link, ends, since, deskRings: true, keys };
  }
  const here = line.ours === welcome.terminal;
  const common = { id: line.call, line: link.link };
  const carried = here ? facts.call : elsewhere(line.answered);
  if (carried === null || (here && line.at === "keying"))
    return { at: "connecting", ...common, ends, since: line.answered };
  const call = callFacts(carried, link, line, ends, provenBefore(facts.drills[link.link], line.answered));
  const seat = here ? ({ at: "here" } as const) : ({ at: "terminal", name: facts.names[line.ours] ?? "" } as const);
  if (line.at === "mending") {
    return { at: "holding", ...common, facts: call, seat, since: line.lost, whose: "unknown", path: call.route };
  }
  return {
    at: "inCall",
    ...common,
    facts: call,
    seat,
    handover:
      line.offered === undefined ? { at: "none" } : { at: "offered", to: facts.names[line.offered] ?? "", since },
    receipts: receiptsOf(facts, line.call),
  };
}

/** A call that another terminal of ours carries: what it looks like there is not known here. */
const elsewhere = (since: Instant) =>
  ({
    keys: "agreed",
    seen: "no",
    epoch: { since, state: "confirmed" },
    microphone: { at: "open" },
    theirMicrophone: "unknown",
    picture: { at: "hidden", why: "off" },
    selfPicture: { at: "hidden", why: "off" },
    screen: "none",
    route: "direct",
    routeSince: since,
    roundTrip: null,
    alarms: [],
  }) as const;

function terminalRows(facts: Facts): readonly TerminalRow[] {
  const { house, lines } = facts;
  if (house === null) return [];
  return house.terminals.map((terminal) => {
    const inCall = Object.entries(lines).find(([, { line }]) => isInCall(line) && line.ours === terminal.id);
    const them =
      inCall === undefined ? null : (facts.welcome?.links.find(({ link }) => link === inCall[0])?.name ?? "");
    const away =
      terminal.presence.at === "away" ? ({ at: "away", since: instant(terminal.presence.since) } as const) : null;
    return {
      id: terminal.id,
      name: terminal.name,
      role: terminal.role,
      enrolled: instant(terminal.enrolled),
      presence: them !== null ? { at: "inCall", with: them } : (away ?? { at: "here" }),
      credential: { renews: instant(terminal.renews), until: instant(terminal.until) },
      test:
        terminal.test === null
          ? null
          : {
              at: terminal.test.at,
              cause: terminal.test.cause,
              ago: ago(between(instant(terminal.test.when), facts.now)),
            },
      code: terminal.manifest === house.manifest ? "current" : "older",
      removal:
        terminal.removal === null
          ? { at: "none" }
          : { at: "secondOfficerDue", by: terminal.removal.by, since: instant(terminal.removal.since) },
    };
  });
}

function pairingOf(facts: Facts): Pairing {
  const pairing = facts.house?.pairing ?? { at: "none" as const };
  switch (pairing.at) {
    case "none":
      return { at: "none", importing: "ready" };
    case "offered":
      return { ...pairing, expires: instant(pairing.expires) };
    case "exchanging":
      return { ...pairing, since: instant(pairing.since) };
    case "words":
      return { ...pairing, them: partyOf(pairing.them), until: pairing.until === null ? null : instant(pairing.until) };
    case "active":
    case "unconfirmed":
      return { at: pairing.at, them: partyOf(pairing.them), since: instant(pairing.since) };
    case "failed":
      return {
        at: "failed",
        why: pairingFailures.find((why) => why === failureOf[pairing.code]) ?? "theyRefused",
        them: pairing.them,
      };
  }
  return pairing satisfies never;
}

/** The sentence that stands for each code with which a pairing can end. */
const failureOf: Readonly<Record<string, (typeof pairingFailures)[number]>> = {
  PAIR_OFFER_EXPIRED: "badOffer",
  PAIR_OFFER_UNREADABLE: "badOffer",
  PAIR_COMMIT_MISMATCH: "commitMismatch",
  PAIR_BUNDLE_INVALID: "commitMismatch",
  PAIR_KEY_INVALID: "commitMismatch",
  PAIR_PROOF_INVALID: "commitMismatch",
  PAIR_WORDS_DIFFER: "wordsDiffer",
  PAIR_TIMEOUT: "timedOut",
  PAIR_CANCELLED: "theyRefused",
  PAIR_ROOT_CHANGED: "otherRoot",
  PAIR_ALREADY_LINKED: "alreadyLinked",
  PAIR_SELF: "ownOffer",
  PAIR_UNREACHABLE: "unreachable",
};

function entryOf(row: LedgerRow, welcome: Welcome): LedgerEntry {
  const link = welcome.links.find(({ link: id }) => id === row.link);
  const them = link === undefined ? null : partyOf(link);
  return {
    seq: row.index,
    at: instant(row.at),
    what: entrySentence(row, them, welcome),
    them,
    proof: row.proof,
  };
}

/** Why a ring of ours came to nothing, as the entry of it has it. */
function rangReason({ facts: { why, reach } }: LedgerRow): EndReason {
  if (why === "unanswered") return reach === "sent" || reach === "delivered" ? "noDesk" : "unanswered";
  return why === "declined" || why === "busy" || why === "notDelivered" ? why : "cancelled";
}

function entrySentence(row: LedgerRow, them: Party | null, welcome: Welcome): Say {
  const text = (key: string): string => String(row.facts[key] ?? "");
  const time = (key: string): Instant => instant(Number(row.facts[key] ?? 0));
  const party = name(text("them") === "" ? (them?.name ?? "") : text("them"));
  switch (row.kind) {
    case "call":
      return callEntry({ name: party.name, place: them?.place ?? utc }, usOf(welcome), time("began"), time("ended"));
    case "missed":
      return say("entry.callNotConnected", {
        them: party,
        how: say(text("why") === "declined" ? "ended.declinedHere" : "ended.missed", { them: party }),
      });
    case "rang":
      return say("entry.callNotConnected", { them: party, how: say(`ended.${rangReason(row)}`, { them: party }) });
    case "paired":
      return say("entry.paired", { them: party, officer: name(text("officer")) });
    case "pairingFailed":
      return say("entry.pairingFailed", { them: party });
    case "enrolled":
      return say("entry.enrolled", { terminal: name(text("terminal")), officer: name(text("officer")) });
    case "removed":
      return say("entry.removed", {
        terminal: name(text("terminal")),
        officer: name(text("officer")),
        second: name(text("second")),
      });
    case "renewed":
      return say("entry.renewed", { terminal: name(text("terminal")) });
    case "officer":
      return say("entry.officer", { officer: name(text("officer")), by: name(text("by")) });
    case "recordCertified":
      return say("entry.recordCertified");
    case "drillMissed":
      return say("entry.drillMissed", { them: party });
    case "drillReady":
      return say("entry.drillReady", { them: party, session: text("session") });
    case "drillDegraded":
    case "drillNotReady":
      return say(`entry.${row.kind}`, {
        them: party,
        session: text("session"),
        cause: causeClause(drillCause(text("cause"), text("whose"))),
      });
    case "roomReady":
      return say("entry.roomReady", { terminal: name(text("terminal")) });
    case "roomDegraded":
    case "roomNotReady":
      return say(`entry.${row.kind}`, {
        terminal: name(text("terminal")),
        cause: causeClause(roomCause(text("cause"))),
      });
    case "officerHere":
      return say("entry.officerHere", { officer: name(text("officer")) });
    case "nobodyHere":
      return say("entry.nobodyHere");
    case "theirOfficerHere":
    case "theirNobodyHere":
      return say(`entry.${row.kind}`, { them: party });
    case "recordStopped":
      return say("entry.recordStopped", { them: party });
    case "recordStoppedOurs":
      return say("entry.recordStoppedOurs", { them: party });
    case "firstOfficer":
      return say("entry.firstOfficer", { officer: name(text("officer")) });
    case "unsealedFrames":
      return say("alarm.FRAMES_UNSEALED", { them: party });
    case "forgedFrames":
      return say("alarm.FRAMES_FORGED", { them: party });
    case "alarmOpened": {
      const whose = sides.find((it) => it === text("whose")) ?? "both";
      const { what } = alarmWords(text("kind"), { whose, about: text("about"), value: "" }, them?.name ?? "");
      return say("entry.alarmOpened", { what });
    }
    case "alarmToSecond":
      return say("entry.alarmToSecond");
    case "alarmToParty":
      return say("entry.alarmToParty");
    case "alarmAcknowledged":
      return say("entry.alarmAcknowledged", { officer: name(text("officer")) });
    case "alarmShelved":
      return say("entry.alarmShelved", {
        officer: name(text("officer")),
        until: moment(time("until"), usOf(welcome).place, "timeThere"),
      });
    case "rekeyAllowed":
      return say("entry.rekeyAllowed", {
        them: party,
        officer: name(text("officer")),
        second: name(text("second")),
      });
    case "rekeyed":
      return say("entry.rekeyed", { them: party });
    case "wordsCompared":
      return say("entry.wordsCompared", { them: party, officer: name(text("officer")) });
    case "wordsDiffer":
      return say("entry.wordsDiffer", { them: party, officer: name(text("officer")) });
    case "restored":
      return say("entry.restored");
    default:
      return say("entry.succession");
  }
}
