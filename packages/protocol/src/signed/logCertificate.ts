// The root's signature on the two keys of a party's ledger: the log key, which signs its checkpoints, and the witness key, which
// cosigns those of linked parties. Both stay the same while station keys hand over every month, so that a reader of the record
// needs two keys and no history. A higher serial begins the log anew, as after a restore from a backup (rule LG30).
import { type Codec, type Of, struct, uint32, uint8 } from "@parley/base/codec";
import { equal } from "@parley/base/bytes";
import { type ParleyError, problem } from "../errorCodes.ts";
import { partyId } from "../ids.ts";
import { signedInstant } from "./fields.ts";
import { labels } from "./labels.ts";
import type { PartyCard } from "./partyCard.ts";
import {
  type HybridKey,
  type HybridSigner,
  type Signed,
  type SignatureCheck,
  checkOf,
  ed25519Key,
  sign,
  signed,
} from "./signature.ts";

export const logCertificate = struct({
  party: partyId,
  /** The generation of the root that signs. */
  generation: uint8,
  /** Counts the logs of this party, from 1; the higher one is the one in use. */
  serial: uint32,
  logKey: ed25519Key,
  witnessKey: ed25519Key,
  issued: signedInstant,
});
export type LogCertificate = Of<typeof logCertificate>;

export type SignedLogCertificate = Signed<LogCertificate>;
export const signedLogCertificate: Codec<SignedLogCertificate> = signed(logCertificate);

export const signLogCertificate = (body: LogCertificate, root: HybridSigner): SignedLogCertificate =>
  sign(labels.logCertificate, logCertificate, body, root);

export const checkLogCertificate = (it: SignedLogCertificate, root: HybridKey): SignatureCheck =>
  checkOf(labels.logCertificate, logCertificate, it, root);

/** Why the certificate is not one by this card's root; null when it may be. Its signature is not looked at. */
export function refuseLogCertificate(
  card: Pick<PartyCard, "party" | "generation">,
  { body }: SignedLogCertificate,
): ParleyError | null {
  if (!equal(body.party, card.party)) return problem("LEDGER_KEY_UNPROVEN", "another party's");
  if (body.generation !== card.generation) return problem("LEDGER_KEY_UNPROVEN", `by root ${body.generation}`);
  return null;
}
