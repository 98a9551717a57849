// X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519 under one SHA3-256, from Node's own primitives and
// synchronously, which Node 24 can do where its WebCrypto cannot.
import { createHash, decapsulate, diffieHellman, encapsulate, randomBytes } from "node:crypto";
import { type Bytes, concat, utf8 } from "@parley/base/bytes";
import type { Kem, KemCiphertext, KemKey } from "@parley/protocol/pairing/kem";
import { publicKeyFrom, rawPublicKey, secretKeyFrom } from "./der.ts";

const mlKemPublicBytes = 1184;
const mlKemCiphertextBytes = 1088;
/** The draft's label: `\.//^\`. */
const label = utf8("\\.//^\\");

const expand = (seed: Uint8Array): { readonly mlKem: Bytes; readonly x25519: Bytes } => {
  const whole = createHash("shake256", { outputLength: 96 }).update(seed).digest();
  return { mlKem: concat(whole.subarray(0, 64)), x25519: concat(whole.subarray(64)) };
};

const combine = (mlKem: Uint8Array, x25519: Uint8Array, ciphertext: Uint8Array, publicKey: Uint8Array): Bytes =>
  concat(
    createHash("sha3-256").update(mlKem).update(x25519).update(ciphertext).update(publicKey).update(label).digest(),
  );

function keysOf(seed: Uint8Array) {
  const seeds = expand(seed);
  const mlKem = secretKeyFrom("mlKem768", seeds.mlKem);
  const x25519 = secretKeyFrom("x25519", seeds.x25519);
  seeds.mlKem.fill(0);
  seeds.x25519.fill(0);
  return { mlKem, x25519, publicX: rawPublicKey("x25519", x25519) };
}

/** Node's X-Wing. Low-order X25519 points, which OpenSSL refuses, and malformed keys give null. */
export const nodeKem: Kem = {
  publicKeyOf: (seed) => {
    const keys = keysOf(seed);
    return concat(rawPublicKey("mlKem768", keys.mlKem), keys.publicX) as KemKey;
  },
  encapsulate: (publicKey) => {
    try {
      const theirX = publicKey.slice(mlKemPublicBytes);
      const inner = encapsulate(publicKeyFrom("mlKem768", publicKey.slice(0, mlKemPublicBytes)));
      const mine = secretKeyFrom("x25519", randomBytes(32));
      const ciphertextX = rawPublicKey("x25519", mine);
      const shared = diffieHellman({ privateKey: mine, publicKey: publicKeyFrom("x25519", theirX) });
      return {
        ciphertext: concat(inner.ciphertext, ciphertextX) as KemCiphertext,
        secret: combine(inner.sharedKey, shared, ciphertextX, theirX),
      };
    } catch {
      return null;
    }
  },
  decapsulate: (seed, ciphertext) => {
    const keys = keysOf(seed);
    try {
      const ciphertextX = ciphertext.slice(mlKemCiphertextBytes);
      const inner = decapsulate(keys.mlKem, ciphertext.slice(0, mlKemCiphertextBytes));
      const shared = diffieHellman({ privateKey: keys.x25519, publicKey: publicKeyFrom("x25519", ciphertextX) });
      return combine(inner, shared, ciphertextX, keys.publicX);
    } catch {
      return null;
    }
  },
};
