// Bytes and their text forms. Bytes are always `Uint8Array` over their own `ArrayBuffer`, as WebCrypto wants them.

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const utf8 = (text: string): Bytes => encoder.encode(text);

/** The text of well-formed UTF-8, or null; a byte order mark stays part of the text. */
export function fromUtf8(bytes: Uint8Array): string | null {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return null;
  }
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Equality in time that depends on the lengths alone, so it may be used on secrets. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

/** Order of two byte strings: -1, 0 or 1, by first differing byte, a prefix before what it begins. */
export function compare(a: Uint8Array, b: Uint8Array): -1 | 0 | 1 {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const d = (a[i] as number) - (b[i] as number);
    if (d !== 0) return d < 0 ? -1 : 1;
  }
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
}

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += hexOf[byte] ?? "";
  return text;
}

/** The bytes of lower- or upper-case hex, or null when it is not that. */
export function fromHex(text: string): Bytes | null {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** Each pair of its characters by its twelve bits, and each character's six bits by its code. */
const pairs = Array.from({ length: 4096 }, (_, n) => alphabet.charAt(n >> 6) + alphabet.charAt(n & 63));
const sixBits = new Uint8Array(128);
for (let n = 0; n < 64; n++) sixBits[alphabet.charCodeAt(n)] = n;

/** base64url without padding (RFC 4648 section 5). */
export function base64url(bytes: Uint8Array): string {
  let text = "";
  const threes = bytes.length - (bytes.length % 3);
  for (let i = 0; i < threes; i += 3) {
    const n = ((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number);
    text += (pairs[n >> 12] ?? "") + (pairs[n & 4095] ?? "");
  }
  if (threes === bytes.length) return text;
  const n = ((bytes[threes] as number) << 16) | ((bytes[threes + 1] ?? 0) << 8);
  text += pairs[n >> 12] ?? "";
  return bytes.length - threes === 2 ? text + alphabet.charAt((n >> 6) & 63) : text;
}

/** The bytes of unpadded base64url, or null; the unused bits of the last character must be zero, so each text has one form. */
export function fromBase64url(text: string): Bytes | null {
  if (text.length % 4 === 1 || !/^[A-Za-z0-9_-]*$/.test(text)) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let at = 0;
  let bits = 0;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    value = ((value & 0xff) << 6) | (sixBits[text.charCodeAt(i)] ?? 0);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (value >> bits) & 0xff;
    }
  }
  if ((value & ((1 << bits) - 1)) !== 0) return null;
  return bytes;
}
