// The port to X-Wing, the key encapsulation of pairing (draft-connolly-cfrg-xwing-kem): who has the cryptography passes it in.
import type { Brand } from "@parley/base/brand";
import type { Bytes } from "@parley/base/bytes";
import { type Codec, fixed } from "@parley/base/codec";

export const kemSeedBytes = 32;

/** An X-Wing public key. 1216 bytes. */
export type KemKey = Brand<Bytes, "KemKey">;
/** An X-Wing ciphertext. 1120 bytes. */
export type KemCiphertext = Brand<Bytes, "KemCiphertext">;

export const kemKey: Codec<KemKey> = fixed<KemKey>(1216);
export const kemCiphertext: Codec<KemCiphertext> = fixed<KemCiphertext>(1120);

export type Kem = {
  /** The public key of a 32-byte seed. */
  readonly publicKeyOf: (seed: Bytes) => KemKey;
  /** A fresh shared secret of 32 bytes for who holds the key's seed; null when the key is not a usable one. */
  readonly encapsulate: (publicKey: KemKey) => { readonly ciphertext: KemCiphertext; readonly secret: Bytes } | null;
  /** The secret inside; a wrong ciphertext of the right form gives another secret, an unusable one null. */
  readonly decapsulate: (seed: Bytes, ciphertext: KemCiphertext) => Bytes | null;
};
