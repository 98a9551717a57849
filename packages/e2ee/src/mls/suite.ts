// The one cipher suite of a call, MLS_256_XWING_AES256GCM_SHA512_Ed25519 (0xf00d, private use), as a crypto provider of
// ts-mls: X-Wing, AES-GCM and Ed25519 by WebCrypto, HKDF and hashes by @noble (synchronous, free of tables, and five times
// faster here than a promise a block). A signature key never leaves WebCrypto: the library holds a handle, an object of
// random bytes without meaning, and only this file can find the key behind it.
import { expand, extract } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { type Bytes, equal } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import type { CiphersuiteImpl, CiphersuiteName } from "ts-mls/crypto/ciphersuite.js";
import type { Signature } from "ts-mls/crypto/signature.js";
import { type Aead, type Hkdf, makeHpke } from "./hpke.ts";
import { type XWingBytes, nativeXWing, scriptedXWing, xwingKem } from "./xwing.ts";

export const suiteName = "MLS_256_XWING_AES256GCM_SHA512_Ed25519" satisfies CiphersuiteName;

const own = (bytes: Uint8Array): Bytes => new Uint8Array(bytes);

export const hkdfSha512: Hkdf = {
  id: 0x0003,
  size: 64,
  extract: (salt, ikm) => own(extract(sha512, ikm, salt)),
  expand: (prk, info, length) => own(expand(sha512, prk, info, length)),
};

/** AES-GCM of WebCrypto; `keyLength` is 16 or 32 bytes. */
export const aesGcm = (subtle: SubtleCrypto, keyLength: 16 | 32): Aead => ({
  id: keyLength === 16 ? 0x0001 : 0x0002,
  keyLength,
  nonceLength: 12,
  seal: async (key, nonce, aad, plain) => {
    const k = await subtle.importKey("raw", own(key), "AES-GCM", false, ["encrypt"]);
    const params = { name: "AES-GCM", iv: own(nonce), additionalData: own(aad) };
    return new Uint8Array(await subtle.encrypt(params, k, own(plain)));
  },
  open: async (key, nonce, aad, sealed) => {
    const k = await subtle.importKey("raw", own(key), "AES-GCM", false, ["decrypt"]);
    const params = { name: "AES-GCM", iv: own(nonce), additionalData: own(aad) };
    return new Uint8Array(await subtle.decrypt(params, k, own(sealed)));
  },
});

/** Sixteen bytes that stand for a signature key inside the library's state; known by identity, never by content. */
export type KeyHandle = Bytes;

export type Suite = {
  readonly impl: CiphersuiteImpl;
  readonly random: Random;
  /** Whether X-Wing is the runtime's own; for the console and the bench, never for a decision. */
  readonly native: boolean;
  /** The handle under which the library may sign with `key`, an Ed25519 private key; it need not be extractable. */
  readonly handleFor: (key: CryptoKey) => KeyHandle;
};

type Ed25519 = { readonly signature: Signature; readonly handleFor: (key: CryptoKey) => KeyHandle };

/** Ed25519 whose secret keys are handles. A key's handle dies with the last state that holds it. */
export function handledEd25519(subtle: SubtleCrypto, random: Random): Ed25519 {
  const behind = new WeakMap<Uint8Array, CryptoKey>();
  const handleFor = (key: CryptoKey): KeyHandle => {
    const handle = random(16);
    behind.set(handle, key);
    return handle;
  };
  return {
    handleFor,
    signature: {
      sign: async (handle, message) => {
        const key = behind.get(handle);
        if (key === undefined) throw new Error("no signature key behind this handle");
        return new Uint8Array(await subtle.sign("Ed25519", key, own(message)));
      },
      verify: async (publicKey, message, signature) => {
        const key = await subtle.importKey("raw", own(publicKey), "Ed25519", false, ["verify"]);
        return subtle.verify("Ed25519", key, own(signature), own(message));
      },
      keygen: async () => {
        const pair = await subtle.generateKey("Ed25519", false, ["sign", "verify"]);
        return {
          publicKey: new Uint8Array(await subtle.exportKey("raw", pair.publicKey)),
          signKey: handleFor(pair.privateKey),
        };
      },
    },
  };
}

/** Chooses X-Wing as `makeSuite` does; apart for tests that need the one or the other. */
export async function chooseXWing(subtle: SubtleCrypto, random: Random): Promise<{ raw: XWingBytes; native: boolean }> {
  const scripted = scriptedXWing(random);
  const native = await nativeXWing(subtle, scripted);
  return native === null ? { raw: scripted, native: false } : { raw: native, native: true };
}

/**
 * The suite over the platform's WebCrypto. `random` gives the group's secrets, seeds and handles; the runtime's X-Wing and
 * its AES draw their own. `xwing` is for tests; it is chosen from what the runtime can do otherwise.
 */
export async function makeSuite(
  subtle: SubtleCrypto,
  random: Random,
  xwing?: { raw: XWingBytes; native: boolean },
): Promise<Suite> {
  const { raw, native } = xwing ?? (await chooseXWing(subtle, random));
  const { signature, handleFor } = handledEd25519(subtle, random);
  const impl: CiphersuiteImpl = {
    name: suiteName,
    kdf: {
      size: hkdfSha512.size,
      extract: async (salt, ikm) => hkdfSha512.extract(salt, ikm),
      expand: async (prk, info, length) => hkdfSha512.expand(prk, info, length),
    },
    hash: {
      digest: async (data) => sha512(data),
      mac: async (key, data) => hmac(sha512, key, data),
      verifyMac: async (key, mac, data) => equal(mac, hmac(sha512, key, data)),
    },
    signature,
    hpke: makeHpke(xwingKem(raw, random), hkdfSha512, aesGcm(subtle, 32)),
    rng: { randomBytes: random },
  };
  return { impl, random, native, handleFor };
}
