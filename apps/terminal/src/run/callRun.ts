// One call at this terminal, carried out: it gives the machine of packages/call its events and does what the states ask
// for. What its workers tell is heard in callKeys.ts and callFrames.ts, its way is judged in callPath.ts, its connections are the
// far side's (farSide.ts); here is the line they belong to.
import type { Bytes } from "@parley/base/bytes";
import { type Cancel, type Clock, type Instant, type Ms, ms } from "@parley/base/time";
import { waitUntil } from "@parley/base/waitUntil";
import { meets, saidAgain } from "@parley/call/atTerminal";
import type { Event } from "@parley/call/event";
import { merge } from "@parley/call/merge";
import { type Line, deadline, isInCall, openCall, sitsAt } from "@parley/call/state";
import { step } from "@parley/call/step";
import type { IdText } from "@parley/protocol/ids";
import type { FromTerminal, ToTerminal } from "@parley/protocol/terminal/messages";
import type { Enrolment } from "../crypto/keyStore.ts";
import type { CallWorkers } from "../crypto/workers.ts";
import type { Path } from "../media/poorPath.ts";
import type { Route } from "../media/route.ts";
import type { Stream } from "../media/streams.ts";
import { type StreamAlarm, callFrames } from "./callFrames.ts";
import { type KeysView, callKeys } from "./callKeys.ts";
import { watchPath } from "./callPath.ts";
import { FarSide } from "./farSide.ts";
import { type Outgoing, withoutPicture } from "./outgoing.ts";
import { bytesOf } from "./wire.ts";

export type Admit = Extract<ToTerminal, { type: "admit" }>;
export type Signal = Extract<ToTerminal, { type: "signal" }>;

/** What a screen may show of the call; a new object after each change. */
export type CallView = KeysView & {
  readonly link: IdText;
  readonly line: Line;
  readonly seen: "yes" | "no";
  readonly remote: Readonly<Record<Stream, MediaStreamTrack | null>>;
  readonly route: Route;
  readonly routeSince: Instant;
  /** Whether our own picture goes beside our sound. */
  readonly path: Path["at"];
  readonly alarms: readonly StreamAlarm[];
};

export type CallRunOptions = {
  readonly admit: Admit;
  readonly line: Line;
  readonly enrolment: Enrolment;
  readonly chain: Bytes;
  readonly workers: CallWorkers;
  readonly clock: Clock;
  readonly outgoing: () => Outgoing;
  /** To our station; false when it is away, and then what matters is said again when it is back. */
  readonly tell: (message: FromTerminal) => boolean;
  readonly onView: (view: CallView) => void;
  /** The far side was not heard for a second: the way to our station may be gone too. */
  readonly onMend: () => void;
};

export type CallRun = {
  readonly call: IdText;
  readonly admit: (admit: Admit) => void;
  /** The relay's next credentials: for paths that are looked for from now on. */
  readonly iceServers: (servers: Admit["iceServers"]) => void;
  /** What is pinned of the parties now. */
  readonly pins: (pins: Admit["pins"]) => void;
  readonly signal: (signal: Signal) => void;
  /** What our station says of the line. */
  readonly hear: (line: Line) => void;
  /** Our station is back: it is told again what it may have missed. */
  readonly again: () => void;
  /** A person has put a finger on Answer: our picture is made ready, and leaves only if they press. */
  readonly reach: () => void;
  readonly press: (event: Extract<Event, { type: "answer" | "decline" | "hangUp" }>["type"]) => void;
  /** The tracks in `outgoing` have changed. */
  readonly feed: () => void;
  /** Our station has renewed this terminal's credential. */
  readonly renewed: (chain: Bytes) => void;
  readonly networkIsBack: () => void;
  readonly view: () => CallView;
  /** The browser's own report of the connection; empty while there is none. */
  readonly report: () => Promise<readonly unknown[]>;
  readonly close: () => void;
};

/** How long connections outlive a call, so that "it is over" arrives although both stations are away: chosen. */
const partingWord: Ms = ms(1500);

/**
 * Sound and full pace follow the answer by this: sooner than anybody speaks. Each of those steps halts the page, and the word of the
 * answer and the first picture go before them.
 */
const restFollows: Ms = ms(60);

/** Whoever has touched Answer for this long without pressing it has let it be. */
const reachLasts: Ms = ms(1500);

const noTracks: Readonly<Record<Stream, null>> = { mic: null, cam: null, screen: null, screenSound: null };

export function runCall(options: CallRunOptions): CallRun {
  const { workers, clock, enrolment } = options;
  const self = enrolment.terminal;
  let admit = options.admit;
  let line = options.line;
  let view: CallView = {
    link: admit.link,
    line,
    keys: "agreeing",
    seen: "no",
    epoch: { number: 0, since: clock.now(), state: "waiting" },
    remote: noTracks,
    route: { at: "searching" },
    routeSince: clock.now(),
    path: "whole",
    sending: null,
    alarms: [],
    refused: null,
  };
  let timer: Cancel = () => undefined;
  let closed = false;

  const show = (change: Partial<CallView>): void => {
    view = { ...view, ...change };
    if (!closed) options.onView(view);
  };

  // ---- the line

  const happen = (event: Event): void => {
    const [next, effects] = step(line, event, clock.now());
    for (const effect of effects) {
      if (effect.type !== "mend") continue;
      far.mend(effect.attempt);
      options.onMend();
    }
    become(next);
  };

  const become = (next: Line): void => {
    if (next === line) return;
    const before = line;
    line = next;
    setTimer();
    if (line.at === "mending" && before.at !== "mending") keys.lost();
    show({ line, seen: line.at === "live" && sitsAt(line, self) ? "yes" : view.seen });
    const theirs = meets(before, line, self);
    if (theirs !== null) enter(theirs);
    if (openCall(line) === null) leave();
  };

  /** There is a way for signals again. */
  const mendNow = (): void => {
    if (line.at === "mending") far.mend(line.attempt);
  };

  const setTimer = (): void => {
    timer();
    const until = deadline(line);
    if (until !== null) timer = waitUntil(clock, until, () => happen({ type: "tick" }));
  };

  /** Our person and theirs are in the call: only their terminal stays, and gets the real picture and sound. */
  const enter = (theirs: IdText): void => {
    frames.anew();
    path.anew();
    if (view.path !== path.at()) show({ path: path.at() });
    workers.toKeys({ type: "keepOnly", terminals: [theirs] });
    far.enter(theirs);
    clock.wait(restFollows, () => far.settle());
  };

  /** Nothing is sent any more at once; the connections stay a moment, since the word that it is over may have no other way. */
  const leave = (): void => {
    far.hush();
    clock.wait(partingWord, () => far.close());
  };

  const far = new FarSide({
    workers,
    terms: () => ({
      iceServers: admit.iceServers,
      relayOnly: admit.relayOnly,
      offers: admit.side === "calling",
      early: admit.pictureBeforeAnswer,
    }),
    outgoing: () => (path.at() === "soundOnly" ? withoutPicture(options.outgoing()) : options.outgoing()),
    spares: () => path.isPoor(),
    inCallWith: () => (isInCall(line) && sitsAt(line, self) ? line.theirs : null),
    onTracks: (remote) => show({ remote }),
    onFailed: () => happen({ type: "lost", call: admit.call, why: "noPackets" }),
    onFault: (error) => console.error(error),
  });

  const frames = callFrames({
    self,
    line: () => line,
    far,
    workers,
    clock,
    onPulse: (change) => {
      const word = change === "up" ? ({ type: "up" } as const) : ({ type: "lost", why: "noPackets" } as const);
      happen({ ...word, call: admit.call });
      options.tell({ ...word, call: admit.call });
    },
    onAlarms: (alarms) => show({ alarms }),
    onRaised: (what) => void options.tell({ type: "alarm", call: admit.call, what }),
  });

  const path = watchPath({
    line: () => line,
    clock,
    report: () => far.report(),
    onLooked: (looked) => show(looked.route.at === view.route.at ? looked : { ...looked, routeSince: clock.now() }),
    onChanged: () => far.feed(),
  });

  const keys = callKeys({
    call: admit.call,
    line: () => line,
    far,
    clock,
    happen,
    tell: options.tell,
    shown: () => view,
    show,
  });

  workers.listen({ keys: keys.hear, frames: frames.hear });

  // ---- begin

  workers.begin({
    call: admit.call,
    link: admit.link,
    side: admit.side,
    entering: isInCall(line) ? "again" : "new",
    caller: admit.caller,
    generation: admit.generation,
    psk: bytesOf(admit.psk),
    terminal: self,
    privateKey: enrolment.privateKey,
    publicKey: enrolment.publicKey,
    chain: options.chain,
    pins: { ours: bytesOf(admit.pins.ours), theirs: bytesOf(admit.pins.theirs) },
    epochMs: admit.epochSeconds * 1000,
  });

  let pins = admit.pins;
  const pinned = (fresh: Admit["pins"]): void => {
    const { ours, theirs } = fresh;
    if (ours === pins.ours && theirs === pins.theirs) return;
    pins = fresh;
    workers.toKeys({ type: "pins", pins: { ours: bytesOf(ours), theirs: bytesOf(theirs) } });
  };

  const greet = (): void => {
    // The called side asks to be taken in; the calling side only when it comes back to a call that it had left.
    if (admit.side === "calling" && !isInCall(line)) return;
    for (const { terminal } of admit.far) if (!far.knows(terminal)) workers.toKeys({ type: "greet", to: terminal });
  };
  greet();
  frames.begin();
  path.begin();
  setTimer();

  return {
    call: admit.call,
    admit: (fresh) => {
      admit = fresh;
      far.setIceServers(fresh.iceServers);
      pinned(fresh.pins);
      greet();
    },
    iceServers: (servers) => {
      admit = { ...admit, iceServers: servers };
      far.setIceServers(servers);
    },
    pins: pinned,
    signal: ({ body }) => workers.toKeys({ type: "signal", bytes: bytesOf(body) }),
    hear: (said) => become(merge(line, said, self)),
    again: () => {
      keys.again();
      for (const word of saidAgain(line, self)) options.tell(word);
      mendNow();
    },
    reach: () => {
      if (isInCall(line)) return;
      far.reach(true);
      clock.wait(reachLasts, () => far.reach(false));
    },
    press: (type) => {
      const { call } = admit;
      if (type === "answer") {
        const answer: Event = { type, call, desk: self };
        const theirs = meets(line, step(line, answer, clock.now())[0], self);
        // Said before anything is done here: it is what the other side waits for.
        if (theirs !== null) workers.toKeys({ type: "say", to: theirs, body: { type: "answered" } });
        happen(answer);
      } else if (type === "hangUp") {
        if (isInCall(line)) workers.toKeys({ type: "say", to: line.theirs, body: { type: "bye" } });
        happen({ type, call });
      } else happen({ type, call, desk: self });
      options.tell({ type, call });
    },
    feed: () => far.feed(),
    renewed: (chain) => workers.toKeys({ type: "renew", chain }),
    networkIsBack: mendNow,
    view: () => view,
    report: () => far.report(),
    close: () => {
      closed = true;
      timer();
      frames.close();
      path.close();
      far.close();
      workers.close();
    },
  };
}
