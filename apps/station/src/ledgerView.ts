// The ledger as people read it: rows for a signed-in officer's console, and the entries of calls for the command line. Nothing
// here decides anything; what an entry proves is what is in it.
import { base64url } from "@parley/base/bytes";
import { decode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { type Entry, decodeEntry } from "@parley/ledger/entry";
import { beganText, endedText } from "@parley/ledger/times";
import { type IdText, idText } from "@parley/protocol/ids";
import { type CallEntry, callEntry, differingCallEntry } from "@parley/protocol/signed/callEntry";
import type { LedgerRow } from "@parley/protocol/terminal/console";
import { type IdentityEvent, identityEvent } from "./duty/identity/events.ts";
import { type Identity } from "./duty/identity/state.ts";
import { pairingLedgerEvent } from "./duty/pairing/events.ts";
import { callFact, callKind } from "./run/callFacts.ts";
import { identityKind } from "./run/identityRun.ts";
import { pairingKind } from "./run/pairingRun.ts";
import { type Recorded, differsKind } from "./run/recordRun.ts";
import type { StoredEvent } from "./store/port.ts";

/**
 * The ledger's event as a row, or null for one that people do not read. A call has one row: our own fact of it until both
 * stations' records of it are in the ledger, from then on that entry.
 */
export function rowOf(event: StoredEvent, identity: Identity, recordOf: RecordOf): LedgerRow | null {
  const entry = certain(decodeEntry(event.bytes));
  const row = (
    at: number,
    kind: string,
    facts: LedgerRow["facts"] = {},
    link: string | null = null,
    proof: LedgerRow["proof"] = "ours",
  ): LedgerRow => ({
    index: event.index,
    at,
    kind,
    facts,
    link,
    proof,
  });
  const officer = (id: Uint8Array<ArrayBuffer>): string => identity.officers.get(idText(id))?.name ?? "";
  switch (event.kind) {
    case callKind:
    case differsKind:
      return callRow(entry, row, recordOf);
    case pairingKind: {
      const fact = decode(pairingLedgerEvent, entry.body);
      if (!fact.ok) return null;
      const it = fact.value;
      if (it.type === "paired")
        return row(
          it.at,
          "paired",
          { them: it.name, officer: officer(it.ours.body.officer.officer) },
          idText(it.link),
          it.theirs === null ? "waiting" : "signedByBoth",
        );
      return it.type === "ended" ? row(it.at, "pairingFailed", { them: it.why }) : null;
    }
    case identityKind: {
      const fact = decode(identityEvent, entry.body);
      return fact.ok ? identityRow(fact.value, row, officer, identity) : null;
    }
    default:
      return null;
  }
}

type MakeRow = (
  at: number,
  kind: string,
  facts?: LedgerRow["facts"],
  link?: string | null,
  proof?: LedgerRow["proof"],
) => LedgerRow;

type RecordOf = (call: IdText) => Recorded | null;

function callRow(entry: Entry, row: MakeRow, recordOf: RecordOf): LedgerRow | null {
  const signed = entry.type === "joint" ? decode(callEntry, entry.body) : null;
  if (signed !== null) return signed.ok ? entryRow(signed.value, row, "signedByBoth") : null;
  if (entry.kind === differsKind) {
    const both = decode(differingCallEntry, entry.body);
    return both.ok ? entryRow(both.value.proposed, row, "differs") : null;
  }
  const fact = decode(callFact, entry.body);
  if (!fact.ok) return null;
  const it = fact.value;
  if (it.type === "missed") return row(it.at, "missed", { why: it.why }, idText(it.link));
  if (it.type !== "finished") return null;
  const { at } = recordOf(idText(it.call)) ?? { at: "waiting" };
  if (at === "signedByBoth" || at === "differs") return null;
  return row(
    it.ended,
    "call",
    { began: it.answered, ended: it.ended, epochs: it.epochs },
    idText(it.link),
    at === "crossed" ? "ours" : "waiting",
  );
}

const entryRow = (it: CallEntry, row: MakeRow, proof: LedgerRow["proof"]): LedgerRow =>
  row(
    it.ended,
    "call",
    { began: it.began, ended: it.ended, epochs: it.epochs, ...callTimes(it) },
    idText(it.link),
    proof,
  );

/** When a call began and ended, in the time of both parties as the entry recorded it ([LG25]). */
export function callTimes(it: CallEntry): { readonly beganText: string; readonly endedText: string } {
  const places = [it.caller, it.called];
  return { beganText: beganText(it.began, places), endedText: endedText(it.ended, places) };
}

function identityRow(
  it: IdentityEvent,
  row: MakeRow,
  officer: (id: Uint8Array<ArrayBuffer>) => string,
  identity: Identity,
): LedgerRow | null {
  switch (it.type) {
    case "officerJoined":
      return row(it.at, "firstOfficer", { officer: it.name });
    case "terminalEnrolled": {
      const terminal = identity.terminals.get(idText(it.terminal))?.name ?? "";
      return row(it.at, "enrolled", { terminal, officer: officer(it.by.officer) });
    }
    case "terminalCertified":
      return row(it.issued, "renewed", { terminal: identity.terminals.get(idText(it.terminal))?.name ?? "" });
    case "succeeded":
      return row(it.succession.body.issued, "succession");
    default:
      return null;
  }
}

/** An entry of a call for the command line. Equal entries in two ledgers have equal `body` and `signatures`. */
export type CallShown = {
  readonly index: number;
  readonly call: IdText;
  readonly proof: "signedByBoth" | "differs";
  readonly beganText: string;
  readonly endedText: string;
  readonly epochs: number;
  readonly receipts: number;
  readonly body: string;
  readonly signatures: readonly { readonly party: IdText; readonly signature: string }[];
};

/** The entry of a call that an event is, or null. */
export function callShown(event: StoredEvent): CallShown | null {
  if (event.kind !== callKind && event.kind !== differsKind) return null;
  const entry = certain(decodeEntry(event.bytes));
  if (entry.type === "own" && entry.kind !== differsKind) return null;
  const it =
    entry.type === "joint"
      ? certain(decode(callEntry, entry.body))
      : certain(decode(differingCallEntry, entry.body)).proposed;
  return {
    index: event.index,
    call: idText(it.call),
    proof: entry.type === "joint" ? "signedByBoth" : "differs",
    ...callTimes(it),
    epochs: it.epochs,
    receipts: it.receipts.length,
    body: base64url(entry.body),
    signatures:
      entry.type === "joint"
        ? entry.signatures.map(({ party, signature }) => ({ party: idText(party), signature: base64url(signature) }))
        : [],
  };
}
