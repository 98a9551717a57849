// Officers' passkeys (WebAuthn level 3), with @simplewebauthn doing the reading and checking. A challenge is drawn for one
// act of one connection and used once; the assertion's hash is what the ledger keeps as the officer's word.
import { type Bytes, base64url, concat, fromBase64url, utf8 } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import {
  maxAuthenticatorDataBytes,
  maxClientDataBytes,
  maxCredentialIdBytes,
  maxPasskeySignatureBytes,
} from "@parley/protocol/limits";
import { sha256Of } from "@parley/protocol/signed/hash";
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { z } from "zod/v4";
import type { PasskeyAnswer } from "@parley/protocol/signed/people";
import type { Shown } from "../duty/identity/port.ts";

/** A passkey as the station knows it. */
export type KnownPasskey = { readonly credential: Bytes; readonly publicKey: Bytes };

export type PasskeySite = {
  /** Where browsers reach the station; its host is the relying party's id. */
  readonly origin: string;
  readonly partyName: string;
  readonly random: Random;
};

type Json = Readonly<Record<string, unknown>>;

const shownBy = (credential: Bytes, response: Json): Shown => ({
  credential,
  assertion: sha256Of(utf8(JSON.stringify(response))),
});

/** What is read of a browser's answer, bounded by the message that brought it; the rest of it decides nothing. */
const answer = { id: z.string(), rawId: z.string(), type: z.literal("public-key") };
const registration = z.object({
  ...answer,
  response: z.object({ clientDataJSON: z.string(), attestationObject: z.string() }),
});
const assertion = z.object({
  ...answer,
  response: z.object({ clientDataJSON: z.string(), authenticatorData: z.string(), signature: z.string() }),
});

const rpIdOf = (origin: string): string => new URL(origin).hostname;

/** What a browser needs to make a passkey for a new officer, and the challenge to verify the answer by. */
export async function askRegistration(
  site: PasskeySite,
  officer: string,
  known: readonly KnownPasskey[],
): Promise<{ options: Json; challenge: string }> {
  const options = await generateRegistrationOptions({
    rpName: `Parley, ${site.partyName}`,
    rpID: rpIdOf(site.origin),
    userName: officer,
    userID: site.random(16),
    challenge: site.random(32),
    attestationType: "none",
    excludeCredentials: known.map(({ credential }) => ({ id: base64url(credential) })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  });
  return { options: { ...options }, challenge: options.challenge };
}

/** The passkey that a browser made. PASSKEY_REFUSED. */
export async function takeRegistration(
  site: PasskeySite,
  challenge: string,
  response: Json,
): Promise<Result<KnownPasskey & { readonly shown: Shown }, ParleyError>> {
  const made = registration.safeParse(response);
  if (!made.success) return fail(problem("PASSKEY_REFUSED", "not a browser's answer"));
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: { ...made.data, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: rpIdOf(site.origin),
      requireUserVerification: true,
    });
    if (!verified || registrationInfo === undefined) return fail(problem("PASSKEY_REFUSED", "not verified"));
    const credential = fromBase64url(registrationInfo.credential.id);
    if (credential === null) return fail(problem("PASSKEY_REFUSED", "a credential without an id"));
    return ok({
      credential,
      publicKey: concat(registrationInfo.credential.publicKey),
      shown: shownBy(credential, response),
    });
  } catch (error) {
    return fail(problem("PASSKEY_REFUSED", error instanceof Error ? error.message : "refused"));
  }
}

/** What a browser needs to show a passkey of any officer, for one act: over a challenge drawn for it, or over what it answers. */
export async function askAssertion(
  site: PasskeySite,
  known: readonly KnownPasskey[],
  challenge: Bytes = site.random(32),
): Promise<{ options: Json; challenge: string }> {
  const options = await generateAuthenticationOptions({
    rpID: rpIdOf(site.origin),
    challenge,
    userVerification: "required",
    allowCredentials: known.map(({ credential }) => ({ id: base64url(credential) })),
  });
  return { options: { ...options }, challenge: options.challenge };
}

/** The parts of a verified answer, for whoever verifies it again; null where one is not what its encoding says. */
export function answerOf(response: Json): PasskeyAnswer | null {
  const made = assertion.safeParse(response);
  if (!made.success) return null;
  const credential = fromBase64url(made.data.id);
  const [clientData, authenticatorData, signature] = [
    fromBase64url(made.data.response.clientDataJSON),
    fromBase64url(made.data.response.authenticatorData),
    fromBase64url(made.data.response.signature),
  ];
  if (credential === null || clientData === null || authenticatorData === null || signature === null) return null;
  const isLarge =
    credential.length > maxCredentialIdBytes ||
    clientData.length > maxClientDataBytes ||
    authenticatorData.length > maxAuthenticatorDataBytes ||
    signature.length > maxPasskeySignatureBytes;
  return isLarge ? null : { credential, clientData, authenticatorData, signature };
}

/** Whose passkey was shown. PASSKEY_REFUSED. */
export async function takeAssertion(
  site: PasskeySite,
  challenge: string,
  response: Json,
  known: readonly KnownPasskey[],
): Promise<Result<Shown, ParleyError>> {
  const made = assertion.safeParse(response);
  if (!made.success) return fail(problem("PASSKEY_REFUSED", "not a browser's answer"));
  const { id } = made.data;
  const passkey = known.find(({ credential }) => base64url(credential) === id);
  if (passkey === undefined) return fail(problem("PASSKEY_REFUSED", "an unknown passkey"));
  try {
    const { verified } = await verifyAuthenticationResponse({
      response: { ...made.data, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: rpIdOf(site.origin),
      requireUserVerification: true,
      // The counter is not kept: synced passkeys have none, and the challenge alone makes an answer good once.
      credential: { id, publicKey: passkey.publicKey, counter: 0 },
    });
    return verified ? ok(shownBy(passkey.credential, response)) : fail(problem("PASSKEY_REFUSED", "not verified"));
  } catch (error) {
    return fail(problem("PASSKEY_REFUSED", error instanceof Error ? error.message : "refused"));
  }
}
