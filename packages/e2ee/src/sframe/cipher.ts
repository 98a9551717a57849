// Sealing and opening of bytes under one frame key (RFC 9605 sections 4.4.3 and 4.4.4) with AES-256-GCM of WebCrypto and its
// whole 128-bit tag. Knows nothing of streams, codecs or replays. WebCrypto copies nonce and additional data before it
// returns its promise (Web Cryptography API, "encrypt" steps 1 to 3), which is why one buffer may serve every call.
import type { Bytes } from "@parley/base/bytes";
import { type FrameKey, saltBytes } from "./schedule.ts";

export const tagBytes = 16;

const nonce = new Uint8Array(saltBytes);

/** salt XOR counter, the counter big-endian in the last 8 bytes (section 4.4.3). */
function fillNonce(salt: Bytes, ctr: number): void {
  const low = ctr >>> 0;
  const high = (ctr - low) / 2 ** 32;
  nonce.set(salt);
  nonce[4] = (salt[4] as number) ^ (high >>> 24);
  nonce[5] = (salt[5] as number) ^ (high >>> 16);
  nonce[6] = (salt[6] as number) ^ (high >>> 8);
  nonce[7] = (salt[7] as number) ^ high;
  nonce[8] = (salt[8] as number) ^ (low >>> 24);
  nonce[9] = (salt[9] as number) ^ (low >>> 16);
  nonce[10] = (salt[10] as number) ^ (low >>> 8);
  nonce[11] = (salt[11] as number) ^ low;
}

/** The tag is 128 bits long where nothing else is asked for (Web Cryptography API, "AES-GCM", encrypt step 6). */
const algorithm = (additionalData: Bytes): AesGcmParams => ({ name: "AES-GCM", iv: nonce, additionalData });

/** Ciphertext and tag. The caller answers for using each `ctr` of a key once; see `Counter`. */
export function encrypt(key: FrameKey, ctr: number, aad: Bytes, plaintext: Bytes): Promise<ArrayBuffer> {
  fillNonce(key.salt, ctr);
  return crypto.subtle.encrypt(algorithm(aad), key.key, plaintext);
}

/** The plaintext; rejects with an `OperationError` when the tag does not verify. */
export function decrypt(key: FrameKey, ctr: number, aad: Bytes, sealed: Bytes): Promise<ArrayBuffer> {
  fillNonce(key.salt, ctr);
  return crypto.subtle.decrypt(algorithm(aad), key.key, sealed);
}
