// Hybrid public key encryption in base mode, one message per context: what MLS needs of RFC 9180 (sections 4, 5.1, 6.1),
// over any KEM. Follows the shape that ts-mls asks for; checked against @hpke/core and the official MLS vectors.
// Own code because the library's key schedule costs five WebCrypto hops a message, see docs/decisions/mls.md.
import { type Bytes, concat, utf8 } from "@parley/base/bytes";
import type { Hpke, PrivateKey, PublicKey } from "ts-mls/crypto/hpke.js";
import { CryptoError } from "ts-mls/mlsError.js";

/** HKDF of one hash, synchronous. `id` is the HPKE registry's. */
export type Hkdf = {
  readonly id: number;
  readonly size: number;
  readonly extract: (salt: Uint8Array, ikm: Uint8Array) => Bytes;
  readonly expand: (prk: Uint8Array, info: Uint8Array, length: number) => Bytes;
};

/** An AEAD with detached key. `open` rejects when the tag is wrong. */
export type Aead = {
  readonly id: number;
  readonly keyLength: number;
  readonly nonceLength: number;
  readonly seal: (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array) => Promise<Bytes>;
  readonly open: (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array) => Promise<Bytes>;
};

/** A KEM. Keys are opaque to all but it; `decap` rejects or answers pseudo-random bytes for a wrong ciphertext. */
export type Kem = {
  readonly id: number;
  readonly generate: () => Promise<{ privateKey: PrivateKey; publicKey: PublicKey }>;
  readonly derive: (ikm: Uint8Array) => Promise<{ privateKey: PrivateKey; publicKey: PublicKey }>;
  readonly encap: (to: PublicKey) => Promise<{ shared: Uint8Array; enc: Uint8Array }>;
  readonly decap: (key: PrivateKey, enc: Uint8Array) => Promise<Uint8Array>;
  readonly importPublic: (bytes: Uint8Array) => Promise<PublicKey>;
  readonly importPrivate: (bytes: Uint8Array) => Promise<PrivateKey>;
  readonly exportPublic: (key: PublicKey) => Promise<Uint8Array>;
  readonly exportPrivate: (key: PrivateKey) => Promise<Uint8Array>;
};

const empty: Bytes = new Uint8Array(0);
const version = utf8("HPKE-v1");
const modeBase = new Uint8Array([0]);
const u16 = (n: number): Bytes => new Uint8Array([n >> 8, n & 0xff]);

/** Turns what ciphertext or key bytes of others can cause into the library's class for it. */
async function guarded<T>(what: () => Promise<T>): Promise<T> {
  try {
    return await what();
  } catch (error) {
    throw new CryptoError(String(error));
  }
}

/** HPKE over the three parts, as ts-mls wants it. */
export function makeHpke(kem: Kem, kdf: Hkdf, aead: Aead): Hpke {
  const suiteId = concat(utf8("HPKE"), u16(kem.id), u16(kdf.id), u16(aead.id));
  const labeledExtract = (salt: Uint8Array, label: string, ikm: Uint8Array) =>
    kdf.extract(salt, concat(version, suiteId, utf8(label), ikm));
  const labeledExpand = (prk: Uint8Array, label: string, info: Uint8Array, length: number) =>
    kdf.expand(prk, concat(u16(length), version, suiteId, utf8(label), info), length);
  const pskIdHash = labeledExtract(empty, "psk_id_hash", empty);

  /** RFC 9180 section 5.1, KeySchedule with mode_base. */
  const schedule = (shared: Uint8Array, info: Uint8Array) => {
    const context = concat(modeBase, pskIdHash, labeledExtract(empty, "info_hash", info));
    const secret = labeledExtract(shared, "secret", empty);
    return {
      key: () => labeledExpand(secret, "key", context, aead.keyLength),
      nonce: () => labeledExpand(secret, "base_nonce", context, aead.nonceLength),
      export: (exporterContext: Uint8Array, length: number) =>
        labeledExpand(labeledExpand(secret, "exp", context, kdf.size), "sec", exporterContext, length),
    };
  };

  return {
    keyLength: aead.keyLength,
    nonceLength: aead.nonceLength,
    async seal(publicKey, plaintext, info, aad = empty) {
      const { shared, enc } = await kem.encap(publicKey);
      const { key, nonce } = schedule(shared, info);
      return { enc, ct: await aead.seal(key(), nonce(), aad, plaintext) };
    },
    open: (privateKey, kemOutput, ciphertext, info, aad = empty) =>
      guarded(async () => {
        const { key, nonce } = schedule(await kem.decap(privateKey, kemOutput), info);
        return aead.open(key(), nonce(), aad, ciphertext);
      }),
    async exportSecret(publicKey, exporterContext, length, info) {
      const { shared, enc } = await kem.encap(publicKey);
      return { enc, secret: schedule(shared, info).export(exporterContext, length) };
    },
    importSecret: (privateKey, exporterContext, kemOutput, length, info) =>
      guarded(async () => schedule(await kem.decap(privateKey, kemOutput), info).export(exporterContext, length)),
    importPrivateKey: (bytes) => guarded(() => kem.importPrivate(bytes)),
    importPublicKey: (bytes) => guarded(() => kem.importPublic(bytes)),
    exportPublicKey: kem.exportPublic,
    exportPrivateKey: kem.exportPrivate,
    encryptAead: (key, nonce, aad, plaintext) => aead.seal(key, nonce, aad ?? empty, plaintext),
    decryptAead: (key, nonce, aad, ciphertext) => guarded(() => aead.open(key, nonce, aad ?? empty, ciphertext)),
    deriveKeyPair: kem.derive,
    generateKeyPair: kem.generate,
  };
}
