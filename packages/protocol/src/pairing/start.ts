// How a pairing begins: one side makes an offer, the other imports it. Each start draws new keys; none is ever used
// for a second try (rule PR9).
import { equal } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import { type Instant, type Ms, after, ms } from "@parley/base/time";
import { type ParleyError, problem } from "../errorCodes.ts";
import type { PartyId } from "../ids.ts";
import { maxOfferLifetimeMs, maxPairingSuccessions, pairingExchangeMs } from "../limits.ts";
import { type Bundle, bundle } from "../signed/pin.ts";
import { ed25519Half } from "../signed/signature.ts";
import type { Means, PairingEffect } from "./event.ts";
import { kemSeedBytes } from "./kem.ts";
import { type Half, encodePairingMessage } from "./messages.ts";
import { type Offer, type OfferId, decodeOffer } from "./offer.ts";
import { commitmentTo } from "./secrets.ts";
import type { At } from "./state.ts";

type Own = { readonly own: Half; readonly seed: Half["nonce"] };

/** Whether a bundle fits a pairing; if not, the root has to sign the station key once more. */
export const fitsPairing = (ours: Bundle): boolean => ours.successions.length <= maxPairingSuccessions;

function drawHalf(ours: Bundle, means: Means): Own {
  const seed = means.random(kemSeedBytes);
  const key = means.kem.publicKeyOf(seed);
  return { own: { nonce: means.random(32), bundle: encode(bundle, ours), key }, seed };
}

/**
 * A fresh offer by the party that `ours` proves; `lifetime` is cut to `maxOfferLifetimeMs`. `rekeys`: the linked party whose
 * link is to be keyed again; null for a new link.
 */
export function makeOffer(
  ours: Bundle,
  lifetime: Ms,
  means: Means,
  now: Instant,
  rekeys: PartyId | null = null,
): At<"offered"> {
  const card = ours.lineage.at(-1)?.body;
  if (card === undefined) throw new Error("a bundle without a card");
  const half = drawHalf(ours, means);
  const fields = {
    id: means.random(16) as OfferId,
    expires: after(now, ms(Math.min(lifetime, maxOfferLifetimeMs))),
    name: card.name,
    stations: card.stations,
    stationKey: ed25519Half(means.signer.publicKey),
    commitment: commitmentTo(half.own),
  };
  const offer: Offer = rekeys === null ? { type: "pair", ...fields } : { type: "rekey", ...fields, with: rekeys };
  return { type: "offered", offer, ...half, until: offer.expires };
}

export type Started = { readonly state: At<"asked">; readonly effects: readonly PairingEffect[] };

/** Takes up an offer (M2). PAIR_OFFER_UNREADABLE, PAIR_OFFER_EXPIRED; PAIR_SELF for an offer of our own station. */
export function importOffer(text: string, ours: Bundle, means: Means, now: Instant): Result<Started, ParleyError> {
  const read = decodeOffer(text, now);
  if (!read.ok) return read;
  const offer = read.value;
  if (equal(ed25519Half(means.signer.publicKey), offer.stationKey)) return fail(problem("PAIR_SELF"));
  if (offer.type === "rekey" && !equal(offer.with, means.party))
    return fail(problem("REKEY_UNFIT", "for another party"));
  const half = drawHalf(ours, means);
  const sent = encodePairingMessage({ offer: offer.id, body: { type: "m2", half: half.own } });
  const state = { type: "asked", offer, ...half, until: after(now, ms(pairingExchangeMs)), sent } as const;
  const dial = { type: "dial", stations: offer.stations, stationKey: offer.stationKey } as const;
  return ok({ state, effects: [dial, { type: "send", bytes: sent }] });
}
