// The terminal, alive: joins station, room and call, keeps the facts current, and does what a person presses. It decides
// nothing about how a screen looks (model/) nor about how a call goes (packages/call, callRun).
import { type Cancel, type Instant, type Ms, ms } from "@parley/base/time";
import { ringLasts } from "@parley/call/deadlines";
import { type Line, isInCall, openCall } from "@parley/call/state";
import type { FromTerminal, ToTerminal } from "@parley/protocol/terminal/messages";
import type { Act } from "@parley/protocol/terminal/console";
import type { Enrolment } from "../crypto/keyStore.ts";
import type { CallWorkers } from "../crypto/workers.ts";
import { linkToStation } from "../link/socket.ts";
import { ringersNow, speakerNow } from "../media/choices.ts";
import type { ConsoleAction, DeskAction } from "../model/actions.ts";
import { askedCall } from "../model/deskScreen.ts";
import type { Facts } from "../model/facts.ts";
import type { Browser } from "./browser.ts";
import { makeCeremony } from "./ceremony.ts";
import { enrolmentOf } from "./enrolmentFacts.ts";
import { type Pictures, makeKnown, streamOf, withNames } from "./known.ts";
import { type OwnCalls, makeOwnCalls } from "./ownCalls.ts";
import { devicesOf, selfPictureOf } from "./roomFacts.ts";
import { type Rehearsal, makeRehearsal } from "./rehearsal.ts";
import { type Room, type RoomState, makeRoom } from "./room.ts";
import { type SetUp, makeSetUp } from "./setUp.ts";
import { refusalsFor } from "./refusals.ts";
import { soundingFor } from "./sounding.ts";
import { makeSession } from "./stationSession.ts";
import { drillsInTime, ourTime } from "./stationTime.ts";
import { watchTouch } from "./touch.ts";
import { bytesOf } from "./wire.ts";

export type Terminal = {
  readonly facts: () => Facts;
  readonly pictures: () => Pictures;
  /** Calls back after each change, until cancelled. */
  readonly watch: (listener: () => void) => Cancel;
  readonly act: (action: DeskAction | ConsoleAction) => void;
  readonly networkIsBack: () => void;
  /** The browser keeps the page silent. */
  readonly silenced: () => void;
};

/** Elapsed times and clocks on the screen move this often. */
const secondsHand: Ms = ms(1000);

/** What the page was opened with: a one-time code of a terminal, or of an officer who is to have a console here. */
export type OpenedWith = { readonly code: string | null; readonly officerCode: string | null };

export function runTerminal(browser: Browser, { code, officerCode }: OpenedWith): Terminal {
  const { clock } = browser;
  const known = makeKnown(clock, browser.wants, officerCode === null ? "asked" : "given");
  const { facts, change } = known;
  let ready: CallWorkers = browser.startWorkers(); // one pair is always started before it is needed

  // ---- drills, which give way to every person

  const rehearsal: Rehearsal = makeRehearsal({
    page: browser.page,
    clock,
    browserName: browser.name,
    tell: (message) => send(message),
    enrolment: () => enrolment(),
    workers: () => takeWorkers(),
    onMend: () => link.doubt(),
  });
  const takeWorkers = (): CallWorkers => {
    const taken = ready;
    ready = browser.startWorkers();
    return taken;
  };

  // ---- what is heard here

  const ringer = browser.makeRinger((sound) => {
    if (facts().sound !== sound) change({ sound });
  });
  const sounding = soundingFor(ringer);
  known.watch(() => sounding(facts()));
  known.watch(() => rehearsal.look(facts()));

  // ---- the room

  /** When a person last said that the loudspeakers are right. */
  let soundGood: Instant | null = null;
  const devicesNow = (state: RoomState, level: number): Facts["devices"] =>
    devicesOf(state, { level, heard: soundGood });

  const room: Room = makeRoom({
    page: browser.page,
    devices: browser.devices,
    permissions: browser.permissions,
    clock,
    kept: browser.kept,
    onChange: (state) => {
      const selfPicture = selfPictureOf(state);
      const self = state.camera.at === "open" ? streamOf(known.pictures().self, state.camera.track) : null;
      const speaker = speakerNow(state.chosen, state.found);
      known.picture({ self, speaker });
      ringer.through(ringersNow(state.chosen, state.found), speaker);
      calls.feed();
      change({
        devices: devicesNow(state, facts().devices.level),
        selfPicture,
        call: calls.shown(state),
      });
      setUp.looked(state);
    },
  });

  const setUp: SetUp = makeSetUp({
    room: () => room,
    permissions: browser.permissions,
    clock,
    onChange: (at, level) => change({ setUp: at, devices: devicesNow(room.state(), level) }),
  });

  // ---- the station

  let turn: Promise<void> = Promise.resolve();
  const link = linkToStation({
    open: browser.openSocket,
    clock,
    jitter: () => (browser.random(1)[0] ?? 0) / 255,
    onUp: () => change({ station: { at: "here" } }),
    onDown: () => change({ station: { at: "away", since: clock.now() } }),
    onMessage: (message) => {
      if (message.type === "challenge") change({ party: message.name });
      // One after the other: what follows a welcome is about what the welcome says.
      turn = turn.then(async () => {
        if (!(await session.hear(message))) heard(message);
      });
      turn = turn.catch((error: unknown) => console.error(error));
    },
    // An upgraded station may say things that this page does not know: no reason to disturb a terminal that is in use.
    onStranger: () => {
      if (facts().welcome === null) change({ fault: "codeChanged" });
    },
  });
  const send = (message: FromTerminal): boolean => link.send(message);

  const session = makeSession({
    origin: browser.origin,
    indexedDb: browser.indexedDb,
    subtle: browser.subtle,
    random: browser.random,
    manifest: browser.manifest,
    send,
    onStanding: (standing) => {
      if (standing.at === "none" && standing.refusal === null && code !== null && !codeUsed) {
        codeUsed = true;
        void session.enrol(code);
        return;
      }
      if (standing.at === "asking") setUp.attended();
      change({ enrolment: enrolmentOf(standing, clock.now()) });
    },
  });
  let codeUsed = false;
  const enrolment = (): Enrolment | null => {
    const standing = session.standing();
    return standing.at === "enrolled" ? standing.enrolment : null;
  };

  /** The ledger's newest entries, for an officer: what happened is in them, and what nobody answered is an alarm. */
  const askNewest = (): void => {
    const { door } = facts();
    if (door !== null && door.officer !== null) send({ type: "entries", before: null });
  };

  const heard = (message: ToTerminal): void => {
    const { welcome } = facts();
    switch (message.type) {
      case "welcome":
        if (welcome !== null && welcome.chain !== message.chain) calls.renewed(bytesOf(message.chain));
        rehearsal.welcomed();
        change({ welcome: message, party: message.party.name, page: message.role });
        void setUp.arrived();
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
        return change({ door: { officers: message.officers, officer: message.officer }, passkey: { at: "ready" } });
      case "passkey":
        return askPasskey(message.ceremony, message.options);
      case "setUp":
        return setUp.open();
      case "passkeyFailed":
        return change({ passkey: { at: "failed", why: message.why } });
      case "house":
        // What changed the house is in the ledger too.
        askNewest();
        return change({ house: message });
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
      case "drillPlan":
        return rehearsal.begin(message, bytesOf(welcome?.chain ?? ""));
      case "drillMeasured":
        return rehearsal.theyMeasured(message.call);
      case "drillGivenUp":
        return rehearsal.giveWay();
      case "checks":
        return change({ checks: Object.fromEntries(message.lines.map((line) => [line.link, line])) });
      case "drills": {
        const drills = message.lines.map((line) => [line.link, drillsInTime(line, message.now, clock.now())] as const);
        return change({ drills: Object.fromEntries(drills) });
      }
      case "challenge":
      case "waiting":
      case "enrolled":
      case "renewalDue":
        return;
    }
    message satisfies never;
  };

  // ---- calls

  const calls: OwnCalls = makeOwnCalls({
    known,
    clock,
    room,
    touch: watchTouch(browser.page, (call) => void send({ type: "seen", call })),
    enrolment,
    workers: takeWorkers,
    send,
    onMend: link.doubt,
    wake: browser.wake,
  });

  /** As long as a ring, a terminal rings for a call that is asked of it. */
  let askedEnds: Cancel = () => undefined;
  const ringAsked = (it: Facts["asked"]): void => {
    askedEnds();
    if (it !== null) askedEnds = clock.wait(ringLasts, () => ringAsked(null));
    change({ asked: it });
  };

  // ---- people

  const askPasskey = makeCeremony({ known, passkey: browser.passkey, send });

  const ask = (act: Act): void => void send({ type: "act", act });

  const refusal = refusalsFor(clock, (refused) => change({ refused }));

  const act = (action: DeskAction | ConsoleAction): void => {
    refusal.pressed();
    const { asked, welcome } = facts();
    switch (action.type) {
      case "call": {
        const desk = "from" in action && action.from === "desk" ? firstDesk() : null;
        if (desk === null) rehearsal.giveWay();
        if (desk === null) room.open("call");
        send({ type: "place", link: action.line, ...(desk === null ? {} : { from: desk }) });
        return;
      }
      case "answer":
      case "answerHere":
        if (asked !== null && action.call === askedCall(asked.link)) {
          const { link: line } = asked;
          ringAsked(null);
          return act({ type: "call", line });
        }
        return calls.press("answer", action.call);
      case "decline": {
        // An officer declines for the party, and every place stops ringing; what is only offered here is refused here.
        const rings = Object.values(facts().lines).some(
          ({ line }) => openCall(line) === action.call && !isInCall(line),
        );
        return calls.press(rings ? "hangUp" : "decline", action.call);
      }
      case "stopRinging":
      case "end":
        return calls.press("hangUp", action.call);
      case "ringDesk": {
        const desk = firstDesk();
        if (desk !== null) send({ type: "handOver", call: action.call, to: desk });
        return;
      }
      case "handOver":
        send({ type: "handOver", call: action.call, to: action.to });
        return;
      case "takeOver":
        send({ type: "take", call: action.call });
        return;
      case "keep":
        if (welcome !== null) send({ type: "handOver", call: action.call, to: welcome.terminal });
        return;
      case "choose":
        return change({ chosen: action.line });
      case "microphone":
        return room.mute(action.to);
      case "screen":
        return room.share(action.to);
      case "device":
        return room.choose(action.kind, action.id);
      case "enterCode":
        change({ enrolment: { at: "none", entry: "sending" } });
        void session.enrol(action.code);
        return;
      case "startOver":
        return change({ enrolment: { at: "none", entry: "asking" } });
      case "tryAgain":
        link.wake();
        link.nudge();
        return change({ fault: null });
      case "open":
        if (action.section === "ledger") askNewest();
        return change({ section: action.section });
      case "signIn":
        return ask({ do: "signIn" });
      case "signOut":
        send({ type: "signOut" });
        return;
      case "firstOfficer":
        return ask({ do: "enrolOfficer", code: officerCode ?? action.code, name: action.name });
      case "addPasskey":
        return ask({ do: "addPasskey" });
      case "makeCode":
        return ask({ do: "makeCode", role: action.role, name: action.name });
      case "withdrawCode":
        return ask({ do: "withdrawCode", id: action.id });
      case "approve":
      case "refuse":
        return ask({ do: action.type, request: action.request });
      case "removeTerminal":
        return ask({ do: "removeTerminal", terminal: action.terminal });
      case "confirmRemoval":
        return ask({ do: "confirmRemoval", terminal: action.terminal });
      case "rekeyLine":
        return ask({ do: "rekeyLink", link: action.line });
      case "makeOffer":
      case "withdrawOffer":
      case "pairingSeen":
        return ask({ do: action.type });
      case "importOffer":
        return ask({ do: "importOffer", text: action.text });
      case "importFile":
        void action.file.text().then((text) => ask({ do: "importOffer", text: text.slice(0, 8192) }));
        return;
      case "saveOffer": {
        const pairing = facts().house?.pairing;
        if (pairing?.at === "offered") browser.saveFile(pairing.fileName, pairing.link);
        return;
      }
      case "words":
        return ask({ do: "words", answer: action.answer });
      case "olderEntries":
        change({ ledger: { ...facts().ledger, older: "loading" } });
        send({ type: "entries", before: facts().ledger.entries.at(-1)?.index ?? null });
        return;
      case "backToLine":
        return calls.backToLine();
      case "tryDevices":
        return room.tryAgain();
      case "testSpeaker":
        return ringer.once("trial", action.kind === "ringer" ? "ring" : "call");
      case "setupDone":
        soundGood = clock.now();
        return setUp.done();
      case "openSetup":
        return ask({ do: "openSetUp", terminal: action.terminal });
      case "acknowledge":
        return ask({ do: "acknowledge", alarm: action.alarm });
      case "shelve":
        return ask({ do: "shelve", alarm: action.alarm, minutes: action.minutes });
    }
    action satisfies never;
  };

  const firstDesk = (): string | null =>
    facts().house?.terminals.find(({ role, presence }) => role === "desk" && presence.at === "here")?.id ?? null;

  const tick = (): void => {
    change({});
    clock.wait(secondsHand, tick);
  };
  tick();
  ringer.probe();

  return {
    facts,
    pictures: known.pictures,
    watch: known.watch,
    act,
    networkIsBack: () => {
      link.nudge();
      calls.networkIsBack();
    },
    silenced: () => {
      if (facts().sound === "free") change({ sound: "blocked" });
    },
  };
}
