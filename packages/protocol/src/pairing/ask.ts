// "Shall we key our link again?": what a station says at a linked party's door when two of its officers want that, and whom it
// proves to be. Neither the link's secret nor its numbers can be trusted then, so it does not go over the link. It brings nobody
// in: the offer that it carries is answered only after two officers there agree as well. docs/spec/rekey.md has the rules.
import { type Bytes, concat, equal, utf8 } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import type { Instant } from "@parley/base/time";
import { type ParleyError, problem } from "../errorCodes.ts";
import type { PartyId } from "../ids.ts";
import { labelled, sha256Of } from "../signed/hash.ts";
import { labels } from "../signed/labels.ts";
import { type Bundle, bundle, proveBundle, refuseStaleKey } from "../signed/pin.ts";
import { repin } from "../signed/repin.ts";
import { type HybridSigner, ed25519Half } from "../signed/signature.ts";
import type { Means } from "./event.ts";
import { type PairingBody, encodePairingMessage } from "./messages.ts";
import { type Offer, decodeOffer, encodeOffer } from "./offer.ts";

type Rekey = Extract<Offer, { readonly type: "rekey" }>;

/** Names the door that a party's station keeps open for another linked one: 16 bytes, the same for all their links. */
export function rekeyDoor(at: PartyId, from: PartyId): Bytes {
  return sha256Of(labelled(labels.rekeyDoor, concat(at, from))).slice(0, 16);
}

const signable = (made: Bytes): Bytes => labelled(labels.rekeyAsk, made);

/** The message that brings `offer` to the door. */
export function encodeAsk(offer: Rekey, ours: Bundle, signer: HybridSigner): Bytes {
  const made = utf8(encodeOffer(offer));
  const signature = signer.sign(labels.rekeyAsk, signable(made));
  return encodePairingMessage({
    offer: offer.id,
    body: { type: "ask", made, bundle: encode(bundle, ours), signature },
  });
}

/** The offer in an ask, by the station that the asking party's root certifies; the roots must be the ones that are pinned. */
export function proveAsk(
  body: Extract<PairingBody, { readonly type: "ask" }>,
  means: Means,
  now: Instant,
): Result<{ readonly offer: Rekey; readonly party: PartyId }, ParleyError> {
  const read = decodeOffer(new TextDecoder().decode(body.made), now);
  if (!read.ok) return read;
  const shown = decode(bundle, body.bundle);
  if (!shown.ok) return fail(problem("PAIR_BUNDLE_INVALID", `${shown.error.reason} at ${shown.error.at}`));
  const claim = proveBundle(shown.value, now);
  const proven = claim.ok ? claim.value.prove(means.verify) : claim;
  if (!proven.ok) return proven;
  const { card, line } = proven.value;
  const { value: offer } = read;
  const before = means.pinned(card.party);
  if (offer.type !== "rekey" || !equal(offer.with, means.party) || before === null) return fail(problem("REKEY_UNFIT"));
  const after = repin(before, proven.value);
  if (!after.ok) return after;
  const stale = refuseStaleKey(proven.value, now);
  if (stale !== null) return fail(stale);
  const message = signable(body.made);
  const { signature } = body;
  const check = { scheme: "hybrid", label: labels.rekeyAsk, publicKey: line.key, message, signature } as const;
  const same = equal(ed25519Half(line.key), offer.stationKey) && card.name === offer.name;
  return same && means.verify(check) ? ok({ offer, party: card.party }) : fail(problem("SIGNATURE_INVALID", "an ask"));
}
