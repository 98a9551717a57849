// The terminal, alive: joins its station (hearing.ts), its person (pressing.ts), its room and its calls (ownCalls.ts), each of
// which says what it learns to known.ts. It decides nothing about how a screen looks (model/) nor about how a call goes
// (packages/call, callRun).
import { readinessRun } from "./readinessRun.ts";
import { type Cancel, type Instant, type Ms, ms } from "@parley/base/time";
import { ringLasts } from "@parley/call/deadlines";
import type { FromTerminal } from "@parley/protocol/terminal/messages";
import type { Enrolment } from "../crypto/keyStore.ts";
import type { CallWorkers } from "../crypto/workers.ts";
import { linkToStation } from "../link/socket.ts";
import { ringersNow, speakerNow } from "../media/choices.ts";
import { permissionNow } from "../media/devices.ts";
import { roomProbe } from "../media/roomProbe.ts";
import type { Facts } from "../model/facts.ts";
import type { Browser } from "./browser.ts";
import { makeCeremony } from "./ceremony.ts";
import { enrolmentOf } from "./enrolmentFacts.ts";
import { hearingFor } from "./hearing.ts";
import { type Pictures, makeKnown, streamOf } from "./known.ts";
import { type OwnCalls, makeOwnCalls } from "./ownCalls.ts";
import { makeMirror } from "../media/mirror.ts";
import { devicesOf, selfPictureOf } from "./roomFacts.ts";
import { type Pressing, pressingFor } from "./pressing.ts";
import { type Rehearsal, makeRehearsal } from "./rehearsal.ts";
import { type Room, type RoomState, makeRoom } from "./room.ts";
import { type SetUp, makeSetUp } from "./setUp.ts";
import { refusalsFor } from "./refusals.ts";
import { soundingFor } from "./sounding.ts";
import { type SelfTest, makeSelfTest } from "./selfTest.ts";
import { makeSession } from "./stationSession.ts";
import { watchTouch } from "./touch.ts";

export type Terminal = {
  readonly facts: () => Facts;
  readonly pictures: () => Pictures;
  /** Calls back after each change, until cancelled. */
  readonly watch: (listener: () => void) => Cancel;
  readonly act: Pressing;
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
  const sounding = soundingFor(ringer, clock);
  known.watch(() => sounding(facts()));
  known.watch(() => rehearsal.look(facts()));

  // ---- the room

  /** When a person last said that the loudspeakers are right. */
  let soundGood: Instant | null = null;
  const devicesNow = (state: RoomState, level: number): Facts["devices"] =>
    devicesOf(state, { level, heard: soundGood });

  const mirror = makeMirror();
  const room: Room = makeRoom({
    page: browser.page,
    devices: browser.devices,
    permissions: browser.permissions,
    clock,
    kept: browser.kept,
    onChange: (state) => {
      const selfPicture = selfPictureOf(state);
      const self = streamOf(known.pictures().self, mirror(state.camera.at === "open" ? state.camera.track : null));
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

  // ---- its test of its own room, which gives way to everything

  const selfTest: SelfTest = makeSelfTest({
    clock,
    probe: roomProbe(browser.page, browser.devices, clock),
    isIdle: rehearsal.isIdle,
    devices: () => {
      const { chosen, found } = room.state();
      const speakers = new Set([speakerNow(chosen, found) ?? "", ...ringersNow(chosen, found)]);
      return { camera: chosen.camera, microphone: chosen.microphone, speakers: [...speakers] };
    },
    permission: () => permissionNow(browser.permissions),
    storage: browser.storage,
    fullscreen: browser.fullscreen,
    tell: (message) => send(message),
  });
  known.watch(() => selfTest.look(facts()));

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
        if (!(await session.hear(message))) hear(message);
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

  const refusal = refusalsFor(clock, (refused) => change({ refused }));

  const readiness = readinessRun(known, send);

  const parts = { known, calls, rehearsal, selfTest, session, link, refusal, ringAsked, askNewest, readiness };
  const hear = hearingFor({ ...parts, clock, setUp, askPasskey });
  const act = pressingFor({
    ...parts,
    room,
    ringer,
    send,
    saveFile: browser.saveFile,
    officerCode,
    setUpDone: () => {
      soundGood = clock.now();
      setUp.done();
    },
  });

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
