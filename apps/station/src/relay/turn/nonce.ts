// The nonce of the long-term credential mechanism (RFC 8489 section 9.2, RFC 8656 section 5): it proves that a client
// receives at the address it sends from, and makes a captured request worthless after a while. It is its own record
// (time and HMAC), so that a flood of requests from made-up addresses leaves nothing behind in memory.
import { createHmac, timingSafeEqual } from "node:crypto";
import { type Bytes, base64url, concat, fromBase64url, utf8 } from "@parley/base/bytes";
import { uint48, encode } from "@parley/base/codec";
import type { Ms } from "@parley/base/time";

const tagBytes = 12;

function tag(key: Uint8Array, until: Bytes, client: string): Uint8Array {
  return createHmac("sha256", key).update(until).update(utf8(client)).digest().subarray(0, tagBytes);
}

/** A nonce for the client with that address, good until `until` of monotonic time. 24 characters. */
export function encodeNonce(key: Uint8Array, client: string, until: Ms): string {
  const bytes = encode(uint48, until);
  return base64url(concat(bytes, tag(key, bytes, client)));
}

/** True when this nonce was given to that client by the holder of `key`, and `now` is before its end. */
export function nonceHolds(key: Uint8Array, client: string, now: Ms, nonce: string): boolean {
  const bytes = fromBase64url(nonce);
  if (bytes?.length !== 6 + tagBytes) return false;
  const until = bytes.slice(0, 6);
  if (!timingSafeEqual(tag(key, until, client), bytes.subarray(6))) return false;
  return until.reduce((n, byte) => n * 256 + byte, 0) > now;
}
