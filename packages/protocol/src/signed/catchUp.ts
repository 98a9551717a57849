// What a station shows of itself when it greets: everything since the key that the other side saw last, so that a peer
// that was away for years is brought up to date by the first message (rules ID13, ID14). Also what it sends
// when something changes. All of it may be sent twice.
import { equal } from "@parley/base/bytes";
import { type Of, list, optional, struct } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import type { Instant } from "@parley/base/time";
import { decodeAs } from "../decodeAs.ts";
import { type ParleyError, problem } from "../errorCodes.ts";
import { maxSuccessionsAtOnce, maxSuccessionsBytes } from "../limits.ts";
import { adoptCard, adoptCertificate, adoptSuccession, holdRoot } from "./adopt.ts";
import { signedCard } from "./partyCard.ts";
import { type Pin, refuseStaleKey, refuseStanding } from "./pin.ts";
import { type Ed25519Key, Unproven, ed25519Half } from "./signature.ts";
import { signedStationCertificate } from "./stationCertificate.ts";
import { signedSuccession } from "./succession.ts";

export const catchUp = struct({
  /** Present when the reader may have an older one. With a certificate and a newer root generation: a root replacement. */
  card: optional(signedCard),
  /** Present when the root certified the station since. */
  certificate: optional(signedStationCertificate),
  /** In their order; those that the reader knows already do no harm. */
  successions: list(signedSuccession, maxSuccessionsAtOnce),
});
export type CatchUp = Of<typeof catchUp>;

type Next = Result<Unproven<Pin>, ParleyError>;

/** The pin after all that `it` shows. A root replacement gives a pin that is held; nothing after it is looked at. */
export function adoptCatchUp(pin: Pin, it: CatchUp, now: Instant): Next {
  const { card, certificate } = it;
  if (card !== null && card.body.generation > pin.card.generation) {
    if (certificate === null) return fail(problem("ID_ROOT_CHANGED", "a new root without a station certificate"));
    return pinOf(holdRoot(pin, card, certificate, now));
  }
  let at: Next = ok(new Unproven(pin, []));
  if (card !== null) at = then(at, (p) => adoptCard(p, card));
  if (certificate !== null) at = then(at, (p) => adoptCertificate(p, certificate, now));
  for (const entry of it.successions) at = then(at, (p) => adoptSuccession(p, entry, now));
  return at;
}

type Adoption = ReturnType<typeof adoptCard>;

const pinOf = (adoption: Adoption): Next =>
  adoption.ok ? adoption.value.follow(({ pin }) => ok(new Unproven(pin, []))) : adoption;

const then = (at: Next, next: (pin: Pin) => Adoption): Next =>
  at.ok ? at.value.follow((pin) => pinOf(next(pin))) : at;

/** The greeting's bytes. MESSAGE_TOO_LARGE, MESSAGE_MALFORMED; no bytes at all are an empty one. */
export function decodeCatchUp(bytes: Uint8Array): Result<CatchUp, ParleyError> {
  if (bytes.length === 0) return ok({ card: null, certificate: null, successions: [] });
  if (bytes.length > maxSuccessionsBytes) return fail(problem("MESSAGE_TOO_LARGE", `${bytes.length} bytes`));
  return decodeAs("catch-up", catchUp, bytes);
}

/**
 * Why a station may not be spoken with under this pin, given the TLS key that it showed; null when it may. Asked after what
 * it brought was adopted and kept: a thief with an old key shows it in vain, since a living station would have replaced it.
 */
export function refuseGreeting(pin: Pin, key: Uint8Array, now: Instant): ParleyError | null {
  const stopped = refuseStanding(pin);
  if (stopped !== null) return stopped;
  const pinned: Ed25519Key = ed25519Half(pin.line.key);
  if (!equal(pinned, key)) return problem("ID_CREDENTIAL_FOREIGN", "not the pinned station key");
  return refuseStaleKey(pin, now);
}
