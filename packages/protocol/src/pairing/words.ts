// How two people compare what their stations saw: four words of a list of 2,048 (44 bits) by voice, or the whole 256 bits by QR
// code in person (rule PR6). Four words are enough only because the offering side was committed before it saw the other's
// half: a man in the middle has one guess. A digest that somebody can grind must never be shown as words.
import { base64url } from "@parley/base/bytes";
import type { Digest } from "../signed/hash.ts";

export const wordCount = 4;
const bitsPerWord = 11;

/** The first 44 bits of the digest as four words of `list`, which must have 2,048. */
export function wordsOf(digest: Digest, list: readonly string[]): readonly string[] {
  if (list.length !== 2 ** bitsPerWord) throw new RangeError(`a list of ${list.length} words`);
  let bits = 0n;
  for (const byte of digest) bits = (bits << 8n) | BigInt(byte);
  const width = BigInt(8 * digest.length);
  return Array.from({ length: wordCount }, (_, i) => {
    const at = Number((bits >> (width - BigInt(bitsPerWord * (i + 1)))) & BigInt(2 ** bitsPerWord - 1));
    return list[at] as string;
  });
}

const scheme = "parley:words#";

/** All 256 bits, for a QR code. */
export const wholeText = (digest: Digest): string => scheme + base64url(digest);

/** Whether a scanned code shows the same digest. */
export const matchesWhole = (digest: Digest, scanned: string): boolean => scanned.trim() === wholeText(digest);
