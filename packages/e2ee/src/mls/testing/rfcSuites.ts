// The seven suites of RFC 9420 for the official vectors, and suite 1 for mixed groups with OpenMLS: our own HPKE over
// DHKEM (RFC 9180 section 4.1), everything else from @noble. For tests only; calls have one suite, of suite.ts.
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { gcm } from "@noble/ciphers/aes.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { x448 } from "@noble/curves/ed448.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, equal, utf8 } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import type { PrivateKey, PublicKey } from "ts-mls/crypto/hpke.js";
import type { CiphersuiteImpl, CiphersuiteName } from "ts-mls/crypto/ciphersuite.js";
import { makeNobleSignatureImpl } from "ts-mls/crypto/implementation/default/makeNobleSignatureImpl.js";
import type { SignatureAlgorithm } from "ts-mls/crypto/signature.js";
import { type Aead, type Hkdf, type Kem, makeHpke } from "../hpke.ts";

type Hash = typeof sha256 | typeof sha384 | typeof sha512;

const own = (bytes: Uint8Array): Bytes => new Uint8Array(bytes);

const hkdf = (id: number, hash: Hash): Hkdf => ({
  id,
  size: hash.outputLen,
  extract: (salt, ikm) => own(extract(hash, ikm, salt)),
  expand: (prk, info, length) => own(expand(hash, prk, info, length)),
});

const aead = (id: number, keyLength: number, make: typeof gcm | typeof chacha20poly1305): Aead => ({
  id,
  keyLength,
  nonceLength: 12,
  seal: async (key, nonce, aad, plain) => own(make(key, nonce, aad).encrypt(plain)),
  open: async (key, nonce, aad, sealed) => own(make(key, nonce, aad).decrypt(sealed)),
});

class RawKey<T extends "public" | "private"> implements CryptoKey {
  readonly algorithm = { name: "DHKEM" };
  readonly extractable = true;
  readonly usages: KeyUsage[] = [];
  readonly type: T;
  readonly bytes: Bytes;
  constructor(type: T, bytes: Uint8Array) {
    this.type = type;
    this.bytes = own(bytes);
  }
}

function raw(key: PrivateKey | PublicKey): Bytes {
  if (key instanceof RawKey) return key.bytes;
  throw new TypeError("a key of another KEM");
}

/** A group as DHKEM needs it. `candidate` is the bit mask of RFC 9180 section 7.1.3, or null for the Montgomery curves. */
type Curve = {
  readonly secretLength: number;
  readonly candidate: number | null;
  readonly isSecret: (sk: Bytes) => boolean;
  readonly publicOf: (sk: Bytes) => Uint8Array;
  readonly dh: (sk: Bytes, pk: Bytes) => Uint8Array;
};

const montgomery = (curve: typeof x25519, secretLength: number): Curve => ({
  secretLength,
  candidate: null,
  isSecret: () => true,
  publicOf: (sk) => curve.getPublicKey(sk),
  dh: (sk, pk) => curve.getSharedSecret(sk, pk),
});

const weierstrass = (curve: typeof p256, secretLength: number, candidate: number): Curve => ({
  secretLength,
  candidate,
  isSecret: (sk) => curve.utils.isValidSecretKey(sk),
  publicOf: (sk) => curve.getPublicKey(sk, false),
  dh: (sk, pk) => curve.getSharedSecret(sk, pk, false).slice(1, 1 + secretLength),
});

function dhkem(id: number, curve: Curve, kdf: Hkdf, random: Random): Kem {
  const suite = concat(utf8("KEM"), new Uint8Array([id >> 8, id & 255]));
  const version = utf8("HPKE-v1");
  const none: Bytes = new Uint8Array(0);
  const labeledExtract = (label: string, ikm: Uint8Array) =>
    kdf.extract(none, concat(version, suite, utf8(label), ikm));
  const labeledExpand = (prk: Bytes, label: string, info: Uint8Array, length: number) =>
    kdf.expand(prk, concat(new Uint8Array([length >> 8, length & 255]), version, suite, utf8(label), info), length);
  const pair = (sk: Bytes) => ({
    privateKey: new RawKey("private", sk),
    publicKey: new RawKey("public", curve.publicOf(sk)),
  });
  const derive = (ikm: Uint8Array) => {
    const prk = labeledExtract("dkp_prk", ikm);
    if (curve.candidate === null) return pair(labeledExpand(prk, "sk", none, curve.secretLength));
    for (let counter = 0; counter < 256; counter++) {
      const sk = labeledExpand(prk, "candidate", new Uint8Array([counter]), curve.secretLength);
      sk[0] = (sk[0] as number) & curve.candidate;
      if (curve.isSecret(sk)) return pair(sk);
    }
    throw new Error("no key in 256 tries");
  };
  const shared = (dh: Uint8Array, enc: Uint8Array, pk: Uint8Array) =>
    labeledExpand(labeledExtract("eae_prk", dh), "shared_secret", concat(enc, pk), kdf.size);
  const padded = (bytes: Uint8Array): Bytes => {
    const whole = new Uint8Array(curve.secretLength);
    whole.set(bytes, curve.secretLength - bytes.length);
    return whole;
  };
  return {
    id,
    generate: async () => derive(random(curve.secretLength)),
    derive: async (ikm) => derive(ikm),
    encap: async (to) => {
      const { privateKey, publicKey } = derive(random(curve.secretLength));
      const enc = publicKey.bytes;
      return { enc, shared: shared(curve.dh(privateKey.bytes, raw(to)), enc, raw(to)) };
    },
    decap: async (key, enc) => {
      const sk = raw(key);
      return shared(curve.dh(sk, own(enc)), enc, curve.publicOf(sk));
    },
    importPublic: async (bytes) => new RawKey("public", bytes),
    // Vectors leave out leading zeros of P-521 keys.
    importPrivate: async (bytes) => new RawKey("private", padded(bytes)),
    exportPublic: async (key) => raw(key),
    exportPrivate: async (key) => raw(key),
  };
}

type Row = {
  readonly name: CiphersuiteName;
  readonly hash: Hash;
  readonly kdf: number;
  readonly kem: readonly [id: number, curve: Curve, kdf: Hkdf];
  readonly aead: Aead;
  readonly signature: SignatureAlgorithm;
};

const aes128 = aead(1, 16, gcm);
const aes256 = aead(2, 32, gcm);
const chacha = aead(3, 32, chacha20poly1305);
const h256 = hkdf(1, sha256);
const h384 = hkdf(2, sha384);
const h512 = hkdf(3, sha512);
const x25519Kem = [0x20, montgomery(x25519, 32), h256] as const;
const x448Kem = [0x21, montgomery(x448, 56), h512] as const;
const p256Kem = [0x10, weierstrass(p256, 32, 0xff), h256] as const;
const p384Kem = [0x11, weierstrass(p384, 48, 0xff), h384] as const;
const p521Kem = [0x12, weierstrass(p521, 66, 0x01), h512] as const;

const row = (
  name: CiphersuiteName,
  hash: Hash,
  kdf: number,
  kem: Row["kem"],
  cipher: Aead,
  signature: SignatureAlgorithm,
): Row => ({ name, hash, kdf, kem, aead: cipher, signature });

/** By the number of RFC 9420 section 17.1. */
const rows: Readonly<Record<number, Row>> = {
  1: row("MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519", sha256, 1, x25519Kem, aes128, "Ed25519"),
  2: row("MLS_128_DHKEMP256_AES128GCM_SHA256_P256", sha256, 1, p256Kem, aes128, "P256"),
  3: row("MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519", sha256, 1, x25519Kem, chacha, "Ed25519"),
  4: row("MLS_256_DHKEMX448_AES256GCM_SHA512_Ed448", sha512, 3, x448Kem, aes256, "Ed448"),
  5: row("MLS_256_DHKEMP521_AES256GCM_SHA512_P521", sha512, 3, p521Kem, aes256, "P521"),
  6: row("MLS_256_DHKEMX448_CHACHA20POLY1305_SHA512_Ed448", sha512, 3, x448Kem, chacha, "Ed448"),
  7: row("MLS_256_DHKEMP384_AES256GCM_SHA384_P384", sha384, 2, p384Kem, aes256, "P384"),
};

/** Suite number `n`, 1 to 7. */
export async function rfcSuite(n: number, random: Random): Promise<CiphersuiteImpl> {
  const found = rows[n];
  if (found === undefined) throw new RangeError(`no suite ${n}`);
  const { hash } = found;
  const kdf = hkdf(found.kdf, hash);
  const [id, curve, kemKdf] = found.kem;
  return {
    name: found.name,
    kdf: {
      size: kdf.size,
      extract: async (salt, ikm) => kdf.extract(salt, ikm),
      expand: async (prk, info, length) => kdf.expand(prk, info, length),
    },
    hash: {
      digest: async (data) => hash(data),
      mac: async (key, data) => hmac(hash, key, data),
      verifyMac: async (key, mac, data) => equal(mac, hmac(hash, key, data)),
    },
    signature: await makeNobleSignatureImpl(found.signature),
    hpke: makeHpke(dhkem(id, curve, kemKdf, random), kdf, found.aead),
    rng: { randomBytes: random },
  };
}
