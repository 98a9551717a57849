// The entry of an answered call: what both parties' ledgers hold about it, the same bytes, signed by both stations. Each party
// says its own part, by its own clock; what is shared they must agree on. The calling station gives its account, the called one
// adds its part and signs the whole, and the calling one signs the same; or both accounts are kept and the differing fields
// named. Clocks are never compared to decide anything. Carries [LG20]-[LG24] of docs/spec/ledger.md.
import { type Bytes, compare, equal } from "@parley/base/bytes";
import { type Codec, type Of, encode, list, mapped, oneOf, optional, struct, uint16, uint32 } from "@parley/base/codec";
import { callId, linkId, partyId, terminalId } from "../ids.ts";
import { maxEntryReceipts, maxEntryTerminals } from "../limits.ts";
import { name, signedInstant, timeZone } from "./fields.ts";
import { digest, labelled } from "./hash.ts";
import { ed25519Signature } from "./signature.ts";

/** Domain labels of the stations' Ed25519 signatures: over the entry that both sign, and over one side's account. */
export const callEntryLabel = "parley call entry v1";
export const callAccountLabel = "parley call account v1";

/** Items in ascending byte order, none twice: a set with one encoding. */
export const setOf = <T extends Bytes>(item: Codec<T>, max: number): Codec<readonly T[]> =>
  mapped(
    list(item, max, 0xffff),
    (items) => (items.every((it, i) => i === 0 || compare(items[i - 1] as T, it) < 0) ? items : null),
    (items) => items.toSorted(compare).filter((it, i, all) => i === 0 || !equal(all[i - 1] as T, it)),
  );

/** Minutes east of UTC, -1440 to 1440; on the wire from 0. */
export const offsetMinutes: Codec<number> = mapped(
  uint16,
  (n) => (n <= 2880 ? n - 1440 : null),
  (offset) => {
    if (Math.abs(offset) > 1440) throw new RangeError(`${offset} minutes east of UTC`);
    return offset + 1440;
  },
);

export const person = {
  party: partyId,
  /** As its card had it when the call began. */
  name,
  timeZone,
};

const sideFields = struct({
  ...person,
  /** Of its zone when the call began, so that the local time can be told without any time-zone data. */
  offset: offsetMinutes,
  /** Every terminal of this party at which somebody sat. */
  terminals: setOf(terminalId, maxEntryTerminals),
  /** When it was answered and when it ended, by this party's own clock. */
  began: signedInstant,
  ended: signedInstant,
  /**
   * By how much, milliseconds, these two times may lie wrong against each other: the way of a message that told of one, and what
   * this clock was seen to be set by. Null where nobody watched the clock all the time, since the station was down meanwhile.
   */
  uncertainty: optional(uint32),
  /** Key epochs that this party's terminals confirmed. */
  epochs: uint32,
});
export type EntrySide = Of<typeof sideFields>;

/** A call that ended before it began is no entry. */
const entrySide: Codec<EntrySide> = mapped(
  sideFields,
  (side) => (side.ended >= side.began ? side : null),
  (side) => {
    if (side.ended < side.began) throw new RangeError("a call ended before it began");
    return side;
  },
);

/** How the call ended, in words that mean the same to both. `superseded`: a new ring took its place. Append only. */
export const outcomes = ["callerHungUp", "calledHungUp", "superseded", "callerCutOff", "calledCutOff"] as const;
export type Outcome = (typeof outcomes)[number];

export const shared = {
  outcome: oneOf(...outcomes),
  /** SHA-256 of each signed receipt of the ring that the calling side has, as `receiptHash` makes it. */
  receipts: setOf(digest, maxEntryReceipts),
};

export const callEntry = struct({ link: linkId, call: callId, caller: entrySide, called: entrySide, ...shared });
export type CallEntry = Of<typeof callEntry>;

/** What one side says of a call: its own part in full, and of the other what it saw itself. */
export const callAccount = struct({
  link: linkId,
  call: callId,
  by: oneOf("caller", "called"),
  own: entrySide,
  other: struct({ ...person, terminals: setOf(terminalId, maxEntryTerminals) }),
  ...shared,
});
export type CallAccount = Of<typeof callAccount>;

/** What both stations sign: label, zero byte, entry. Equal entries give equal bytes, in whatever order their sets are held. */
export const signable = (entry: CallEntry): Bytes => labelled(callEntryLabel, encode(callEntry, entry));
/** What one station signs of its own account. */
export const accountSignable = (account: CallAccount): Bytes =>
  labelled(callAccountLabel, encode(callAccount, account));

export const entrySignature = struct({
  /** keyIdOf the station key that signed; not signed itself, it only says where to look. */
  key: digest,
  signature: ed25519Signature,
});
export type EntrySignature = Of<typeof entrySignature>;

/** What two accounts can differ in. Append only. */
export const entryFields = ["link", "call", "caller", "called", "outcome", "receipts"] as const;
export type EntryField = (typeof entryFields)[number];

/** Where the accounts differ: both of them, each with its own station's signature, and the fields that `differences` named. */
const signedAccount = struct({ account: callAccount, by: entrySignature });
export const differingCallEntry = struct({
  caller: signedAccount,
  called: signedAccount,
  fields: list(oneOf(...entryFields), entryFields.length),
});
export type DifferingCallEntry = Of<typeof differingCallEntry>;

/** A set that is full may have had no room for more. */
const isPart = (of: readonly Bytes[], whole: readonly Bytes[], max: number): boolean =>
  whole.length >= max || of.every((item) => whole.some((known) => equal(known, item)));

/** Whether what a party says of itself holds all that the other saw of it: who it is, and at least the terminals that were seen. */
const isSelf = (own: EntrySide, seen: CallAccount["other"]): boolean =>
  equal(own.party, seen.party) &&
  own.name === seen.name &&
  own.timeZone === seen.timeZone &&
  isPart(seen.terminals, own.terminals, maxEntryTerminals);

/**
 * In which fields the two sides' accounts of a call differ; none when both may sign one entry. A party may have used terminals
 * that the other never saw, and the caller may lack receipts that were still under way; all else that is shared must be equal.
 */
export function differences(caller: CallAccount, called: CallAccount): readonly EntryField[] {
  const same: Readonly<Record<EntryField, boolean>> = {
    link: equal(caller.link, called.link),
    call: equal(caller.call, called.call),
    caller: caller.by === "caller" && isSelf(caller.own, called.other),
    called: called.by === "called" && isSelf(called.own, caller.other),
    outcome: caller.outcome === called.outcome,
    receipts: isPart(caller.receipts, called.receipts, maxEntryReceipts),
  };
  return entryFields.filter((field) => !same[field]);
}

/** The entry that follows from the caller's account and the called party's own part. */
export const entryOf = ({ link, call, own, outcome, receipts }: CallAccount, called: EntrySide): CallEntry => ({
  link,
  call,
  caller: own,
  called,
  outcome,
  receipts,
});

/** Whether `entry` is the caller's account, unchanged, with a part of the called party in which the caller finds what it saw. */
export const follows = (entry: CallEntry, caller: CallAccount): boolean =>
  isSelf(entry.called, caller.other) &&
  equal(encode(callEntry, entry), encode(callEntry, entryOf(caller, entry.called)));

/** How far the called party's clock stood ahead of the caller's when the call began, milliseconds; negative when behind. */
export const clocksApart = ({ caller, called }: CallEntry): number => called.began - caller.began;

/** Key epochs of the call: as many as either side's terminals confirmed. */
export const epochsOf = ({ caller, called }: CallEntry): number => Math.max(caller.epochs, called.epochs);
