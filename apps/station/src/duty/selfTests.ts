// The duty of terminals' tests of their own rooms: at the hours that the party sets, each desk that is on and that nobody uses is asked
// for one, one desk after the other, since in one room they would hear each other. It decides and does nothing. Carries [TS1] and
// [TS6]-[TS8] of docs/spec/selfTest.md. What was found speaks for a day after the next set hour, and then for nothing.
import { type Instant, type Ms, after, hours, instant, minutes, seconds } from "@parley/base/time";
import type { Around } from "@parley/drill/hours";
import { type PartResult, roomVerdict, wakesWithin } from "@parley/drill/room/judge";
import type { IdText } from "@parley/protocol/ids";
import type { RoomCause, RoomNumbers, RoomWord } from "@parley/protocol/signed/selfTest";
import type { RoomFoundTold } from "@parley/protocol/terminal/selfTest";

/** A test under way. Plain JSON. */
export type Asked = {
  readonly test: IdText;
  readonly terminal: IdText;
  readonly browser: string;
  readonly asked: Instant;
  readonly until: Instant;
  readonly at:
    | { readonly is: "waking" }
    /** Milliseconds until it said so. */
    | { readonly is: "under"; readonly woke: number };
};

export type Tested = {
  readonly at: RoomWord;
  readonly cause: RoomCause | null;
  readonly when: Instant;
  readonly until: Instant;
};

export type Desk = {
  /** The newest set hour for which it was tested, or is nobody's. */
  readonly askedFor: Instant;
  /** When it is asked once more, after it had to give way. */
  readonly again: Instant | null;
  readonly last: Tested | null;
};

export type SelfTests = {
  readonly under: Asked | null;
  readonly desks: Readonly<Record<IdText, Desk>>;
};

export const noTests: SelfTests = { under: null, desks: {} };

/** `idle`: on, its page knows drills, and neither a person, a call, a ring nor a drill has it. */
export type DeskNow = { readonly terminal: IdText; readonly use: "idle" | "inUse" | "off"; readonly browser: string };

export type SelfTestsContext = {
  readonly desks: readonly DeskNow[];
  readonly hours: Around;
  readonly newTest: () => IdText;
};

export type SelfTestsCommand =
  | { readonly type: "tick" }
  /** The page has answered, `took` after it was asked by a clock that nobody sets; null where a restart came between. */
  | { readonly type: "began"; readonly terminal: IdText; readonly test: IdText; readonly took: Ms | null }
  | { readonly type: "gaveWay"; readonly terminal: IdText; readonly test: IdText }
  | { readonly type: "over"; readonly terminal: IdText; readonly test: IdText; readonly found: RoomFoundTold };

/** What goes into the ledger. */
export type SelfTestDone = {
  readonly terminal: IdText;
  readonly asked: Instant;
  readonly ended: Instant;
  readonly browser: string;
  readonly woke: number | null;
  readonly results: readonly PartResult[];
  readonly numbers: RoomNumbers | null;
  readonly at: RoomWord;
  readonly cause: RoomCause | null;
};

export type SelfTestsEffect =
  | { readonly type: "ask"; readonly terminal: IdText; readonly test: IdText }
  | { readonly type: "done"; readonly done: SelfTestDone };

export type SelfTestsDecision = { readonly tests: SelfTests; readonly effects: readonly SelfTestsEffect[] };

/** How long the page may take from its first word to its last: three seconds of pictures, some chirps through each loudspeaker. */
export const testLasts: Ms = seconds(90);
/** Whoever used the terminal has done so for a while then. */
const againAfter: Ms = minutes(5);
/** Its first word may come this much later than it counts as awake: that it came late is what is found. */
const wakeGrace: Ms = seconds(5);

/** What `command` changes at `now`. Total; a word about another test, or from another terminal, moves nothing. */
export function decide(
  tests: SelfTests,
  command: SelfTestsCommand,
  context: SelfTestsContext,
  now: Instant,
): SelfTestsDecision {
  const effects: SelfTestsEffect[] = [];
  let next = known(tests, context, now);
  const { under } = next;
  if (under !== null && (now >= under.until || under.asked > after(now, hours(1))))
    next = conclude(next, under, neverCame(under), null, context, now, effects);
  if (command.type !== "tick") {
    const it = next.under;
    if (it?.test === command.test && it.terminal === command.terminal)
      next = heard(next, it, command, context, now, effects);
  }
  return { tests: ask(next, context, now, effects), effects };
}

/** The next moment at which `decide` wants a tick; null where nothing has a time. */
export function nextTick({ under, desks }: SelfTests, { hours: { next } }: SelfTestsContext): Instant | null {
  const times = [
    ...(next === null ? [] : [next]),
    ...(under === null ? [] : [under.until]),
    ...Object.values(desks).flatMap(({ again }) => again ?? []),
  ];
  return times.length === 0 ? null : instant(Math.min(...times));
}

/** How the side's rooms stand: as the best of its desks whose test still speaks, since a call is answered there. Null where none does. */
export function sideOf({ desks }: SelfTests, now: Instant): Tested | null {
  const order: readonly RoomWord[] = ["ready", "degraded", "notReady"];
  const speaking = Object.values(desks).flatMap(({ last }) => (last !== null && now < last.until ? [last] : []));
  return speaking.toSorted((a, b) => order.indexOf(a.at) - order.indexOf(b.at) || b.when - a.when)[0] ?? null;
}

/** Desks that are new are asked from the next set hour on; those that are none of ours any more are forgotten. */
function known(tests: SelfTests, { desks }: SelfTestsContext, now: Instant): SelfTests {
  const of = (terminal: IdText): Desk => {
    const it = tests.desks[terminal] ?? { askedFor: now, again: null, last: null };
    return it.askedFor > after(now, hours(1)) ? { ...it, askedFor: now, again: null } : it; // the clock was set back
  };
  const under = desks.some(({ terminal }) => terminal === tests.under?.terminal) ? tests.under : null;
  return { under, desks: Object.fromEntries(desks.map(({ terminal }) => [terminal, of(terminal)])) };
}

function ask(
  tests: SelfTests,
  { desks, hours: { last }, newTest }: SelfTestsContext,
  now: Instant,
  effects: SelfTestsEffect[],
): SelfTests {
  if (tests.under !== null || last === null) return tests;
  const due = desks.find(({ terminal, use }) => {
    const it = tests.desks[terminal];
    if (it === undefined || use !== "idle") return false;
    return it.again === null ? last > it.askedFor : now >= it.again;
  });
  if (due === undefined) return tests;
  const { terminal, browser } = due;
  const it = tests.desks[terminal];
  if (it === undefined) return tests;
  const test = newTest();
  effects.push({ type: "ask", terminal, test });
  const under: Asked = {
    test,
    terminal,
    browser,
    asked: now,
    until: after(after(now, wakesWithin), wakeGrace),
    at: { is: "waking" },
  };
  return { under, desks: { ...tests.desks, [terminal]: { ...it, askedFor: last, again: null } } };
}

type Word = Exclude<SelfTestsCommand, { readonly type: "tick" }>;

function heard(
  tests: SelfTests,
  under: Asked,
  word: Word,
  context: SelfTestsContext,
  now: Instant,
  effects: SelfTestsEffect[],
): SelfTests {
  switch (word.type) {
    case "began": {
      if (under.at.is === "under") return tests;
      const woke = word.took ?? Math.max(0, now - under.asked);
      return { ...tests, under: { ...under, until: after(now, testLasts), at: { is: "under", woke } } };
    }
    case "gaveWay": {
      // A person comes first, and nothing was found ([TS7]).
      const desk = tests.desks[under.terminal];
      const desks =
        desk === undefined
          ? tests.desks
          : { ...tests.desks, [under.terminal]: { ...desk, again: after(now, againAfter) } };
      return { under: null, desks };
    }
    case "over":
      return conclude(tests, under, word.found.results, word.found.numbers, context, now, effects);
  }
  return word satisfies never;
}

const neverCame = ({ at }: Asked): readonly PartResult[] => [
  { part: "wake", outcome: "failed", cause: at.is === "waking" ? "asleep" : "notFinished" },
];

/** The page's own results with what only its station knows: how long it took to answer. */
function conclude(
  tests: SelfTests,
  under: Asked,
  results: readonly PartResult[],
  numbers: RoomNumbers | null,
  { hours: { next } }: SelfTestsContext,
  now: Instant,
  effects: SelfTestsEffect[],
): SelfTests {
  const woke = under.at.is === "under" ? under.at.woke : null;
  const all: readonly PartResult[] =
    woke !== null && woke > wakesWithin
      ? [...results.filter(({ part }) => part !== "wake"), { part: "wake", outcome: "failed", cause: "asleep" }]
      : results;
  const { at, cause } = roomVerdict(all);
  const { terminal, asked, browser } = under;
  effects.push({
    type: "done",
    done: { terminal, asked, ended: now, browser, woke, results: all, numbers, at, cause },
  });
  const desk = tests.desks[terminal];
  if (desk === undefined) return { ...tests, under: null };
  const last: Tested = { at, cause, when: now, until: after(next ?? now, hours(24)) };
  return { under: null, desks: { ...tests.desks, [terminal]: { ...desk, again: null, last } } };
}
