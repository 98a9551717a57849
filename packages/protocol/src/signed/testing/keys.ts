// Keys for tests: the protocol's own tests sign with Node's cryptography, from seeds, so that each run has the same keys.
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { concat, utf8 } from "@parley/base/bytes";
import type { Ed25519Signature, HybridKey, HybridSignature, HybridSigner, Verify } from "../signature.ts";

const prefixes = {
  ed25519: ["302e020100300506032b657004220420", "302a300506032b6570032100"],
  mlDsa65: ["3034020100300b060960864801650304031204228020", "308207b2300b0609608648016503040312038207a100"],
} as const;

const secret = (of: keyof typeof prefixes, seed: Uint8Array) =>
  createPrivateKey({ key: Buffer.concat([Buffer.from(prefixes[of][0], "hex"), seed]), format: "der", type: "pkcs8" });
const publicKey = (of: keyof typeof prefixes, raw: Uint8Array) =>
  createPublicKey({ key: Buffer.concat([Buffer.from(prefixes[of][1], "hex"), raw]), format: "der", type: "spki" });
const raw = (of: keyof typeof prefixes, key: ReturnType<typeof secret>) =>
  createPublicKey(key)
    .export({ format: "der", type: "spki" })
    .subarray(prefixes[of][1].length / 2);

/** The signer number `n`. */
export function testSigner(n: number): HybridSigner {
  const seed = new Uint8Array(32);
  new DataView(seed.buffer).setUint32(0, n);
  return signerOfSeed(seed);
}

/** The signer of 32 bytes, the same each time. */
export function signerOfSeed(seed: Uint8Array): HybridSigner {
  const one = secret("ed25519", seed);
  const two = secret("mlDsa65", seed);
  const signEd25519 = (message: Uint8Array) => concat(sign(null, message, one)) as Ed25519Signature;
  return {
    publicKey: concat(raw("ed25519", one), raw("mlDsa65", two)) as HybridKey,
    signEd25519,
    sign: (label, message) =>
      concat(signEd25519(message), sign(null, message, { key: two, context: utf8(label) })) as HybridSignature,
  };
}

type Imported = { readonly one: ReturnType<typeof publicKey>; readonly two: ReturnType<typeof publicKey> | null };
/** Importing a key costs more than using it, and tests check thousands of signatures under the same few. */
const imported = new WeakMap<Uint8Array, Imported>();

function importedOf(key: Uint8Array): Imported {
  const known = imported.get(key);
  if (known !== undefined) return known;
  const two = key.length === 32 ? null : publicKey("mlDsa65", key.slice(32));
  const made = { one: publicKey("ed25519", key.slice(0, 32)), two };
  imported.set(key, made);
  return made;
}

/** The check of one signature by Node. */
export const testVerify: Verify = (check) => {
  try {
    const { message, signature } = check;
    const { one, two } = importedOf(check.publicKey);
    if (two === null) return verify(null, message, one, signature);
    return (
      verify(null, message, one, signature.slice(0, 64)) &&
      verify(null, message, { key: two, context: utf8(check.label) }, signature.slice(64))
    );
  } catch {
    return false;
  }
};
