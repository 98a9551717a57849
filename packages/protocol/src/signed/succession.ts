// A station key hands over to the key that was committed to before it was ever used (rules ID11-ID14).
// The old key signs, the new one proves that it was at hand, and the entry commits to the hash of the key after:
// a thief of the key in use can sign, but has no key that anyone would accept as the next, and cannot bend what the
// true entry commits to. The proof of possession is Ed25519 alone: forging it would still leave the forger without the
// old key's hybrid signature, and 3.3 kB a month are saved for ever.
import { type Codec, type Of, encode, struct, uint32 } from "@parley/base/codec";
import { partyId } from "../ids.ts";
import { signedInstant } from "./fields.ts";
import { type Digest, digest, hashOf, labelled } from "./hash.ts";
import { labels } from "./labels.ts";
import {
  type Ed25519Signature,
  type HybridKey,
  type HybridSigner,
  type Signed,
  type SignatureCheck,
  checkOf,
  ed25519Half,
  ed25519Signature,
  hybridKey,
  hybridSignature,
  sign,
} from "./signature.ts";

export const succession = struct({
  party: partyId,
  /** stationCertificateHash of the certificate that this line of keys began with. */
  certificate: digest,
  /** Counts the successions since that certificate, from 1. */
  index: uint32,
  /** keyIdOf the key that signs. */
  oldKey: digest,
  newKey: hybridKey,
  /** keyIdOf the key after the new one. */
  nextKey: digest,
  issued: signedInstant,
});
export type Succession = Of<typeof succession>;

/** `possession`: the new key's Ed25519 half over the same struct. */
export type SignedSuccession = Signed<Succession> & { readonly possession: Ed25519Signature };
export const signedSuccession: Codec<SignedSuccession> = struct<SignedSuccession>({
  body: succession,
  signature: hybridSignature,
  possession: ed25519Signature,
});

export const signSuccession = (body: Succession, oldKey: HybridSigner, newKey: HybridSigner): SignedSuccession => ({
  ...sign(labels.succession, succession, body, oldKey),
  possession: newKey.signEd25519(labelled(labels.successionPossession, encode(succession, body))),
});

/** Names what an entry says; the same words signed twice are one entry, never a fork. */
export const successionHash = (it: SignedSuccession): Digest => hashOf(labels.succession, succession, it.body);

/** Both signatures; `oldKey` must be the key that `body.oldKey` names, which the caller has compared. */
export const checkSuccession = (it: SignedSuccession, oldKey: HybridKey): readonly SignatureCheck[] => [
  checkOf(labels.succession, succession, it, oldKey),
  {
    scheme: "ed25519",
    label: labels.successionPossession,
    publicKey: ed25519Half(it.body.newKey),
    message: labelled(labels.successionPossession, encode(succession, it.body)),
    signature: it.possession,
  },
];
