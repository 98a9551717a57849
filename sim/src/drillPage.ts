// A desk's part in drills, as its page has it (apps/terminal/src/run/{rehearsal,drillRun}.ts): it says when no person uses it, takes
// part when its station asks, and gives way at once. The call's own page is another `Terminal`, whose words go wrapped; what a
// drill does and finds is packages/drill's course over the model of media.
import { type Clock, ms, seconds } from "@parley/base/time";
import { isInCall, takesPart } from "@parley/call/state";
import { Course, type CourseAct, type CourseSees } from "@parley/drill/course";
import { sweepLasts } from "@parley/drill/sweep";
import type { IdText } from "@parley/protocol/ids";
import type { Found } from "@parley/protocol/terminal/drill";
import type { FromTerminal as OnWire } from "@parley/protocol/terminal/messages";
import type { FromTerminal } from "@parley/station/duty/calls/port";
import { evidenceOf, numbersOf } from "./evidence.ts";
import type { Equipment } from "./equipment.ts";
import type { Seat } from "./front.ts";
import type { Taker } from "./media.ts";
import { type Heard, Terminal, type TerminalPorts } from "./terminal.ts";

/** What a desk says to its station: a call's words, and those of drills. */
export type Said = FromTerminal | Extract<OnWire, { type: "drillable" | "drill" | "found" }>;

type OfDrill = Extract<OnWire, { type: "drill" }>["message"];

/** What a station says to a desk about drills. */
export type HeardOfDrill =
  | { readonly type: "drillPlan"; readonly call: IdText; readonly ringFor: number; readonly talkFor: number }
  | { readonly type: "drillMeasured" | "drillGivenUp"; readonly call: IdText }
  | { readonly type: "drill"; readonly message: Heard };

export type RehearsingPorts = {
  readonly clock: Clock;
  readonly seat: () => Seat;
  readonly tell: (message: Said) => boolean;
  readonly equipment: () => Equipment;
  /** The other page of `call`, and the world that pages share. */
  readonly takerOf: (id: IdText, call: IdText) => Taker | null;
  readonly terminal: Pick<TerminalPorts, "refused"> & {
    readonly sayTo: (page: Terminal, ...rest: Parameters<TerminalPorts["sayTo"]>) => void;
    readonly met: (page: Terminal, ...rest: Parameters<TerminalPorts["met"]>) => void;
    readonly foreign: TerminalPorts["foreign"];
    readonly changed: () => void;
  };
};

export type Rehearsing = {
  readonly page: () => Terminal | null;
  /** The station knows us anew. */
  readonly welcomed: () => void;
  /** Something of people's lines has changed. */
  readonly look: () => void;
  readonly hear: (message: HeardOfDrill) => void;
  /** The page is gone. */
  readonly close: () => void;
};

/** How often a drill looks how far it has come, and how often its keys change while it does. */
const looksEvery = seconds(1);
const epochLasts = seconds(5);
/** Until everything but pictures and sound is measured: a relay that is silent is waited for. */
const relayAnswers = ms(300);
const relayWaits = seconds(6);
/** From its end until its page goes: the last word may be on its way. */
const lingers = seconds(2);
/** Numbers of drills' pages, apart from those of people's. */
const firstPage = 1_000_000;
/** Words that may come before their plan. */
const mostEarly = 64;

type Drill = {
  readonly call: IdText;
  readonly page: Terminal;
  readonly course: Course;
  liveAt: number | null;
  begunAt: number | null;
};

export function makeRehearsing(ports: RehearsingPorts): Rehearsing {
  const { clock, seat } = ports;
  let drill: Drill | null = null;
  let lingering: Terminal | null = null;
  let pages = firstPage;
  let said: "idle" | "inUse" | null = null;
  let early: (HeardOfDrill & { type: "drill" })[] = [];
  let closed = false;
  /** Whether this station holds drills. */
  let asked = false;

  const works = (part: Parameters<Equipment["works"]>[1]): boolean => ports.equipment().works(seat().id, part, true);

  const callOf = ({ message }: HeardOfDrill & { type: "drill" }): IdText | null =>
    message.type === "line"
      ? message.line.at === "idle"
        ? null
        : message.line.call
      : "call" in message
        ? message.call
        : null;

  const isIdle = (): boolean => {
    const { page, id } = seat();
    return page.inCall() === null && page.links().every((link) => !takesPart(page.screen(link), id));
  };

  const giveWay = (): void => {
    drill?.course.giveWay();
    drill?.page.close();
    lingering?.close();
    lingering = null;
    drill = null;
  };

  const look = (): void => {
    if (closed || !asked || !works("page")) return;
    const at = isIdle() ? "idle" : "inUse";
    if (at === "inUse") giveWay();
    if (at === said) return;
    if (ports.tell({ type: "drillable", at, browser: seat().browser })) said = at;
  };

  const tellOfCall = (message: FromTerminal): boolean => ports.tell({ type: "drill", message: message as OfDrill });

  const begin = ({ call, ringFor, talkFor }: HeardOfDrill & { type: "drillPlan" }): void => {
    if (said !== "idle") return;
    giveWay();
    const page: Terminal = new Terminal(seat().id, ++pages, {
      clock,
      tell: (message) => tellOfCall(message),
      sayTo: (...rest) => ports.terminal.sayTo(page, ...rest),
      changed: () => {
        if (drill?.page === page) happens(drill);
        ports.terminal.changed();
      },
      refused: ports.terminal.refused,
      met: (...rest) => ports.terminal.met(page, ...rest),
      foreign: ports.terminal.foreign,
      works,
    });
    const begun: Drill = {
      call,
      page,
      course: new Course({ ringFor, talkFor }, clock.elapsed()),
      liveAt: null,
      begunAt: null,
    };
    drill = begun;
    for (const word of early) if (callOf(word) === call) page.hear(word.message);
    early = [];
    passes(begun);
  };

  /** What the course sees of its call now. */
  const seesOf = (it: Drill): CourseSees => {
    const { page, call } = it;
    const link = page.links().find((one) => "call" in page.screen(one));
    const line = link === undefined ? ({ at: "idle" } as const) : page.screen(link);
    const far = farOf(it);
    const inCall = isInCall(line);
    if (line.at === "live" && it.liveAt === null) it.liveAt = clock.elapsed();
    const { station } = seat();
    const rekeys =
      far !== null && works("rekeying") && ports.equipment().works(far.seat.id, "rekeying", true) && it.liveAt !== null;
    return {
      line:
        line.at === "idle"
          ? "away"
          : line.at === "live"
            ? "live"
            : inCall
              ? "inCall"
              : line.at === "ended"
                ? "ended"
                : "ringing",
      side: line.at === "idle" || line.at === "ended" ? "calling" : line.side,
      admitted: page.knows(call),
      keys: far !== null && page.metIn(call, far.seat.id) !== null ? "agreed" : "agreeing",
      hasPath: far !== null && ports.equipment().routeOf(station, far.seat.station, true) !== null,
      epoch: rekeys ? Math.floor((clock.elapsed() - (it.liveAt ?? 0)) / epochLasts) : 0,
      alarm:
        line.at === "live" && far !== null && ports.equipment().isForged(station, far.seat.station, true)
          ? "forgedFrames"
          : null,
    };
  };

  const farOf = ({ page, call }: Drill): Taker | null => {
    const far = page.inCall()?.far ?? page.anyMet(call);
    return far === null ? null : ports.takerOf(far, call);
  };

  const happens = (it: Drill): void => {
    if (drill === it && !it.course.isOver()) act(it, it.course.sees(seesOf(it), clock.elapsed()));
  };

  const passes = (it: Drill): void => {
    if (drill !== it || it.course.isOver()) return;
    clock.wait(looksEvery, () => passes(it));
    if (!works("page")) return;
    happens(it);
    if (it.course.isOver()) return;
    const far = farOf(it);
    const lasted = it.liveAt === null ? ms(0) : ms(clock.elapsed() - it.liveAt);
    const measured = far === null ? null : evidenceOf(seat(), far.seat, lasted, true, ports.equipment());
    const waits = measured?.relays === "answer" ? relayAnswers : relayWaits;
    const progress = {
      pictures: measured?.seen.read ?? 0,
      allTones: lasted >= sweepLasts && (measured?.heard.bands.every(({ below }) => below !== null) ?? false),
      rest: it.begunAt !== null && clock.elapsed() - it.begunAt >= waits,
    };
    act(it, it.course.look(seesOf(it), progress, clock.elapsed()));
  };

  const act = (it: Drill, acts: readonly CourseAct[]): void => {
    for (const one of acts) {
      if (drill !== it) return;
      switch (one) {
        case "begin":
          it.begunAt = clock.elapsed();
          break;
        case "answer":
        case "hangUp":
          it.page.press(one, it.call);
          break;
        case "measure":
        case "over":
          found(it, one);
          break;
      }
    }
  };

  let numbers: Found["numbers"] = null;
  const found = (it: Drill, at: "measure" | "over"): void => {
    const far = farOf(it);
    if (at === "measure" && far !== null) {
      const lasted = ms(clock.elapsed() - (it.liveAt ?? clock.elapsed()));
      const evidence = evidenceOf(seat(), far.seat, lasted, true, ports.equipment());
      it.course.measured(evidence, clock.elapsed());
      const route = ports.equipment().routeOf(seat().station, far.seat.station, true);
      numbers = numbersOf(evidence, it.course.setUp(), route ?? "none");
    }
    const results = [...it.course.results()];
    ports.tell({
      type: "found",
      call: it.call,
      at: at === "measure" ? "measured" : "over",
      found: { results, numbers },
    });
    if (at === "over") {
      numbers = null;
      drill = null;
      lingering = it.page;
      clock.wait(lingers, () => {
        it.page.close();
        if (lingering === it.page) lingering = null;
      });
    }
  };

  return {
    page: () => drill?.page ?? lingering,
    welcomed: () => {
      asked = true;
      said = null;
      look();
    },
    look,
    hear: (message) => {
      if (closed || !works("page")) return;
      if (message.type === "drillPlan") return begin(message);
      if (message.type === "drill") {
        if (drill !== null && callOf(message) === drill.call) drill.page.hear(message.message);
        else early = [...early, message].slice(-mostEarly);
        return;
      }
      if (drill?.call !== message.call) return;
      if (message.type === "drillGivenUp") giveWay();
      else drill.course.theyMeasured();
    },
    close: () => {
      closed = true;
      giveWay();
    },
  };
}
