// Signatures as data: pure code says which signatures a claim stands on, and whoever has the cryptography at hand
// (Node's, the browser's, a JavaScript fallback) checks them. A claim cannot be read before they were checked:
// `Unproven` gives its value only out of `prove` (rule ID2).
//
// Schemes: `ed25519` (RFC 8032) and `hybrid`, Ed25519 and ML-DSA-65 (FIPS 204) over the same bytes, where both must
// verify; ML-DSA's context string is the label.
import type { Brand } from "@parley/base/brand";
import type { Bytes } from "@parley/base/bytes";
import { type Codec, encode, fixed, struct } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "../errorCodes.ts";
import { labelled } from "./hash.ts";
import type { Label } from "./labels.ts";

/** An Ed25519 public key. 32 bytes. */
export type Ed25519Key = Brand<Bytes, "Ed25519Key">;
/** An Ed25519 signature. 64 bytes. */
export type Ed25519Signature = Brand<Bytes, "Ed25519Signature">;
/** An Ed25519 public key, then an ML-DSA-65 one. 32 + 1952 bytes. */
export type HybridKey = Brand<Bytes, "HybridKey">;
/** An Ed25519 signature, then an ML-DSA-65 one. 64 + 3309 bytes. */
export type HybridSignature = Brand<Bytes, "HybridSignature">;

export const hybridKeyBytes = 32 + 1952;
export const hybridSignatureBytes = 64 + 3309;

export const ed25519Key: Codec<Ed25519Key> = fixed<Ed25519Key>(32);
export const ed25519Signature: Codec<Ed25519Signature> = fixed<Ed25519Signature>(64);
export const hybridKey: Codec<HybridKey> = fixed<HybridKey>(hybridKeyBytes);
export const hybridSignature: Codec<HybridSignature> = fixed<HybridSignature>(hybridSignatureBytes);

/** The Ed25519 half of a hybrid key; a station's is also the key of its TLS certificate. */
export const ed25519Half = (key: HybridKey): Ed25519Key => key.slice(0, 32) as Ed25519Key;

/** One signature that has to be checked; `message` is label || 0x00 || struct already. */
export type SignatureCheck = { readonly label: Label; readonly message: Bytes } & (
  | { readonly scheme: "ed25519"; readonly publicKey: Ed25519Key; readonly signature: Ed25519Signature }
  | { readonly scheme: "hybrid"; readonly publicKey: HybridKey; readonly signature: HybridSignature }
);

/** Whether one signature is good. Never throws: malformed keys and signatures are simply not good. */
export type Verify = (check: SignatureCheck) => boolean;
export type VerifyAsync = (check: SignatureCheck) => Promise<boolean>;

/** Holds a secret hybrid key and signs with it; the secret never leaves. */
export type HybridSigner = {
  readonly publicKey: HybridKey;
  /** Signs `message` (label || 0x00 || struct) with both halves. */
  readonly sign: (label: Label, message: Bytes) => HybridSignature;
  /** The Ed25519 half alone, for proofs of possession. */
  readonly signEd25519: (message: Bytes) => Ed25519Signature;
};

/** Holds a secret Ed25519 key and signs with it. */
export type Ed25519Signer = {
  readonly publicKey: Ed25519Key;
  readonly sign: (message: Bytes) => Ed25519Signature;
};

/** A struct and the hybrid signature over it. */
export type Signed<T> = { readonly body: T; readonly signature: HybridSignature };

export const signed = <T>(body: Codec<T>): Codec<Signed<T>> => struct<Signed<T>>({ body, signature: hybridSignature });

export const sign = <T>(label: Label, codec: Codec<T>, body: T, signer: HybridSigner): Signed<T> => ({
  body,
  signature: signer.sign(label, labelled(label, encode(codec, body))),
});

/** The check that a signed struct calls for, under the key that has to have signed it. */
export const checkOf = <T>(label: Label, codec: Codec<T>, it: Signed<T>, publicKey: HybridKey): SignatureCheck => ({
  scheme: "hybrid",
  label,
  publicKey,
  message: labelled(label, encode(codec, it.body)),
  signature: it.signature,
});

const refused = (check: SignatureCheck): Result<never, ParleyError> => fail(problem("SIGNATURE_INVALID", check.label));

/** Ok when every check is good; stops at the first that is not. */
export function verifyAll(checks: readonly SignatureCheck[], verify: Verify): Result<null, ParleyError> {
  for (const check of checks) if (!verify(check)) return refused(check);
  return ok(null);
}

/** The same with a verifier that answers later; all checks run at once. */
export async function verifyAllAsync(
  checks: readonly SignatureCheck[],
  verify: VerifyAsync,
): Promise<Result<null, ParleyError>> {
  const good = await Promise.all(checks.map(verify));
  const bad = checks.find((_, i) => good[i] !== true);
  return bad === undefined ? ok(null) : refused(bad);
}

/** A value that holds only if all its signatures do. Nothing but `prove` hands it out. */
export class Unproven<T> {
  readonly checks: readonly SignatureCheck[];
  readonly #value: T;
  constructor(value: T, checks: readonly SignatureCheck[]) {
    this.#value = value;
    this.checks = checks;
  }
  prove(verify: Verify): Result<T, ParleyError> {
    const all = verifyAll(this.checks, verify);
    return all.ok ? ok(this.#value) : all;
  }
  async proveAsync(verify: VerifyAsync): Promise<Result<T, ParleyError>> {
    const all = await verifyAllAsync(this.checks, verify);
    return all.ok ? ok(this.#value) : all;
  }
  /** What follows from the value, standing on its signatures as well; `next` must do nothing but compute. */
  follow<U>(next: (value: T) => Result<Unproven<U>, ParleyError>): Result<Unproven<U>, ParleyError> {
    const after = next(this.#value);
    return after.ok ? ok(new Unproven(after.value.#value, [...this.checks, ...after.value.checks])) : after;
  }
}
