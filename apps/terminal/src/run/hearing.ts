// What our station says after the welcome, each message brought where it belongs: to the facts, or to whoever carries it out.
// It comes in the station's order, one message after the other.
import type { Clock, Instant } from "@parley/base/time";
import { type Line, openCall } from "@parley/call/state";
import type { ToTerminal } from "@parley/protocol/terminal/messages";
import type { StationLink } from "../link/socket.ts";
import type { Facts } from "../model/facts.ts";
import type { Ceremony } from "./ceremony.ts";
import { type Known, withNames } from "./known.ts";
import type { OwnCalls } from "./ownCalls.ts";
import type { Refusals } from "./refusals.ts";
import type { ReadinessRun } from "./readinessRun.ts";
import type { Rehearsal } from "./rehearsal.ts";
import type { SelfTest } from "./selfTest.ts";
import type { SetUp } from "./setUp.ts";
import type { Session } from "./stationSession.ts";
import { drillsInTime, ourTime, peopleInTime } from "./stationTime.ts";
import { bytesOf } from "./wire.ts";

export type HearingOptions = {
  readonly known: Known;
  readonly clock: Clock;
  readonly calls: OwnCalls;
  readonly rehearsal: Rehearsal;
  readonly selfTest: SelfTest;
  readonly setUp: SetUp;
  readonly session: Session;
  readonly link: Pick<StationLink, "rest">;
  readonly refusal: Refusals;
  readonly askPasskey: Ceremony;
  readonly ringAsked: (asked: Facts["asked"]) => void;
  readonly askNewest: () => void;
  readonly readiness: ReadinessRun;
};

export function hearingFor(options: HearingOptions): (message: ToTerminal) => void {
  const {
    known,
    clock,
    calls,
    rehearsal,
    selfTest,
    setUp,
    session,
    link,
    refusal,
    askPasskey,
    ringAsked,
    askNewest,
    readiness,
  } = options;
  const { facts, change } = known;
  return (message) => {
    const { welcome } = facts();
    switch (message.type) {
      case "welcome":
        if (welcome !== null && welcome.chain !== message.chain) calls.renewed(bytesOf(message.chain));
        rehearsal.welcomed();
        change({
          welcome: message,
          party: message.party.name,
          page: message.role === "console" ? "console" : "desk",
        });
        // Nobody is there to set devices up for whom nobody calls.
        if (message.role !== "rehearser") void setUp.arrived();
        calls.again();
        return;
      case "links":
        if (welcome !== null) change({ welcome: { ...welcome, links: message.links } });
        return;
      case "renewed":
        if (welcome !== null) change({ welcome: { ...welcome, chain: message.chain } });
        calls.renewed(bytesOf(message.chain));
        return;
      case "line":
        known.note({ names: withNames(facts().names, message.names) });
        if (facts().asked?.link === message.link && openCall(message.line as Line) !== null) ringAsked(null);
        known.note({
          missed: { ...facts().missed, [message.link]: ourTime(message.missed, message.now, clock.now()) },
        });
        calls.lineSaid(message.link, message.line as Line, message.now as Instant);
        if (message.line.at === "ended") askNewest();
        return;
      case "receipt": {
        const before = facts().receipts[message.call] ?? {};
        const at = ourTime(message.at, message.now, clock.now());
        change({ receipts: { ...facts().receipts, [message.call]: { ...before, [message.kind]: at } } });
        return;
      }
      case "record": {
        const { call, at, index: entry } = message;
        askNewest();
        return change({ records: { ...facts().records, [call]: { at, entry } } });
      }
      case "asked":
        return ringAsked({ link: message.link, terminal: message.terminal, since: clock.now() });
      case "admit":
        return calls.admitted(message);
      case "iceServers":
        return calls.runOf(message.call)?.iceServers(message.iceServers);
      case "pins":
        return calls.runOf(message.call)?.pins(message.pins);
      case "signal":
        return calls.signal(message);
      case "door":
        change({ door: { officers: message.officers, officer: message.officer }, passkey: { at: "ready" } });
        if (message.officer !== null) readiness.officerCame();
        return;
      case "passkey":
        return askPasskey(message.ceremony, message.options);
      case "setUp":
        // Whoever asks for it looks for it now: how the last call here ended is no longer what the screen is for.
        if (Object.values(facts().lines).every(({ line }) => openCall(line) === null)) calls.backToLine();
        return setUp.open();
      case "passkeyFailed":
        return change({ passkey: { at: "failed", why: message.why } });
      case "house":
        // What changed the house is in the ledger too.
        askNewest();
        return change({ house: message });
      case "alarms":
        return change({ alarms: message.alarms });
      case "entries": {
        const { entries: shown, older } = facts().ledger;
        const oldest = shown.at(-1)?.index ?? 0;
        const follows = older === "loading" && message.entries.every(({ index }) => index < oldest);
        const entries = follows ? [...shown, ...message.entries] : message.entries;
        return change({ ledger: { entries, total: message.total, older: message.more ? "more" : "none" } });
      }
      case "refused":
        if (message.code === "OPEN_ELSEWHERE") {
          link.rest(); // or the two pages would take the terminal from each other for ever
          change({ fault: "openElsewhere" });
        } else if (message.code === "TERMINAL_REMOVED") change({ fault: "removed" });
        else refusal.heard(message.code);
        return;
      case "enrolHere":
        void session.enrol(message.code);
        return;
      case "drill":
        return rehearsal.hear(message.message);
      case "selfTestDue":
        return selfTest.begin(message);
      case "drillPlan":
        selfTest.giveWay();
        return rehearsal.begin(message, bytesOf(welcome?.chain ?? ""));
      case "drillMeasured":
        return rehearsal.theyMeasured(message.call);
      case "drillGivenUp":
        return rehearsal.givenUp(message.call);
      case "checks":
        return change({ checks: Object.fromEntries(message.lines.map((line) => [line.link, line])) });
      case "drills": {
        const drills = message.lines.map((line) => [line.link, drillsInTime(line, message.now, clock.now())] as const);
        change({ drills: Object.fromEntries(drills) });
        return readiness.drillsSaid(message.lines);
      }
      case "people":
        return change({ people: peopleInTime(message, clock.now()) });
      case "drillHistory":
        return readiness.page(message);
      case "drillReport":
        return readiness.report(message);
      case "challenge":
      case "waiting":
      case "enrolled":
      case "renewalDue":
        return;
    }
    message satisfies never;
  };
}
