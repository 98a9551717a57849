// The party card: who a party is and where its station answers, signed by its root. It commits to the hash of the
// party's second root, so that a lost or stolen root can be replaced by the one key that was named before (rules ID5-ID8).
// A party that replaced its root n times has n + 1 cards in its lineage, the last of each root; the party id is made
// of the first root and stays.
import { equal } from "@parley/base/bytes";
import { type Codec, type Of, list, struct, uint32, uint8 } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "../errorCodes.ts";
import { partyId } from "../ids.ts";
import { maxRootGenerations, maxStationAddresses } from "../limits.ts";
import { name, signedInstant, stationAddress, timeZone } from "./fields.ts";
import { type Digest, digest, hashOf } from "./hash.ts";
import { labels } from "./labels.ts";
import { partyIdOf, rootIdOf } from "./root.ts";
import { type HybridSigner, type Signed, Unproven, checkOf, hybridKey, sign, signed } from "./signature.ts";

export const partyCard = struct({
  party: partyId,
  /** Which root this is, counted from 0. */
  generation: uint8,
  root: hybridKey,
  /** rootIdOf the only key that may follow this root. Never changes while this root is in use. */
  nextRoot: digest,
  /** Counts the cards of this root, from 1; the higher one holds. */
  serial: uint32,
  issued: signedInstant,
  name,
  place: name,
  timeZone,
  stations: list(stationAddress, maxStationAddresses, 0xffff),
});
export type PartyCard = Of<typeof partyCard>;

export type SignedCard = Signed<PartyCard>;
export const signedCard: Codec<SignedCard> = signed(partyCard);

/** One card for each root generation, from the first root's to the present one's. */
export const lineage = list(signedCard, maxRootGenerations);
export type Lineage = readonly SignedCard[];

export const signCard = (body: PartyCard, root: HybridSigner): SignedCard => sign(labels.card, partyCard, body, root);

/** Names what a card says; the same words signed twice are one card. */
export const cardHash = (card: PartyCard): Digest => hashOf(labels.card, partyCard, card);

/** The check that the card's own root signed it. */
export const checkCard = (card: SignedCard) => checkOf(labels.card, partyCard, card, card.body.root);

/**
 * The present card of a party that is not known yet, from its lineage. ID_CARD_INVALID when the first root is not the
 * party's, when a root is not the one its predecessor named, or when a generation is missing.
 */
export function proveLineage(cards: Lineage): Result<Unproven<PartyCard>, ParleyError> {
  const invalid = (why: string) => fail(problem("ID_CARD_INVALID", why));
  let before: PartyCard | null = null;
  for (const { body } of cards) {
    if (before === null) {
      if (body.generation !== 0) return invalid("the first card is not of the first root");
      if (!equal(partyIdOf(body.root), body.party)) return invalid("the party id is not the first root's");
    } else {
      if (!equal(body.party, before.party)) return invalid("two parties in one lineage");
      const wrong = refuseNextRoot(before, body);
      if (wrong !== null) return fail(wrong);
    }
    before = body;
  }
  if (before === null) return invalid("no card");
  return ok(new Unproven(before, cards.map(checkCard)));
}

/** Why `next` is not the card of the root that `card` committed to, or null when it is. */
export function refuseNextRoot(card: PartyCard, next: PartyCard): ParleyError | null {
  if (next.generation !== card.generation + 1) return problem("ID_CARD_INVALID", "a root generation is missing");
  if (!equal(rootIdOf(next.root), card.nextRoot))
    return problem("ID_ROOT_CHANGED", "not the root that was named before");
  return null;
}
