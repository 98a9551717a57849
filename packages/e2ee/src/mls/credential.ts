// What a leaf of a call's group says about its terminal: an MLS `basic` credential (RFC 9420 section 5.3) of 81 bytes that
// holds hashes only. The chain it names (root, station, terminal certificates) travels apart, addressed by its hash;
// whoever validates a credential fetches the chain and holds the leaf's signature key against it.
import { type Bytes, equal } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type LeafIdentity, leafIdentity } from "@parley/protocol/signed/chain";
import type { Credential } from "ts-mls";

/** Who sits at a leaf. */
export type LeafCredential = LeafIdentity;

export const encodeLeafCredential = (credential: LeafCredential): Bytes => encode(leafIdentity, credential);

export const toMlsCredential = (credential: LeafCredential): Credential => ({
  credentialType: "basic",
  identity: encodeLeafCredential(credential),
});

/** Reads what an MLS credential says; anything but a `basic` one of exactly 81 bytes is refused. */
export function readLeafCredential(credential: Credential): Result<LeafCredential, ParleyError> {
  if (credential.credentialType !== "basic") return fail(problem("MLS_CREDENTIAL_REFUSED", "not a basic credential"));
  const read = decode(leafIdentity, credential.identity);
  return read.ok ? ok(read.value) : fail(problem("MLS_CREDENTIAL_REFUSED", read.error.reason));
}

/** Whether two credentials name the same terminal of the same party; the chain may have been renewed between them. */
export const sameTerminal = (a: LeafCredential, b: LeafCredential): boolean =>
  equal(a.party, b.party) && equal(a.terminal, b.terminal);
