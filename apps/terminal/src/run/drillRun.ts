// One drill at this terminal: the very run of a call (callRun), with a test card and a tone sweep in place of the room's camera and
// microphone, which are never opened for it, and with a machine that answers, looks, listens and hangs up in place of a
// person. What it finds goes to its station, step by step as signed/drillReport has them. Nothing of it is shown or heard here.
import { type Cancel, type Clock, type Instant, type Ms, ms } from "@parley/base/time";
import { inTime } from "@parley/call/inTime";
import { type Line, idle, isInCall, openCall, ringsAt } from "@parley/call/state";
import { amiss, looksAnewAfter, passed, reloadsAfter, stepLasts, talksAtMost, withResults } from "@parley/drill/steps";
import type { DrillStep, StepResult } from "@parley/protocol/signed/drillReport";
import type { Found } from "@parley/protocol/terminal/drill";
import type { FromTerminal, ToTerminal } from "@parley/protocol/terminal/messages";
import type { Bytes } from "@parley/base/bytes";
import type { Enrolment } from "../crypto/keyStore.ts";
import type { CallWorkers } from "../crypto/workers.ts";
import { type RelaysFound, tryRelays } from "../media/relayTrial.ts";
import { type CallRun, type CallView, type Signal, runCall } from "./callRun.ts";
import { type DrillMedia, drillMedia } from "./drillMedia.ts";
import { drillSeal } from "./drillSeal.ts";
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
/** The same where a person came: what they pressed is carried out first, and what takes its time to close closes then. */
const partsAfter: Ms = ms(400);
type Reload =
  { readonly at: "before" } | { readonly at: "away"; readonly since: Ms } | { readonly at: "back"; readonly since: Ms };

export function runDrill(options: DrillRunOptions): DrillRun {
  const { plan, clock, enrolment, page } = options;
  const { call } = plan;
  const me = enrolment.terminal;
  const began = clock.elapsed();
  const session = plan.session ?? "direct";
  let line: Line = idle;
  let run: CallRun | null = null;
  let media: DrillMedia | null = null;
  let early: Signal[] = [];
  let results: readonly StepResult[] = [];
  let numbers: Found["numbers"] = null;
  let admittedAt: Ms | null = null;
  let answeredAt: Ms | null = null;
  let liveAt: Ms | null = null;
  let epochAtLive = 0;
  let measuredFrom: Ms = began;
  let iceServers: readonly RTCIceServer[] = [];
  let relays: Promise<RelaysFound> | null = null;
  const seal = drillSeal();
  let measure: DrillMeasure | null = null;
  /** In a session of that name: when everything was let go of, and when a picture was read again. */
  let reload: Reload = { at: "before" };
  let hungUpAt: Ms | null = null;
  let endedAt: Ms | null = null;
  let theirs: "measuring" | "measured" = "measuring";
  let over = false;
  let timer: Cancel = () => undefined;

  const told = (message: OfCall): boolean => options.tell({ type: "drill", message });
  const since = (at: Ms | null): Ms => ms(clock.elapsed() - (at ?? began));
  const has = (step: DrillStep): boolean => results.some((it) => it.step === step);
  const note = (...more: readonly StepResult[]): void => {
    results = withResults(results, more);
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
      seal.opened(since(answeredAt));
    }
    const sealed = seal.judge(view.alarms, since(answeredAt));
    if (sealed !== null) note(sealed);
    if (liveAt !== null && line.at === "live" && view.epoch.number > epochAtLive && view.epoch.state === "confirmed")
      if (!has("rekey")) note(passed("rekey", since(liveAt)));
    watch(view);
    if (line.at === "ended") ended();
  };

  /** The caller of a session over the relay allows no other way; whom it calls needs to know nothing of that. */
  const inSession = (admit: Extract<DrillWord, { type: "admit" }>): typeof admit =>
    session === "relay" && admit.side === "calling" ? { ...admit, relayOnly: true } : admit;

  const watch = ({ remote }: CallView): void => {
    media?.reader.watch(liveAt === null ? null : remote.cam);
    media?.listener.listen(liveAt === null ? null : remote.mic);
  };

  const askRelays = (): Promise<RelaysFound> => (relays ??= tryRelays(iceServers, clock, relayWithin));

  const start = (admit: Extract<DrillWord, { type: "admit" }>): void => {
    admittedAt = clock.elapsed();
    iceServers = admit.iceServers;
    if (session === "relay") void askRelays();
    const made = drillMedia(page, clock);
    media = made;
    run = runCall({
      admit: inSession(admit),
      line,
      enrolment,
      chain: options.chain,
      workers: options.workers(),
      clock,
      outgoing: made.outgoing,
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
    if (reload.at === "away") return returning(reload.since);
    if (run === null || line.at === "idle" || line.at === "ringing") return ringing();
    if (line.at === "ended") return ended();
    if (liveAt === null) return connecting();
    if (session === "reload" && line.side === "calling" && reload.at === "before") {
      if (since(liveAt) >= reloadsAfter) letGo();
      return;
    }
    if (measure === null) measure = measureFrom(liveAt);
    // An alarm about frames may yet be taken back: as long as it may be, nobody hangs up.
    const calm = run.view().alarms.length === 0;
    if (calm || since(liveAt) > talksAtMost)
      measure?.look(since(measuredFrom), session !== "direct" || has("rekey") ? "yes" : "no");
    if (hungUpAt !== null) {
      if (since(hungUpAt) > stepLasts.hangUp) fail(amiss("hangUp", "failed", "notEnded", "own", since(hungUpAt)));
      return;
    }
    const calling = line.side === "calling";
    const done = calm && measure?.at() === "measured" && theirs === "measured" && since(liveAt) >= plan.talkFor;
    if (calling && (done || since(liveAt) > talksAtMost)) {
      hungUpAt = clock.elapsed();
      run.press("hangUp");
    }
    if (!calling && since(liveAt) > talksAtMost + stepLasts.hangUp)
      fail(amiss("hangUp", "failed", "notEnded", "far", since(liveAt)));
  };

  /** Null until there is something to measure: of a session in which the far side lost everything, what comes after. */
  const measureFrom = (live: Ms): DrillMeasure | null => {
    if (run === null || media === null) return null;
    if (session === "reload" && line.at !== "ended" && reload.at === "before") {
      if (since(live) < looksAnewAfter) return null;
      media = media.anew();
      watch(run.view());
    }
    measuredFrom = reload.at === "back" || session === "reload" ? clock.elapsed() : live;
    const { reader, listener, sweep } = media;
    const { report, view } = run;
    return measureDrill({
      setUp: ms(live - (answeredAt ?? live)),
      report,
      route: () => view().route.at,
      reader,
      listener,
      sweep,
      tryRelays: askRelays,
      onJudged: judged,
    });
  };

  /** Everything of the call goes, as with a page that is loaded anew; our station then tells us of it anew. */
  const letGo = (): void => {
    reload = { at: "away", since: clock.elapsed() };
    run?.close();
    media?.stop();
    [run, media, line, early] = [null, null, idle, []];
    options.tell({ type: "drillReload", call });
  };

  const returning = (from: Ms): void => {
    if ((media?.reader.seen().read ?? 0) > 0) {
      note(passed("reload", since(from)));
      reload = { at: "back", since: clock.elapsed() };
    } else if (since(from) > stepLasts.reload) {
      fail(amiss("reload", "failed", "notBack", "unknown", since(from)));
    }
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
    if (view?.route.at === "searching") return void noPath();
    fail(amiss("seal", "failed", "noFrames", "unknown", since(answeredAt)));
  };

  /** Where the relay alone was allowed and does not answer, it is that. */
  const noPath = async (): Promise<void> => {
    const isCaller = line.at !== "idle" && line.side === "calling";
    const found = session === "relay" && isCaller ? await relays : null;
    if (found === "silent") return fail(amiss("path", "failed", "relayAway", "own", since(answeredAt)));
    fail(amiss("path", "failed", "noPath", "unknown", since(answeredAt)));
  };

  const judged = ({ results: more, numbers: found }: Judged): void => {
    if (over) return;
    note(...more);
    numbers = found;
    if (session === "direct" && !has("rekey")) note(amiss("rekey", "failed", "keysStood", "unknown", since(liveAt)));
    if (line.at === "ended") return ended();
    tellMeasured();
  };

  const tellMeasured = (): void =>
    void options.tell({ type: "found", call, at: "measured", found: { results: [...results], numbers } });

  // ---- the end

  const ended = (): void => {
    // What is being judged is still to be said.
    if (over || measure?.at() === "judging") return;
    endedAt ??= clock.elapsed();
    if (seal.isOpen(run?.view().alarms ?? [], since(endedAt))) return;
    if (reload.at === "away") note(amiss("reload", "failed", "notBack", "unknown", since(reload.since)));
    if (hungUpAt !== null) note(passed("hangUp", endedAt - hungUpAt));
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
    used?.hush();
    clock.wait(linger, () => {
      going?.close();
      used?.stop();
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
          return run === null ? start(word) : run.admit(inSession(word));
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
      stop(partsAfter);
    },
    drop: () => {
      if (!over) stop(partsAfter);
    },
  };
}
