// The duty of drills: when the line is rehearsed, which idle terminal takes part, and how what the terminals found becomes one
// report signed by both stations, or an entry of our own where the far side did not sign. It decides and does nothing; the
// call itself is the duty of calls' (duty/calls), on lines that are for drills alone. Carries [DR3]-[DR14] of docs/spec/drill.md.
import { type Bytes, base64url, equal, fromBase64url } from "@parley/base/bytes";
import { type Codec, decode, encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { type Instant, type Ms, after, ms } from "@parley/base/time";
import { follows, reportOf } from "@parley/drill/report";
import {
  type Turn,
  againAfter,
  expectedAfterMissed,
  firstExpected,
  graceOf,
  nextDrill,
  soonAfterChange,
  verdictLasts,
} from "@parley/drill/schedule";
import { amiss, drillAtMost, lastWordWithin, signatureWithin, withResults } from "@parley/drill/steps";
import { type Who, judge, sideOf } from "@parley/drill/verdict";
import type { StationSignature } from "@parley/ledger/entry";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import {
  type CallId,
  type IdText,
  type LinkId,
  type PartyId,
  type TerminalId,
  idOf,
  idText,
} from "@parley/protocol/ids";
import { maxDrillTicks } from "@parley/protocol/limits";
import type { DrillPayload } from "@parley/protocol/peer/drill";
import type { EntrySignature } from "@parley/protocol/signed/callEntry";
import {
  type CallerPart,
  type DrillPart,
  type DrillReport,
  type DrillVerdict,
  callerPart,
  drillPart,
  drillReport,
  drillSignable,
  drillSteps,
  partSignable,
} from "@parley/protocol/signed/drillReport";
import type { Digest } from "@parley/protocol/signed/hash";
import type { Ed25519Signature } from "@parley/protocol/signed/signature";
import type { Found, LineDrills } from "@parley/protocol/terminal/drill";

type Tick = LineDrills["ticks"][number];
type Verdict = NonNullable<LineDrills["verdict"]>;

/** What is known of a link's drills. Plain JSON. */
export type LinkDrills = {
  /** When we rehearse next, and when the far side is expected to. */
  readonly next: Instant;
  readonly expected: Instant;
  readonly verdict: Verdict | null;
  /** What our station ran, and the browsers that took part, in drills since it last changed. */
  readonly station: IdText | null;
  readonly browsers: readonly string[];
  readonly changed: Instant | null;
  /** Oldest first. */
  readonly ticks: readonly Tick[];
};

type Base = {
  readonly link: IdText;
  readonly call: IdText;
  readonly role: Who;
  readonly terminal: IdText | null;
  readonly browser: string;
  readonly began: Instant;
  readonly until: Instant;
};

/** An encoded struct of ours and our signature over it, base64url. */
type Kept = { readonly bytes: string; readonly key: string; readonly signature: string };

/** A drill that is not over. Plain JSON. */
export type Run =
  /** Under way at a terminal of ours. */
  | (Base & {
      readonly at: "under";
      readonly found: Found | null;
      readonly ours: "measuring" | "measured" | "over";
      readonly theirs: "measuring" | "measured";
      readonly early: Kept | null;
    })
  /** The line is over; the terminal's last word is awaited. */
  | (Base & { readonly at: "lastWord"; readonly found: Found | null; readonly early: Kept | null })
  /** We called: our part went out. */
  | (Base & { readonly at: "report"; readonly part: string })
  /** They called: our own part waits for theirs. */
  | (Base & { readonly at: "part"; readonly own: string })
  /** They called: the report went out under our signature. */
  | (Base & { readonly at: "countersignature"; readonly kept: Kept });

/** At most one drill at a time is under way at a station; others may wait for signatures. */
export type Drills = { readonly links: Readonly<Record<IdText, LinkDrills>>; readonly runs: readonly Run[] };

export const noDrills: Drills = { links: {}, runs: [] };

export type DrillTerminal = { readonly terminal: IdText; readonly browser: string };

export type DrillLink = {
  readonly link: IdText;
  readonly party: PartyId;
  readonly turn: Turn;
  readonly reachable: boolean;
  /** Whether its secret may be used. */
  readonly usable: boolean;
  /** Whether a person uses it now. */
  readonly inUse: boolean;
};

export type DrillsContext = {
  readonly us: PartyId;
  readonly links: readonly DrillLink[];
  /** Terminals that could take part now: on, idle, and their page knows drills. */
  readonly idle: readonly DrillTerminal[];
  /** SHA-256 over what the station runs, base64url. */
  readonly station: IdText;
  readonly period: Ms;
  /** Bounds of how long it rings and how long the pictures go, milliseconds. */
  readonly ringFor: readonly [number, number];
  readonly talkFor: readonly [number, number];
  /** A whole number from 0 to below its bound. */
  readonly draw: (bound: number) => number;
  readonly newCall: () => IdText;
  readonly sign: (message: Bytes) => EntrySignature;
  readonly verify: (party: PartyId, by: EntrySignature, message: Bytes) => boolean;
};

export type FromPeer = Exclude<DrillPayload, { type: "call" }>;

export type DrillsCommand =
  | { readonly type: "tick" }
  /** Somebody wants a drill now. */
  | { readonly type: "now"; readonly link: IdText }
  /** The call that a `place` of ours made. */
  | { readonly type: "placed"; readonly link: IdText; readonly terminal: IdText; readonly call: IdText }
  /** A drill's ring of theirs. */
  | { readonly type: "ring"; readonly link: IdText; readonly call: IdText }
  | {
      readonly type: "found";
      readonly terminal: IdText;
      readonly call: IdText;
      readonly at: "measured" | "over";
      readonly found: Found;
    }
  /** The drill's line has left the call. */
  | { readonly type: "lineOver"; readonly call: IdText }
  | { readonly type: "peer"; readonly link: IdText; readonly message: FromPeer }
  /** Persons use these links and terminals now. */
  | { readonly type: "wanted"; readonly links: readonly IdText[]; readonly terminals: readonly IdText[] };

export type DrillsEffect =
  | { readonly type: "place"; readonly link: IdText; readonly terminal: IdText }
  /** The ring is passed on to the line, at that terminal. */
  | { readonly type: "takeRing"; readonly terminal: IdText }
  | { readonly type: "hangUp"; readonly call: IdText }
  | { readonly type: "send"; readonly link: IdText; readonly message: FromPeer }
  | {
      readonly type: "plan";
      readonly terminal: IdText;
      readonly call: IdText;
      readonly ringFor: number;
      readonly talkFor: number;
    }
  | {
      readonly type: "tell";
      readonly terminal: IdText;
      readonly what: "drillMeasured" | "drillGivenUp";
      readonly call: IdText;
    }
  /** For the ledger: both have signed `body`, a drillReport. */
  | { readonly type: "joint"; readonly body: Bytes; readonly signatures: readonly StationSignature[] }
  /** For the ledger: the far side signed nothing. */
  | {
      readonly type: "alone";
      readonly link: IdText;
      readonly call: IdText;
      readonly role: Who;
      readonly part: DrillPart;
      readonly verdict: DrillVerdict;
    }
  | { readonly type: "missed"; readonly link: IdText; readonly expected: Instant }
  /** For whoever waits for this link's drill: null when it was given up. */
  | { readonly type: "over"; readonly link: IdText; readonly verdict: Verdict | null }
  | { readonly type: "refused"; readonly error: ParleyError };

export type DrillsDecision = { readonly drills: Drills; readonly effects: readonly DrillsEffect[] };

/** What `command` changes at `now`. Total; a word that does not fit moves nothing. */
export function decide(drills: Drills, command: DrillsCommand, context: DrillsContext, now: Instant): DrillsDecision {
  const turn = new Decision(drills, context, now);
  switch (command.type) {
    case "tick":
      turn.tick();
      break;
    case "now":
      turn.begin(command.link);
      break;
    case "placed":
      turn.placed(command.link, command.terminal, command.call);
      break;
    case "ring":
      turn.ring(command.link, command.call);
      break;
    case "found":
      turn.found(command.terminal, command.call, command.at, command.found);
      break;
    case "lineOver":
      turn.lineOver(command.call);
      break;
    case "peer":
      turn.heard(command.link, command.message);
      break;
    case "wanted":
      for (const run of turn.under())
        if (command.links.includes(run.link) || (run.terminal !== null && command.terminals.includes(run.terminal)))
          turn.giveUp(run, "ours");
      break;
  }
  return turn.decision();
}

/** The next moment at which `decide` wants a tick, or null where there is no link. */
export function nextTick(drills: Drills, period: Ms): Instant | null {
  const times = [
    ...Object.values(drills.links).flatMap(({ next, expected }) => [next, after(expected, graceOf(period))]),
    ...drills.runs.map(({ until }) => until),
  ];
  return times.length === 0 ? null : times.reduce((a, b) => (a < b ? a : b));
}

/** What terminals show of a link's drills. */
export function shownDrills(drills: Drills, link: IdText, period: Ms): LineDrills | null {
  const it = drills.links[link];
  if (it === undefined) return null;
  const { verdict, changed, ticks } = it;
  return {
    link,
    verdict,
    changed,
    stale: verdict === null ? 0 : verdict.when + verdictLasts(period),
    running: drills.runs.some((run) => run.link === link && (run.at === "under" || run.at === "lastWord")),
    ticks: [...ticks],
  };
}

const tickOf: Readonly<Record<DrillVerdict["at"], Tick>> = {
  ready: "passed",
  degraded: "degraded",
  notReady: "failed",
};

const nothingFound: Found = { results: [], numbers: null };

const cannotFound = (
  whose: "own" | "far",
  cause: "noTerminal" | "stationAway" | "mustRekey" | "notAnswered",
): Found => ({
  results: [amiss("ring", "failed", cause, whose, 0)],
  numbers: null,
});

const bytesOf = (text: string): Bytes => {
  const bytes = fromBase64url(text);
  if (bytes === null) throw new Error("a document of ours that is not base64url");
  return bytes;
};

const keep = <T>(codec: Codec<T>, value: T, by: EntrySignature): Kept => ({
  bytes: base64url(encode(codec, value)),
  key: base64url(by.key),
  signature: base64url(by.signature),
});

const unkept = <T>(codec: Codec<T>, it: Kept): { readonly value: T; readonly by: EntrySignature } => ({
  value: certain(decode(codec, bytesOf(it.bytes))),
  by: { key: bytesOf(it.key) as Digest, signature: bytesOf(it.signature) as Ed25519Signature },
});

/** One decision in the making. */
class Decision {
  private readonly context: DrillsContext;
  private readonly now: Instant;
  private readonly links: Record<IdText, LinkDrills>;
  private runs: readonly Run[];
  private readonly effects: DrillsEffect[] = [];

  constructor(drills: Drills, context: DrillsContext, now: Instant) {
    this.context = context;
    this.now = now;
    this.runs = drills.runs;
    this.links = {};
    // A link that is gone has no drills; a new one is rehearsed soon, since nothing has proven it.
    for (const { link } of context.links)
      this.links[link] = drills.links[link] ?? {
        next: after(now, soonAfterChange(context.draw)),
        expected: firstExpected(now, context.period),
        verdict: null,
        station: null,
        browsers: [],
        changed: null,
        ticks: [],
      };
  }

  decision(): DrillsDecision {
    return { drills: { links: this.links, runs: this.runs }, effects: this.effects };
  }

  under(): readonly (Run & { readonly at: "under" })[] {
    return this.runs.filter((run) => run.at === "under");
  }

  // ---- time

  tick(): void {
    for (const run of this.runs) if (this.now >= run.until) this.late(run);
    for (const [link, it] of Object.entries(this.links)) {
      this.look(link);
      if (this.now >= after(it.expected, graceOf(this.context.period))) {
        this.effect({ type: "missed", link, expected: it.expected });
        this.change(link, { expected: expectedAfterMissed(it.expected, this.context.period) });
        this.mark(link, "missed");
      }
      if (this.now >= (this.links[link]?.next ?? Infinity)) this.begin(link);
    }
  }

  /** Whether what runs here is what was rehearsed; what is not, and what was wrong here and is right now, is rehearsed at once ([DR4]). */
  private look(link: IdText): void {
    const it = this.links[link];
    if (it === undefined) return;
    const { station, idle, draw } = this.context;
    const soon = after(this.now, soonAfterChange(draw));
    const next = it.next < soon ? it.next : soon;
    const isClosed = it.verdict === null || (it.verdict.cause === "noTerminal" && it.verdict.whose === "ours");
    if (isClosed && idle.length > 0) this.change(link, { next });
    if (it.station === null || it.changed !== null) return;
    if (it.station === station && idle.every(({ browser }) => it.browsers.includes(browser))) return;
    this.change(link, { changed: this.now, next });
  }

  private late(run: Run): void {
    switch (run.at) {
      case "under":
        this.effect({ type: "hangUp", call: run.call });
        return this.awaitLastWord(run);
      case "lastWord":
        return this.conclude(run, silent(run.found), run.early);
      case "report":
        return this.alone(run, certain(decode(callerPart, bytesOf(run.part))).caller);
      case "part":
        return this.alone(run, certain(decode(drillPart, bytesOf(run.own))));
      case "countersignature":
        return this.alone(run, unkept(drillReport, run.kept).value.called);
    }
    run satisfies never;
  }

  // ---- the beginning

  begin(link: IdText): void {
    const of = this.context.links.find((it) => it.link === link);
    // Whoever wants a drill of a line that is being rehearsed has one.
    if (of === undefined || this.under().some((run) => run.link === link)) return;
    const { period, draw } = this.context;
    const terminal = this.pick(link);
    // A line is first rehearsed once there is a terminal: until then it is unproven and says so.
    const isNew = this.links[link]?.verdict === null && terminal === null;
    if (this.isBusy() || of.inUse || isNew) return this.later(link);
    this.change(link, { next: nextDrill(this.now, period, of.turn, draw) });
    if (of.reachable && of.usable && terminal !== null)
      return this.effect({ type: "place", link, terminal: terminal.terminal });
    const unplaced = !of.reachable
      ? cannotFound("far", "stationAway")
      : cannotFound("own", of.usable ? "noTerminal" : "mustRekey");
    const run = this.made(link, this.context.newCall(), "caller", null);
    this.conclude(run, unplaced, null);
  }

  placed(link: IdText, terminal: IdText, call: IdText): void {
    this.start(this.made(link, call, "caller", terminal), terminal);
  }

  ring(link: IdText, call: IdText): void {
    const of = this.context.links.find((it) => it.link === link);
    if (of === undefined) return;
    if (this.isBusy() || of.inUse)
      return this.effect({ type: "send", link, message: { type: "cannot", call: callOf(call), why: "busy" } });
    // It has come: what it says of the next one comes with its part.
    const soonest = after(this.now, ms(2 * drillAtMost));
    const { expected } = this.links[link] ?? { expected: soonest };
    this.change(link, { expected: expected > soonest ? expected : soonest });
    const terminal = this.pick(link);
    if (terminal === null) {
      this.effect({ type: "send", link, message: { type: "cannot", call: callOf(call), why: "noTerminal" } });
      return this.conclude(this.made(link, call, "called", null), cannotFound("own", "noTerminal"), null);
    }
    this.start(this.made(link, call, "called", terminal.terminal), terminal.terminal);
    this.effect({ type: "takeRing", terminal: terminal.terminal });
  }

  // ---- what terminals say

  found(terminal: IdText, call: IdText, at: "measured" | "over", found: Found): void {
    const run = this.runs.find((it) => it.call === call && it.terminal === terminal);
    if (run?.at === "lastWord") {
      // What was measured may come after the line's end, and is not the last word.
      if (at === "over") this.conclude(run, found, run.early);
      else this.put({ ...run, found });
      return;
    }
    if (run?.at !== "under") return;
    this.put({ ...run, found, ours: at });
    if (at === "measured" && run.role === "called" && run.ours === "measuring")
      this.effect({ type: "send", link: run.link, message: { type: "measured", call: callOf(call) } });
    // A terminal that has nothing more to say and whose line still stands ends it.
    if (at === "over") this.effect({ type: "hangUp", call });
  }

  lineOver(call: IdText): void {
    const run = this.runs.find((it) => it.call === call);
    if (run?.at !== "under") return;
    if (run.ours === "over") return this.conclude(run, run.found ?? nothingFound, run.early);
    this.awaitLastWord(run);
  }

  // ---- what the far station says

  heard(link: IdText, message: FromPeer): void {
    const call = idText(message.call);
    const run = this.runs.find((it) => it.call === call && it.link === link) ?? null;
    switch (message.type) {
      case "cannot":
        if (run?.at !== "under" || run.role !== "caller") return;
        if (message.why === "busy") return this.giveUp(run, "theirs");
        this.effect({ type: "hangUp", call });
        if (run.terminal !== null) this.effect({ type: "tell", terminal: run.terminal, what: "drillGivenUp", call });
        return this.conclude(run, cannotFound("far", "noTerminal"), null);
      case "measured":
        if (run?.at !== "under" || run.theirs === "measured") return;
        this.put({ ...run, theirs: "measured" });
        if (run.terminal !== null) this.effect({ type: "tell", terminal: run.terminal, what: "drillMeasured", call });
        return;
      case "givenUp":
        return run?.at === "under" || run?.at === "lastWord" ? this.giveUp(run, "theirs") : undefined;
      case "part":
        return this.theirPart(link, run, message);
      case "report":
        return this.theirReport(run, message);
      case "countersigned":
        return this.theirCountersignature(run, message.by);
    }
    message satisfies never;
  }

  /** The calling side's part: the report follows from it and ours; of a drill that never came to us, ours is empty. */
  private theirPart(link: IdText, run: Run | null, { part, by, call }: FromPeer & { type: "part" }): void {
    const them = this.partyOn(link);
    const read = decode(callerPart, part);
    if (them === null) return;
    const fits =
      read.ok &&
      idText(read.value.link) === link &&
      equal(read.value.drill, call) &&
      equal(read.value.caller.party, them) &&
      this.context.verify(them, by, partSignable(read.value));
    if (!fits) return this.refuse("a part that is not theirs to give");
    if (run !== null && run.role !== "called") return this.refuse("a part of a drill of ours");
    const { value } = read;
    this.change(link, { expected: after(this.now, ms(value.next * 1000)) });
    if (run === null) {
      const empty = this.made(link, idText(call), "called", null);
      return this.complete(empty, value, this.partOf(empty, nothingFound));
    }
    if (run.at === "part") return this.complete(run, value, certain(decode(drillPart, bytesOf(run.own))));
    if (run.at === "under" || run.at === "lastWord") this.put({ ...run, early: keep(callerPart, value, by) });
  }

  private theirReport(run: Run | null, { report, by }: FromPeer & { type: "report" }): void {
    if (run?.at !== "report") return this.refuse("a report of nothing that we proposed");
    const them = this.partyOn(run.link);
    const read = decode(drillReport, report);
    if (them === null) return;
    if (!read.ok || !this.context.verify(them, by, drillSignable(read.value)))
      return this.refuse("a report that their station did not sign");
    if (!follows(read.value, certain(decode(callerPart, bytesOf(run.part))), them))
      return this.refuse("a report that does not follow from our part");
    const own = this.context.sign(drillSignable(read.value));
    this.effect({ type: "send", link: run.link, message: { type: "countersigned", call: callOf(run.call), by: own } });
    this.signed(run, read.value, { party: this.context.us, ...own }, { party: them, ...by });
  }

  private theirCountersignature(run: Run | null, by: EntrySignature): void {
    if (run?.at !== "countersignature") return this.refuse("a signature over no report of ours");
    const them = this.partyOn(run.link);
    const { value, by: own } = unkept(drillReport, run.kept);
    if (them === null || !this.context.verify(them, by, drillSignable(value)))
      return this.refuse("a signature that is not their station's");
    this.signed(run, value, { party: this.context.us, ...own }, { party: them, ...by });
  }

  // ---- the end

  private awaitLastWord(run: Run & { at: "under" }): void {
    this.put({ ...baseOf(run, after(this.now, lastWordWithin)), at: "lastWord", found: run.found, early: run.early });
  }

  /** All that our side will ever find is known. */
  private conclude(run: Base, found: Found, early: Kept | null): void {
    const own = this.partOf(run, found);
    const base = baseOf(run, after(this.now, signatureWithin));
    if (run.role === "called") {
      this.put({ ...base, at: "part", own: base64url(encode(drillPart, own)) });
      if (early !== null) this.complete(base, unkept(callerPart, early).value, own);
      return;
    }
    // What nobody is there to hear waits in no outbox: it would be as long as they are away.
    if (this.context.links.find(({ link }) => link === run.link)?.reachable !== true) return this.alone(base, own);
    const next = this.links[run.link]?.next ?? this.now;
    const part: CallerPart = {
      link: linkOf(run.link),
      drill: callOf(run.call),
      next: Math.max(0, Math.round((next - this.now) / 1000)),
      caller: own,
    };
    const by = this.context.sign(partSignable(part));
    const bytes = encode(callerPart, part);
    this.put({ ...base, at: "report", part: base64url(bytes) });
    this.effect({ type: "send", link: run.link, message: { type: "part", call: part.drill, part: bytes, by } });
  }

  private complete(run: Base, part: CallerPart, own: DrillPart): void {
    const report = reportOf(part, own);
    const by = this.context.sign(drillSignable(report));
    const base = baseOf(run, after(this.now, signatureWithin));
    this.put({ ...base, at: "countersignature", kept: keep(drillReport, report, by) });
    const message: FromPeer = { type: "report", call: part.drill, report: encode(drillReport, report), by };
    this.effect({ type: "send", link: run.link, message });
  }

  private signed(run: Base, report: DrillReport, ...signatures: readonly StationSignature[]): void {
    this.remove(run);
    this.effect({ type: "joint", body: encode(drillReport, report), signatures });
    this.settle(run, report.verdict, run.role === "caller" ? report.caller : report.called, true);
  }

  private alone(run: Base, own: DrillPart): void {
    this.remove(run);
    const verdict = run.role === "caller" ? judge(own, null) : judge(null, own);
    this.effect({ type: "alone", link: run.link, call: run.call, role: run.role, part: own, verdict });
    this.settle(run, verdict, own, false);
  }

  private settle({ link, role }: Base, verdict: DrillVerdict, own: DrillPart, signedByBoth: boolean): void {
    const { at, step, cause, whose } = verdict;
    const shown: Verdict = {
      at,
      step,
      cause,
      whose: sideOf(whose, role),
      when: this.now,
      signedByBoth,
      setUp: own.numbers?.setUp ?? null,
      roundTrip: own.numbers?.roundTrip ?? null,
      lost: own.numbers?.lost ?? null,
    };
    const { station, idle } = this.context;
    const before = this.links[link];
    const same = before?.station === station;
    const browsers = [...new Set([...(same ? before.browsers : []), ...(own.terminal === null ? [] : [own.browser])])];
    // What was rehearsed is proven again once every browser that is on has taken part in what now runs.
    const holds = own.terminal !== null && idle.every(({ browser }) => browsers.includes(browser));
    this.change(link, {
      verdict: shown,
      ...(own.terminal === null ? {} : { station, browsers }),
      ...(holds ? { changed: null } : {}),
    });
    this.mark(link, tickOf[at]);
    this.effect({ type: "over", link, verdict: shown });
  }

  /** A person comes first: the drill ends at once, and is neither passed nor failed ([DR3]). */
  giveUp(run: Run & { at: "under" | "lastWord" }, whose: "ours" | "theirs"): void {
    const { link, call, terminal } = run;
    this.remove(run);
    this.effect({ type: "hangUp", call });
    if (whose === "ours") this.effect({ type: "send", link, message: { type: "givenUp", call: callOf(call) } });
    if (terminal !== null) this.effect({ type: "tell", terminal, what: "drillGivenUp", call });
    if (run.role === "caller") this.later(link);
    else this.effect({ type: "over", link, verdict: null });
  }

  private later(link: IdText): void {
    this.change(link, { next: after(this.now, againAfter(this.context.draw)) });
    this.effect({ type: "over", link, verdict: null });
  }

  // ---- parts

  private isBusy(): boolean {
    return this.runs.some(({ at }) => at === "under" || at === "lastWord");
  }

  /** An idle terminal, one whose browser was not rehearsed first. */
  private pick(link: IdText): DrillTerminal | null {
    const { idle, draw } = this.context;
    const known = this.links[link]?.browsers ?? [];
    const fresh = idle.filter(({ browser }) => !known.includes(browser));
    const from = fresh.length > 0 ? fresh : idle;
    return from.length === 0 ? null : (from[draw(from.length)] ?? null);
  }

  private made(link: IdText, call: IdText, role: Who, terminal: IdText | null): Base {
    const browser = this.context.idle.find((it) => it.terminal === terminal)?.browser ?? "";
    return { link, call, role, terminal, browser, began: this.now, until: after(this.now, drillAtMost) };
  }

  /** It is under way at that terminal, which is told how long it rings and talks. */
  private start(run: Base, terminal: IdText): void {
    this.put({ ...run, at: "under", found: null, ours: "measuring", theirs: "measuring", early: null });
    const between = ([least, most]: readonly [number, number]): number =>
      least + this.context.draw(Math.max(1, most - least + 1));
    const { ringFor, talkFor } = this.context;
    this.effect({ type: "plan", terminal, call: run.call, ringFor: between(ringFor), talkFor: between(talkFor) });
  }

  private partOf(run: Base, { results, numbers }: Found): DrillPart {
    return {
      party: this.context.us,
      terminal: run.terminal === null ? null : idOf<TerminalId>(run.terminal, 16),
      browser: run.browser,
      station: bytesOf(this.context.station),
      began: run.began,
      ended: this.now,
      results,
      numbers,
    };
  }

  private partyOn(link: IdText): PartyId | null {
    return this.context.links.find((it) => it.link === link)?.party ?? null;
  }

  private change(link: IdText, to: Partial<LinkDrills>): void {
    const before = this.links[link];
    if (before !== undefined) this.links[link] = { ...before, ...to };
  }

  private mark(link: IdText, tick: Tick): void {
    const { ticks } = this.links[link] ?? { ticks: [] };
    this.change(link, { ticks: [...ticks, tick].slice(-maxDrillTicks) });
  }

  private put(run: Run): void {
    this.runs = [...this.runs.filter(({ call }) => call !== run.call), run];
  }

  private remove({ call }: Base): void {
    this.runs = this.runs.filter((it) => it.call !== call);
  }

  private refuse(detail: string): void {
    this.effect({ type: "refused", error: problem("DRILL_UNFIT", detail) });
  }

  private effect(it: DrillsEffect): void {
    this.effects.push(it);
  }
}

const baseOf = ({ link, call, role, terminal, browser, began }: Base, until: Instant): Base => ({
  link,
  call,
  role,
  terminal,
  browser,
  began,
  until,
});

/** What was heard of a terminal whose last word never came, with its silence named: it went in the step that it had come to. */
function silent(found: Found | null): Found {
  const { results, numbers } = found ?? nothingFound;
  const missing = drillSteps.find((step) => !results.some((it) => it.step === step));
  if (missing === undefined || results.some(({ outcome }) => outcome === "failed")) return { results, numbers };
  return { results: [...withResults(results, [amiss(missing, "failed", "terminalGone", "own", 0)])], numbers };
}

function ours<T extends Bytes>(text: IdText): T {
  const id = idOf<T>(text, 16);
  if (id === null) throw new Error(`${text} is not an id of ours`);
  return id;
}
const callOf = (text: IdText): CallId => ours<CallId>(text);
const linkOf = (text: IdText): LinkId => ours<LinkId>(text);
