// The entry of an answered call: what both parties' ledgers hold about it, the same bytes, signed by both stations. The
// calling station proposes it, the called one compares it with its own record and countersigns, or both versions are kept
// and marked as differing; see `agree`. Carries [LG20]-[LG24] of docs/spec/ledger.md.
import { type Bytes, compare, equal } from "@parley/base/bytes";
import { type Codec, type Of, encode, list, mapped, oneOf, struct, uint16, uint32 } from "@parley/base/codec";
import { callId, linkId, partyId, terminalId } from "../ids.ts";
import { maxEntryReceipts, maxEntrySkewMs, maxEntryTerminals } from "../limits.ts";
import { name, signedInstant, timeZone } from "./fields.ts";
import { digest, labelled } from "./hash.ts";
import { ed25519Signature } from "./signature.ts";

/** Domain label of both stations' Ed25519 signatures. */
export const callEntryLabel = "parley call entry v1";

/** Items in ascending byte order, none twice: a set with one encoding. */
const setOf = <T extends Bytes>(item: Codec<T>, max: number): Codec<readonly T[]> =>
  mapped(
    list(item, max, 0xffff),
    (items) => (items.every((it, i) => i === 0 || compare(items[i - 1] as T, it) < 0) ? items : null),
    (items) => items.toSorted(compare).filter((it, i, all) => i === 0 || !equal(all[i - 1] as T, it)),
  );

/** Minutes east of UTC, -1440 to 1440; on the wire from 0. */
const offsetMinutes: Codec<number> = mapped(
  uint16,
  (n) => (n <= 2880 ? n - 1440 : null),
  (offset) => {
    if (Math.abs(offset) > 1440) throw new RangeError(`${offset} minutes east of UTC`);
    return offset + 1440;
  },
);

const entrySide = struct({
  party: partyId,
  /** As its card had it when the call began. */
  name,
  /** The party's IANA zone, and its offset when the call began, so that the local time can be told without any time-zone data. */
  timeZone,
  offset: offsetMinutes,
  /** Every terminal of this party at which somebody sat. */
  terminals: setOf(terminalId, maxEntryTerminals),
});
export type EntrySide = Of<typeof entrySide>;

/** How the call ended, in words that mean the same to both. `superseded`: a new ring took its place. Append only. */
export const outcomes = ["callerHungUp", "calledHungUp", "superseded", "callerCutOff", "calledCutOff"] as const;
export type Outcome = (typeof outcomes)[number];

const fields = struct({
  link: linkId,
  call: callId,
  caller: entrySide,
  called: entrySide,
  /** When it was answered, and when it ended; by the caller's clock. */
  began: signedInstant,
  ended: signedInstant,
  outcome: oneOf(...outcomes),
  /** Key epochs that the call's group went through, the first one included. */
  epochs: uint32,
  /** SHA-256 of each signed receipt of the ring, as `receiptHash` makes it. */
  receipts: setOf(digest, maxEntryReceipts),
});

export type CallEntry = Of<typeof fields>;

/** A call that ended before it began is no entry. */
export const callEntry: Codec<CallEntry> = mapped(
  fields,
  (entry) => (entry.ended >= entry.began ? entry : null),
  (entry) => {
    if (entry.ended < entry.began) throw new RangeError("a call ended before it began");
    return entry;
  },
);

/** What both stations sign: label, zero byte, entry. Equal entries give equal bytes, in whatever order their sets are held. */
export const signable = (entry: CallEntry): Bytes => labelled(callEntryLabel, encode(callEntry, entry));

export const entrySignature = struct({
  /** keyIdOf the station key that signed; not signed itself, it only says where to look. */
  key: digest,
  signature: ed25519Signature,
});
export type EntrySignature = Of<typeof entrySignature>;

/** Where the accounts differ: both versions, each with its own station's signature, and the fields that `agree` named. */
export const entryFields = [
  "link",
  "call",
  "caller",
  "called",
  "began",
  "ended",
  "outcome",
  "epochs",
  "receipts",
] as const;
export type EntryField = (typeof entryFields)[number];

export const differingCallEntry = struct({
  proposed: callEntry,
  caller: entrySignature,
  own: callEntry,
  called: entrySignature,
  fields: list(oneOf(...entryFields), entryFields.length),
});
export type DifferingCallEntry = Of<typeof differingCallEntry>;

export type Agreement =
  { readonly type: "countersign" } | { readonly type: "differ"; readonly fields: readonly EntryField[] };

const near = (a: number, b: number): boolean => Math.abs(a - b) <= maxEntrySkewMs;

/** A receipt still under way when the caller hung up may be missing from the proposal; one that we never gave may not be in it. */
const isPart = (of: readonly Bytes[], whole: readonly Bytes[]): boolean =>
  of.every((item) => whole.some((known) => equal(known, item)));

const sameSide = (a: EntrySide, b: EntrySide): boolean => equal(encode(entrySide, a), encode(entrySide, b));

/**
 * Whether the called station signs what the calling one proposes, given its own record of the same call. Both times may
 * differ by 5 s, the count of epochs by one (the end may fall between the two sides' switch), and the proposal may lack
 * receipts; all else must be equal. What is signed is always the proposal, never a mixture.
 */
export function agree(own: CallEntry, proposed: CallEntry): Agreement {
  const same: Readonly<Record<EntryField, boolean>> = {
    link: equal(own.link, proposed.link),
    call: equal(own.call, proposed.call),
    caller: sameSide(own.caller, proposed.caller),
    called: sameSide(own.called, proposed.called),
    began: near(own.began, proposed.began),
    ended: near(own.ended, proposed.ended),
    outcome: own.outcome === proposed.outcome,
    epochs: Math.abs(own.epochs - proposed.epochs) <= 1,
    receipts: isPart(proposed.receipts, own.receipts),
  };
  const differing = entryFields.filter((field) => !same[field]);
  return differing.length === 0 ? { type: "countersign" } : { type: "differ", fields: differing };
}
