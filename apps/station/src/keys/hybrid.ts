// Signing and checking with Node's own cryptography, synchronously: root and station keys, Ed25519 and ML-DSA-65 both made
// from one 32-byte seed.
import { hkdfSync, sign, verify } from "node:crypto";
import { type Bytes, concat, utf8 } from "@parley/base/bytes";
import {
  type Ed25519Signature,
  type HybridKey,
  type HybridSignature,
  type HybridSigner,
  type Verify,
  ed25519Half,
} from "@parley/protocol/signed/signature";
import { publicKeyFrom, rawPublicKey, secretKeyFrom } from "./der.ts";

const derive = (seed: Uint8Array, label: string): Bytes =>
  new Uint8Array(hkdfSync("sha512", seed, new Uint8Array(0), utf8(label), 32));

/** The signer of a 32-byte seed; the same seed always gives the same key. The caller may overwrite `seed` afterwards. */
export function signerOf(seed: Uint8Array): HybridSigner {
  if (seed.length !== 32) throw new RangeError(`a seed of ${seed.length} bytes`);
  const classicSeed = tlsSeedOf(seed);
  const postQuantumSeed = derive(seed, "parley seed v1 ml-dsa-65");
  const classic = secretKeyFrom("ed25519", classicSeed);
  const postQuantum = secretKeyFrom("mlDsa65", postQuantumSeed);
  classicSeed.fill(0);
  postQuantumSeed.fill(0);
  const publicKey = concat(rawPublicKey("ed25519", classic), rawPublicKey("mlDsa65", postQuantum)) as HybridKey;
  const signEd25519 = (message: Bytes) => concat(sign(null, message, classic)) as Ed25519Signature;
  return {
    publicKey,
    signEd25519,
    sign: (label, message) => {
      const context = utf8(label);
      const second = sign(null, message, { key: postQuantum, context });
      return concat(signEd25519(message), second) as HybridSignature;
    },
  };
}

/** The Ed25519 seed (RFC 8032 section 5.1.5) of a station key, for its TLS certificate; the caller overwrites it after use. */
export const tlsSeedOf = (seed: Uint8Array): Bytes => derive(seed, "parley seed v1 ed25519");

/** Node's check of one signature. */
export const nodeVerify: Verify = (check) => {
  try {
    if (check.scheme === "ed25519")
      return verify(null, check.message, publicKeyFrom("ed25519", check.publicKey), check.signature);
    const { publicKey, message, signature } = check;
    const one = verify(null, message, publicKeyFrom("ed25519", ed25519Half(publicKey)), signature.slice(0, 64));
    const key = publicKeyFrom("mlDsa65", publicKey.slice(32));
    return one && verify(null, message, { key, context: utf8(check.label) }, signature.slice(64));
  } catch {
    // OpenSSL throws on malformed keys; a signature under no key is no signature.
    return false;
  }
};
