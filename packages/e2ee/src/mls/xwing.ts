// X-Wing (draft-connolly-cfrg-xwing-kem; HPKE KEM 0x647a): ML-KEM-768 and X25519 behind one key. Native WebCrypto
// (`MLKEM768-X25519`) where the runtime passes a known answer, otherwise the JavaScript of @hpke/hybridkem-x-wing.
// Both give the same bytes, so members of either kind share a group. A private key is its 32-byte seed; as every MLS path
// key it is derived from a secret in memory, so nothing is won by holding it non-extractable.
import { XWing } from "@hpke/hybridkem-x-wing";
import { shake256 } from "@noble/hashes/sha3.js";
import { type Bytes, equal } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import type { PrivateKey, PublicKey } from "ts-mls/crypto/hpke.js";
import type { Kem } from "./hpke.ts";

export const xwingSeedBytes = 32;
export const xwingPublicBytes = 1216;
export const xwingCiphertextBytes = 1120;

/** The operations on raw bytes; all reject on a key or ciphertext that is none. */
export type XWingBytes = {
  readonly publicOf: (seed: Bytes) => Promise<Bytes>;
  readonly encap: (publicKey: Bytes) => Promise<{ shared: Bytes; enc: Bytes }>;
  readonly decap: (seed: Bytes, enc: Bytes) => Promise<Bytes>;
};

const own = (bytes: Uint8Array): Bytes => new Uint8Array(bytes);

/** The JavaScript of @hpke/hybridkem-x-wing; its encapsulation takes all of its randomness from `random`. */
export function scriptedXWing(random: Random): XWingBytes {
  const kem = new XWing();
  return {
    publicOf: async (seed) => {
      const { publicKey } = await kem.generateKeyPairDerand(own(seed));
      return new Uint8Array(await kem.serializePublicKey(publicKey));
    },
    encap: async (publicKey) => {
      const recipientPublicKey = await kem.deserializePublicKey(own(publicKey).buffer);
      const { sharedSecret, enc } = await kem.encap({ recipientPublicKey, ekm: random(64).buffer });
      return { shared: new Uint8Array(sharedSecret), enc: new Uint8Array(enc) };
    },
    decap: async (seed, enc) => {
      const recipientKey = await kem.deserializePrivateKey(own(seed).buffer);
      return new Uint8Array(await kem.decap({ recipientKey, enc: own(enc).buffer }));
    },
  };
}

/**
 * The part of WebCrypto's post-quantum additions (WICG "Modern Algorithms in the Web Cryptography API") that is used here;
 * TypeScript's library does not know it yet.
 */
type ModernSubtle = {
  importKey(
    format: "raw-seed" | "raw-public",
    bytes: BufferSource,
    algorithm: { name: string },
    extractable: boolean,
    usages: readonly string[],
  ): Promise<CryptoKey>;
  exportKey(format: "raw-public", key: CryptoKey): Promise<ArrayBuffer>;
  getPublicKey(key: CryptoKey, usages: readonly string[]): Promise<CryptoKey>;
  encapsulateBits(
    algorithm: { name: string },
    key: CryptoKey,
  ): Promise<{ sharedKey: ArrayBuffer; ciphertext: ArrayBuffer }>;
  decapsulateBits(algorithm: { name: string }, key: CryptoKey, ciphertext: BufferSource): Promise<ArrayBuffer>;
};

const isModern = (subtle: object): subtle is ModernSubtle =>
  "getPublicKey" in subtle && "encapsulateBits" in subtle && "decapsulateBits" in subtle;

const algorithm = { name: "MLKEM768-X25519" };

function nativeOver(subtle: ModernSubtle): XWingBytes {
  return {
    publicOf: async (seed) => {
      const key = await subtle.importKey("raw-seed", seed, algorithm, false, ["decapsulateBits"]);
      return new Uint8Array(await subtle.exportKey("raw-public", await subtle.getPublicKey(key, ["encapsulateBits"])));
    },
    encap: async (publicKey) => {
      const key = await subtle.importKey("raw-public", publicKey, algorithm, false, ["encapsulateBits"]);
      const { sharedKey, ciphertext } = await subtle.encapsulateBits(algorithm, key);
      return { shared: new Uint8Array(sharedKey), enc: new Uint8Array(ciphertext) };
    },
    decap: async (seed, enc) => {
      const key = await subtle.importKey("raw-seed", seed, algorithm, false, ["decapsulateBits"]);
      return new Uint8Array(await subtle.decapsulateBits(algorithm, key, enc));
    },
  };
}

/**
 * The runtime's own X-Wing, or null where it has none or where it does not agree with the scripted one on a key and a
 * ciphertext (the algorithm's name is younger than its drafts). `subtle` is null where there is no WebCrypto.
 */
export async function nativeXWing(subtle: object | null, scripted: XWingBytes): Promise<XWingBytes | null> {
  if (subtle === null || !isModern(subtle)) return null;
  const native = nativeOver(subtle);
  try {
    const seed = new Uint8Array(xwingSeedBytes).fill(0x58);
    const publicKey = await native.publicOf(seed);
    if (!equal(publicKey, await scripted.publicOf(seed))) return null;
    const { shared, enc } = await native.encap(publicKey);
    return equal(shared, await scripted.decap(seed, enc)) ? native : null;
  } catch {
    return null;
  }
}

/** A private key as ts-mls passes it around; what it holds is the seed. */
class SeedKey implements CryptoKey {
  readonly type = "private" as const;
  readonly algorithm = algorithm;
  readonly extractable = true;
  readonly usages: KeyUsage[] = [];
  readonly seed: Bytes;
  constructor(seed: Bytes) {
    this.seed = seed;
  }
}

/** A public key; of a derived pair it is computed when first asked for, since half of the pairs never need it. */
class EncapsulationKey implements CryptoKey {
  readonly type = "public" as const;
  readonly algorithm = algorithm;
  readonly extractable = true;
  readonly usages: KeyUsage[] = [];
  private known: Promise<Bytes> | null = null;
  private readonly compute: () => Promise<Bytes>;
  constructor(compute: () => Promise<Bytes>) {
    this.compute = compute;
  }
  bytes(): Promise<Bytes> {
    this.known ??= this.compute();
    return this.known;
  }
}

function seedOf(key: PrivateKey): Bytes {
  if (key instanceof SeedKey) return key.seed;
  throw new TypeError("a private key of another KEM");
}

function bytesOf(key: PublicKey): Promise<Bytes> {
  if (key instanceof EncapsulationKey) return key.bytes();
  throw new TypeError("a public key of another KEM");
}

function sized(bytes: Uint8Array, length: number): Bytes {
  if (bytes.length !== length) throw new RangeError(`${bytes.length} bytes of X-Wing where ${length} are due`);
  return own(bytes);
}

/** X-Wing as a KEM of HPKE. DeriveKeyPair is the X-Wing draft's: the seed is SHAKE256(ikm, 32). */
export function xwingKem(raw: XWingBytes, random: Random): Kem {
  const pair = (seed: Bytes) => ({
    privateKey: new SeedKey(seed),
    publicKey: new EncapsulationKey(() => raw.publicOf(seed)),
  });
  return {
    id: 0x647a,
    generate: async () => pair(random(xwingSeedBytes)),
    derive: async (ikm) => pair(own(shake256(ikm, { dkLen: xwingSeedBytes }))),
    encap: async (to) => raw.encap(await bytesOf(to)),
    decap: async (key, enc) => raw.decap(seedOf(key), sized(enc, xwingCiphertextBytes)),
    importPublic: async (bytes) => {
      const fixed = sized(bytes, xwingPublicBytes);
      return new EncapsulationKey(async () => fixed);
    },
    importPrivate: async (bytes) => new SeedKey(sized(bytes, xwingSeedBytes)),
    exportPublic: bytesOf,
    exportPrivate: async (key) => own(seedOf(key)),
  };
}
