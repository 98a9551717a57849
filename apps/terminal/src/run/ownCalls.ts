// The calls that this terminal carries, at most one at a time, and the lines they are on: takes what our station says of each
// line, begins a run where the station admits us to a call, and lets it go where it is over or goes on elsewhere. How a call
// goes is the machine's affair (packages/call, callRun).
import type { Bytes } from "@parley/base/bytes";
import type { Clock, Instant } from "@parley/base/time";
import { declinedAlready, isOverHere, isTaken, leftAlready } from "@parley/call/atTerminal";
import { inTime } from "@parley/call/inTime";
import { isWaiting, patient } from "@parley/call/patient";
import { type Line, idle, isInCall, openCall, ringsAt, sitsAt, takesPart } from "@parley/call/state";
import type { FromTerminal } from "@parley/protocol/terminal/messages";
import type { Enrolment } from "../crypto/keyStore.ts";
import type { CallWorkers } from "../crypto/workers.ts";
import type { OwnCall } from "../model/facts.ts";
import { type Admit, type CallRun, type CallView, type Signal, runCall } from "./callRun.ts";
import { type Known, streamOf, withNames } from "./known.ts";
import type { Room, RoomState } from "./room.ts";
import { ownCallOf } from "./roomFacts.ts";
import type { Touch } from "./touch.ts";
import { bytesOf } from "./wire.ts";

export type OwnCalls = {
  /** How our station says that a line is, at `theirNow` of its clock. */
  readonly lineSaid: (link: string, line: Line, theirNow: Instant) => void;
  readonly admitted: (admit: Admit) => void;
  readonly signal: (signal: Signal) => void;
  /** The run of that call, where it is under way here. */
  readonly runOf: (call: string) => CallRun | null;
  /** Our station is back: it is told again what it may have missed. */
  readonly again: () => void;
  /** Our station has renewed this terminal's credential. */
  readonly renewed: (chain: Bytes) => void;
  readonly networkIsBack: () => void;
  /** The room's tracks have changed. */
  readonly feed: () => void;
  /** A person's finger is on Answer. */
  readonly reach: (call: string) => void;
  /** A person's press, carried out here where the call is, and by our station where it is not. */
  readonly press: (type: "answer" | "decline" | "hangUp", call: string) => void;
  /** The call for the screens, with the devices as they are now. */
  readonly shown: (state: RoomState) => OwnCall | null;
  /** What is over is no longer shown. */
  readonly backToLine: () => void;
};

export type OwnCallsOptions = {
  readonly known: Known;
  readonly clock: Clock;
  readonly room: Pick<Room, "open" | "close" | "state" | "outgoing">;
  readonly touch: Touch;
  readonly enrolment: () => Enrolment | null;
  readonly workers: () => CallWorkers;
  readonly send: (message: FromTerminal) => boolean;
  readonly onMend: () => void;
  /** Keeps the screen on while there is a call. */
  readonly wake: (on: boolean) => void;
};

export function makeOwnCalls(options: OwnCallsOptions): OwnCalls {
  const { known, clock, room, touch, send, onMend } = options;
  const { facts, change } = known;
  let run: CallRun | null = null;
  let view: CallView | null = null;
  /** The run of that call, where it is under way here. */
  const runOf = (call: string): CallRun | null => (view !== null && openCall(view.line) === call ? run : null);
  const lineClock: Clock = {
    ...clock,
    now: patient(clock, () => [view, ...Object.values(facts().lines)].some((it) => it !== null && isWaiting(it.line))),
  };

  /** Signals that came before the call they belong to was begun here. */
  let early: Signal[] = [];

  /** Calls that were ended here. A station that lost the word hears it again, and nobody is taken back into one ([CA15]). */
  const left = new Set<string>();
  /** Calls that were declined here, and those of them that our station, which was away since, may not know of. */
  const declined = new Set<string>();
  let unheard = new Set<string>();
  /** Finished calls that a person here has seen enough of: our station tells of their end again when it is back. */
  const putAway = new Set<string>();

  const lineSaid: OwnCalls["lineSaid"] = (linkId, line, theirNow) => {
    const told = inTime(line, theirNow, lineClock.now());
    const said = told.at === "ended" && putAway.has(told.call) ? idle : told;
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
    known.note({ names: withNames(facts().names, admit.far) });
    const its = runOf(admit.call);
    if (its !== null) return its.admit(admit);
    // Nobody is taken out of a call by a ring on another line, which a station rings that was away when it was answered.
    const me = facts().welcome?.terminal;
    if (me !== undefined && view !== null && view.link !== admit.link && sitsAt(view.line, me)) return;
    const enrolment = options.enrolment();
    if (enrolment === null) return; // only a terminal is admitted
    const signals = early;
    endRun();
    const chain = bytesOf(facts().welcome?.chain ?? "");
    const workers = options.workers();
    const line = facts().lines[admit.link]?.line ?? idle;
    options.wake(true);
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
      onMend,
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
    options.wake(false);
    change({ call: null });
  };

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

  return {
    lineSaid,
    admitted,
    signal: (signal) => {
      const its = runOf(signal.call);
      if (its === null) early.push(signal);
      else its.signal(signal);
    },
    runOf,
    again: () => {
      run?.again();
      unheard = new Set(declined);
    },
    renewed: (chain) => run?.renewed(chain),
    networkIsBack: () => run?.networkIsBack(),
    feed: () => run?.feed(),
    reach: (call) => runOf(call)?.reach(),
    press,
    shown: (state) => (view === null ? null : ownCallOf(view, state)),
    backToLine: () => {
      for (const { line } of Object.values(facts().lines)) if (line.at === "ended") putAway.add(line.call);
      endRun();
      const lines = Object.fromEntries(Object.entries(facts().lines).filter(([, { line }]) => line.at !== "ended"));
      change({ lines });
    },
  };
}
