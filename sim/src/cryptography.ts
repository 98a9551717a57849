// Cryptography for a world: the real one, or an ideal one that is a hundred times faster. In the ideal one a signature is a
// hash over the signer's secret and the message, and only this object, which knows all secrets, can check it: who lacks the
// secret cannot sign, and any other key or any changed byte does not verify ([SM6]). Keys and signatures have their true
// sizes. Secrets that a key agreement gives are as private as the key's seed.
import { hash } from "node:crypto";
import { type Bytes, concat, equal, hex, utf8 } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import type { Kem, KemCiphertext, KemKey } from "@parley/protocol/pairing/kem";
import {
  type Ed25519Signature,
  type HybridKey,
  type HybridSignature,
  type HybridSigner,
  ed25519Half,
  hybridKeyBytes,
  hybridSignatureBytes,
} from "@parley/protocol/signed/signature";
import type { Cryptography } from "@parley/station/inside";
import { ed25519Of, nodeSha256, nodeVerify, signerOf } from "@parley/station/keys/hybrid";
import { nodeKem } from "@parley/station/keys/xwing";
import { verifiedBy } from "@parley/station/peer/tlsIdentity";

export type WorldCryptography = Cryptography & {
  /** The key pair of a 32-byte seed. */
  readonly signerOf: (seed: Bytes) => HybridSigner;
};

export const realCryptography: WorldCryptography = {
  verify: nodeVerify,
  verifiedBy,
  kem: nodeKem,
  signerOf,
  ed25519Of,
  sha: nodeSha256,
};

const kemKeyBytes = 1216;
const kemCiphertextBytes = 1120;

const digest = (...parts: readonly Uint8Array[]): Bytes => new Uint8Array(hash("sha256", concat(...parts), "buffer"));

/** `length` bytes whose first 64 are all that tells them apart; the rest is there for its size. */
function padded(first: Bytes, length: number): Bytes {
  const bytes = new Uint8Array(length);
  bytes.set(first);
  bytes.set(digest(first), 32);
  return bytes;
}

export function idealCryptography(random: Random): WorldCryptography {
  /** Secrets by the first 32 bytes of their public keys. */
  const secrets = new Map<string, Bytes>();

  const sealed = (secret: Bytes, label: string, message: Bytes, length: number): Bytes =>
    padded(digest(secret, utf8(label), new Uint8Array(1), message), length);

  const holds = (publicKey: Bytes, label: string, message: Bytes, signature: Bytes): boolean => {
    const secret = secrets.get(hex(publicKey.subarray(0, 32)));
    if (secret === undefined) return false;
    const right = sealed(secret, label, message, signature.length);
    return equal(right, signature);
  };

  const kem: Kem = {
    publicKeyOf: (seed) => {
      const key = padded(digest(utf8("kem"), seed), kemKeyBytes);
      secrets.set(hex(key.subarray(0, 32)), seed);
      return key as KemKey;
    },
    encapsulate: (publicKey) => {
      const seed = secrets.get(hex(publicKey.subarray(0, 32)));
      if (seed === undefined || !equal(publicKey, padded(publicKey.slice(0, 32), kemKeyBytes))) return null;
      const ciphertext = padded(random(32), kemCiphertextBytes) as KemCiphertext;
      return { ciphertext, secret: digest(utf8("shared"), seed, ciphertext) };
    },
    decapsulate: (seed, ciphertext) => digest(utf8("shared"), seed, ciphertext),
  };

  const idealSigner = (seed: Bytes): HybridSigner => {
    const publicKey = padded(digest(utf8("sign"), seed), hybridKeyBytes) as HybridKey;
    const secret = seed.slice();
    secrets.set(hex(ed25519Half(publicKey)), secret);
    return {
      publicKey,
      sign: (label, message) => sealed(secret, label, message, hybridSignatureBytes) as HybridSignature,
      signEd25519: (message) => sealed(secret, "ed25519", message, 64) as Ed25519Signature,
    };
  };

  return {
    verify: (check) => {
      if (check.scheme === "ed25519")
        return check.signature.length === 64 && holds(check.publicKey, "ed25519", check.message, check.signature);
      const { publicKey, label, message, signature } = check;
      const whole = equal(publicKey, padded(publicKey.slice(0, 32), hybridKeyBytes));
      return whole && signature.length === hybridSignatureBytes && holds(publicKey, label, message, signature);
    },
    verifiedBy: (key) => (message, signature) => signature.length === 64 && holds(key, "ed25519", message, signature),
    kem,
    signerOf: idealSigner,
    ed25519Of: (seed) => {
      const { publicKey, signEd25519 } = idealSigner(new Uint8Array(seed));
      return { publicKey: ed25519Half(publicKey), sign: signEd25519 };
    },
    sha: nodeSha256,
  };
}
