// This terminal's part in drills: it says when no person uses it, takes part when its station asks, and gives way at once when
// anything of a person's comes: a press, a ring, the devices' set-up.
import type { Bytes } from "@parley/base/bytes";
import type { Clock } from "@parley/base/time";
import { takesPart } from "@parley/call/state";
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
  readonly giveWay: () => void;
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

const callOf = (word: DrillWord): string | null =>
  word.type !== "line" ? word.call : word.line.at === "idle" ? null : word.line.call;

export function makeRehearsal(options: RehearsalOptions): Rehearsal {
  let drill: DrillRun | null = null;
  let early: readonly DrillWord[] = [];
  let said: "idle" | "inUse" | null = null;

  const isIdle = ({ page, welcome, fault, setUp, call, lines }: Facts): boolean =>
    page === "desk" &&
    fault === null &&
    setUp === "closed" &&
    call === null &&
    !Object.values(lines).some(({ line }) => takesPart(line, welcome?.terminal ?? ""));

  const giveWay = (): void => {
    drill?.giveWay();
    drill = null;
  };

  return {
    welcomed: () => {
      said = null;
    },
    look: (facts) => {
      if (facts.welcome === null) return;
      const at = isIdle(facts) ? "idle" : "inUse";
      if (at === "inUse") giveWay();
      if (at === said) return;
      if (options.tell({ type: "drillable", at, browser: options.browserName.slice(0, 200) })) said = at;
    },
    begin: (plan, chain) => {
      const enrolment = options.enrolment();
      if (enrolment === null || said !== "idle") return;
      giveWay();
      const { page, clock, workers, tell, onMend } = options;
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
      for (const word of early) if (callOf(word) === plan.call) begun.hear(word);
      early = [];
    },
    hear: (word) => {
      if (drill !== null && callOf(word) === drill.call) drill.hear(word);
      else early = [...early, word].slice(-mostEarly);
    },
    theyMeasured: (call) => {
      if (drill?.call === call) drill.theyMeasured();
    },
    giveWay,
  };
}
