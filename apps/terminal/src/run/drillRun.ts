// One drill at this terminal: the very run of a call (callRun), with a test card and a tone sweep in place of the room's camera and
// microphone, which are never opened for it, and with a machine that answers, looks, listens and hangs up in place of a
// person. What it finds goes to its station, step by step as signed/drillReport has them. Nothing of it is shown or heard here.
import { type Cancel, type Clock, type Instant, type Ms, ms } from "@parley/base/time";
import { inTime } from "@parley/call/inTime";
import { type Line, idle, isInCall, openCall, ringsAt } from "@parley/call/state";
import { amiss, passed, stepLasts, talksAtMost, withResults } from "@parley/drill/steps";
import type { DrillStep, StepResult } from "@parley/protocol/signed/drillReport";
import type { Found } from "@parley/protocol/terminal/drill";
import type { FromTerminal, ToTerminal } from "@parley/protocol/terminal/messages";
import type { Bytes } from "@parley/base/bytes";
import type { Enrolment } from "../crypto/keyStore.ts";
import type { CallWorkers } from "../crypto/workers.ts";
import { type Black, black } from "../media/black.ts";
import { tryRelays } from "../media/relayTrial.ts";
import type { CanvasTrack } from "../media/canvasTrack.ts";
import { type CardReader, cardReader, cardTrack } from "../media/testCard.ts";
import { type SweepListener, type SweepTrack, sweepListener, sweepTrack } from "../media/sweepTone.ts";
import { type CallRun, type CallView, type Signal, runCall } from "./callRun.ts";
import { type DrillMeasure, type Judged, measureDrill } from "./drillMeasure.ts";

export type DrillPlan = Extract<ToTerminal, { type: "drillPlan" }>;
export type DrillWord = Extract<ToTerminal, { type: "drill" }>["message"];

/** A call's own words, as a drill says them. */
type OfCall = Extract<FromTerminal, { type: "drill" }>["message"];

export type DrillRun = {
  readonly call: string;
  readonly hear: (word: DrillWord) => void;
  /** The far side has measured what it wants. */
  readonly theyMeasured: () => void;
  /** Our station is there again: it is told what it may have missed. */
  readonly again: () => void;
  /** A person wants this terminal: everything ends here and now, and our station is told. */
  readonly giveWay: () => void;
  /** Our station has given it up. */
  readonly drop: () => void;
};

export type DrillRunOptions = {
  readonly plan: DrillPlan;
  readonly page: Document;
  readonly clock: Clock;
  readonly enrolment: Enrolment;
  readonly chain: Bytes;
  readonly workers: () => CallWorkers;
  readonly tell: (message: FromTerminal) => boolean;
  readonly onMend: () => void;
  readonly onOver: () => void;
};

/** How often it looks how far it has come. */
const looksEvery: Ms = ms(200);
/** A relay has answered by then, or does not: longer than a lost packet or two. */
const relayWithin: Ms = ms(6000);
/** From its end until its workers and connection go: the last word may be on its way. */
const lingers: Ms = ms(2000);
/** The size of the picture while it rings, as a room's black one. */
const [width, height] = [1280, 720];

type Media = {
  readonly card: CanvasTrack;
  readonly sweep: SweepTrack;
  readonly dark: Black;
  readonly reader: CardReader;
  readonly listener: SweepListener;
};

export function runDrill(options: DrillRunOptions): DrillRun {
  const { plan, clock, enrolment, page } = options;
  const { call } = plan;
  const me = enrolment.terminal;
  const began = clock.elapsed();
  let line: Line = idle;
  let run: CallRun | null = null;
  let media: Media | null = null;
  let early: Signal[] = [];
  let results: readonly StepResult[] = [];
  let numbers: Found["numbers"] = null;
  let admittedAt: Ms | null = null;
  let answeredAt: Ms | null = null;
  let liveAt: Ms | null = null;
  let epochAtLive = 0;
  let iceServers: readonly RTCIceServer[] = [];
  let measure: DrillMeasure | null = null;
  let hungUpAt: Ms | null = null;
  let theirs: "measuring" | "measured" = "measuring";
  let over = false;
  let timer: Cancel = () => undefined;

  const told = (message: OfCall): boolean => options.tell({ type: "drill", message });
  const since = (at: Ms | null): Ms => ms(clock.elapsed() - (at ?? began));
  const has = (step: DrillStep): boolean => results.some((it) => it.step === step);
  const note = (...more: readonly StepResult[]): void => {
    results = withResults(results, more);
  };

  const makeMedia = (): Media => {
    const sweep = sweepTrack(clock);
    return {
      sweep,
      card: cardTrack(page, sweep.at),
      dark: black(page, width, height),
      reader: cardReader(page, clock),
      listener: sweepListener(page, clock, sweep.context),
    };
  };

  const lineIs = (next: Line): void => {
    line = next;
    if (openCall(line) === call && ringsAt(line, me) && line.at === "ringing") told({ type: "rang", call });
    if (line.at === "ended" && line.call === call) ended();
  };

  const viewed = (view: CallView): void => {
    if (over) return;
    line = view.line;
    if (isInCall(line) && answeredAt === null) {
      answeredAt = clock.elapsed();
      note(passed("ring", since(began)));
    }
    if (view.keys === "agreed" && !has("keys")) note(passed("keys", since(admittedAt)));
    if (view.refused !== null && !has("keys"))
      note(amiss("keys", "failed", "keysNotAgreed", "unknown", since(admittedAt)));
    if (line.at === "live" && liveAt === null) {
      liveAt = clock.elapsed();
      epochAtLive = view.epoch.number;
      note(passed("seal", since(answeredAt)));
    }
    const [alarm] = view.alarms;
    if (alarm !== undefined) note(amiss("seal", "failed", alarm.what, "far", since(answeredAt)));
    if (liveAt !== null && line.at === "live" && view.epoch.number > epochAtLive && view.epoch.state === "confirmed")
      if (!has("rekey")) note(passed("rekey", since(liveAt)));
    media?.reader.watch(liveAt === null ? null : view.remote.cam);
    media?.listener.listen(liveAt === null ? null : view.remote.mic);
    if (line.at === "ended") ended();
  };

  const start = (admit: Extract<DrillWord, { type: "admit" }>): void => {
    admittedAt = clock.elapsed();
    iceServers = admit.iceServers;
    const made = makeMedia();
    media = made;
    run = runCall({
      admit,
      line,
      enrolment,
      chain: options.chain,
      workers: options.workers(),
      clock,
      outgoing: () => ({
        tracks: { cam: made.card.track, mic: made.sweep.track, screen: null, screenSound: null },
        black: made.dark.track,
        camera: "on",
        microphone: "open",
      }),
      // An alarm about frames that nobody sealed is a finding here, and no alarm of a call.
      tell: (message) => (message.type === "alarm" ? true : told(message as OfCall)),
      onView: viewed,
      onMend: options.onMend,
    });
    viewed(run.view());
    for (const signal of early) run.signal(signal);
    early = [];
  };

  // ---- what a person would do

  const look = (): void => {
    if (over) return;
    timer = clock.wait(looksEvery, look);
    if (run === null || line.at === "idle" || line.at === "ringing") return ringing();
    if (line.at === "ended") return;
    if (liveAt === null) return connecting();
    measure ??= measureNow(liveAt);
    measure?.look(since(liveAt), has("rekey") ? "yes" : "no");
    if (hungUpAt !== null) {
      if (since(hungUpAt) > stepLasts.hangUp) fail(amiss("hangUp", "failed", "notEnded", "own", since(hungUpAt)));
      return;
    }
    const calling = line.side === "calling";
    const done = measure?.at() === "measured" && theirs === "measured" && since(liveAt) >= plan.talkFor;
    if (calling && (done || since(liveAt) > talksAtMost)) {
      hungUpAt = clock.elapsed();
      run.press("hangUp");
    }
    if (!calling && since(liveAt) > talksAtMost + stepLasts.hangUp)
      fail(amiss("hangUp", "failed", "notEnded", "far", since(liveAt)));
  };

  const measureNow = (from: Ms): DrillMeasure | null => {
    const [going, made] = [run, media];
    if (going === null || made === null) return null;
    return measureDrill({
      setUp: ms(from - (answeredAt ?? from)),
      report: going.report,
      route: () => going.view().route.at,
      reader: made.reader,
      listener: made.listener,
      sweep: made.sweep,
      tryRelays: () => tryRelays(iceServers, clock, relayWithin),
      onJudged: judged,
    });
  };

  const ringing = (): void => {
    const called = line.at === "ringing" && line.side === "called";
    if (called && run !== null && since(began) >= plan.ringFor) return run.press("answer");
    if (since(began) <= stepLasts.ring + (called ? plan.ringFor : 0)) return;
    // What a called terminal lacks to answer is its admission; a caller lacks the answer.
    fail(amiss("ring", "failed", "notAnswered", called ? "own" : "far", since(began)));
  };

  const connecting = (): void => {
    if (since(answeredAt) <= stepLasts.seal) return;
    const view = run?.view();
    if (!has("keys")) return fail(amiss("keys", "failed", "keysNotAgreed", "unknown", since(admittedAt)));
    if (view?.route.at === "searching") return fail(amiss("path", "failed", "noPath", "unknown", since(answeredAt)));
    fail(amiss("seal", "failed", "noFrames", "unknown", since(answeredAt)));
  };

  const judged = ({ results: more, numbers: found }: Judged): void => {
    if (over) return;
    note(...more);
    numbers = found;
    if (!has("rekey")) note(amiss("rekey", "failed", "keysStood", "unknown", since(liveAt)));
    if (line.at === "ended") return ended();
    tellMeasured();
  };

  const tellMeasured = (): void =>
    void options.tell({ type: "found", call, at: "measured", found: { results: [...results], numbers } });

  // ---- the end

  const ended = (): void => {
    // What is being judged is still to be said.
    if (over || measure?.at() === "judging") return;
    if (hungUpAt !== null) note(passed("hangUp", since(hungUpAt)));
    else if (measure?.at() === "measured") note(passed("hangUp", 0));
    finish();
  };

  const fail = (result: StepResult): void => {
    note(result);
    finish();
  };

  const finish = (): void => {
    if (over) return;
    options.tell({ type: "found", call, at: "over", found: { results: [...results], numbers } });
    stop(lingers);
  };

  const stop = (linger: Ms): void => {
    over = true;
    timer();
    const [going, used] = [run, media];
    used?.reader.stop();
    used?.listener.stop();
    clock.wait(linger, () => {
      going?.close();
      used?.card.stop();
      used?.sweep.stop();
      used?.dark.stop();
      options.onOver();
    });
  };

  look();

  return {
    call,
    hear: (word) => {
      if (over) {
        // The connection outlives the drill for a moment, in which the far side's last signals may come.
        if (word.type === "signal") run?.signal(word);
        return;
      }
      switch (word.type) {
        case "line": {
          const said = inTime(word.line as Line, word.now as Instant, clock.now());
          if (run !== null) return run.hear(said);
          return lineIs(said);
        }
        case "admit":
          return run === null ? start(word) : run.admit(word);
        case "signal":
          if (run === null) early.push(word);
          else run.signal(word);
          return;
        case "pins":
          return run?.pins(word.pins);
        case "iceServers":
          return run?.iceServers(word.iceServers);
        case "receipt":
        case "record":
          return;
      }
      word satisfies never;
    },
    theyMeasured: () => {
      theirs = "measured";
    },
    again: () => {
      if (over) return;
      run?.again();
      if (measure?.at() === "measured") tellMeasured();
    },
    giveWay: () => {
      if (over) return;
      options.tell({ type: "drillLeft", call, why: "inUse" });
      stop(ms(0));
    },
    drop: () => {
      if (!over) stop(ms(0));
    },
  };
}
