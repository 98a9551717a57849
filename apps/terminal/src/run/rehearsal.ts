// This terminal's part in drills: it says when no person uses it, takes part when its station asks, and gives way at once when
// anything of a person's comes: a press, a ring, the devices' set-up. Whatever becomes of a drill here, its station hears a last
// word of it, and hears it again after each time that it was away ([DR19] of docs/spec/drill.md).
import type { Bytes } from "@parley/base/bytes";
import type { Clock } from "@parley/base/time";
import { takesPart } from "@parley/call/state";
import type { DrillLeft } from "@parley/protocol/terminal/drill";
import type { FromTerminal } from "@parley/protocol/terminal/messages";
import type { Enrolment } from "../crypto/keyStore.ts";
import type { CallWorkers } from "../crypto/workers.ts";
import type { Facts } from "../model/facts.ts";
import { type DrillPlan, type DrillRun, type DrillWord, runDrill } from "./drillRun.ts";

export type Rehearsal = {
  /** The station knows us anew and has to be told. */
  readonly welcomed: () => void;
  /** What is true of this terminal now. */
  readonly look: (facts: Facts) => void;
  readonly begin: (plan: DrillPlan, chain: Bytes) => void;
  readonly hear: (word: DrillWord) => void;
  readonly theyMeasured: (call: string) => void;
  /** Whether neither a person nor a drill has this terminal. */
  readonly isIdle: () => boolean;
  /** A person wants this terminal. */
  readonly giveWay: () => void;
  /** Our station has given that drill up. */
  readonly givenUp: (call: string) => void;
};

export type RehearsalOptions = {
  readonly page: Document;
  readonly clock: Clock;
  readonly browserName: string;
  readonly tell: (message: FromTerminal) => boolean;
  readonly enrolment: () => Enrolment | null;
  readonly workers: () => CallWorkers;
  readonly onMend: () => void;
};

/** Words of a drill that may come before its plan. */
const mostEarly = 64;

/** With which a drill is over for this terminal. */
type LastWord = FromTerminal & { readonly type: "found" | "drillLeft" };

const callOf = (word: DrillWord): string | null =>
  word.type !== "line" ? word.call : word.line.at === "idle" ? null : word.line.call;

export function makeRehearsal(options: RehearsalOptions): Rehearsal {
  let drill: DrillRun | null = null;
  let early: readonly DrillWord[] = [];
  let said: "idle" | "inUse" | null = null;
  let at: "idle" | "inUse" = "inUse";
  /** Of the newest drill that is over here. */
  let last: LastWord | null = null;

  const isIdle = ({ page, welcome, fault, setUp, call, lines }: Facts): boolean =>
    page === "desk" &&
    fault === null &&
    setUp === "closed" &&
    call === null &&
    !Object.values(lines).some(({ line }) => takesPart(line, welcome?.terminal ?? ""));

  const tell = (message: FromTerminal): boolean => {
    if (message.type === "drillLeft" || (message.type === "found" && message.at === "over")) last = message;
    return options.tell(message);
  };

  const leave = (call: string, why: DrillLeft): void => void tell({ type: "drillLeft", call, why });

  const giveWay = (): void => {
    drill?.giveWay();
    drill = null;
  };

  return {
    welcomed: () => {
      said = null;
      drill?.again();
      if (last !== null) options.tell(last);
    },
    look: (facts) => {
      if (facts.welcome === null) return;
      at = isIdle(facts) ? "idle" : "inUse";
      if (at === "inUse") giveWay();
      if (at === said) return;
      const browser = options.browserName.slice(0, 200);
      if (options.tell({ type: "drillable", at, browser, sessions: ["relay", "reload"] })) said = at;
    },
    begin: (plan, chain) => {
      const { call } = plan;
      // Told again of what is under way here, or of what is over, whose last word it has heard again.
      if (drill?.call === call || last?.call === call) return;
      if (plan.again === true) return leave(call, "loadedAnew");
      const enrolment = options.enrolment();
      if (enrolment === null || at === "inUse") return leave(call, "inUse");
      drill?.drop();
      const { page, clock, workers, onMend } = options;
      const begun = runDrill({
        plan,
        page,
        clock,
        enrolment,
        chain,
        workers,
        tell,
        onMend,
        onOver: () => {
          if (drill === begun) drill = null;
        },
      });
      drill = begun;
      for (const word of early) if (callOf(word) === call) begun.hear(word);
      early = [];
    },
    hear: (word) => {
      if (drill !== null && callOf(word) === drill.call) drill.hear(word);
      else early = [...early, word].slice(-mostEarly);
    },
    theyMeasured: (call) => {
      if (drill?.call === call) drill.theyMeasured();
    },
    isIdle: () => at === "idle" && drill === null,
    giveWay,
    givenUp: (call) => {
      if (drill?.call !== call) return;
      drill.drop();
      drill = null;
    },
  };
}
