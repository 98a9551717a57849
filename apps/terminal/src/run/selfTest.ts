// This terminal's test of its own room, when its station asks for one: never while a person, a call, a ring or a drill has the
// terminal, and gone at once when one comes ([TS7] of docs/spec/selfTest.md). What goes to the station is the judgement, in verdicts
// and numbers; it also watches all the time by how much this page's timers come late, since a page that sleeps rings for nobody.
import { type Cancel, type Clock, type Ms, ms } from "@parley/base/time";
import { type RoomFound, type Tried, judgeRoom } from "@parley/drill/room/judge";
import type { ChirpHeard } from "@parley/drill/room/chirp";
import type { PictureJudged } from "@parley/drill/room/picture";
import { maxSpeakersTested } from "@parley/protocol/limits";
import type { FromTerminal, ToTerminal } from "@parley/protocol/terminal/messages";
import type { RoomFoundTold } from "@parley/protocol/terminal/selfTest";
import type { RoomProbe } from "../media/roomProbe.ts";
import type { Facts } from "../model/facts.ts";

type Due = ToTerminal & { readonly type: "selfTestDue" };

export type SelfTest = {
  readonly begin: (due: Due) => void;
  /** What is true of this terminal now. */
  readonly look: (facts: Facts) => void;
  /** A person, a call or a drill wants this terminal. */
  readonly giveWay: () => void;
  readonly stop: Cancel;
};

export type SelfTestOptions = {
  readonly clock: Clock;
  readonly probe: RoomProbe;
  /** Whether nobody and nothing uses this terminal now, a drill neither. */
  readonly isIdle: () => boolean;
  /** The devices that a call and a ring would use now. */
  readonly devices: () => {
    readonly camera: string | null;
    readonly microphone: string | null;
    readonly speakers: readonly string[];
  };
  readonly permission: () => Promise<RoomFound["permission"]>;
  readonly storage: () => Promise<RoomFound["storage"]>;
  readonly fullscreen: () => RoomFound["fullscreen"];
  readonly tell: (message: FromTerminal) => boolean;
};

/** A page that is throttled has its timers fire once a minute; that shows in any of these. */
const ticksEvery: Ms = ms(1000);

export function makeSelfTest(options: SelfTestOptions): SelfTest {
  const { clock, probe, tell } = options;
  let under: { readonly test: string; readonly end: AbortController } | null = null;
  let late: Ms = ms(0);

  let before = clock.elapsed();
  let stopTicking: Cancel = () => undefined;
  const tick = (): void => {
    const now = clock.elapsed();
    late = ms(Math.max(late, now - before - ticksEvery));
    before = now;
    stopTicking = clock.wait(ticksEvery, tick);
  };
  stopTicking = clock.wait(ticksEvery, tick);

  const giveWay = (): void => {
    if (under === null) return;
    const { test, end } = under;
    under = null;
    end.abort();
    tell({ type: "selfTest", test, word: { at: "gaveWay" } });
  };

  const run = async (due: Due, signal: AbortSignal): Promise<void> => {
    const { camera, microphone, speakers } = options.devices();
    const permission = await options.permission();
    // To open what a person would be asked for puts a question on an empty room's screen, and waits for them.
    const asks = permission === "due";
    // One after the other: whoever sees the camera's light is not to hear the chirp at the same moment.
    const seen = asks ? untried : await probe.look(camera, signal);
    if (signal.aborted) return;
    const heard = asks ? untried : await probe.listen(microphone, speakers.slice(0, maxSpeakersTested), signal);
    const storage = await options.storage();
    if (signal.aborted) return;
    const worst = ms(Math.max(late, clock.elapsed() - before - ticksEvery));
    late = ms(0);
    const found: RoomFound = {
      camera: seen,
      microphone: heard,
      permission,
      storage,
      fullscreen: options.fullscreen(),
      late: worst,
    };
    under = null;
    const results = judgeRoom(found, due.kiosk).map((it) => ({ ...it }));
    const numbers = numbersOf(seen, heard, worst);
    tell({ type: "selfTest", test: due.test, word: { at: "over", found: { results, numbers } } });
  };

  return {
    begin: (due) => {
      giveWay();
      if (!options.isIdle()) return void tell({ type: "selfTest", test: due.test, word: { at: "gaveWay" } });
      const end = new AbortController();
      under = { test: due.test, end };
      tell({ type: "selfTest", test: due.test, word: { at: "began" } });
      void run(due, end.signal);
    },
    look: () => {
      if (under !== null && !options.isIdle()) giveWay();
    },
    giveWay,
    stop: () => {
      stopTicking();
      under?.end.abort();
      under = null;
    },
  };
}

const untried = { at: "untried" } as const;

const within = (value: number, most: number): number => Math.min(most, Math.max(0, Math.round(value)));

/** What was measured, as numbers that fit. */
function numbersOf(
  seen: Tried<PictureJudged>,
  heard: Tried<readonly ChirpHeard[]>,
  late: Ms,
): RoomFoundTold["numbers"] {
  const picture = seen.at === "open" ? seen.found : null;
  const chirps = heard.at === "open" ? heard.found : [];
  const loudest = chirps.length === 0 ? null : Math.max(...chirps.map(({ level }) => level));
  return {
    grey: picture === null ? null : within(picture.mean, 255),
    spread: picture === null ? null : within(picture.spread, 255),
    moved: picture === null ? null : within(picture.moved, 0xffffffff),
    pictures: within(picture?.pictures ?? 0, 255),
    above: chirps.map(({ above }) => within(above, 255)),
    below: loudest === null ? null : within(-loudest, 255),
    clipped: chirps.length === 0 ? null : within(1000 * Math.max(...chirps.map(({ clipped }) => clipped)), 0xffff),
    late: within(late, 0xffffffff),
  };
}
