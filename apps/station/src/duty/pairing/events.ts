// What a pairing leaves in the ledger (rule PR20): facts, never secrets. `paired` is the entry that both sides signed: it
// holds each side's word over the same transcript.
import type { Bytes } from "@parley/base/bytes";
import { type Of, encode, oneOf, optional, struct, text, variant } from "@parley/base/codec";
import type { Result } from "@parley/base/result";
import { decodeAs } from "@parley/protocol/decodeAs";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { linkId, partyId } from "@parley/protocol/ids";
import { signedMatch } from "@parley/protocol/pairing/messages";
import { offerId } from "@parley/protocol/pairing/offer";
import { endCodes } from "@parley/protocol/pairing/state";
import { name, signedInstant } from "@parley/protocol/signed/fields";
import { digest } from "@parley/protocol/signed/hash";
import { presence } from "@parley/protocol/signed/revocation";

const pairingLedgerEvent = variant({
  offered: [1, struct({ offer: offerId, until: signedInstant, by: presence })],
  imported: [2, struct({ offer: offerId, name, by: presence })],
  /** `theirs` null: the link's first use was the proof, their word comes as `matched`. */
  paired: [
    3,
    struct({
      offer: offerId,
      link: linkId,
      party: partyId,
      name,
      transcript: digest,
      ours: signedMatch,
      theirs: optional(signedMatch),
      at: signedInstant,
    }),
  ],
  matched: [4, struct({ link: linkId, theirs: signedMatch })],
  /** The link with this party was keyed again, and is this one now. */
  rekeyed: [6, struct({ offer: offerId, link: linkId, party: partyId, name, transcript: digest, at: signedInstant })],
  /** An officer compared the words of a link that was keyed again. */
  compared: [7, struct({ link: linkId, words: oneOf("match", "differ"), by: presence, at: signedInstant })],
  /** The other party's station asks to key the link again. */
  invited: [8, struct({ offer: offerId, party: partyId, name, at: signedInstant })],
  /** `by` null: ended by the other side, the machine or the clock. */
  ended: [
    5,
    struct({
      offer: offerId,
      party: optional(partyId),
      why: oneOf(...endCodes),
      detail: text(400),
      by: optional(presence),
      at: signedInstant,
    }),
  ],
});
export type PairingLedgerEvent = Of<typeof pairingLedgerEvent>;

export const encodePairingEvent = (event: PairingLedgerEvent): Bytes => encode(pairingLedgerEvent, event);

/** MESSAGE_MALFORMED when a ledger holds what this version cannot read. */
export function decodePairingEvent(bytes: Uint8Array): Result<PairingLedgerEvent, ParleyError> {
  return decodeAs("pairing event", pairingLedgerEvent, bytes);
}
