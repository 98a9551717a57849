// IP addresses as the relay compares them: one text for each address, which is the text the kernel gives for it
// (RFC 5952, and dotted for the two old IPv4-in-IPv6 forms), so that a datagram's source is a map key as it comes.
import { isIP } from "node:net";
import type { Bytes } from "@parley/base/bytes";

export type Family = "ipv4" | "ipv6";

/** A transport address; `address` is in the form `addressText` gives, `port` is 0 to 65535. */
export type Endpoint = { readonly family: Family; readonly address: string; readonly port: number };

/** What identifies an endpoint in maps. */
export type EndpointKey = string;
export const endpointKey = (address: string, port: number): EndpointKey => `${address} ${port}`;

/** The text of 4 or 16 bytes of address. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number));
  const { start, length } = longestZeroRun(words);
  const dotted = start === 0 && (length === 6 || (length === 5 && words[5] === 0xffff));
  const head = dotted ? words.slice(0, 6) : words;
  const tail = dotted ? bytes.slice(12).join(".") : "";
  let text = "";
  for (let i = 0; i < head.length; i++) {
    if (length > 1 && i >= start && i < start + length) {
      if (i === start) text += ":";
      continue;
    }
    if (i > 0) text += ":";
    text += (head[i] as number).toString(16);
  }
  if (dotted) return `${text}:${tail}`;
  return length > 1 && start + length === 8 ? `${text}:` : text;
}

/** RFC 5952 section 4.2.3: the first of the longest runs of zero words; a run of one is not shortened. */
function longestZeroRun(words: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: -1, length: 0 };
  for (let i = 0; i < words.length; i++) {
    let length = 0;
    while (words[i + length] === 0) length++;
    if (length > best.length) best = { start: i, length };
    i += length;
  }
  return best.length > 1 ? best : { start: -1, length: 0 };
}

/** The bytes of an address in any of its texts; null when it is none, or carries a zone. */
export function addressBytes(text: string): Bytes | null {
  const version = isIP(text);
  if (version === 4) return Uint8Array.from(text.split("."), Number);
  if (version === 0 || text.includes("%")) return null;
  const [left = [], right = []] = text.split("::").map(wordsOf);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0);
  return Uint8Array.from([...left, ...zeros, ...right].flatMap((word) => [word >> 8, word & 0xff]));
}

function wordsOf(half: string): readonly number[] {
  if (half === "") return [];
  return half.split(":").flatMap((part) => {
    if (!part.includes(".")) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}

/** The endpoint of an address in any of its texts, or null. */
export function endpointOf(text: string, port: number): Endpoint | null {
  const bytes = addressBytes(text);
  if (bytes === null) return null;
  return { family: bytes.length === 4 ? "ipv4" : "ipv6", address: addressText(bytes), port };
}
