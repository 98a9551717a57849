// A terminal's credential: made for a key that never leaves the browser, signed by its station, seven days at most
// (rules ID16-ID18). The enrolment behind it does not expire; the station renews the credential at a third of its life.
import type { Brand } from "@parley/base/brand";
import type { Bytes } from "@parley/base/bytes";
import { type Codec, type Of, encode, fixed, struct } from "@parley/base/codec";
import { type Instant, type Ms, after, between, ms } from "@parley/base/time";
import { type ParleyError, problem } from "../errorCodes.ts";
import { partyId, terminalId } from "../ids.ts";
import { maxClockSkewMs, maxTerminalLifetimeMs } from "../limits.ts";
import { name, role, signedInstant } from "./fields.ts";
import { type Digest, digest, hashOf, labelled } from "./hash.ts";
import { labels } from "./labels.ts";
import {
  type Ed25519Signature,
  type HybridKey,
  type HybridSigner,
  type Signed,
  type SignatureCheck,
  checkOf,
  ed25519Key,
  ed25519Signature,
  sign,
  signed,
} from "./signature.ts";

export const terminalCertificate = struct({
  party: partyId,
  /** keyIdOf the station key that signs. */
  stationKey: digest,
  terminal: terminalId,
  key: ed25519Key,
  role,
  name,
  /** SHA-256 of the manifest of the terminal code that the station serves. */
  manifest: digest,
  issued: signedInstant,
  notAfter: signedInstant,
});
export type TerminalCertificate = Of<typeof terminalCertificate>;

export type SignedTerminalCertificate = Signed<TerminalCertificate>;
export const signedTerminalCertificate: Codec<SignedTerminalCertificate> = signed(terminalCertificate);

export const signTerminalCertificate = (body: TerminalCertificate, station: HybridSigner): SignedTerminalCertificate =>
  sign(labels.terminalCertificate, terminalCertificate, body, station);

export const terminalCertificateHash = (it: SignedTerminalCertificate): Digest =>
  hashOf(labels.terminalCertificate, signedTerminalCertificate, it);

export const checkTerminalCertificate = (it: SignedTerminalCertificate, station: HybridKey) =>
  checkOf(labels.terminalCertificate, terminalCertificate, it, station);

/** When the station should renew it: a third of its life after it was issued. */
export const renewalDue = (it: TerminalCertificate): Instant =>
  after(it.issued, ms(Math.floor(between(it.issued, it.notAfter) / 3)));

/** Why this certificate does not hold at `now` of the machine that checks, give or take the clock skew; null when it does. */
export function refuseDates(it: TerminalCertificate, now: Instant): ParleyError | null {
  const life: Ms = between(it.issued, it.notAfter);
  if (life <= 0 || life > maxTerminalLifetimeMs) return problem("ID_CREDENTIAL_TOO_LONG", `${life} ms`);
  if (now < it.issued - maxClockSkewMs) return problem("ID_CREDENTIAL_EARLY", `${it.issued - now} ms ahead`);
  if (now > it.notAfter + maxClockSkewMs) return problem("ID_CREDENTIAL_EXPIRED", `${now - it.notAfter} ms ago`);
  return null;
}

export type StationNonce = Brand<Bytes, "StationNonce">;

/** What a terminal signs with the key it wants certified; `nonce` is the station's, used once. */
export const terminalRequest = struct({
  party: partyId,
  terminal: terminalId,
  key: ed25519Key,
  manifest: digest,
  nonce: fixed<StationNonce>(32),
});
export type TerminalRequest = Of<typeof terminalRequest>;

export type SignedTerminalRequest = { readonly body: TerminalRequest; readonly signature: Ed25519Signature };
export const signedTerminalRequest: Codec<SignedTerminalRequest> = struct<SignedTerminalRequest>({
  body: terminalRequest,
  signature: ed25519Signature,
});

/** The bytes that the terminal's key signs. */
export const terminalRequestMessage = (body: TerminalRequest): Bytes =>
  labelled(labels.terminalRequest, encode(terminalRequest, body));

export const checkTerminalRequest = (it: SignedTerminalRequest): SignatureCheck => ({
  scheme: "ed25519",
  label: labels.terminalRequest,
  publicKey: it.body.key,
  message: terminalRequestMessage(it.body),
  signature: it.signature,
});
