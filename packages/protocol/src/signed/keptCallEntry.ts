// Calls' entries as ledgers hold them: of the present form, and of the first one, in which both sides shared one pair of times by
// the caller's clock. A ledger is never rewritten, so every form that was ever signed stays readable here; what is signed is the
// bytes as they lie there, so signatures of any form verify as before. New entries are only ever of the present form ([LG26]).
import { type Bytes } from "@parley/base/bytes";
import { type DecodeError, type Of, decode, list, mapped, oneOf, struct, uint32 } from "@parley/base/codec";
import type { Result } from "@parley/base/result";
import { callId, linkId, terminalId } from "../ids.ts";
import { maxEntryTerminals } from "../limits.ts";
import {
  type CallAccount,
  type CallEntry,
  type DifferingCallEntry,
  type EntryField,
  type EntrySide,
  callEntry,
  differingCallEntry,
  entryFields,
  entrySignature,
  offsetMinutes,
  person,
  setOf,
  shared,
} from "./callEntry.ts";
import { signedInstant } from "./fields.ts";

const firstSide = struct({ ...person, offset: offsetMinutes, terminals: setOf(terminalId, maxEntryTerminals) });
const { outcome, receipts } = shared;
const times = { began: signedInstant, ended: signedInstant };
const firstFields = struct({
  link: linkId,
  call: callId,
  caller: firstSide,
  called: firstSide,
  ...times,
  outcome,
  epochs: uint32,
  receipts,
});
type First = Of<typeof firstFields>;

/** The first form itself; nothing writes it any more but the tests of its readers. */
export const firstCallEntry = mapped<First, First>(
  firstFields,
  (entry) => (entry.ended >= entry.began ? entry : null),
  (entry) => entry,
);

const sharedTimes = ["began", "ended", "epochs"] as const;
export const firstDifferingCallEntry = struct({
  proposed: firstCallEntry,
  caller: entrySignature,
  own: firstCallEntry,
  called: entrySignature,
  fields: list(
    oneOf("link", "call", "caller", "called", "began", "ended", "outcome", "epochs", "receipts"),
    entryFields.length + sharedTimes.length,
  ),
});

/** Nobody said how sure the times were, and both sides took the caller's. */
const sideOf = (side: First["caller"], { began, ended, epochs }: First): EntrySide => ({
  ...side,
  began,
  ended,
  uncertainty: null,
  epochs,
});

/** A call's entry of any form, as one of the present form reads. */
export function decodeCallEntry(bytes: Bytes): Result<CallEntry, DecodeError> {
  const present = decode(callEntry, bytes);
  if (present.ok) return present;
  const first = decode(firstCallEntry, bytes);
  if (!first.ok) return present;
  const { link, call, caller, called, outcome: how, receipts: named } = first.value;
  const sides = { caller: sideOf(caller, first.value), called: sideOf(called, first.value) };
  return { ok: true, value: { link, call, ...sides, outcome: how, receipts: named } };
}

/** Two accounts that differ, of any form; those of the first were signed as entries, not as accounts. */
export function decodeDifferingCallEntry(bytes: Bytes): Result<DifferingCallEntry, DecodeError> {
  const present = decode(differingCallEntry, bytes);
  if (present.ok) return present;
  const first = decode(firstDifferingCallEntry, bytes);
  if (!first.ok) return present;
  const { proposed, own, caller, called, fields } = first.value;
  const isTime = (field: string): boolean => sharedTimes.some((it) => it === field);
  const named = new Set(fields.map((field) => (isTime(field) ? "caller" : field)));
  return {
    ok: true,
    value: {
      caller: { account: accountOf(proposed, "caller"), by: caller },
      called: { account: accountOf(own, "called"), by: called },
      fields: entryFields.filter((field: EntryField) => named.has(field)),
    },
  };
}

function accountOf(entry: First, by: CallAccount["by"]): CallAccount {
  const { party, name, timeZone, terminals } = by === "caller" ? entry.called : entry.caller;
  return {
    link: entry.link,
    call: entry.call,
    by,
    own: sideOf(entry[by], entry),
    other: { party, name, timeZone, terminals },
    outcome: entry.outcome,
    receipts: entry.receipts,
  };
}
