// What one station knows of an answered call, and the account that follows from it (signed/callEntry). Times are our own clock's;
// those that a message brought are taken back by the age of that message, and what that cannot count is our uncertainty.
// Carries [RC3] [RC5] of docs/spec/record.md. Plain JSON: it is kept as a document while the call goes on.
import { fromBase64url } from "@parley/base/bytes";
import { type Instant, instant } from "@parley/base/time";
import type { EndReason } from "@parley/call/state";
import { offsetAt } from "@parley/ledger/times";
import { type CallId, type IdText, type LinkId, type PartyId, type TerminalId, idOf } from "@parley/protocol/ids";
import { maxEntryReceipts, maxEntryTerminals, maxUncountedWayMs } from "@parley/protocol/limits";
import type { CallAccount, EntrySide, Outcome } from "@parley/protocol/signed/callEntry";
import type { Digest } from "@parley/protocol/signed/hash";

export type Side = "calling" | "called";
export type Whose = "ours" | "theirs";

/** A party as its pinned card had it when the call was answered. */
export type Place = { readonly party: IdText; readonly name: string; readonly timeZone: string };

/** What gathers while a call rings and goes on. */
export type Held = {
  readonly link: IdText;
  readonly call: IdText;
  /** receiptHash of each receipt that we gave or got. */
  readonly receipts: readonly IdText[];
  /** Terminals at which somebody sat. */
  readonly terminals: Readonly<Record<Whose, readonly IdText[]>>;
  /** Null until the call is answered. */
  readonly places: Readonly<Record<Whose, Place>> | null;
  /** Age, milliseconds, of the message that told us of the answer. */
  readonly answerLag: number;
  /** When they hung up: when we heard of it, less the age of what told us. */
  readonly theirEnd: Instant | null;
  /** Who has said that they end it; both, when both did at once. */
  readonly hungUp: readonly Whose[];
  /** Their person gave the ring up before our answer had reached them: for them there was no call. */
  readonly crossed: boolean;
};

/** How the call ended, as our station's own fact has it. */
export type Finish = {
  readonly side: Side;
  readonly answered: Instant;
  readonly ended: Instant;
  readonly epochs: number;
  readonly why: EndReason;
  /** What the wall clock was set by during the call, milliseconds; null where nobody watched it, since the station was down. */
  readonly clockSet: number | null;
};

export const nothingHeld = (link: IdText, call: IdText): Held => ({
  link,
  call,
  receipts: [],
  terminals: { ours: [], theirs: [] },
  places: null,
  answerLag: 0,
  theirEnd: null,
  hungUp: [],
  crossed: false,
});

const withItem = (items: readonly IdText[], item: IdText, max: number): readonly IdText[] =>
  items.includes(item) || items.length >= max ? items : [...items, item];

export const withReceipt = (held: Held, hash: IdText): Held => ({
  ...held,
  receipts: withItem(held.receipts, hash, maxEntryReceipts),
});

export const withTerminal = (held: Held, whose: Whose, terminal: IdText): Held => ({
  ...held,
  terminals: { ...held.terminals, [whose]: withItem(held.terminals[whose], terminal, maxEntryTerminals) },
});

/** `at`: when whoever hung up did, by our clock. */
export const withHangUp = (held: Held, whose: Whose, at: Instant): Held =>
  held.hungUp.includes(whose)
    ? held
    : { ...held, hungUp: [...held.hungUp, whose], theirEnd: whose === "theirs" ? at : held.theirEnd };

/** What may be true of how the call ended, in words that mean the same to both; the first is what this side would say. */
export function outcomesOf(held: Held, { side, why }: Finish): readonly Outcome[] {
  const us: Outcome = side === "calling" ? "callerHungUp" : "calledHungUp";
  const them: Outcome = side === "calling" ? "calledHungUp" : "callerHungUp";
  // Whoever learned of the end by the next ring alone has lost the word of it, and believes the other.
  if (why === "superseded") return ["superseded", them, us];
  const first = why === "hungUp" ? us : them;
  // Their terminal said so; their station, which was away, may have heard of nothing before our next ring.
  if (why === "theyHungUp" && !held.hungUp.includes("theirs")) return [first, "superseded"];
  return held.hungUp.length === 2 ? [first, first === us ? them : us] : [first];
}

export function beganAt(held: Held, { side, answered }: Finish): Instant {
  return side === "calling" ? instant(Math.max(0, answered - held.answerLag)) : answered;
}

const known = <T extends CallId | LinkId | PartyId | TerminalId>(text: IdText, length: 16 | 32): T => {
  const id = idOf<T>(text, length);
  if (id === null) throw new Error(`${text} is not an id of ours`);
  return id;
};

const terminalsOf = (terminals: readonly IdText[]): readonly TerminalId[] =>
  terminals.map((it) => known<TerminalId>(it, 16));

/** What may be wrong between our two times: a clock that was set, and the way of each message that told us of one. */
function uncertaintyOf({ side, why, clockSet }: Finish, toldOfEnd: boolean): number | null {
  // When a call ended that a new ring took the place of, nobody has told us.
  if (clockSet === null || why === "superseded") return null;
  const told = (side === "calling" ? 1 : 0) + (toldOfEnd ? 1 : 0);
  return Math.min(2 ** 32 - 1, Math.ceil(clockSet) + told * maxUncountedWayMs);
}

function ownSide(held: Held, places: Readonly<Record<Whose, Place>>, finish: Finish, outcome: Outcome): EntrySide {
  const { party, name, timeZone } = places.ours;
  const began = beganAt(held, finish);
  const byThem = outcome === (finish.side === "calling" ? "calledHungUp" : "callerHungUp");
  const ended = byThem && held.theirEnd !== null ? held.theirEnd : finish.ended;
  return {
    party: known<PartyId>(party, 32),
    name,
    timeZone,
    offset: offsetAt(timeZone, began) ?? 0,
    terminals: terminalsOf(held.terminals.ours),
    began,
    ended: instant(Math.max(began, ended)),
    uncertainty: uncertaintyOf(finish, byThem),
    epochs: finish.epochs,
  };
}

/** Our account. `proposed` is how the other side says that it ended, which we say too where it is as true as what we would say. */
export function accountOf(held: Held, finish: Finish, proposed: Outcome | null): CallAccount {
  const { places } = held;
  if (places === null) throw new Error("an answered call without places");
  const outcomes = outcomesOf(held, finish);
  const [first = "superseded"] = outcomes;
  const outcome = proposed !== null && outcomes.includes(proposed) ? proposed : first;
  const { party, name, timeZone } = places.theirs;
  return {
    link: known<LinkId>(held.link, 16),
    call: known<CallId>(held.call, 16),
    by: finish.side === "calling" ? "caller" : "called",
    own: ownSide(held, places, finish, outcome),
    other: { party: known<PartyId>(party, 32), name, timeZone, terminals: terminalsOf(held.terminals.theirs) },
    outcome,
    receipts: held.receipts.map((it) => fromBase64url(it) as Digest),
  };
}
