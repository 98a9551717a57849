// Small documents of the station's own, kept as JSON: never signed, never sent, read back only by this program.
import { type Bytes, fromUtf8, utf8 } from "@parley/base/bytes";

export const toDoc = (value: unknown): Bytes => utf8(JSON.stringify(value));

/** What `toDoc` was given. The store keeps bytes as they were, so what does not parse is damage, and throws. */
export function fromDoc<T>(bytes: Bytes): T {
  return JSON.parse(fromUtf8(bytes) ?? "") as T;
}
