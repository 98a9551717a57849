// A pairing offer: what one party gives the other by any channel, as a link, a QR code or a file, all the same bytes
// (rules PR1-PR3). It is message M1: the commitment to a nonce, an identity and a key that are revealed only after the
// other side has shown its own. It admits nobody: who finds it can at most use it up.
import type { Brand } from "@parley/base/brand";
import { type Bytes, base64url, concat, equal, fromBase64url } from "@parley/base/bytes";
import { type Codec, type Of, decode, encode, fixed, list, struct, variant } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import type { Instant } from "@parley/base/time";
import { type ParleyError, problem } from "../errorCodes.ts";
import { partyId } from "../ids.ts";
import { maxOfferBytes, maxOfferLifetimeMs, maxStationAddresses } from "../limits.ts";
import { name, signedInstant, stationAddress } from "../signed/fields.ts";
import { digest, sha256Of } from "../signed/hash.ts";
import { ed25519Key } from "../signed/signature.ts";

/** Names one offer and the pairing it leads to. 16 bytes. */
export type OfferId = Brand<Bytes, "OfferId">;
export const offerId: Codec<OfferId> = fixed<OfferId>(16);

const fields = {
  id: offerId,
  expires: signedInstant,
  name,
  stations: list(stationAddress, maxStationAddresses, 0xffff),
  /** Ed25519 half of the offering station's key, which is also its TLS key: the importing station dials with this pin. */
  stationKey: ed25519Key,
  commitment: digest,
};

/** Tags are versions of the text: a station that does not know one says that it cannot read the offer. */
export const offer = variant({
  pair: [1, struct(fields)],
  /** The link with this party is to be keyed again, under the roots that both have pinned (docs/spec/rekey.md). */
  rekey: [2, struct({ ...fields, with: partyId })],
});
export type Offer = Of<typeof offer>;

const scheme = "parley:pair#";
const checkBytes = 4;

/** The text of an offer: what the link, the QR code and the file hold. */
export function encodeOffer(it: Offer): string {
  const bytes = encode(offer, it);
  if (bytes.length > maxOfferBytes) throw new RangeError(`an offer of ${bytes.length} bytes`);
  return scheme + base64url(concat(bytes, sha256Of(bytes).slice(0, checkBytes)));
}

/**
 * The offer in a text that a person pasted, scanned or picked; what stands before the last `#` is ignored.
 * PAIR_OFFER_UNREADABLE when it was cut, bent, or is of another version; PAIR_OFFER_EXPIRED.
 */
export function decodeOffer(text: string, now: Instant): Result<Offer, ParleyError> {
  const unreadable = (why: string) => fail(problem("PAIR_OFFER_UNREADABLE", why));
  if (text.length > 4 * maxOfferBytes) return unreadable(`${text.length} characters`);
  const whole = fromBase64url(text.slice(text.lastIndexOf("#") + 1).trim());
  if (whole === null || whole.length <= checkBytes || whole.length > maxOfferBytes + checkBytes)
    return unreadable("not base64url of an offer");
  const bytes = whole.slice(0, -checkBytes);
  if (!equal(sha256Of(bytes).slice(0, checkBytes), whole.slice(-checkBytes))) return unreadable("its check differs");
  const read = decode(offer, bytes);
  if (!read.ok) return unreadable(`${read.error.reason} at ${read.error.at}`);
  if (now > read.value.expires) return fail(problem("PAIR_OFFER_EXPIRED"));
  if (read.value.expires > now + 2 * maxOfferLifetimeMs) return unreadable("it claims a longer life than any may have");
  return ok(read.value);
}
