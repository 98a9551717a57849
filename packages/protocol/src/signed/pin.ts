// What is pinned of a party for a link: its card, the line of its station keys, what was cut off, and whether all of
// that stands. A pin only moves forward, by signed objects that follow from what is pinned (adopt.ts); nothing of it
// comes from a certificate authority. Stations, terminals and the auditor hold the same pins (rules ID9-ID15).
import { equal } from "@parley/base/bytes";
import { type Of, list, opaque, optional, struct, uint32, variant } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import { type Instant, type Ms, after, between, ms } from "@parley/base/time";
import { type ParleyError, problem } from "../errorCodes.ts";
import { terminalId } from "../ids.ts";
import {
  maxPairingSuccessions,
  maxRevocations,
  maxRevokedKeys,
  maxStationKeyAgeMs,
  maxSuccessions,
  maxTerminalLifetimeMs,
} from "../limits.ts";
import { signedInstant } from "./fields.ts";
import { digest } from "./hash.ts";
import { lineage, partyCard, proveLineage, signedCard } from "./partyCard.ts";
import { keyIdOf } from "./root.ts";
import { type HybridKey, type SignatureCheck, Unproven, hybridKey } from "./signature.ts";
import {
  type SignedStationCertificate,
  checkStationCertificate,
  signedStationCertificate,
  stationCertificateHash,
} from "./stationCertificate.ts";
import { type SignedSuccession, checkSuccession, signedSuccession, successionHash } from "./succession.ts";

/** A party's station keys, from its last root certificate to the key in use. */
export const keyLine = struct({
  /** Serial of the station certificate, within the card's root generation. */
  serial: uint32,
  key: hybridKey,
  /** keyIdOf the only key that may come next. */
  nextKey: digest,
  /** When the entry of the key in use was signed, by its signer's clock. */
  since: signedInstant,
  /** Hash of the certificate, then of each succession; the last one's is that of the key in use. */
  entries: list(digest, maxSuccessions + 1),
  /** The succession that introduced the key in use, kept as the ground of a fork; null for a key that the root certified. */
  last: optional(signedSuccession),
  /** What was in use before, whose terminal certificates hold until they expire. Null after a root certificate for another key. */
  previous: optional(struct({ key: hybridKey, entry: digest, until: signedInstant })),
});
export type KeyLine = Of<typeof keyLine>;

export const removed = struct({
  terminal: terminalId,
  /** revocationHash. */
  revocation: digest,
});

/** `frozen`: two branches of station keys exist, both kept here. `rootHeld`: the pre-committed root has come, two officers must release it. */
export const standing = variant({
  good: [1, struct({})],
  frozen: [2, struct({ first: opaque(0xffff), second: opaque(0xffff), at: signedInstant })],
  rootHeld: [3, struct({ card: signedCard, certificate: signedStationCertificate, at: signedInstant })],
});
export type Standing = Of<typeof standing>;

export const pin = struct({
  card: partyCard,
  line: keyLine,
  removed: list(removed, maxRevocations),
  /** keyIdOf station keys that the root has revoked, in use or not. */
  revokedKeys: list(digest, maxRevokedKeys),
  standing,
});
export type Pin = Of<typeof pin>;

/** What one party hands another to be pinned: it proves the station key in use from the root up. */
export const bundle = struct({
  lineage,
  certificate: signedStationCertificate,
  successions: list(signedSuccession, maxPairingSuccessions),
});
export type Bundle = Of<typeof bundle>;

/** How many keys have followed the certified one. */
export const indexOf = (line: KeyLine): number => line.entries.length - 1;

const graceAfter = (now: Instant): Instant => after(now, ms(maxTerminalLifetimeMs));

/** The line that a root certificate begins; where it certifies the key that was in use already, credentials stay good. */
export function lineFrom(it: SignedStationCertificate, before: KeyLine | null, now: Instant): KeyLine {
  const { serial, key, nextKey, issued } = it.body;
  const kept = before !== null && equal(before.key, key);
  return {
    serial,
    key,
    nextKey,
    since: issued,
    entries: [stationCertificateHash(it)],
    last: null,
    previous: kept ? { key, entry: lastEntry(before), until: graceAfter(now) } : null,
  };
}

/** The line after a succession, and the checks it stands on; the entry must be the very next one. */
export function lineAfter(
  line: KeyLine,
  it: SignedSuccession,
  now: Instant,
): Result<{ readonly line: KeyLine; readonly checks: readonly SignatureCheck[] }, ParleyError> {
  const { body } = it;
  const follows =
    equal(body.certificate, firstEntry(line)) &&
    body.index === indexOf(line) + 1 &&
    equal(body.oldKey, keyIdOf(line.key));
  if (!follows) return fail(problem("ID_SUCCESSION_GAP", `entry ${body.index} after ${indexOf(line)}`));
  if (line.entries.length > maxSuccessions) return fail(problem("ID_SUCCESSION_GAP", "the line is at its longest"));
  if (!equal(keyIdOf(body.newKey), line.nextKey)) return fail(problem("ID_SUCCESSION_UNCOMMITTED"));
  const next: KeyLine = {
    serial: line.serial,
    key: body.newKey,
    nextKey: body.nextKey,
    since: body.issued,
    entries: [...line.entries, successionHash(it)],
    last: it,
    previous: { key: line.key, entry: lastEntry(line), until: graceAfter(now) },
  };
  return ok({ line: next, checks: checkSuccession(it, line.key) });
}

export const firstEntry = (line: KeyLine) => line.entries[0] as KeyLine["entries"][number];
export const lastEntry = (line: KeyLine) => line.entries[line.entries.length - 1] as KeyLine["entries"][number];

/** A first pin: the party is what its bundle proves, no more. ID_CARD_INVALID or a succession's error when it does not hold together. */
export function proveBundle(it: Bundle, now: Instant): Result<Unproven<Pin>, ParleyError> {
  const cards = proveLineage(it.lineage);
  const card = it.lineage.at(-1);
  if (!cards.ok) return cards;
  if (card === undefined) return fail(problem("ID_CARD_INVALID", "no card"));
  const wrong = refuseCertificate(card.body, it.certificate);
  if (wrong !== null) return fail(wrong);
  const checks = [...cards.value.checks, checkStationCertificate(it.certificate, card.body.root)];
  let line = lineFrom(it.certificate, null, now);
  for (const entry of it.successions) {
    const next = lineAfter(line, entry, now);
    if (!next.ok) return next;
    line = next.value.line;
    checks.push(...next.value.checks);
  }
  return ok(new Unproven({ card: card.body, line, removed: [], revokedKeys: [], standing: { type: "good" } }, checks));
}

/** Why the certificate is not one of this card's party and root; null when it is. Signatures are not looked at. */
export function refuseCertificate(card: Pin["card"], it: SignedStationCertificate): ParleyError | null {
  if (!equal(it.body.party, card.party)) return problem("ID_CARD_INVALID", "the certificate is another party's");
  if (it.body.generation < card.generation) return problem("ID_CERTIFICATE_STALE", "by a root that was replaced");
  if (it.body.generation !== card.generation)
    return problem("ID_ROOT_CHANGED", `certificate of root ${it.body.generation}, pinned is ${card.generation}`);
  return null;
}

/** Why nothing may be done under this pin now; null when it stands. */
export function refuseStanding(it: Pin): ParleyError | null {
  switch (it.standing.type) {
    case "good":
      return isRevoked(it, it.line.key) ? problem("ID_REVOKED", "the station key") : null;
    case "frozen":
      return problem("ID_LINE_FROZEN", "two successors of one station key");
    case "rootHeld":
      return problem("ID_LINE_FROZEN", "another root waits for two officers");
  }
  it.standing satisfies never;
}

/**
 * Why the far station cannot be the one it says, by the age of the key it shows: a living station would have handed over.
 * To be asked after the successions it brought were adopted; what it may still send is successions.
 */
export function refuseStaleKey(it: Pin, now: Instant): ParleyError | null {
  const age: Ms = between(it.line.since, now);
  return age > maxStationKeyAgeMs ? problem("ID_STATION_KEY_STALE", `${Math.floor(age / 86_400_000)} days old`) : null;
}

/** Whether the root has revoked this station key. */
export const isRevoked = (it: Pin, key: HybridKey): boolean => {
  const id = keyIdOf(key);
  return it.revokedKeys.some((revoked) => equal(revoked, id));
};
