// The duty of the record: from what a call leaves while it goes on to one entry that both stations have signed, equal on
// both sides, or to both accounts where they differ. The calling station gives its account, the called one adds its own part and
// signs, the calling one signs the same; each step is kept in the transaction that sends its message. Carries [RC4]-[RC9] of
// docs/spec/record.md.
import { type Bytes, equal } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import type { Instant } from "@parley/base/time";
import type { StationSignature } from "@parley/ledger/entry";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idText } from "@parley/protocol/ids";
import {
  type CallAccount,
  type CallEntry,
  type EntrySignature,
  accountSignable,
  callAccount,
  callEntry,
  differences,
  differingCallEntry,
  entryOf,
  follows,
  signable,
} from "@parley/protocol/signed/callEntry";
import { type Kept, keep, unkept } from "@parley/protocol/signed/kept";
import {
  type Finish,
  type Held,
  type Place,
  type Whose,
  accountOf,
  nothingHeld,
  withHangUp,
  withReceipt,
  withTerminal,
} from "./account.ts";

/** The record of one call until it is whole; then it lies in the ledger and nowhere else. Plain JSON. */
export type CallRecord =
  /** `early`: their account, which came while the call was still open here. */
  | { readonly at: "open"; readonly held: Held; readonly early: Kept | null }
  /** Ours was the call: our account went out under our signature. */
  | { readonly at: "proposed"; readonly link: IdText; readonly call: IdText; readonly kept: Kept }
  /** Theirs was the call: what we saw, until their account comes. */
  | { readonly at: "awaiting"; readonly held: Held; readonly finish: Finish }
  /** Theirs was the call: the entry went out under our signature. */
  | { readonly at: "completed"; readonly link: IdText; readonly call: IdText; readonly kept: Kept };

export type RecordCommand =
  /** A person sits at either end: at these terminals. */
  | {
      readonly type: "sits";
      readonly ours: IdText;
      readonly theirs: IdText;
      readonly places: Readonly<Record<Whose, Place>>;
    }
  /** A signed receipt went out or came in; `answered` with its age, where it told us of the answer. */
  | { readonly type: "receipt"; readonly hash: IdText; readonly answered: number | null }
  /** `crossed`: the one who placed the call gave it up as unanswered. */
  | { readonly type: "hungUp"; readonly whose: Whose; readonly at: Instant; readonly crossed: boolean }
  /** Their person went to another terminal of theirs. */
  | { readonly type: "moved"; readonly to: IdText }
  /** A ring of ours goes out from that terminal, or one of theirs was taken. */
  | { readonly type: "begun"; readonly ours: IdText | null }
  /** The other side was told that our person is at that terminal now. */
  | { readonly type: "weMoved"; readonly to: IdText }
  | { readonly type: "finished"; readonly finish: Finish }
  /** The line has left the call, and nobody had answered. */
  | { readonly type: "gone" }
  | { readonly type: "proposed"; readonly account: CallAccount; readonly by: EntrySignature }
  | { readonly type: "completed"; readonly entry: CallEntry; readonly by: EntrySignature }
  | { readonly type: "differs"; readonly account: CallAccount; readonly by: EntrySignature }
  | { readonly type: "countersigned"; readonly by: EntrySignature };

export type RecordContext = {
  readonly link: IdText;
  readonly call: IdText;
  readonly us: PartyId;
  readonly them: PartyId;
  readonly sign: (message: Bytes) => EntrySignature;
  /** Whether a station key of the other party made it. */
  readonly verify: (by: EntrySignature, message: Bytes) => boolean;
};

export type RecordEffect =
  | { readonly type: "propose"; readonly account: Bytes; readonly by: EntrySignature }
  | { readonly type: "complete"; readonly entry: Bytes; readonly by: EntrySignature }
  | { readonly type: "sayDiffers"; readonly account: Bytes; readonly by: EntrySignature }
  | { readonly type: "countersign"; readonly by: EntrySignature }
  /** For the ledger: both have signed `body`. */
  | { readonly type: "joint"; readonly body: Bytes; readonly signatures: readonly StationSignature[] }
  /** For the ledger: a differingCallEntry. */
  | { readonly type: "differing"; readonly body: Bytes }
  /** For the ledger: our answer and their giving up crossed, so there will be no entry of both. */
  | { readonly type: "crossed" }
  | { readonly type: "refused"; readonly error: ParleyError };

export type RecordDecision = { readonly record: CallRecord | null; readonly effects: readonly RecordEffect[] };

/** What `command` makes of the call's record. Total; a word that does not fit moves nothing. */
export function decide(record: CallRecord | null, command: RecordCommand, context: RecordContext): RecordDecision {
  const { link, call } = context;
  const stay = { record, effects: [] };
  switch (command.type) {
    case "begun": {
      if (record !== null) return stay;
      const held = nothingHeld(link, call);
      return { record: open(command.ours === null ? held : withTerminal(held, "ours", command.ours)), effects: [] };
    }
    case "weMoved":
      // Also one that was left before the answer: whatever the other side may have seen is in our part.
      if (record?.at !== "open") return stay;
      return { record: { ...record, held: withTerminal(record.held, "ours", command.to) }, effects: [] };
    case "sits": {
      const { ours, theirs, places } = command;
      if (record !== null && record.at !== "open") return stay;
      const before = record ?? open(nothingHeld(link, call));
      const held = withTerminal(withTerminal(before.held, "ours", ours), "theirs", theirs);
      return { record: { ...before, held: { ...held, places: held.places ?? places } }, effects: [] };
    }
    case "receipt":
      if (record?.at !== "open") return stay;
      return {
        record: {
          ...record,
          held: {
            ...withReceipt(record.held, command.hash),
            answerLag: command.answered ?? record.held.answerLag,
          },
        },
        effects: [],
      };
    case "hungUp": {
      if (record?.at !== "open" && record?.at !== "awaiting") return stay;
      if (record.at === "awaiting" && command.crossed) return { record: null, effects: [{ type: "crossed" }] };
      const held = withHangUp(record.held, command.whose, command.at);
      return { record: { ...record, held: { ...held, crossed: held.crossed || command.crossed } }, effects: [] };
    }
    case "moved":
      if (record?.at !== "awaiting") return stay;
      return { record: { ...record, held: withTerminal(record.held, "theirs", command.to) }, effects: [] };
    case "gone":
      return record?.at === "open" ? { record: null, effects: [] } : stay;
    case "finished":
      return record?.at === "open" && record.held.places !== null ? finished(record, command.finish, context) : stay;
    case "proposed":
      return proposed(record, command.account, command.by, context);
    case "completed":
      return completed(record, command.entry, command.by, context);
    case "differs":
      return differs(record, command.account, command.by, context);
    case "countersigned":
      return countersigned(record, command.by, context);
  }
  return command satisfies never;
}

const open = (held: Held): CallRecord & { at: "open" } => ({ at: "open", held, early: null });

const refused = (record: CallRecord | null, detail: string): RecordDecision => ({
  record,
  effects: [{ type: "refused", error: problem("RECORD_UNFIT", detail) }],
});

function finished(
  { held, early }: CallRecord & { at: "open" },
  finish: Finish,
  context: RecordContext,
): RecordDecision {
  if (finish.side === "calling") {
    const own = accountOf(held, finish, null);
    const by = context.sign(accountSignable(own));
    const account = encode(callAccount, own);
    return {
      record: { at: "proposed", link: held.link, call: held.call, kept: keep(account, by) },
      effects: [{ type: "propose", account, by }],
    };
  }
  if (held.crossed) return { record: null, effects: [{ type: "crossed" }] };
  const awaiting: CallRecord = { at: "awaiting", held, finish };
  if (early === null) return { record: awaiting, effects: [] };
  const { value, by } = unkept(callAccount, early);
  return judge(awaiting, value, by, context);
}

/** Their account. It is theirs to give first only of a call that they placed, and must name this link, this call and both of us. */
function proposed(
  record: CallRecord | null,
  account: CallAccount,
  by: EntrySignature,
  context: RecordContext,
): RecordDecision {
  if (record === null) return refused(record, `an account of the call ${context.call}, which we do not know`);
  const own =
    idText(account.link) === context.link &&
    account.by === "caller" &&
    equal(account.own.party, context.them) &&
    equal(account.other.party, context.us);
  if (!own || (record.at !== "open" && record.at !== "awaiting"))
    return refused(record, "an account that is not theirs to give");
  if (!context.verify(by, accountSignable(account)))
    return refused(record, "an account that their station did not sign");
  if (record.at === "open")
    return { record: { ...record, early: keep(encode(callAccount, account), by) }, effects: [] };
  return judge(record, account, by, context);
}

function judge(
  record: CallRecord & { at: "awaiting" },
  caller: CallAccount,
  by: EntrySignature,
  context: RecordContext,
): RecordDecision {
  const { held, finish } = record;
  if (finish.side !== "called") return refused(record, "an account first of a call of ours");
  const own = accountOf(held, finish, caller.outcome);
  const fields = differences(caller, own);
  if (fields.length > 0) {
    const ours = context.sign(accountSignable(own));
    const body = encode(differingCallEntry, {
      caller: { account: caller, by },
      called: { account: own, by: ours },
      fields,
    });
    return {
      record: null,
      effects: [
        { type: "sayDiffers", account: encode(callAccount, own), by: ours },
        { type: "differing", body },
      ],
    };
  }
  const whole = entryOf(caller, own.own);
  const ours = context.sign(signable(whole));
  const entry = encode(callEntry, whole);
  return {
    record: { at: "completed", link: held.link, call: held.call, kept: keep(entry, ours) },
    effects: [{ type: "complete", entry, by: ours }],
  };
}

/** Their answer to our account: the entry that follows from it and from their own part. We sign the same bytes. */
function completed(
  record: CallRecord | null,
  entry: CallEntry,
  by: EntrySignature,
  context: RecordContext,
): RecordDecision {
  if (record?.at !== "proposed") return refused(record, "an answer to nothing that we proposed");
  const { value: account } = unkept(callAccount, record.kept);
  if (!context.verify(by, signable(entry))) return refused(record, "an entry that their station did not sign");
  if (!follows(entry, account)) return refused(record, "an entry that does not follow from our account");
  const ours = context.sign(signable(entry));
  return {
    record: null,
    effects: [
      { type: "countersign", by: ours },
      joint(encode(callEntry, entry), { party: context.us, ...ours }, { party: context.them, ...by }),
    ],
  };
}

/** Their answer to our account: their own, where it differs. */
function differs(
  record: CallRecord | null,
  called: CallAccount,
  by: EntrySignature,
  context: RecordContext,
): RecordDecision {
  if (record?.at !== "proposed") return refused(record, "an answer to nothing that we proposed");
  if (!context.verify(by, accountSignable(called))) return refused(record, "an answer that their station did not sign");
  const { value: account, by: ours } = unkept(callAccount, record.kept);
  const fields = differences(account, called);
  const body = encode(differingCallEntry, { caller: { account, by: ours }, called: { account: called, by }, fields });
  return { record: null, effects: [{ type: "differing", body }] };
}

/** Their signature over the entry that we completed. */
function countersigned(record: CallRecord | null, by: EntrySignature, context: RecordContext): RecordDecision {
  if (record?.at !== "completed") return refused(record, "a signature over nothing that we completed");
  const { value: entry, by: ours } = unkept(callEntry, record.kept);
  if (!context.verify(by, signable(entry))) return refused(record, "a signature that is not their station's");
  const whole = joint(encode(callEntry, entry), { party: context.us, ...ours }, { party: context.them, ...by });
  return { record: null, effects: [whole] };
}

const joint = (body: Bytes, ...signatures: readonly StationSignature[]): RecordEffect => ({
  type: "joint",
  body,
  signatures,
});
