// The auditor's verdict over a record's file: who its parties are, whether the record is whole and under whose signatures, and
// whether every joint entry is really signed by both. The same code for `parley verify`, the auditor's page and a station; no
// network, no clock ([LG40]-[LG45]). Verdict first, then rows for everything a reader must know.
import { type Bytes, hex } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import type { Instant } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import type { CallEntry, EntryField } from "@parley/protocol/signed/callEntry";
import { decodeCallEntry, decodeDifferingCallEntry } from "@parley/protocol/signed/keptCallEntry";
import type { Ed25519Key, VerifyAsync } from "@parley/protocol/signed/signature";
import { type Entry, decodeEntry, differsKind } from "./entry.ts";
import type { Sha256 } from "./hash.ts";
import type { Note, NoteKey } from "./note.ts";
import { type KnownKey, type ProvenParty, proveParty } from "./partyProof.ts";
import { type JointVerdict, verifyJoint } from "./record.ts";
import { type RecordFile, readRecordFile } from "./recordFile.ts";
import { type CheckEd25519, type Row, type Verdict, type VerdictKind, verifyCopy } from "./verify.ts";

export type AuditRow =
  | Row
  /** A joint entry that its parties did not sign. */
  | { readonly type: "joint"; readonly index: number; readonly verdict: Exclude<JointVerdict, { type: "signed" }> }
  /** Entries that rest on a station key of this party which its root is not shown to have certified. */
  | { readonly type: "asserted"; readonly party: string; readonly entries: number }
  /** These entries are under a checkpoint of the record's own station that no other party has cosigned yet. */
  | { readonly type: "alone"; readonly from: number; readonly to: number }
  /** A party's proofs of itself that do not hold. */
  | { readonly type: "unproven"; readonly party: string; readonly what: string }
  /** The two stations' accounts of a call differ, in these fields; both are kept. */
  | { readonly type: "differs"; readonly index: number; readonly fields: readonly EntryField[] }
  /** The times of a call by this party's clock may lie wrong by so many milliseconds; null: nobody watched the clock. */
  | { readonly type: "clockUncertain"; readonly index: number; readonly party: string; readonly by: number | null };

/** How an entry is proven: by its parties' signatures, by its place under a checkpoint alone, or not. */
export type ItemProof = "signedByBoth" | "differs" | "ours" | "withheld" | "missing" | "broken";

export type AuditItem = {
  readonly index: number;
  /** Null where the entry is not in the file. */
  readonly at: Instant | null;
  readonly kind: string;
  readonly proof: ItemProof;
  /** The parties whose word it is, by id and by name. */
  readonly by: readonly IdText[];
  readonly parties: readonly string[];
  readonly call: CallEntry | null;
  /** What two copies of one joint entry have alike: kind, body and signatures; null for all others. */
  readonly same: string | null;
};

export type Audit = {
  readonly party: ProvenParty;
  readonly parties: readonly ProvenParty[];
  readonly kind: VerdictKind;
  /** Places, and those whose entry is in the file. */
  readonly size: number;
  readonly entries: number;
  /** Names of those who signed the newest checkpoint that matches and was cosigned: the record's own party, then witnesses. */
  readonly signedBy: readonly string[];
  readonly gaps: number;
  readonly joint: { readonly signed: number; readonly of: number };
  readonly rows: readonly AuditRow[];
  readonly items: readonly AuditItem[];
};

export type AuditTools = {
  readonly sha: Sha256;
  readonly verify: VerifyAsync;
  readonly check: CheckEd25519;
};

/** Whether the record is all there, both sides signed all of it, and every joint entry is both's word. */
export const isComplete = ({ kind, signedBy, rows }: Audit): boolean =>
  kind === "complete" && signedBy.length > 1 && !rows.some((row) => row.type === "alone");

/** A key that has signed nothing, for a record whose log no root certified. */
const nobodysKey: NoteKey = { kind: "log", name: "nobody", publicKey: new Uint8Array(32) as Ed25519Key };

/** What is known of a file's parties before its entries are looked at. */
export type Opened = {
  readonly file: RecordFile;
  readonly party: ProvenParty;
  readonly parties: readonly ProvenParty[];
};

/** Reads a file and proves its parties. `LEDGER_MALFORMED` for a file that is no record's, or holds no proof of its own party. */
export async function openRecord(bytes: Bytes, { sha, verify }: AuditTools): Promise<Result<Opened, ParleyError>> {
  const read = readRecordFile(sha, bytes);
  if (!read.ok) return read;
  const parties = await Promise.all(read.value.parties.map((it) => proveParty(it, verify)));
  const party = parties.find((it) => it.party === idText(read.value.party));
  return party === undefined
    ? fail(problem("LEDGER_MALFORMED", "no proof of its own party"))
    : ok({ file: read.value, party, parties });
}

/** The record's tree, tiles and checkpoints; `seen` are its checkpoints that other parties' copies hold. */
export function verifyOpened(
  { file, party, parties }: Opened,
  tools: AuditTools,
  seen: readonly Note[],
): Promise<Verdict> {
  const { places, checkpoints, tiles } = file;
  const witnesses = parties.filter((it) => it !== party).flatMap((it) => it.witnesses);
  const copy = { places, checkpoints: [...checkpoints, ...seen], log: party.log ?? nobodysKey, witnesses, tiles };
  return verifyCopy(tools.sha, copy, tools.check);
}

/** Every entry of the file read, and every joint one's signatures checked. */
export async function readItems({ file, party, parties }: Opened, { check }: AuditTools) {
  const items: AuditItem[] = [];
  const rows: AuditRow[] = [];
  const asserted = new Map<string, number>();
  const keys = new Map<IdText, ReadonlyMap<IdText, KnownKey>>(parties.map((it) => [it.party, it.keys]));
  const nameOf = (id: Bytes): string => parties.find((it) => it.party === idText(id))?.name ?? idText(id);
  let signed = 0;
  let of = 0;

  const readJoint = async (index: number, entry: Entry & { type: "joint" }): Promise<ItemProof> => {
    of++;
    const known = (id: Bytes, key: Bytes) => keys.get(idText(id))?.get(idText(key));
    const verdict = await verifyJoint(entry, (id, key) => known(id, key)?.key ?? null, check);
    if (verdict.type !== "signed") {
      rows.push({ type: "joint", index, verdict });
      return "broken";
    }
    signed++;
    for (const { party: id, key } of entry.signatures)
      if (known(id, key)?.proven === false) asserted.set(nameOf(id), (asserted.get(nameOf(id)) ?? 0) + 1);
    return "signedByBoth";
  };

  for (const [index, place] of file.places.entries()) {
    const nothing = { index, at: null, kind: "", by: [], parties: [], call: null, same: null };
    if (place.type !== "entry") {
      items.push({ ...nothing, proof: place.type });
      continue;
    }
    const read = decodeEntry(place.bytes);
    if (!read.ok) {
      items.push({ ...nothing, proof: "broken" });
      continue;
    }
    const entry = read.value;
    const { time: at, kind } = entry;
    if (entry.type === "own") {
      const differs = kind === differsKind ? decodeDifferingCallEntry(entry.body) : null;
      if (differs?.ok === true) rows.push({ type: "differs", index, fields: differs.value.fields });
      const proof = differs?.ok === true ? "differs" : "ours";
      const same = differs?.ok === true ? hex(entry.body) : null;
      items.push({ index, at, kind, proof, by: [party.party], parties: [party.name], call: null, same });
      continue;
    }
    const proof = await readJoint(index, entry);
    const call = kind === "call" ? decodeCallEntry(entry.body) : null;
    if (call?.ok === true)
      for (const side of [call.value.caller, call.value.called])
        if (side.uncertainty !== 0)
          rows.push({ type: "clockUncertain", index, party: side.name, by: side.uncertainty });
    items.push({
      index,
      at,
      kind,
      proof,
      by: entry.signatures.map((it) => idText(it.party)),
      parties: entry.signatures.map((it) => nameOf(it.party)),
      call: call?.ok === true ? call.value : null,
      same: `${kind} ${hex(entry.body)}`,
    });
  }
  for (const [name, entries] of asserted) rows.push({ type: "asserted", party: name, entries });
  return { items, rows, joint: { signed, of } };
}

/** The verdict over an opened file. */
export async function auditOpened(opened: Opened, tools: AuditTools, seen: readonly Note[] = []): Promise<Audit> {
  const { party, parties } = opened;
  const verdict = await verifyOpened(opened, tools, seen);
  const { items, rows, joint } = await readItems(opened, tools);
  const unproven = parties.flatMap((it) =>
    it.unproven.map((what): AuditRow => ({ type: "unproven", party: it.name, what })),
  );
  const broken = joint.signed < joint.of || unproven.length > 0;
  const witnessName = (key: string): string =>
    parties.find((it) => it.witnesses.some((witness) => witness.name === key))?.name ?? key;
  const matching = verdict.rows.filter((row) => row.type === "checkpoint").filter(({ holds }) => holds === "matches");
  const cosigned = matching.findLast((row) => row.witnesses.length > 0);
  const [from, covered] = [cosigned?.size ?? 0, matching.at(-1)?.size ?? 0];
  const alone: readonly AuditRow[] = from < covered ? [{ type: "alone", from, to: covered - 1 }] : [];
  const named = [...new Set(cosigned?.witnesses.map(({ name }) => witnessName(name)))];
  return {
    party,
    parties,
    kind: broken && (verdict.kind === "complete" || verdict.kind === "gaps") ? "broken" : verdict.kind,
    size: verdict.size,
    entries: verdict.entries,
    signedBy: matching.length > 0 ? [party.name, ...named] : [],
    gaps: verdict.rows.filter((row) => row.type === "gap" || row.type === "uncovered").length,
    joint,
    rows: [...verdict.rows, ...alone, ...unproven, ...rows],
    items,
  };
}

/** One file, read and judged. */
export async function auditRecord(bytes: Bytes, tools: AuditTools): Promise<Result<Audit, ParleyError>> {
  const opened = await openRecord(bytes, tools);
  return opened.ok ? ok(await auditOpened(opened.value, tools)) : opened;
}
