// The secrets of links, one or two generations of each: what a call's pre-shared key is made from, and what the next
// generation follows from. Kept sealed under a key that the key folder holds, so that a copy of the database alone is not
// enough. The generations' rules are packages/e2ee's (continuity).
import { createCipheriv, createDecipheriv } from "node:crypto";
import { type Bytes, concat, utf8 } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { callPsk } from "@parley/e2ee/mls/psk";
import { type CallId, type IdText, type LinkId, idOf } from "@parley/protocol/ids";

/** One generation of one link's secret. */
export type Generation = { readonly n: number; readonly secret: Bytes };

const nonceBytes = 12;
const tagBytes = 16;

/** Seals a link's secrets for the disk; `link` is bound in, so that one link's cannot be put in another's place. */
export function sealSecret(plain: Bytes, link: IdText, key: Bytes, random: Random): Bytes {
  const nonce = random(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(utf8(`parley link secret v1 ${link}`));
  return concat(nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag());
}

/** The opposite; null when the bytes were not sealed under this key for this link. */
export function openSecret(sealed: Bytes, link: IdText, key: Bytes): Bytes | null {
  if (sealed.length < nonceBytes + tagBytes) return null;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceBytes));
  decipher.setAAD(utf8(`parley link secret v1 ${link}`)).setAuthTag(sealed.subarray(-tagBytes));
  try {
    return concat(decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final());
  } catch {
    return null;
  }
}

/** The pre-shared key that terminals are given for one call, 32 bytes. */
export function pskOf(secret: Bytes, link: IdText, generation: number, call: IdText): Bytes {
  const [linkBytes, callBytes] = [idOf<LinkId>(link, 16), idOf<CallId>(call, 16)];
  if (linkBytes === null || callBytes === null) throw new Error("a link or call of ours without an id");
  return callPsk(secret, { link: linkBytes, generation, call: callBytes }).secret;
}
