// The terminal, alive: joins station, room and call, keeps the facts current, and does what a person presses. It decides
// nothing about how a screen looks (model/) nor about how a call goes (packages/call, callRun).
import { type Cancel, type Clock, type Instant, type Ms, ms } from "@parley/base/time";
import { declinedAlready, isOverHere, isTaken, leftAlready } from "@parley/call/atTerminal";
import { ringLasts } from "@parley/call/deadlines";
import { inTime } from "@parley/call/inTime";
import { isWaiting, patient } from "@parley/call/patient";
import { type Line, idle, isInCall, openCall, ringsAt, sitsAt, takesPart } from "@parley/call/state";
import type { FromTerminal, ToTerminal } from "@parley/protocol/terminal/messages";
import type { Act } from "@parley/protocol/terminal/console";
import type { CallWorkers } from "../crypto/workers.ts";
import { linkToStation } from "../link/socket.ts";
import { ringersNow, speakerNow } from "../media/choices.ts";
import type { ConsoleAction, DeskAction } from "../model/actions.ts";
import { askedCall } from "../model/deskScreen.ts";
import type { Facts } from "../model/facts.ts";
import type { Browser } from "./browser.ts";
import { type Admit, type CallRun, type CallView, type Signal, runCall } from "./callRun.ts";
import { makeCeremony } from "./ceremony.ts";
import { enrolmentOf } from "./enrolmentFacts.ts";
import { type Pictures, makeKnown, streamOf } from "./known.ts";
import { devicesOf, ownCallOf, selfPictureOf } from "./roomFacts.ts";
import { type Rehearsal, makeRehearsal } from "./rehearsal.ts";
import { type Room, type RoomState, makeRoom } from "./room.ts";
import { type SetUp, makeSetUp } from "./setUp.ts";
import { refusalsFor } from "./refusals.ts";
import { soundingFor } from "./sounding.ts";
import { type Standing, makeSession } from "./stationSession.ts";
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
  let run: CallRun | null = null;
  let view: CallView | null = null;
  /** The run of that call, where it is under way here. */
  const runOf = (call: string): CallRun | null => (view !== null && openCall(view.line) === call ? run : null);
  const lineClock: Clock = {
    ...clock,
    now: patient(clock, () => [view, ...Object.values(facts().lines)].some((it) => it !== null && isWaiting(it.line))),
  };
  let ready: CallWorkers = browser.startWorkers(); // one pair is always started before it is needed

  // ---- drills, which give way to every person

  const rehearsal: Rehearsal = makeRehearsal({
    page: browser.page,
    clock,
    browserName: browser.name,
    tell: (message) => send(message),
    enrolment: () => {
      const standing = session.standing();
      return standing.at === "enrolled" ? standing.enrolment : null;
    },
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
      run?.feed();
      change({
        devices: devicesNow(state, facts().devices.level),
        selfPicture,
        call: view === null ? null : ownCallOf(view, state),
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

  /** The ledger's newest entries, for an officer: what happened is in them, and what nobody answered is an alarm. */
  const askNewest = (): void => {
    const { door } = facts();
    if (door !== null && door.officer !== null) send({ type: "entries", before: null });
  };

  const heard = (message: ToTerminal): void => {
    const { welcome } = facts();
    switch (message.type) {
      case "welcome":
        if (welcome !== null && welcome.chain !== message.chain) run?.renewed(bytesOf(message.chain));
        rehearsal.welcomed();
        change({ welcome: message, party: message.party.name, page: message.role });
        void setUp.arrived();
        run?.again();
        unheard = new Set(declined);
        return;
      case "links":
        if (welcome !== null) change({ welcome: { ...welcome, links: message.links } });
        return;
      case "renewed":
        if (welcome !== null) change({ welcome: { ...welcome, chain: message.chain } });
        run?.renewed(bytesOf(message.chain));
        return;
      case "line":
        named(message.names);
        if (facts().asked?.link === message.link && openCall(message.line as Line) !== null) ringAsked(null);
        known.note({
          missed: { ...facts().missed, [message.link]: ourTime(message.missed, message.now, clock.now()) },
        });
        lineSaid(message.link, inTime(message.line as Line, message.now as Instant, lineClock.now()));
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
        return admitted(message);
      case "iceServers":
        return runOf(message.call)?.iceServers(message.iceServers);
      case "pins":
        return runOf(message.call)?.pins(message.pins);
      case "signal": {
        const its = runOf(message.call);
        if (its === null) early.push(message);
        else its.signal(message);
        return;
      }
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

  /** Signals that came before the call they belong to was begun here. */
  let early: Signal[] = [];

  /** Calls that were ended here. A station that lost the word hears it again, and nobody is taken back into one ([CA15]). */
  const left = new Set<string>();
  /** Calls that were declined here, and those of them that our station, which was away since, may not know of. */
  const declined = new Set<string>();
  let unheard = new Set<string>();

  const lineSaid = (linkId: string, said: Line): void => {
    const again = leftAlready(said, left, facts().welcome?.terminal);
    if (again !== null) {
      send({ type: "hangUp", call: again });
      return;
    }
    const lost = declinedAlready(said, unheard, facts().welcome?.terminal);
    if (lost !== null) {
      unheard.delete(lost);
      send({ type: "decline", call: lost });
      return;
    }
    // A run carries out one call: the next on this line has its own, also while the last one's end is still shown.
    const open = openCall(said);
    if (run !== null && view?.link === linkId && open !== null && open !== run.call) endRun();
    if (run !== null && view?.link === linkId) run.hear(said);
    else setLine(linkId, said);
    // What was answered or taken elsewhere, or declined here, is no longer carried here: no key, path or picture of it stays.
    const me = facts().welcome?.terminal;
    const goesOn = view?.link === linkId && openCall(view.line) !== null;
    if (goesOn && me !== undefined && !takesPart(view?.line ?? idle, me)) endRun();
    attend(linkId, said);
  };

  const named = (terminals: readonly { readonly terminal: string; readonly name: string }[]): void => {
    const names = { ...facts().names };
    for (const { terminal, name } of terminals) if (name !== "") names[terminal] = name;
    known.note({ names });
  };

  /** As long as a ring, a terminal rings for a call that is asked of it. */
  let askedEnds: Cancel = () => undefined;
  const ringAsked = (it: Facts["asked"]): void => {
    askedEnds();
    if (it !== null) askedEnds = clock.wait(ringLasts, () => ringAsked(null));
    change({ asked: it });
  };

  const touch = watchTouch(browser.page, (call) => void send({ type: "seen", call }));

  const setLine = (linkId: string, line: Line): void => {
    const before = facts().lines[linkId];
    const offered = (it: Line) => (isInCall(it) ? it.offered : undefined);
    const fresh =
      before === undefined ||
      before.line.at !== line.at ||
      openCall(before.line) !== openCall(line) ||
      offered(before.line) !== offered(line);
    change({ lines: { ...facts().lines, [linkId]: { line, since: fresh ? clock.now() : before.since } } });
  };

  /** What a line asks of this terminal: to ring, to open its camera, or to rest. */
  const attend = (linkId: string, line: Line): void => {
    const me = facts().welcome?.terminal;
    if (me === undefined) return;
    const ringing = openCall(line);
    if (ringing !== null && line.at === "ringing" && ringsAt(line, me)) {
      send({ type: "rang", call: ringing });
      if (line.reach !== "seen") touch.rings(ringing);
    } else if (line.at !== "idle") touch.over(line.call);
    if (takesPart(line, me)) room.open("call");
    else if (view === null || view.link === linkId) {
      if (!Object.values(facts().lines).some(({ line: other }) => takesPart(other, me))) room.close("call");
    }
  };

  const admitted = (admit: Admit): void => {
    if (left.has(admit.call)) return;
    named(admit.far);
    const its = runOf(admit.call);
    if (its !== null) return its.admit(admit);
    // Nobody is taken out of a call by a ring on another line, which a station rings that was away when it was answered.
    const me = facts().welcome?.terminal;
    if (me !== undefined && view !== null && view.link !== admit.link && sitsAt(view.line, me)) return;
    const signals = early;
    endRun();
    const { enrolment } = session.standing() as Extract<Standing, { at: "enrolled" }>;
    const chain = bytesOf(facts().welcome?.chain ?? "");
    const workers = takeWorkers();
    const line = facts().lines[admit.link]?.line ?? idle;
    browser.wake(true);
    run = runCall({
      admit,
      line,
      enrolment,
      chain,
      workers,
      clock: lineClock,
      outgoing: room.outgoing,
      tell: send,
      onView: viewed,
      onMend: link.doubt,
    });
    viewed(run.view());
    for (const signal of signals) if (signal.call === admit.call) run.signal(signal);
  };

  const viewed = (next: CallView): void => {
    view = next;
    if (isOverHere(next.line)) left.add(next.line.call);
    const { cam, mic, screen } = next.remote;
    const pictures = known.pictures();
    known.picture({
      them: streamOf(pictures.them, cam),
      sound: streamOf(pictures.sound, mic),
      screen: streamOf(pictures.screen, next.sending?.screen === "shared" ? screen : null),
    });
    known.note({ call: ownCallOf(next, room.state()) });
    setLine(next.link, next.line);
    attend(next.link, next.line);
    if (next.line.at === "idle") endRun();
  };

  const endRun = (): void => {
    run?.close();
    run = null;
    view = null;
    early = [];
    known.picture({ them: null, sound: null, screen: null });
    browser.wake(false);
    change({ call: null });
  };

  // ---- people

  const askPasskey = makeCeremony({ known, passkey: browser.passkey, send });

  const ask = (act: Act): void => void send({ type: "act", act });

  const press = (type: "answer" | "decline" | "hangUp", call: string): void => {
    if (type === "hangUp") left.add(call);
    if (type === "decline") declined.add(call);
    const its = runOf(call);
    const lines = Object.values(facts().lines).map(({ line }) => line);
    // Whoever calls or speaks elsewhere asks first, and is refused.
    const asks = type === "answer" && isTaken(lines, facts().welcome?.terminal ?? "", call);
    if (its === null || asks) send({ type, call });
    else its.press(type);
  };

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
        return press("answer", action.call);
      case "decline": {
        // An officer declines for the party, and every place stops ringing; what is only offered here is refused here.
        const rings = Object.values(facts().lines).some(
          ({ line }) => openCall(line) === action.call && !isInCall(line),
        );
        return press(rings ? "hangUp" : "decline", action.call);
      }
      case "stopRinging":
      case "end":
        return press("hangUp", action.call);
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
        return backToLine();
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

  const backToLine = (): void => {
    endRun();
    const lines = Object.fromEntries(Object.entries(facts().lines).filter(([, { line }]) => line.at !== "ended"));
    change({ lines });
  };

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
      run?.networkIsBack();
    },
    silenced: () => {
      if (facts().sound === "free") change({ sound: "blocked" });
    },
  };
}
