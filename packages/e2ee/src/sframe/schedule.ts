// From the group's secret to the key of one stream (RFC 9605 section 4.4.2): HKDF-SHA512 with the KID in the label, for suite
// 5, AES_256_GCM_SHA512_128. Runs in whichever worker holds the group; what leaves it is a key that cannot be read out.
import { type Bytes, concat, utf8 } from "@parley/base/bytes";

/** AES_256_GCM_SHA512_128 in the registry of RFC 9605 section 8.1; the only suite of Parley. */
export const suite = 5;

/** Length in bytes of the base key that the group's exporter gives, and of the salt; Nk and Nn of the suite. */
export const baseKeyBytes = 32;
export const saltBytes = 12;

/** The MLS exporter's label of the base key; its context is empty (RFC 9605 section 5.2). */
export const exporterLabel = "SFrame 1.0 Base Key";

/** What seals or opens the frames of one KID. The key is not extractable; the salt is secret too, and never logged. */
export type FrameKey = { readonly kid: number; readonly key: CryptoKey; readonly salt: Bytes };

/** The epoch's secret, as a key that can do nothing but derive; the bytes may be zeroed once this has returned. */
export function importBaseKey(bytes: Bytes): Promise<CryptoKey> {
  if (bytes.length !== baseKeyBytes) throw new RangeError(`a base key of ${bytes.length} bytes`);
  return crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey", "deriveBits"]);
}

/** The two labels of section 4.4.2, each with the KID in 8 bytes and the suite in 2. */
export function labels(kid: bigint, cipherSuite: number): { readonly key: Bytes; readonly salt: Bytes } {
  const tail = new Uint8Array(10);
  const view = new DataView(tail.buffer);
  view.setBigUint64(0, kid);
  view.setUint16(8, cipherSuite);
  return {
    key: concat(utf8("SFrame 1.0 Secret key "), tail),
    salt: concat(utf8("SFrame 1.0 Secret salt "), tail),
  };
}

/** The key of `kid` under an epoch's base key, for one side of its use. */
export async function deriveFrameKey(baseKey: CryptoKey, kid: number, use: "seal" | "open"): Promise<FrameKey> {
  const label = labels(BigInt(kid), suite);
  const hkdf = (info: Bytes) => ({ name: "HKDF", hash: "SHA-512", salt: new Uint8Array(0), info });
  const usage: KeyUsage = use === "seal" ? "encrypt" : "decrypt";
  const [key, salt] = await Promise.all([
    crypto.subtle.deriveKey(hkdf(label.key), baseKey, { name: "AES-GCM", length: 256 }, false, [usage]),
    crypto.subtle.deriveBits(hkdf(label.salt), baseKey, saltBytes * 8),
  ]);
  return { kid, key, salt: new Uint8Array(salt) };
}
