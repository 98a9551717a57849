// How a pin moves: each function takes a pin and one signed object that arrived, and gives the pin after it, unproven
// until its signatures are checked. What has been adopted before is `known` and changes nothing, so that
// everything may be sent twice. Carries rules ID7-ID15 and ID19-ID22.
import { equal } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import type { Instant } from "@parley/base/time";
import { type ParleyError, problem } from "../errorCodes.ts";
import { maxRevocations, maxRevokedKeys } from "../limits.ts";
import { type SignedCard, cardHash, checkCard, refuseNextRoot } from "./partyCard.ts";
import { type Pin, firstEntry, lineAfter, lineFrom, refuseCertificate } from "./pin.ts";
import {
  type Presence,
  type SignedRevocation,
  type SignedRuling,
  checkRevocation,
  checkRuling,
  refuseRevocation,
  revocationHash,
} from "./revocation.ts";
import { keyIdOf } from "./root.ts";
import { type HybridKey, Unproven } from "./signature.ts";
import {
  type SignedStationCertificate,
  checkStationCertificate,
  stationCertificateHash,
} from "./stationCertificate.ts";
import { type SignedSuccession, checkSuccession, signedSuccession, successionHash } from "./succession.ts";

export type Adopted = { readonly outcome: "adopted" | "known"; readonly pin: Pin };
type Adoption = Result<Unproven<Adopted>, ParleyError>;

const known = (pin: Pin): Adoption => ok(new Unproven<Adopted>({ outcome: "known", pin }, []));

/** A newer card of the same root. A card of another root is not adopted but held: `holdRoot`. */
export function adoptCard(pin: Pin, card: SignedCard): Adoption {
  const { body } = card;
  if (!equal(body.party, pin.card.party)) return fail(problem("ID_CARD_INVALID", "another party's card"));
  if (body.generation < pin.card.generation) return fail(problem("ID_CARD_STALE", "of a root that was replaced"));
  if (body.generation !== pin.card.generation || !equal(body.root, pin.card.root))
    return fail(problem("ID_ROOT_CHANGED"));
  if (!equal(body.nextRoot, pin.card.nextRoot))
    return fail(problem("ID_ROOT_CHANGED", "the card names another second root"));
  if (body.serial < pin.card.serial) return fail(problem("ID_CARD_STALE", `${body.serial} after ${pin.card.serial}`));
  if (body.serial === pin.card.serial)
    return equal(cardHash(body), cardHash(pin.card))
      ? known(pin)
      : fail(problem("ID_CARD_CONFLICT", `serial ${body.serial}`));
  return ok(new Unproven({ outcome: "adopted", pin: { ...pin, card: body } }, [checkCard(card)]));
}

/** A root certificate: it wins over every branch of station keys, thaws a frozen pin, and ends the grace of older keys. */
export function adoptCertificate(pin: Pin, it: SignedStationCertificate, now: Instant): Adoption {
  const wrong = refuseCertificate(pin.card, it);
  if (wrong !== null) return fail(wrong);
  if (it.body.serial < pin.line.serial)
    return fail(problem("ID_CERTIFICATE_STALE", `${it.body.serial} after ${pin.line.serial}`));
  if (it.body.serial === pin.line.serial)
    return equal(firstEntry(pin.line), stationCertificateHash(it))
      ? known(pin)
      : fail(problem("ID_CERTIFICATE_CONFLICT", `serial ${it.body.serial}`));
  const standing = pin.standing.type === "frozen" ? ({ type: "good" } as const) : pin.standing;
  const next: Pin = { ...pin, standing, line: lineFrom(it, pin.line, now) };
  return ok(new Unproven({ outcome: "adopted", pin: next }, [checkStationCertificate(it, pin.card.root)]));
}

/**
 * The next station key. ID_SUCCESSION_GAP: ask for the entries between. ID_SUCCESSION_FORK: another successor of this key
 * is pinned already and the one pinned stays; whether it is evidence or noise, `proveFork` tells.
 */
export function adoptSuccession(pin: Pin, it: SignedSuccession, now: Instant): Adoption {
  if (!equal(it.body.party, pin.card.party)) return fail(problem("ID_CARD_INVALID", "another party's succession"));
  const pinned = equal(it.body.certificate, firstEntry(pin.line)) ? pin.line.entries[it.body.index] : undefined;
  if (pinned !== undefined)
    return equal(pinned, successionHash(it))
      ? known(pin)
      : fail(problem("ID_SUCCESSION_FORK", `index ${it.body.index}`));
  if (pin.standing.type === "frozen") return fail(problem("ID_LINE_FROZEN"));
  const next = lineAfter(pin.line, it, now);
  if (!next.ok) return next;
  return ok(new Unproven({ outcome: "adopted", pin: { ...pin, line: next.value.line } }, next.value.checks));
}

/** What a fork is measured by: the key that has two successors, and the one of them that is pinned. */
export type ForkGround = { readonly oldKey: HybridKey; readonly first: SignedSuccession };

/** The ground of a fork at the key in use; null where the root certified that key, so that it succeeds none. */
export const presentGround = ({ line }: Pin): ForkGround | null =>
  line.last === null || line.previous === null ? null : { oldKey: line.previous.key, first: line.last };

/**
 * Whether `second` is a true rival of the pinned `first`: signed by the same old key, for the key that it had committed
 * to, with that key's consent. Then the pin is frozen with both. ID_SUCCESSION_UNCOMMITTED: somebody has the old key but
 * not the next; the pin stays as it is and the owner must be told.
 */
export function proveFork(pin: Pin, ground: ForkGround, second: SignedSuccession, at: Instant): Adoption {
  const { first, oldKey } = ground;
  const index = first.body.index;
  const pinned = pin.line.entries[index];
  const same =
    pinned !== undefined && equal(pinned, successionHash(first)) && equal(first.body.oldKey, keyIdOf(oldKey));
  const rival =
    equal(second.body.party, pin.card.party) &&
    equal(second.body.certificate, first.body.certificate) &&
    second.body.index === index &&
    equal(second.body.oldKey, first.body.oldKey);
  if (!same || !rival || equal(successionHash(first), successionHash(second)))
    return fail(problem("ID_SUCCESSION_GAP", "not two successors of one key"));
  // The pinned one was adopted because its key is the one committed to.
  if (!equal(second.body.newKey, first.body.newKey)) return fail(problem("ID_SUCCESSION_UNCOMMITTED"));
  const frozen = freeze(pin, first, second, at);
  return ok(new Unproven({ outcome: "adopted", pin: frozen }, checkSuccession(second, oldKey)));
}

/** The pin with both branches kept and nothing more to be done under it, until the root certifies anew. */
export function freeze(pin: Pin, first: SignedSuccession, second: SignedSuccession, at: Instant): Pin {
  const bytes = (it: SignedSuccession) => encode(signedSuccession, it);
  return { ...pin, standing: { type: "frozen", first: bytes(first), second: bytes(second), at } };
}

/** The pre-committed second root has signed a card and a station certificate: the pin stops until `releaseRoot`. */
export function holdRoot(pin: Pin, card: SignedCard, certificate: SignedStationCertificate, at: Instant): Adoption {
  if (!equal(card.body.party, pin.card.party)) return fail(problem("ID_CARD_INVALID", "another party's card"));
  const wrong = refuseNextRoot(pin.card, card.body) ?? refuseCertificate(card.body, certificate);
  if (wrong !== null) return fail(wrong);
  if (pin.standing.type === "rootHeld")
    return equal(cardHash(pin.standing.card.body), cardHash(card.body))
      ? known(pin)
      : fail(problem("ID_CARD_CONFLICT"));
  const standing = { type: "rootHeld", card, certificate, at } as const;
  const checks = [checkCard(card), checkStationCertificate(certificate, card.body.root)];
  return ok(new Unproven({ outcome: "adopted", pin: { ...pin, standing } }, checks));
}

/** Two officers of this side have confirmed the other party's new root over another channel. */
export function releaseRoot(pin: Pin, officers: readonly Presence[], now: Instant): Result<Pin, ParleyError> {
  if (pin.standing.type !== "rootHeld") return fail(problem("ID_ACT_UNKNOWN", "no root is held"));
  const [one, two] = officers;
  if (one === undefined || two === undefined) return fail(problem("ID_SECOND_OFFICER_DUE"));
  if (equal(one.officer, two.officer)) return fail(problem("ID_SAME_OFFICER"));
  const { card, certificate } = pin.standing;
  return ok({ ...pin, card: card.body, line: lineFrom(certificate, null, now), standing: { type: "good" } });
}

/** A cut-off by the pinned party of a terminal of its own. Of another party it is that party's own business: `known`. */
export function adoptRevocation(pin: Pin, it: SignedRevocation): Adoption {
  const { body } = it;
  if (!equal(body.party, pin.card.party)) return fail(problem("ID_REVOCATION_UNDUE", "another party's"));
  const undue = refuseRevocation(body);
  if (!undue.ok) return undue;
  const signer = signerOf(pin, body.by);
  if (signer === null) return fail(problem("ID_REVOCATION_UNDUE", "by no key that is pinned"));
  const checks = [checkRevocation(it, signer)];
  const adopted = (next: Pin): Adoption => ok(new Unproven({ outcome: "adopted", pin: next }, checks));
  switch (body.subject.type) {
    case "terminal": {
      const { terminal } = body.subject;
      if (pin.removed.some((r) => equal(r.terminal, terminal))) return known(pin);
      const entry = { terminal, revocation: revocationHash(it) };
      return adopted({ ...pin, removed: [...pin.removed, entry].slice(-maxRevocations) });
    }
    case "stationKey": {
      const { key } = body.subject;
      if (pin.revokedKeys.some((revoked) => equal(revoked, key))) return known(pin);
      return adopted({ ...pin, revokedKeys: [...pin.revokedKeys, key].slice(-maxRevokedKeys) });
    }
    case "party":
      return known(pin);
  }
  body.subject satisfies never;
}

function signerOf(pin: Pin, by: SignedRevocation["body"]["by"]): HybridKey | null {
  switch (by.type) {
    case "root":
      return by.generation === pin.card.generation ? pin.card.root : null;
    case "station": {
      const { key, previous } = pin.line;
      if (equal(by.key, keyIdOf(key))) return key;
      return previous !== null && equal(by.key, keyIdOf(previous.key)) ? previous.key : null;
    }
  }
  by satisfies never;
}

/** The root's last word: `undone` lets the terminal back in, `confirmed` changes nothing. */
export function adoptRuling(pin: Pin, it: SignedRuling): Adoption {
  const { body } = it;
  if (!equal(body.party, pin.card.party) || body.generation !== pin.card.generation)
    return fail(problem("ID_REVOCATION_UNDUE", "not the pinned root's ruling"));
  const rest = pin.removed.filter((r) => !equal(r.revocation, body.revocation));
  const check = checkRuling(it, pin.card.root);
  if (body.verdict === "confirmed" || rest.length === pin.removed.length)
    return ok(new Unproven<Adopted>({ outcome: "known", pin }, [check]));
  return ok(new Unproven<Adopted>({ outcome: "adopted", pin: { ...pin, removed: rest } }, [check]));
}
