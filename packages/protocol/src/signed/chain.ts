// The chain that a terminal shows: {root id, the station certificate or succession that introduced the signing key,
// terminal certificate}, named by its hash, which is what an MLS leaf carries (rules ID17, ID18). It holds only against a
// pin: the successions that lead from the root to the signing key were adopted there before.
import { type Bytes, equal } from "@parley/base/bytes";
import { type Of, decode, encode, mapped, struct, uint8, variant } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import type { Instant } from "@parley/base/time";
import { decodeAs } from "../decodeAs.ts";
import { type ParleyError, problem } from "../errorCodes.ts";
import { type PartyId, type TerminalId, partyId, terminalId } from "../ids.ts";
import { maxChainBytes } from "../limits.ts";
import type { Role } from "./fields.ts";
import { type Digest, digest, labelled, sha256Of } from "./hash.ts";
import { labels } from "./labels.ts";
import { type Pin, isRevoked, lastEntry, refuseStanding } from "./pin.ts";
import { keyIdOf, rootIdOf } from "./root.ts";
import { type Ed25519Key, type HybridKey, Unproven } from "./signature.ts";
import { signedStationCertificate, stationCertificateHash } from "./stationCertificate.ts";
import { signedSuccession, successionHash } from "./succession.ts";
import { checkTerminalCertificate, refuseDates, signedTerminalCertificate } from "./terminalCertificate.ts";

/** What introduced the station key that signs terminals now. */
export const stationEntry = variant({
  certificate: [1, struct({ it: signedStationCertificate })],
  succession: [2, struct({ it: signedSuccession })],
});
export type StationEntry = Of<typeof stationEntry>;

export const chain = struct({
  /** rootIdOf the party's present root. */
  root: digest,
  station: stationEntry,
  terminal: signedTerminalCertificate,
});
export type Chain = Of<typeof chain>;

/** SHA-256("parley chain v1" || 0x00 || the chain's bytes). */
export const chainHash = (bytes: Uint8Array): Digest => sha256Of(labelled(labels.chain, bytes));

export const entryHash = (entry: StationEntry): Digest => {
  switch (entry.type) {
    case "certificate":
      return stationCertificateHash(entry.it);
    case "succession":
      return successionHash(entry.it);
  }
  entry satisfies never;
};

/** Bytes of a chain that came from outside. MESSAGE_TOO_LARGE, MESSAGE_MALFORMED. */
export function decodeChain(bytes: Uint8Array): Result<Chain, ParleyError> {
  if (bytes.length > maxChainBytes) return fail(problem("MESSAGE_TOO_LARGE", `${bytes.length} bytes of chain`));
  return decodeAs("chain", chain, bytes);
}

/** What a good chain says of the terminal that shows it. */
export type Claims = {
  readonly party: PartyId;
  readonly terminal: TerminalId;
  readonly key: Ed25519Key;
  readonly role: Role;
  readonly name: string;
  readonly manifest: Digest;
  readonly notAfter: Instant;
  /** chainHash. */
  readonly chain: Digest;
};

/** The pinned station key that the entry introduced, if it still signs terminals at `now`. */
function signingKey(pin: Pin, entry: Digest, now: Instant): Result<HybridKey, ParleyError> {
  const { line } = pin;
  const known = line.entries.some((e) => equal(e, entry));
  if (equal(entry, lastEntry(line))) return ok(line.key);
  if (line.previous !== null && equal(entry, line.previous.entry) && now <= line.previous.until)
    return ok(line.previous.key);
  return fail(
    known
      ? problem("ID_CREDENTIAL_EXPIRED", "its station key was replaced")
      : problem("ID_SUCCESSION_GAP", "its station key"),
  );
}

/**
 * Who shows this chain, under `pin` at `now` of this machine's clock. ID_LINE_FROZEN, ID_CREDENTIAL_FOREIGN (not this party's or not this root's), ID_SUCCESSION_GAP
 * (adopt the successions first), ID_REVOKED, and the errors of dates. Ends no call: it is asked when a leaf comes in.
 */
export function verifyChain(bytes: Uint8Array, pin: Pin, now: Instant): Result<Unproven<Claims>, ParleyError> {
  const read = decodeChain(bytes);
  if (!read.ok) return read;
  const { root, station, terminal } = read.value;
  const { body } = terminal;
  const stopped = refuseStanding(pin);
  if (stopped !== null) return fail(stopped);
  if (!equal(body.party, pin.card.party)) return fail(problem("ID_CREDENTIAL_FOREIGN", "another party's"));
  if (!equal(root, rootIdOf(pin.card.root))) return fail(problem("ID_CREDENTIAL_FOREIGN", "another root's"));
  const key = signingKey(pin, entryHash(station), now);
  if (!key.ok) return key;
  if (isRevoked(pin, key.value)) return fail(problem("ID_REVOKED", "its station key"));
  if (!equal(body.stationKey, keyIdOf(key.value)))
    return fail(problem("ID_CREDENTIAL_FOREIGN", "another station key's"));
  if (pin.removed.some((r) => equal(r.terminal, body.terminal))) return fail(problem("ID_REVOKED", "the terminal"));
  const dates = refuseDates(body, now);
  if (dates !== null) return fail(dates);
  const { party, role, name, manifest, notAfter } = body;
  const claims = {
    party,
    terminal: body.terminal,
    key: body.key,
    role,
    name,
    manifest,
    notAfter,
    chain: chainHash(bytes),
  };
  return ok(new Unproven(claims, [checkTerminalCertificate(terminal, key.value)]));
}

/** The identity of an MLS `basic` credential (RFC 9420 section 5.3): 81 bytes. */
export const leafIdentity = struct({
  /** Its own version, apart from the protocol's: a leaf outlives no call, but the two sides must read each other's. */
  version: mapped(
    uint8,
    (v) => (v === 1 ? 1 : null),
    (v: 1) => v,
  ),
  party: partyId,
  terminal: terminalId,
  /** chainHash. */
  chain: digest,
});
export type LeafIdentity = Of<typeof leafIdentity>;

export const leafIdentityOf = (claims: Claims): Bytes =>
  encode(leafIdentity, { version: 1 as const, party: claims.party, terminal: claims.terminal, chain: claims.chain });

/** Whether an MLS leaf may be admitted: its identity names this very chain, and its signature key is the one that the chain certifies. */
export function verifyLeaf(
  identity: Uint8Array,
  signatureKey: Uint8Array,
  chainBytes: Uint8Array,
  pin: Pin,
  now: Instant,
): Result<Unproven<Claims>, ParleyError> {
  const leaf = decode(leafIdentity, identity);
  if (!leaf.ok) return fail(problem("MESSAGE_MALFORMED", "the leaf's identity"));
  const foreign = (why: string) => fail(problem("ID_CREDENTIAL_FOREIGN", why));
  if (!equal(leaf.value.chain, chainHash(chainBytes))) return foreign("the chain is not the leaf's");
  const read = decodeChain(chainBytes);
  if (!read.ok) return read;
  const { body } = read.value.terminal;
  if (!equal(leaf.value.party, body.party) || !equal(leaf.value.terminal, body.terminal))
    return foreign("the leaf names another terminal");
  if (!equal(signatureKey, body.key)) return foreign("the leaf's key is not the certified one");
  return verifyChain(chainBytes, pin, now);
}
