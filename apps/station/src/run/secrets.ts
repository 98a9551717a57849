// The secrets of links, one or two generations of each: what a call's pre-shared key is made from, and what the next
// generation follows from. Kept sealed under a key that the key folder holds, so that a copy of the database alone is not
// enough. The generations' rules are packages/e2ee's (continuity).
import type { Bytes } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { callPsk } from "@parley/e2ee/mls/psk";
import { seal, unseal } from "../keys/seal.ts";
import type { IdText } from "@parley/protocol/ids";
import { ownCall, ownLink } from "./ownIds.ts";

/** One generation of one link's secret. */
export type Generation = { readonly n: number; readonly secret: Bytes };

const purposeOf = (link: IdText): string => `parley link secret v1 ${link}`;

/** Seals a link's secrets for the disk; `link` is bound in, so that one link's cannot be put in another's place. */
export const sealSecret = (plain: Bytes, link: IdText, key: Bytes, random: Random): Bytes =>
  seal(plain, purposeOf(link), { by: "machine", key }, random);

/** The opposite; null when the bytes were not sealed under this key for this link. */
export function openSecret(sealed: Bytes, link: IdText, key: Bytes): Bytes | null {
  const opened = unseal(sealed, purposeOf(link), { by: "machine", key });
  return opened.ok ? opened.value : null;
}

/** The pre-shared key that terminals are given for one call, 32 bytes. */
export function pskOf(secret: Bytes, link: IdText, generation: number, call: IdText): Bytes {
  return callPsk(secret, { link: ownLink(link), generation, call: ownCall(call) }).secret;
}
