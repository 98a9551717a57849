// Signing and checking with Node's own cryptography, synchronously: root and station keys, Ed25519 and ML-DSA-65 both made
// from one 32-byte seed.
import { hash, hkdfSync, sign, verify } from "node:crypto";
import { type Bytes, concat, utf8 } from "@parley/base/bytes";
import {
  type Ed25519Key,
  type Ed25519Signature,
  type Ed25519Signer,
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

/** A key of Ed25519 alone, from its 32-byte seed (RFC 8032 section 5.1.5): the ledger's, which C2SP signs with. */
export function ed25519Of(seed: Uint8Array): Ed25519Signer {
  const secret = secretKeyFrom("ed25519", seed);
  return {
    publicKey: rawPublicKey("ed25519", secret) as Ed25519Key,
    sign: (message) => concat(sign(null, message, secret)) as Ed25519Signature,
  };
}

/** The Ed25519 seed (RFC 8032 section 5.1.5) of a station key, for its TLS certificate; the caller overwrites it after use. */
export const tlsSeedOf = (seed: Uint8Array): Bytes => derive(seed, "parley seed v1 ed25519");

/** Node's SHA-256, several times as fast as any in JavaScript. */
export const nodeSha256 = (bytes: Uint8Array): Bytes => new Uint8Array(hash("sha256", bytes, "buffer"));

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
