// Base64 with padding (RFC 4648 section 4), as C2SP's text formats carry keys, hashes and signatures.
import { type Bytes, base64url, fromBase64url } from "@parley/base/bytes";

export function base64(bytes: Uint8Array): string {
  const text = base64url(bytes).replaceAll("-", "+").replaceAll("_", "/");
  return text + "=".repeat((4 - (text.length % 4)) % 4);
}

/** The bytes of padded base64, or null; each value has one form. */
export function fromBase64(text: string): Bytes | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  return fromBase64url(text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""));
}
