// What a station asks of a passkey ceremony, told by its shape from whatever else may come: WebAuthn's own JSON (W3C webauthn-3
// sections 5.4 and 5.5), of which the fields without a default are looked at. The browser itself judges what they say.
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/browser";
import { z } from "zod/v4";

const credentials = z.array(z.looseObject({ type: z.literal("public-key"), id: z.string() })).optional();

const creation = z.looseObject({
  rp: z.looseObject({ name: z.string() }),
  user: z.looseObject({ id: z.string(), name: z.string(), displayName: z.string() }),
  challenge: z.string(),
  pubKeyCredParams: z.array(z.looseObject({ type: z.literal("public-key"), alg: z.number() })),
  excludeCredentials: credentials,
});

const request = z.looseObject({ challenge: z.string(), allowCredentials: credentials });

export const asksCreation = (options: unknown): options is PublicKeyCredentialCreationOptionsJSON =>
  creation.safeParse(options).success;

export const asksRequest = (options: unknown): options is PublicKeyCredentialRequestOptionsJSON =>
  request.safeParse(options).success;
