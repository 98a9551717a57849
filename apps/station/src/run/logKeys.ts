// The two keys of a station's ledger, drawn once, sealed in the database under the station's sealing key, and certified by the
// root: by `parley init`, or later by `parley log-key` for a party that was made before. Station keys come and go above them.
import type { Bytes } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import type { Instant } from "@parley/base/time";
import type { PartyCard } from "@parley/protocol/signed/partyCard";
import { type SignedLogCertificate, signLogCertificate } from "@parley/protocol/signed/logCertificate";
import type { Ed25519Signer, HybridSigner } from "@parley/protocol/signed/signature";
import type { Store, Transaction } from "../store/port.ts";
import { openSecret, sealSecret } from "./secrets.ts";

const docKind = "logKeys";

/** A document of log keys may not be taken for a link's secrets. */
const sealedAs = (serial: number): string => `log ${serial}`;

export type LogKeys = { readonly log: Ed25519Signer; readonly witness: Ed25519Signer };

export type KeyMaker = (seed: Uint8Array) => Ed25519Signer;

const seedBytes = 32;

const keysOf = (seeds: Bytes, make: KeyMaker): LogKeys => ({
  log: make(seeds.slice(0, seedBytes)),
  witness: make(seeds.slice(seedBytes)),
});

/** A log's keys, and the root's certificate for them. */
export type Drawn = { readonly keys: LogKeys; readonly certificate: SignedLogCertificate };

/** Draws a log's keys, keeps them sealed, and has the root certify them. The caller writes the certificate down. */
export function drawLogKeys(
  tx: Transaction,
  root: HybridSigner,
  card: Pick<PartyCard, "party" | "generation">,
  serial: number,
  now: Instant,
  sealingKey: Bytes,
  random: Random,
  make: KeyMaker,
): Drawn {
  const seeds = random(2 * seedBytes);
  const keys = keysOf(seeds, make);
  tx.put(docKind, String(serial), sealSecret(seeds, sealedAs(serial), sealingKey, random));
  seeds.fill(0);
  const { party, generation } = card;
  const [logKey, witnessKey] = [keys.log.publicKey, keys.witness.publicKey];
  const certificate = signLogCertificate({ party, generation, serial, logKey, witnessKey, issued: now }, root);
  return { keys, certificate };
}

/** The keys of the log with this serial; null where they are not there, or were sealed under another key. */
export async function readLogKeys(
  store: Store,
  serial: number,
  sealingKey: Bytes,
  make: KeyMaker,
): Promise<LogKeys | null> {
  const doc = await store.doc(docKind, String(serial));
  if (!doc.ok || doc.value === null) return null;
  const seeds = openSecret(doc.value, sealedAs(serial), sealingKey);
  return seeds?.length === 2 * seedBytes ? keysOf(seeds, make) : null;
}
