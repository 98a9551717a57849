// A station's record as one file that stands by itself ([LG40]): its entries, tree and checkpoints as the store has them at one
// moment, with what proves its parties. Reads the store alone, so it is the same for a running station and one at rest.
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { decode } from "@parley/base/codec";
import { type Bytes, equal } from "@parley/base/bytes";
import { type Result, certain, fail, ok } from "@parley/base/result";
import { decodeCheckpoint } from "@parley/ledger/checkpoint";
import { decodeEntry } from "@parley/ledger/entry";
import { leafHash } from "@parley/ledger/hash";
import { type Note, decodeNote, signatureOf, withSignature } from "@parley/ledger/note";
import { logKeyOf } from "@parley/ledger/logNames";
import type { PartyProof } from "@parley/ledger/partyProof";
import { recordFile } from "@parley/ledger/recordFile";
import { growTree } from "@parley/ledger/tree";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idText } from "@parley/protocol/ids";
import type { SignedLogCertificate } from "@parley/protocol/signed/logCertificate";
import { type IdentityEvent, decodeIdentityEvent, entriesOf } from "./duty/identity/events.ts";
import { ledgerFact, ledgerKind } from "./duty/ledger/facts.ts";
import { nodeSha256 } from "./keys/hybrid.ts";
import { identityKind } from "./run/identityRun.ts";
import { cosignedKind, seenKind, signedKind } from "./run/logDocs.ts";
import { replay } from "./run/replay.ts";
import type { Store, StoredEvent } from "./store/port.ts";

type Draft = { -readonly [K in keyof PartyProof]: PartyProof[K] };

/** Gathers the proofs of all parties as the ledger's own events have them. */
class Proofs {
  readonly parties = new Map<IdText, Draft>();
  own: PartyId | null = null;
  /** Our own certificates, the newest last. */
  log: SignedLogCertificate | null = null;

  private of(party: PartyId): Draft {
    const known = this.parties.get(idText(party));
    if (known !== undefined) return known;
    const made: Draft = { party, lineage: [], pinned: [], certificates: [], successions: [], logs: [] };
    this.parties.set(idText(party), made);
    return made;
  }

  take({ kind, bytes }: StoredEvent): void {
    if (kind === identityKind) this.identity(certain(decodeIdentityEvent(certain(decodeEntry(bytes)).body)));
    if (kind !== ledgerKind) return;
    const fact = certain(decode(ledgerFact, certain(decodeEntry(bytes)).body));
    if (fact.type === "stopped") return;
    const draft = this.of(fact.certificate.body.party);
    draft.logs = [...draft.logs, fact.certificate];
    if (fact.type === "certified") this.log = fact.certificate;
  }

  private identity(event: IdentityEvent): void {
    for (const entry of entriesOf(event)) {
      const draft = this.of(entry.it.body.party);
      if (entry.type === "certificate") draft.certificates = [...draft.certificates, entry.it];
      else draft.successions = [...draft.successions, entry.it];
    }
    switch (event.type) {
      case "setUp": {
        this.own = event.certificate.body.party;
        this.of(this.own).lineage = event.lineage;
        return;
      }
      case "cardIssued":
      case "rootReplaced": {
        const draft = this.of(event.card.body.party);
        const { generation } = event.card.body;
        draft.lineage = [...draft.lineage.filter(({ body }) => body.generation < generation), event.card];
        return;
      }
      case "peerPinned": {
        const { card, line } = event.pin;
        const draft = this.of(card.party);
        if (!draft.pinned.some(({ key }) => equal(key, line.key)))
          draft.pinned = [...draft.pinned, { card, key: line.key }];
        return;
      }
      default:
    }
  }
}

/** Our checkpoints, newest first, those of one text with all their signatures in one note. */
async function checkpointsOf(store: Store, log: SignedLogCertificate, upTo: number): Promise<readonly Note[]> {
  const { serial } = log.body;
  const key = logKeyOf(log.body);
  const docs = [...certain(await store.docs(cosignedKind)), ...certain(await store.docs(signedKind))];
  const byText = new Map<string, { readonly size: number; note: Note }>();
  for (const { key: name, bytes } of docs) {
    if (name.split(" ")[0] !== String(serial)) continue;
    const note = certain(decodeNote(bytes));
    const { size } = certain(decodeCheckpoint(note.text));
    const own = signatureOf(nodeSha256, note, key);
    // One that was signed after the export began is of entries that it does not have.
    if (own === null || size > upTo) continue;
    const known = byText.get(note.text) ?? { size, note: { text: note.text, signatures: [own] } };
    byText.set(note.text, known);
    for (const signature of note.signatures)
      if (!known.note.signatures.some((it) => it.name === signature.name && equal(it.keyId, signature.keyId)))
        known.note = withSignature(known.note, signature);
  }
  return [...byText.values()].toSorted((a, b) => b.size - a.size).map(({ note }) => note);
}

/** The pieces of the file. ID_NOT_SET_UP for a store without a party. */
export async function recordPieces(store: Store): Promise<Result<AsyncGenerator<Bytes>, ParleyError>> {
  const proofs = new Proofs();
  const tree = growTree(nodeSha256);
  const size = store.nextIndex();
  await replay(store, (event) => {
    if (event.index >= size) return;
    proofs.take(event);
    tree.append(leafHash(nodeSha256, event.bytes));
  });
  const { own, log } = proofs;
  if (own === null) return fail(problem("ID_NOT_SET_UP"));
  const checkpoints = log === null ? [] : await checkpointsOf(store, log, size);
  const witnessed = certain(await store.docs(seenKind)).map(({ bytes }) => certain(decodeNote(bytes)));
  const parties = [...proofs.parties.values()];
  const whole = { party: own, size, nodes: tree.node, checkpoints, witnessed, parties };
  return ok(
    recordFile(nodeSha256, whole, async (from, count) =>
      certain(await store.events(from, count)).map(({ bytes }) => bytes),
    ),
  );
}

/** Writes the record to a new file; a failure leaves none. BACKUP_UNWRITABLE, ID_NOT_SET_UP. */
export async function exportRecord(
  store: Store,
  path: string,
): Promise<Result<{ readonly path: string; readonly entries: number }, ParleyError>> {
  const entries = store.nextIndex();
  const pieces = await recordPieces(store);
  if (!pieces.ok) return pieces;
  const aside = `${path}.part`;
  try {
    await pipeline(pieces.value, createWriteStream(aside, { flags: "wx", mode: 0o600, flush: true }));
    await rename(aside, path);
    return ok({ path, entries });
  } catch (error) {
    await rm(aside, { force: true });
    return fail(problem("BACKUP_UNWRITABLE", String(error)));
  }
}
