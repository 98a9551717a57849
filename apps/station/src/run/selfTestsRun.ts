// Runs the duty of terminals' tests of their own rooms: one document, written in the transaction that holds its entries. What a page
// says of a test is verdicts and numbers, bounded where it is read; how long it took to wake is measured here, by a clock that nobody
// sets. A test in which a restart came between is asked once more.
import { encode } from "@parley/base/codec";
import type { Random } from "@parley/base/random";
import { certain, ok } from "@parley/base/result";
import { type Cancel, type Clock, type Instant, type Ms, ms, seconds } from "@parley/base/time";
import type { DayMinute } from "@parley/drill/hours";
import { ownRecord } from "@parley/ledger/record";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import type { FromTerminal, ToTerminal } from "@parley/protocol/terminal/messages";
import {
  type DeskNow,
  type SelfTests,
  type SelfTestsCommand,
  type SelfTestsContext,
  type SelfTestsEffect,
  type Tested,
  decide,
  nextTick,
  noTests,
  sideOf,
} from "../duty/selfTests.ts";
import type { Store, Transaction } from "../store/port.ts";
import { fromDoc, toDoc } from "./json.ts";
import { setHours, untilNext } from "./lookAgain.ts";
import { ownTerminal } from "./ownIds.ts";
import { selfTestFact, selfTestKind } from "./selfTestFacts.ts";
import { selfTestsDoc } from "./selfTestsDoc.ts";
import type { After, Writer } from "./writer.ts";

const docKind = "selfTests";
const only = "all";

/** How long nothing is looked at, at most: a desk that is free again is asked within that. */
const looksEvery: Ms = seconds(30);

export type SelfTestsSettings = {
  /** When terminals test their rooms, minutes after midnight of the party's own clock. */
  readonly at: readonly DayMinute[];
  /** Whether terminals are to fill their screens and keep their storage. */
  readonly kiosk: "kiosk" | "window";
};

export type SelfTestsRun = {
  readonly said: (terminal: IdText, message: FromTerminal & { type: "selfTest" }) => Promise<void>;
  /** A terminal's newest test, or null. */
  readonly of: (terminal: IdText) => Tested | null;
  /** Looks at once: a desk came, went, or is free again. */
  readonly look: () => void;
  readonly start: () => void;
  readonly stop: () => void;
};

export type SelfTestsRunOptions = {
  readonly store: Store;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly random: Random;
  /** The party's own time zone. */
  readonly zone: () => string;
  readonly settings: SelfTestsSettings;
  readonly desks: () => readonly DeskNow[];
  readonly tell: (terminal: IdText, message: ToTerminal & { type: "selfTestDue" }) => void;
  /** How our side's rooms stand now; null where no test speaks. */
  readonly onSide: (side: Tested | null) => void;
  readonly onChange: () => void;
  readonly report: (error: ParleyError) => void;
};

export async function runSelfTests(options: SelfTestsRunOptions): Promise<SelfTestsRun> {
  const { store, writer, clock, random, settings } = options;
  const found = certain(await store.doc(docKind, only));
  const read = found === null ? ok(noTests) : fromDoc(selfTestsDoc, found, docKind);
  // Nobody's part in anything lies there: what cannot be read is tested anew.
  if (!read.ok) options.report(read.error);
  let tests: SelfTests = read.ok ? afterRestart(read.value, clock.now()) : noTests;
  let timer: Cancel = () => undefined;
  let stopped = true;
  /** When each test was asked for, by the clock that nobody sets. */
  let asked: { readonly test: IdText; readonly at: Ms } | null = null;

  const hoursNow = setHours(settings.at, options.zone, clock);

  const context = (): SelfTestsContext => ({
    desks: options.desks(),
    hours: hoursNow(),
    newTest: () => idText(random(16)),
  });

  const within = (tx: Transaction, after: After, command: SelfTestsCommand): void => {
    const decision = decide(tests, command, context(), clock.now());
    if (isNews(decision)) tx.put(docKind, only, toDoc(decision.tests));
    tests = decision.tests;
    for (const effect of decision.effects) carry(tx, after, effect);
    after(watchTime);
    after(options.onChange);
    after(() => options.onSide(sideOf(tests, clock.now())));
  };

  const carry = (tx: Transaction, after: After, effect: SelfTestsEffect): void => {
    switch (effect.type) {
      case "ask": {
        const { terminal, test } = effect;
        return after(() => {
          asked = { test, at: clock.elapsed() };
          options.tell(terminal, { type: "selfTestDue", test, kiosk: settings.kiosk });
        });
      }
      case "done": {
        const { done } = effect;
        const test = { ...done, terminal: ownTerminal(done.terminal) };
        const body = encode(selfTestFact, { type: "tested" as const, test });
        tx.append(selfTestKind, ownRecord(selfTestKind, done.ended, body));
        return;
      }
    }
    effect satisfies never;
  };

  /** Whether it changes anything; what does not is not written. */
  const isNews = (decision: { readonly tests: SelfTests; readonly effects: readonly SelfTestsEffect[] }): boolean =>
    decision.effects.length > 0 || JSON.stringify(decision.tests) !== JSON.stringify(tests);

  const tick = (): void => {
    if (stopped) return;
    if (isNews(decide(tests, { type: "tick" }, context(), clock.now())))
      void writer.write((tx, after) => within(tx, after, { type: "tick" }));
    else {
      options.onSide(sideOf(tests, clock.now()));
      watchTime();
    }
  };

  const watchTime = (): void => {
    timer();
    if (stopped) return;
    const next = nextTick(tests, context());
    timer = clock.wait(untilNext(next, clock.now(), looksEvery), tick);
  };

  return {
    said: async (terminal, { test, word }) => {
      const took = asked?.test === test ? ms(clock.elapsed() - asked.at) : null;
      const command: SelfTestsCommand =
        word.at === "over"
          ? { type: "over", terminal, test, found: word.found }
          : word.at === "began"
            ? { type: "began", terminal, test, took }
            : { type: "gaveWay", terminal, test };
      await writer.write((tx, after) => within(tx, after, command));
    },
    of: (terminal) => tests.desks[terminal]?.last ?? null,
    look: tick,
    start: () => {
      stopped = false;
      tick();
    },
    stop: () => {
      stopped = true;
      timer();
    },
  };
}

/** Nobody waits for a test that was under way: its desk is asked again. */
function afterRestart({ under, desks }: SelfTests, now: Instant): SelfTests {
  const desk = under === null ? undefined : desks[under.terminal];
  if (under === null || desk === undefined) return { under: null, desks };
  return { under: null, desks: { ...desks, [under.terminal]: { ...desk, again: now } } };
}
