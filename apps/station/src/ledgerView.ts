// The ledger as people read it: rows for a signed-in officer's console, and the entries of calls for the command line. Nothing
// here decides anything; what an entry proves is what is in it.
import { base64url } from "@parley/base/bytes";
import { decode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { type Entry, decodeEntry, differsKind } from "@parley/ledger/entry";
import { beganText, endedText } from "@parley/ledger/times";
import { type IdText, idText } from "@parley/protocol/ids";
import { type CallAccount, type CallEntry, clocksApart, epochsOf } from "@parley/protocol/signed/callEntry";
import { decodeCallEntry, decodeDifferingCallEntry } from "@parley/protocol/signed/keptCallEntry";
import type { LedgerRow } from "@parley/protocol/terminal/console";
import { drillRow } from "./drillView.ts";
import { type MakeRow, peopleRow, testRow } from "./peopleView.ts";
import { type IdentityEvent, decodeIdentityEvent } from "./duty/identity/events.ts";
import { type Identity } from "./duty/identity/state.ts";
import { type LedgerFact, ledgerFact, ledgerKind } from "./duty/ledger/facts.ts";
import { decodePairingEvent } from "./duty/pairing/events.ts";
import { type AlarmFact, alarmFact, alarmKind } from "./run/alarmFacts.ts";
import { callFact, callKind } from "./run/callFacts.ts";
import { drillKind, drillOwnKind } from "./run/drillFacts.ts";
import { identityKind } from "./run/identityRun.ts";
import { pairingKind } from "./run/pairingRun.ts";
import { peopleFact, peopleKind } from "./run/peopleFacts.ts";
import type { Recorded } from "./run/recordRun.ts";
import { selfTestFact, selfTestKind } from "./run/selfTestFacts.ts";
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
    case drillKind:
    case drillOwnKind: {
      const it = drillRow(entry, identity.home?.pin.card.party ?? null);
      return it === null ? null : row(entry.time, it.kind, it.facts, it.link, it.proof);
    }
    case pairingKind: {
      const fact = decodePairingEvent(entry.body);
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
      if (it.type === "rekeyed") return row(it.at, "rekeyed", { them: it.name }, idText(it.link));
      if (it.type === "compared")
        return row(
          it.at,
          it.words === "match" ? "wordsCompared" : "wordsDiffer",
          { officer: officer(it.by.officer) },
          idText(it.link),
        );
      return it.type === "ended" ? row(it.at, "pairingFailed", { them: it.why }) : null;
    }
    case identityKind: {
      const fact = decodeIdentityEvent(entry.body);
      return fact.ok ? identityRow(fact.value, row, officer, identity) : null;
    }
    case ledgerKind: {
      const fact = decode(ledgerFact, entry.body);
      return fact.ok ? recordRow(fact.value, entry.time, row) : null;
    }
    case selfTestKind: {
      const fact = decode(selfTestFact, entry.body);
      const name = fact.ok ? (identity.terminals.get(idText(fact.value.test.terminal))?.name ?? "") : "";
      return fact.ok ? testRow(fact.value.test, name, row) : null;
    }
    case peopleKind: {
      const fact = decode(peopleFact, entry.body);
      return fact.ok ? peopleRow(fact.value, row, officer) : null;
    }
    case alarmKind: {
      const fact = decode(alarmFact, entry.body);
      return fact.ok ? alarmRow(fact.value, row) : null;
    }
    default:
      return null;
  }
}

/** What happened to the records themselves. A linked party's certificate is for auditors. */
function recordRow(it: LedgerFact, at: number, row: MakeRow): LedgerRow | null {
  switch (it.type) {
    case "certified":
      return row(at, "recordCertified", { serial: it.certificate.body.serial });
    case "peerCertified":
      return null;
    case "stopped":
      return row(it.at, it.whose === "ours" ? "recordStoppedOurs" : "recordStopped", {}, idText(it.link));
  }
  return it satisfies never;
}

/** An alarm's name holds ids and is for programs; who took it up, and when, is for people. */
function alarmRow(it: AlarmFact, row: MakeRow): LedgerRow | null {
  switch (it.type) {
    case "raised":
      return row(it.at, it.what, {}, idText(it.link));
    case "acknowledged":
      return row(it.at, "alarmAcknowledged", { officer: it.name, alarm: it.alarm });
    case "shelved":
      return row(it.at, "alarmShelved", { officer: it.name, alarm: it.alarm, until: it.until });
    case "opened": {
      // Frames that somebody forged are a row already, by what the terminal saw.
      const { kind, whose, about, link } = it;
      return it.kind.startsWith("FRAMES_")
        ? null
        : row(it.at, "alarmOpened", { kind, whose, about, alarm: it.alarm }, link === null ? null : idText(link));
    }
    case "wentOn":
      return row(it.at, it.to === "second" ? "alarmToSecond" : "alarmToParty", { alarm: it.alarm });
  }
  return it satisfies never;
}

type RecordOf = (call: IdText) => Recorded | null;

function callRow(entry: Entry, row: MakeRow, recordOf: RecordOf): LedgerRow | null {
  const signed = entry.type === "joint" ? decodeCallEntry(entry.body) : null;
  if (signed !== null) return signed.ok ? entryRow(signed.value, row) : null;
  if (entry.kind === differsKind) {
    const both = decodeDifferingCallEntry(entry.body);
    return both.ok ? accountRow(both.value.caller.account, row) : null;
  }
  const fact = decode(callFact, entry.body);
  if (!fact.ok) return null;
  const it = fact.value;
  if (it.type === "missed") return row(it.at, "missed", { why: it.why }, idText(it.link));
  if (it.type === "rang") return row(it.at, "rang", { why: it.why, reach: it.reach }, idText(it.link));
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

const entryRow = (it: CallEntry, row: MakeRow): LedgerRow => {
  const { began, ended } = it.caller;
  const facts = { began, ended, epochs: epochsOf(it), clocksApart: clocksApart(it), ...callTimes(it) };
  return row(ended, "call", facts, idText(it.link), "signedByBoth");
};

/** Where the accounts differ a row tells the caller's. */
function accountRow({ link, own }: CallAccount, row: MakeRow): LedgerRow {
  const { began, ended, epochs } = own;
  return row(ended, "call", { began, ended, epochs, ...timesOf(own) }, idText(link), "differs");
}

/** When a call began and ended by the caller's clock, in the time of both parties as the entry recorded it ([LG25]). */
export function callTimes({ caller, called }: CallEntry): { readonly beganText: string; readonly endedText: string } {
  const places = [caller, called];
  return { beganText: beganText(caller.began, places), endedText: endedText(caller.ended, places) };
}

const timesOf = (own: CallAccount["own"]) => ({
  beganText: beganText(own.began, [own]),
  endedText: endedText(own.ended, [own]),
});

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
    case "rekeyAllowed": {
      const [one, two] = it.officers;
      const them = identity.peers.get(idText(it.party))?.card.name ?? "";
      const named = (who: typeof one): string => (who === undefined ? "" : officer(who.officer));
      return row(it.at, "rekeyAllowed", { them, officer: named(one), second: named(two) });
    }
    case "succeeded":
      return row(it.succession.body.issued, "succession");
    default:
      return null;
  }
}

/** A call for the command line. Where both stations have it, equal entries in two ledgers have equal `body` and `signatures`. */
export type CallShown = {
  readonly index: number;
  readonly call: IdText;
  readonly proof: Recorded["at"];
  readonly beganText: string;
  readonly endedText: string;
  /** How far the called party's clock stood ahead of the caller's, milliseconds; null where only one side's is told. */
  readonly clocksApart: number | null;
  readonly epochs: number;
  readonly receipts: number;
  readonly body: string;
  readonly signatures: readonly { readonly party: IdText; readonly signature: string }[];
};

/** The call that an event is about, if it is where the record of that call stands now; else null. */
export function callShown({ index, kind, bytes }: StoredEvent, recordOf: RecordOf): CallShown | null {
  if (kind !== callKind && kind !== differsKind) return null;
  const entry = certain(decodeEntry(bytes));
  if (entry.type === "joint") {
    const it = certain(decodeCallEntry(entry.body));
    const signatures = entry.signatures.map(({ party, signature }) => ({
      party: idText(party),
      signature: base64url(signature),
    }));
    return {
      index,
      call: idText(it.call),
      proof: "signedByBoth",
      ...callTimes(it),
      clocksApart: clocksApart(it),
      epochs: epochsOf(it),
      receipts: it.receipts.length,
      body: base64url(entry.body),
      signatures,
    };
  }
  if (kind === differsKind) {
    const { call, own, receipts } = certain(decodeDifferingCallEntry(entry.body)).caller.account;
    return {
      index,
      call: idText(call),
      proof: "differs",
      ...timesOf(own),
      clocksApart: null,
      epochs: own.epochs,
      receipts: receipts.length,
      body: base64url(entry.body),
      signatures: [],
    };
  }
  const fact = certain(decode(callFact, entry.body));
  if (fact.type !== "finished") return null;
  const proof = recordOf(idText(fact.call))?.at ?? "waiting";
  if (proof === "signedByBoth" || proof === "differs") return null;
  const utc = [{ name: "UTC", offset: 0 }];
  return {
    index,
    call: idText(fact.call),
    proof,
    beganText: beganText(fact.answered, utc),
    endedText: endedText(fact.ended, utc),
    clocksApart: null,
    epochs: fact.epochs,
    receipts: 0,
    body: "",
    signatures: [],
  };
}
