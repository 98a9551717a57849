// The people's part of a pairing: each side's "They match" as a signed word under the link's secret (rules PR17-PR19).
import { type Bytes, equal } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import type { Instant } from "@parley/base/time";
import type { Presence } from "../signed/revocation.ts";
import type { Means } from "./event.ts";
import { type SignedMatch, checkMatch, encodePairingMessage, signMatch, signedMatch } from "./messages.ts";
import type { Offer } from "./offer.ts";
import { macHolds, macOf } from "./secrets.ts";
import type { Agreement, SettledAgreement, Side } from "./state.ts";

const useOf = { offering: "offering match", answering: "answering match" } as const;
const farSide: Record<Side, Side> = { offering: "answering", answering: "offering" };

/** Our person's word. */
export const pressMatch = (agreed: Agreement, officer: Presence, means: Means, at: Instant): SignedMatch =>
  signMatch({ link: agreed.link, transcript: agreed.transcript, party: means.party, officer, at }, means.signer);

/** The message that carries our word; `settled` is the one that must not be answered. */
export const matchMessage = (type: "matched" | "settled", offer: Offer, agreed: Agreement, ours: SignedMatch): Bytes =>
  encodePairingMessage({
    offer: offer.id,
    body: { type, match: ours, mac: macOf(agreed.secret, useOf[agreed.side], encode(signedMatch, ours)) },
  });

/** Whether this is the other side's word for this very pairing, by its signature. */
export function matchSigned(agreed: SettledAgreement, match: SignedMatch, means: Means): boolean {
  const { body } = match;
  return (
    equal(body.link, agreed.link) &&
    equal(body.transcript, agreed.transcript) &&
    equal(body.party, agreed.peer.card.party) &&
    means.verify(checkMatch(match, agreed.peer.line.key))
  );
}

/** The same, and under the link's secret too. */
export const matchHolds = (agreed: Agreement, match: SignedMatch, mac: Bytes, means: Means): boolean =>
  macHolds(agreed.secret, useOf[farSide[agreed.side]], encode(signedMatch, match), mac) &&
  matchSigned(agreed, match, means);
