// Who sends a request: the checks of RFC 8489 section 9.2.4, in its order, over credentials.ts and nonce.ts.
// The one rule of our own: an expired username still opens the allocation it already holds, and nothing else. A browser
// keeps the credential that an allocation was made with for as long as it lives, so that without this rule
// the end of a credential's life would be the end of a call.
import type { Instant, Ms } from "@parley/base/time";
import { maxTurnNameBytes } from "@parley/protocol/limits";
import { readText, valueOf } from "./attributes.ts";
import { decodeUsername, passwordOf } from "./credentials.ts";
import { integrityHolds, integrityOf, longTermKey } from "./integrity.ts";
import { nonceHolds } from "./nonce.ts";
import type { Message } from "./stun.ts";

/** Somebody who proved to hold a credential. */
export type Holder = { readonly username: string; readonly name: string; readonly key: Uint8Array };

export type Verdict =
  | { readonly type: "known"; readonly holder: Holder }
  /** With a fresh nonce and the realm where the code is 401 or 438; `key` signs the answer where integrity held. */
  | { readonly type: "refused"; readonly code: 400 | 401 | 438; readonly key: Uint8Array | null };

export type Gate = {
  readonly realm: string;
  readonly secret: string;
  /** 32 random bytes of this process. */
  readonly nonceKey: Uint8Array;
  /** Asked for each request of each name; false once the name was cut off. */
  readonly admits: (name: string) => boolean;
};

/** What a request is judged by: its client's address, both clocks, and the username that its allocation goes by. */
export type Circumstances = {
  readonly client: string;
  readonly wall: Instant;
  readonly now: Ms;
  readonly held: string | null;
};

const refused = (code: 400 | 401 | 438, key: Uint8Array | null = null): Verdict => ({ type: "refused", code, key });

/** Decides on one request. Total; depends on nothing but its arguments. */
export function authenticate(message: Message, gate: Gate, at: Circumstances): Verdict {
  const integrity = integrityOf(message);
  if (integrity === null) return refused(401);
  const field = (name: "username" | "realm" | "nonce") => valueOf(message, name);
  const [usernameField, realmField, nonceField] = [field("username"), field("realm"), field("nonce")];
  if (usernameField === null || realmField === null || nonceField === null) return refused(400);
  const username = readText(usernameField, maxTurnNameBytes + 13);
  const parts = username === null ? null : decodeUsername(username);
  if (username === null || parts === null) return refused(401);
  if (readText(realmField, 128) !== gate.realm || !gate.admits(parts.name)) return refused(401);
  if (parts.expires <= at.wall && username !== at.held) return refused(401);
  const key = longTermKey(username, gate.realm, passwordOf(gate.secret, username));
  if (!integrityHolds(message, integrity, key)) return refused(401);
  const nonce = readText(nonceField, 128);
  if (nonce === null || !nonceHolds(gate.nonceKey, at.client, at.now, nonce)) return refused(438, key);
  return { type: "known", holder: { username, name: parts.name, key } };
}
