// The duty of the record: from what a call leaves while it goes on to one entry that both stations have signed, equal on
// both sides, or to both accounts where they differ. The calling station proposes, the called one answers, and each
// step is kept in the transaction that sends its message. Carries [RC4]-[RC9] of docs/spec/record.md.
import { type Bytes, base64url, equal, fromBase64url } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import type { Instant } from "@parley/base/time";
import type { StationSignature } from "@parley/ledger/entry";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idText } from "@parley/protocol/ids";
import {
  type CallEntry,
  type EntrySignature,
  agree,
  callEntry,
  differingCallEntry,
  signable,
} from "@parley/protocol/signed/callEntry";
import type { Digest } from "@parley/protocol/signed/hash";
import type { Ed25519Signature } from "@parley/protocol/signed/signature";
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

/** An entry and its station's signature as a document holds them: base64url. */
type Kept = { readonly entry: string; readonly key: string; readonly signature: string };

/** The record of one call until it is whole; then it lies in the ledger and nowhere else. Plain JSON. */
export type CallRecord =
  /** `early`: their proposal, which came while the call was still open here. */
  | { readonly at: "open"; readonly held: Held; readonly early: Kept | null }
  /** Ours was the call: the entry went out under our signature. */
  | { readonly at: "proposed"; readonly link: IdText; readonly call: IdText; readonly kept: Kept }
  /** Theirs was the call: our account, until their proposal comes. */
  | { readonly at: "awaiting"; readonly held: Held; readonly finish: Finish };

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
  /** A ring of ours goes out, or one of theirs was taken. */
  | { readonly type: "begun" }
  | { readonly type: "finished"; readonly finish: Finish }
  /** The line has left the call, and nobody had answered. */
  | { readonly type: "gone" }
  | { readonly type: "proposed"; readonly entry: CallEntry; readonly by: EntrySignature }
  | { readonly type: "countersigned"; readonly by: EntrySignature }
  | { readonly type: "differs"; readonly own: CallEntry; readonly by: EntrySignature };

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
  | { readonly type: "propose"; readonly entry: Bytes; readonly by: EntrySignature }
  | { readonly type: "countersign"; readonly by: EntrySignature }
  | { readonly type: "sayDiffers"; readonly own: Bytes; readonly by: EntrySignature }
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
    case "begun":
      return record === null ? { record: open(nothingHeld(link, call)), effects: [] } : stay;
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
      if (record === null || record.at === "proposed") return stay;
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
      return proposed(record, command.entry, command.by, context);
    case "countersigned":
    case "differs":
      return answered(record, command, context);
  }
  return command satisfies never;
}

const open = (held: Held): CallRecord & { at: "open" } => ({ at: "open", held, early: null });

const refused = (record: CallRecord | null, detail: string): RecordDecision => ({
  record,
  effects: [{ type: "refused", error: problem("RECORD_UNFIT", detail) }],
});

const keep = (entry: CallEntry, by: EntrySignature): Kept => ({
  entry: base64url(encode(callEntry, entry)),
  key: base64url(by.key),
  signature: base64url(by.signature),
});

const bytesOf = (text: string): Bytes => {
  const bytes = fromBase64url(text);
  if (bytes === null) throw new Error("a document of ours that is not base64url");
  return bytes;
};

const unkept = (it: Kept): { readonly entry: CallEntry; readonly by: EntrySignature } => ({
  entry: certain(decode(callEntry, bytesOf(it.entry))),
  by: { key: bytesOf(it.key) as Digest, signature: bytesOf(it.signature) as Ed25519Signature },
});

function finished(
  { held, early }: CallRecord & { at: "open" },
  finish: Finish,
  context: RecordContext,
): RecordDecision {
  if (finish.side === "calling") {
    const entry = accountOf(held, finish, null);
    const by = context.sign(signable(entry));
    return {
      record: { at: "proposed", link: held.link, call: held.call, kept: keep(entry, by) },
      effects: [{ type: "propose", entry: encode(callEntry, entry), by }],
    };
  }
  if (held.crossed) return { record: null, effects: [{ type: "crossed" }] };
  const awaiting: CallRecord = { at: "awaiting", held, finish };
  if (early === null) return { record: awaiting, effects: [] };
  const { entry, by } = unkept(early);
  return judge(awaiting, entry, by, context);
}

/** Their proposal. It is theirs to make only of a call that they placed, and must name this link, this call and both of us. */
function proposed(
  record: CallRecord | null,
  entry: CallEntry,
  by: EntrySignature,
  context: RecordContext,
): RecordDecision {
  if (record === null) return refused(record, `a proposal for the call ${context.call}, which we do not know`);
  const own =
    idText(entry.link) === context.link &&
    equal(entry.caller.party, context.them) &&
    equal(entry.called.party, context.us);
  if (!own || record.at === "proposed") return refused(record, "a proposal that is not theirs to make");
  if (!context.verify(by, signable(entry))) return refused(record, "a proposal that their station did not sign");
  if (record.at === "open") return { record: { ...record, early: keep(entry, by) }, effects: [] };
  return judge(record, entry, by, context);
}

function judge(
  record: CallRecord & { at: "awaiting" },
  entry: CallEntry,
  by: EntrySignature,
  context: RecordContext,
): RecordDecision {
  if (record.finish.side !== "called") return refused(record, "a proposal for a call of ours");
  const own = accountOf(record.held, record.finish, entry);
  const agreement = agree(own, entry);
  if (agreement.type === "countersign") {
    const ours = context.sign(signable(entry));
    const signatures = [
      { party: context.them, ...by },
      { party: context.us, ...ours },
    ];
    return {
      record: null,
      effects: [
        { type: "countersign", by: ours },
        { type: "joint", body: encode(callEntry, entry), signatures },
      ],
    };
  }
  const ours = context.sign(signable(own));
  const body = encode(differingCallEntry, {
    proposed: entry,
    caller: by,
    own,
    called: ours,
    fields: agreement.fields,
  });
  return {
    record: null,
    effects: [
      { type: "sayDiffers", own: encode(callEntry, own), by: ours },
      { type: "differing", body },
    ],
  };
}

/** Their answer to our proposal: the same words signed, or their own account. */
function answered(
  record: CallRecord | null,
  command: RecordCommand & { type: "countersigned" | "differs" },
  context: RecordContext,
): RecordDecision {
  if (record?.at !== "proposed") return refused(record, "an answer to nothing that we proposed");
  const { entry, by: ours } = unkept(record.kept);
  const said = command.type === "countersigned" ? entry : command.own;
  if (!context.verify(command.by, signable(said))) return refused(record, "an answer that their station did not sign");
  if (command.type === "countersigned") {
    const signatures = [
      { party: context.us, ...ours },
      { party: context.them, ...command.by },
    ];
    return { record: null, effects: [{ type: "joint", body: encode(callEntry, entry), signatures }] };
  }
  const agreement = agree(command.own, entry);
  const fields = agreement.type === "differ" ? agreement.fields : [];
  const body = encode(differingCallEntry, {
    proposed: entry,
    caller: ours,
    own: command.own,
    called: command.by,
    fields,
  });
  return { record: null, effects: [{ type: "differing", body }] };
}
