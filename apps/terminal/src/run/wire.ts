// Bytes as the station's JSON carries them. What comes from our own station was checked against its schema before.
import { type Bytes, base64url, fromBase64url } from "@parley/base/bytes";

export const textOf = (bytes: Bytes): string => base64url(bytes);

/** The bytes of a text that the schema has let through; text with stray bits gives none. */
export const bytesOf = (text: string): Bytes => fromBase64url(text) ?? new Uint8Array(0);
