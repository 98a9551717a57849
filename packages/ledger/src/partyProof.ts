// What a record's file holds to prove who its parties are: for each the cards, the station keys from the root's certificate on,
// and the ledger's keys. A party's id is made of its first root, so a reader who knows the ids needs nothing else; what only
// the record's own station says is told apart ([LG41]).
import { equal } from "@parley/base/bytes";
import { type Of, list, struct } from "@parley/base/codec";
import { type IdText, idText, partyId } from "@parley/protocol/ids";
import { maxRootGenerations, maxSuccessions } from "@parley/protocol/limits";
import {
  checkLogCertificate,
  refuseLogCertificate,
  signedLogCertificate,
} from "@parley/protocol/signed/logCertificate";
import { checkCard, partyCard, proveLineage, signedCard } from "@parley/protocol/signed/partyCard";
import { keyIdOf, partyIdOf } from "@parley/protocol/signed/root";
import {
  type Ed25519Key,
  type HybridKey,
  type VerifyAsync,
  ed25519Half,
  hybridKey,
  verifyAllAsync,
} from "@parley/protocol/signed/signature";
import { checkStationCertificate, signedStationCertificate } from "@parley/protocol/signed/stationCertificate";
import { checkSuccession, signedSuccession } from "@parley/protocol/signed/succession";
import { logKeyOf, witnessKeyOf } from "./logNames.ts";
import type { NoteKey } from "./note.ts";

export const partyProof = struct({
  party: partyId,
  /** One signed card for each root, where the record has them. */
  lineage: list(signedCard, maxRootGenerations),
  /** The card and station key as the record's own station pinned them when it was paired; nobody's signature is on them. */
  pinned: list(struct({ card: partyCard, key: hybridKey }), maxRootGenerations),
  certificates: list(signedStationCertificate, maxSuccessions),
  successions: list(signedSuccession, maxSuccessions),
  logs: list(signedLogCertificate, maxSuccessions),
});
export type PartyProof = Of<typeof partyProof>;

/** A station key, and whether it follows from the party's root or is only what the record's own station says. */
export type KnownKey = { readonly key: Ed25519Key; readonly proven: boolean };

/** Who a party is, as far as its proofs hold. */
export type ProvenParty = {
  readonly party: IdText;
  readonly name: string;
  /** Whether the name's card was signed by the root. */
  readonly cardProven: boolean;
  readonly timeZone: string;
  /** By idText of keyIdOf. */
  readonly keys: ReadonlyMap<IdText, KnownKey>;
  /** The newest ledger's keys that the root certified; null where there are none. */
  readonly log: NoteKey | null;
  /** Every witness key that the root certified. */
  readonly witnesses: readonly NoteKey[];
  /** What is in the proofs and does not hold, in a few words each. */
  readonly unproven: readonly string[];
};

/** Reads what `it` proves. Total; nothing that lacks a signature under the party's roots is taken for proven. */
export async function proveParty(it: PartyProof, verify: VerifyAsync): Promise<ProvenParty> {
  const unproven: string[] = [];
  const roots = new Map<number, HybridKey>();
  const keys = new Map<IdText, KnownKey>();
  const learn = (key: HybridKey, proven: boolean): void => {
    const id = idText(keyIdOf(key));
    if (proven || !keys.has(id)) keys.set(id, { key: ed25519Half(key), proven });
  };

  const line = it.lineage.length === 0 ? null : proveLineage(it.lineage);
  const cards = line !== null && (await verifyAllAsync(it.lineage.map(checkCard), verify)).ok;
  const ours = it.lineage.every(({ body }) => equal(body.party, it.party));
  const cardProven = line?.ok === true && cards && ours;
  if (cardProven) for (const { body } of it.lineage) roots.set(body.generation, body.root);
  else if (line !== null) unproven.push("cards");
  for (const { card, key } of it.pinned) {
    // The first root needs no signature: the party's id is its hash.
    if (card.generation === 0 && equal(partyIdOf(card.root), it.party) && equal(card.party, it.party))
      roots.set(0, card.root);
    learn(key, false);
  }

  for (const certificate of it.certificates) {
    const root = roots.get(certificate.body.generation);
    const good = root !== undefined && equal(certificate.body.party, it.party);
    if (good && (await verify(checkStationCertificate(certificate, root)))) learn(certificate.body.key, true);
    else unproven.push(`station certificate ${certificate.body.serial}`);
  }
  /** Keys in full, since a succession is checked under the whole old key. */
  const whole = new Map<IdText, HybridKey>(
    [...it.certificates.map(({ body }) => body.key), ...it.pinned.map(({ key }) => key)].map((key) => [
      idText(keyIdOf(key)),
      key,
    ]),
  );
  for (const succession of it.successions) {
    const { body } = succession;
    const old = whole.get(idText(body.oldKey));
    const good = old !== undefined && equal(body.party, it.party);
    if (good && (await verifyAllAsync(checkSuccession(succession, old), verify)).ok) {
      learn(body.newKey, keys.get(idText(body.oldKey))?.proven === true);
      whole.set(idText(keyIdOf(body.newKey)), body.newKey);
    } else unproven.push(`succession ${body.index}`);
  }

  let newest = -1;
  let log: NoteKey | null = null;
  const witnesses: NoteKey[] = [];
  for (const certificate of it.logs) {
    const { body } = certificate;
    const root = roots.get(body.generation);
    const card = { party: it.party, generation: body.generation };
    const good = root !== undefined && refuseLogCertificate(card, certificate) === null;
    if (!good || !(await verify(checkLogCertificate(certificate, root)))) {
      unproven.push(`ledger certificate ${body.serial}`);
      continue;
    }
    witnesses.push(witnessKeyOf(body));
    if (body.serial <= newest) continue;
    newest = body.serial;
    log = logKeyOf(body);
  }
  const card = it.lineage.at(-1)?.body ?? it.pinned.at(-1)?.card;
  return {
    party: idText(it.party),
    name: card?.name ?? idText(it.party),
    cardProven,
    timeZone: card?.timeZone ?? "UTC",
    keys,
    log,
    witnesses,
    unproven,
  };
}
