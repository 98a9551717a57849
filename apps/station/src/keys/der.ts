// The DER wrapping of raw keys (RFC 8410, RFC 9881, RFC 9935), each a constant prefix, because Node 24 imports nothing rawer.
import { type KeyObject, createPrivateKey, createPublicKey } from "node:crypto";
import { type Bytes, concat, fromHex } from "@parley/base/bytes";

const prefix = (hexText: string): Bytes => {
  const bytes = fromHex(hexText);
  if (bytes === null) throw new Error(`not hex: ${hexText}`);
  return bytes;
};

/** Per algorithm: what stands before a raw public key (SubjectPublicKeyInfo) and before a raw seed (PKCS #8). */
const wrapping = {
  ed25519: { public: prefix("302a300506032b6570032100"), secret: prefix("302e020100300506032b657004220420") },
  x25519: { public: prefix("302a300506032b656e032100"), secret: prefix("302e020100300506032b656e04220420") },
  mlDsa65: {
    public: prefix("308207b2300b0609608648016503040312038207a100"),
    secret: prefix("3034020100300b060960864801650304031204228020"),
  },
  mlKem768: {
    public: prefix("308204b2300b0609608648016503040402038204a100"),
    secret: prefix("3054020100300b060960864801650304040204428040"),
  },
} as const;

type Algorithm = keyof typeof wrapping;

/** Throws when OpenSSL refuses the key. */
export const publicKeyFrom = (algorithm: Algorithm, raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.from(concat(wrapping[algorithm].public, raw)), format: "der", type: "spki" });

export const secretKeyFrom = (algorithm: Algorithm, seed: Uint8Array): KeyObject => {
  const der = Buffer.from(concat(wrapping[algorithm].secret, seed));
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  der.fill(0);
  return key;
};

/** The raw public key of either half of a pair. */
export function rawPublicKey(algorithm: Algorithm, key: KeyObject): Bytes {
  const whole = (key.type === "private" ? createPublicKey(key) : key).export({ format: "der", type: "spki" });
  return concat(whole.subarray(wrapping[algorithm].public.length));
}
