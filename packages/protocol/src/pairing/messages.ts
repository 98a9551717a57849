// The messages of a pairing after the offer (M1): M2 and M3 reveal both halves, M4 and M5 prove the keys, `matched` is a
// person's word, `end` stops it. All are bounded before they are parsed (rule PR4).
import type { Bytes } from "@parley/base/bytes";
import { type Of, encode, fixed, oneOf, opaque, struct, variant } from "@parley/base/codec";
import { type Result, fail } from "@parley/base/result";
import { decodeAs } from "../decodeAs.ts";
import { type ParleyError, problem } from "../errorCodes.ts";
import { linkId, partyId } from "../ids.ts";
import { maxOfferBytes, maxPairingMessageBytes } from "../limits.ts";
import { signedInstant } from "../signed/fields.ts";
import { digest } from "../signed/hash.ts";
import { labels } from "../signed/labels.ts";
import { presence } from "../signed/revocation.ts";
import {
  type HybridKey,
  type HybridSigner,
  type Signed,
  checkOf,
  hybridSignature,
  sign,
  signed,
} from "../signed/signature.ts";
import { kemCiphertext, kemKey } from "./kem.ts";
import { offerId } from "./offer.ts";

/** What each side reveals: nonce, identity, and a key made for this pairing alone. */
export const half = struct({
  nonce: fixed(32),
  /** An encoded signed/pin `bundle`. */
  bundle: opaque(maxPairingMessageBytes - 16 * 1024),
  key: kemKey,
});
export type Half = Of<typeof half>;

/** One side's word that its person compared the words and pressed "They match"; both together are the record of a pairing. */
export const match = struct({
  link: linkId,
  /** The digest of all messages before. */
  transcript: digest,
  party: partyId,
  officer: presence,
  at: signedInstant,
});
export type Match = Of<typeof match>;
export type SignedMatch = Signed<Match>;
export const signedMatch = signed(match);

export const signMatch = (body: Match, station: HybridSigner): SignedMatch =>
  sign(labels.pairMatch, match, body, station);
export const checkMatch = (it: SignedMatch, station: HybridKey) => checkOf(labels.pairMatch, match, it, station);

const mac = fixed(32);

export const endReasons = ["wordsDiffer", "cancelled", "refused", "timeout"] as const;
export type EndReason = (typeof endReasons)[number];

export const pairingBody = variant({
  m2: [2, struct({ half })],
  m3: [3, struct({ half, ciphertext: kemCiphertext })],
  m4: [4, struct({ ciphertext: kemCiphertext, signature: hybridSignature, mac })],
  m5: [5, struct({ signature: hybridSignature, mac })],
  matched: [6, struct({ match: signedMatch, mac })],
  /** `matched` once more, in answer to theirs, by a side that is done; it is never answered. */
  settled: [8, struct({ match: signedMatch, mac })],
  end: [7, struct({ why: oneOf(...endReasons) })],
  /** At a linked party's door: an offer to key the link again, and who makes it, proven from the root up and signed. */
  ask: [
    9,
    struct({
      made: opaque(maxOfferBytes),
      bundle: opaque(maxPairingMessageBytes - 16 * 1024),
      signature: hybridSignature,
    }),
  ],
});
export type PairingBody = Of<typeof pairingBody>;

export const pairingMessage = struct({ offer: offerId, body: pairingBody });
export type PairingMessage = Of<typeof pairingMessage>;

export const encodePairingMessage = (it: PairingMessage): Bytes => encode(pairingMessage, it);

/** MESSAGE_TOO_LARGE, MESSAGE_MALFORMED. */
export function decodePairingMessage(bytes: Uint8Array): Result<PairingMessage, ParleyError> {
  if (bytes.length > maxPairingMessageBytes)
    return fail(problem("MESSAGE_TOO_LARGE", `${bytes.length} bytes of pairing`));
  return decodeAs("pairing", pairingMessage, bytes);
}
