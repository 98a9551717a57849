// From what the terminal knows to what the principal's desk shows. Pure: the same facts give the same screen.
import { type Instant, instant, ms } from "@parley/base/time";
import { type Line as CallLine, isInCall, openCall, ringsAt, takesPart } from "@parley/call/state";
import type { CallFacts, Ends, Receipts, Route } from "./call.ts";
import { cause } from "./cause.ts";
import { lineChecked } from "./checks.ts";
import type { Check, DeskScreen, Devices, EndReason, Room, Standing } from "./desk.ts";
import { drillHistory, drilledState, provenBefore } from "./drills.ts";
import type { Facts, LinkFacts, OwnCall, Welcome } from "./facts.ts";
import type { Line, LineState, Party } from "./line.ts";
import { linePeople } from "./people.ts";
import { withRooms } from "./room.ts";

const untested: Check = { at: "untested" };

/** Our own station may be away for this long before a screen says so. */
export const awayLong = ms(5000);

/** What is known of the room; of the paths nothing, until a drill has looked. */
function roomOf(devices: Devices): Room {
  const of = ({ trouble, worked }: Devices["camera"]): Check => {
    if (trouble !== null) return { at: "bad", cause: cause(trouble) };
    return worked === null ? untested : { at: "good", checked: worked };
  };
  return {
    camera: of(devices.camera),
    microphone: of(devices.microphone),
    speaker: of(devices.speaker),
    direct: untested,
    relay: untested,
  };
}

export function deskScreen(facts: Facts): DeskScreen {
  const { now, welcome, enrolment } = facts;
  if (facts.fault !== null) return fault(facts, facts.fault);
  if (enrolment.at === "none") return { at: "notEnrolled", entry: enrolment.entry };
  if (enrolment.at === "waiting") {
    const { terminal, compare, since } = enrolment;
    return { at: "enrolling", terminal, compare, since, now };
  }
  if (welcome === null) {
    if (facts.station.at === "away" && now - facts.station.since > awayLong) return fault(facts, "stationAway");
    return { at: "starting", since: facts.began, now };
  }
  const link = shownLink(facts, welcome);
  if (link === null) return fault(facts, "noLine");
  const asked = askedScreen(facts, welcome);
  if (asked !== null) return asked;
  return lineScreen(facts, welcome, link);
}

function fault(facts: Facts, code: Extract<DeskScreen, { at: "fault" }>["code"]): DeskScreen {
  const since = facts.station.at === "away" ? facts.station.since : facts.began;
  return { at: "fault", code, since, now: facts.now, us: facts.welcome === null ? null : usOf(facts.welcome) };
}

/** The line that is before the person: what is in use here, then what rings, then the one chosen, then one that has just ended. */
function shownLink(facts: Facts, welcome: Welcome): LinkFacts | null {
  const me = welcome.terminal;
  const first = (is: (line: CallLine, link: string) => boolean): LinkFacts | undefined =>
    welcome.links.find(({ link }) => {
      const line = facts.lines[link]?.line;
      return line !== undefined && is(line, link);
    });
  return (
    first((line) => takesPart(line, me) && !ringsAt(line, me)) ??
    // Of two that ring, the one whose keys are agreed on already.
    first((line, link) => ringsAt(line, me) && facts.call?.link === link) ??
    first((line) => ringsAt(line, me)) ??
    first((line) => line.at === "ended" && endedHere(line, me)) ??
    welcome.links.find(({ link }) => link === facts.chosen) ??
    first((line) => line.at !== "idle") ??
    welcome.links[0] ??
    null
  );
}

/** Whether an end is this terminal's to tell: it had the call, or rang with the others. */
const endedHere = (line: Extract<CallLine, { at: "ended" }>, me: string): boolean =>
  line.held === undefined || line.held === me;

/** Our officer wants a call placed from here: it rings, and nothing is sent before somebody presses ([CA27]). */
function askedScreen(facts: Facts, welcome: Welcome): DeskScreen | null {
  const { asked } = facts;
  const inUse = Object.values(facts.lines).some(({ line }) => takesPart(line, welcome.terminal));
  const link = welcome.links.find((one) => one.link === asked?.link);
  if (asked?.terminal !== welcome.terminal || inUse || link === undefined) return null;
  return {
    at: "ringingIn",
    call: askedCall(asked.link),
    ends: { here: usOf(welcome), them: partyOf(link), room: null },
    since: asked.since,
    how: "asked",
    self: facts.selfPicture,
    keys: "agreeing",
    ...standingOf(facts, welcome),
  };
}

/** What stands for a call that has not been placed yet. */
export const askedCall = (link: string): string => `asked ${link}`;

const standingOf = (facts: Facts, welcome: Welcome): Standing => ({
  now: facts.now,
  us: usOf(welcome),
  terminal: welcome.name,
  sound: facts.sound,
  refused: facts.refused,
});

function lineScreen(facts: Facts, welcome: Welcome, link: LinkFacts): DeskScreen {
  const standing = standingOf(facts, welcome);
  const idle: DeskScreen =
    facts.setUp === "open"
      ? { at: "setup", devices: facts.devices, self: facts.selfPicture, ...standing }
      : {
          at: "idle",
          line: lineOf(link, facts),
          lines: welcome.links.map((one) => lineOf(one, facts)),
          room: roomOf(facts.devices),
          ...standing,
        };
  const held = facts.lines[link.link];
  if (held === undefined) return idle;
  const { line, since } = held;
  const ends = endsOf(facts, welcome, link, line);
  const ringing = (how: "call" | "handover"): DeskScreen => ({
    at: "ringingIn",
    call: openCall(line) ?? "",
    ends,
    since,
    how,
    self: facts.selfPicture,
    keys: facts.call?.call === openCall(line) ? facts.call.keys : "agreeing",
    ...standing,
  });
  const elsewhere = (call: string, what: "ring" | "call", at: string): DeskScreen => ({
    at: "elsewhere",
    call,
    ends,
    what,
    where: facts.names[at] ?? "",
    since,
    line: lineOf(link, facts),
    lines: welcome.links.map((one) => lineOf(one, facts)),
    ...standing,
  });
  switch (line.at) {
    case "idle":
      return idle;
    case "ringing":
      if (line.side === "calling") {
        if (line.ours !== welcome.terminal) return elsewhere(line.call, "ring", line.ours);
        return { at: "ringingOut", call: line.call, ends, since, receipts: receiptsOf(facts, line.call), ...standing };
      }
      return ringsAt(line, welcome.terminal) ? ringing("call") : idle;
    case "keying":
    case "live":
    case "mending":
      if (ringsAt(line, welcome.terminal)) return ringing("handover");
      if (line.ours !== welcome.terminal) return elsewhere(line.call, "call", line.ours);
      if (facts.call?.call !== line.call) return idle;
      return inCallScreen(facts, facts.call, link, line, ends, standing);
    case "ended": {
      if (!endedHere(line, welcome.terminal)) return idle;
      const why = endReason(line, receiptsOf(facts, line.call));
      return {
        at: "ended",
        ends,
        why,
        began: line.answered,
        endedAt: line.ended,
        record: facts.records[line.call] ?? { at: "none" },
        until: line.until,
        ...standing,
      };
    }
  }
  return line satisfies never;
}

function inCallScreen(
  facts: Facts,
  own: OwnCall,
  link: LinkFacts,
  line: Extract<CallLine, { at: "keying" | "live" | "mending" }>,
  ends: Ends,
  standing: Standing,
): DeskScreen {
  if (line.at === "keying") {
    const waits = own.keys === "agreeing" ? "keys" : own.route === "searching" ? "path" : "picture";
    const step = own.seen === "yes" ? "moved" : waits;
    return { at: "connecting", call: line.call, ends, since: line.answered, step, ...standing };
  }
  const call = callFacts(own, link, line, ends, provenBefore(facts.drills[link.link], line.answered));
  if (line.at === "live") return { at: "inCall", call, ...standing };
  return { at: "holding", call, since: line.lost, whose: "unknown", path: call.route, ...standing };
}

export function callFacts(
  own: Omit<OwnCall, "link" | "call">,
  link: LinkFacts,
  line: Extract<CallLine, { at: "live" | "mending" | "keying" }>,
  ends: Ends,
  provenAt: Instant | null,
): CallFacts {
  return {
    id: line.call,
    ends,
    began: line.answered,
    seal: { keySince: instant(link.since), epochAt: own.epoch.since, epoch: own.epoch.state, provenAt },
    microphone: own.microphone,
    theirMicrophone: own.theirMicrophone,
    picture: own.picture,
    selfPicture: own.selfPicture,
    screen: own.screen,
    route: routeOf(own, line),
    alarms: own.alarms.map(({ what, since }) => ({ id: what, what, since })),
  };
}

function routeOf(own: Pick<OwnCall, "route" | "routeSince" | "roundTrip">, line: CallLine): Route {
  const since = line.at === "mending" ? line.lost : own.routeSince;
  if (own.route === "searching" || line.at === "mending") return { at: "searching", since };
  return { at: own.route, roundTrip: own.roundTrip === null ? null : ms(own.roundTrip) };
}

/** Why a call is over, as our side tells it: a ring of theirs that came to nothing was missed here, or declined. */
export function endReason(line: Extract<CallLine, { at: "ended" }>, receipts: Receipts): EndReason {
  if (line.side === "called" && line.answered === null) return line.why === "declined" ? "declinedHere" : "missed";
  switch (line.why) {
    case "hungUp":
      return "byUs";
    case "theyHungUp":
    case "superseded":
      return "byThem";
    case "unanswered":
      return receipts.rang === null ? "noDesk" : "unanswered";
    case "cancelled":
    case "declined":
    case "notDelivered":
    case "busy":
      return line.why;
  }
  return line.why satisfies never;
}

type Named = { readonly name: string; readonly place: string; readonly zone: string };

/** A party as the station names it, which knows no crests. */
export const partyOf = ({ name, place, zone }: Named): Party => ({ name, place: { name: place, zone }, crest: null });

export const usOf = (welcome: Welcome): Party => partyOf(welcome.party);

export function endsOf(facts: Facts, welcome: Welcome, link: LinkFacts, line: CallLine): Ends {
  const far =
    isInCall(line) || (line.at === "ringing" && line.side === "called") ? (facts.names[line.theirs] ?? null) : null;
  return { here: usOf(welcome), them: partyOf(link), room: far };
}

export function receiptsOf(facts: Facts, call: string): Receipts {
  const heard = facts.receipts[call] ?? {};
  return {
    delivered: heard.delivered ?? null,
    rang: heard.rang ?? null,
    seen: heard.seen ?? null,
    answered: heard.answered ?? null,
  };
}

/** The state of a line: not ready when a station has been away for long or the records stop it, else what its drills say. */
export function lineState(link: LinkFacts, facts: Facts): LineState {
  if (facts.station.at === "away") {
    return { at: "notReady", cause: cause("stationAway"), since: facts.station.since, ours: "bad" };
  }
  if (link.stopped !== null) {
    const { whose, since: stopped } = link.stopped;
    return { at: "notReady", cause: cause("recordApart", whose), since: instant(stopped), ours: "good" };
  }
  if (!link.reachable.up && facts.now - link.reachable.since > 15_000) {
    return {
      at: "notReady",
      cause: cause("stationAway", "theirs"),
      since: instant(link.reachable.since),
      ours: "untested",
    };
  }
  const proven = drilledState(facts.drills[link.link], instant(link.since), facts.now);
  return withRooms(proven, facts.people, link.link);
}

export function lineOf(link: LinkFacts, facts: Facts): Line {
  return {
    id: link.link,
    them: partyOf(link),
    established: instant(link.since),
    used: link.used === null ? null : instant(link.used),
    missed: facts.missed[link.link] ?? null,
    state: lineState(link, facts),
    ...drillHistory(facts.drills[link.link]),
    people: linePeople(facts.people, link.link),
    stations: { at: link.reachable.up ? "linked" : "away", since: instant(link.reachable.since) },
    ...lineChecked(facts.checks[link.link], facts.now),
  };
}
