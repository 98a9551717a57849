// Short-lived TURN credentials from one shared secret (the "REST API" scheme, draft-uberti-behave-turn-rest; coturn's
// `use-auth-secret` reads the same): the username says until when and for what, the password is its HMAC.
// No table of users exists anywhere, and whoever holds the secret can make a credential, the station alone.
import { createHmac } from "node:crypto";
import { utf8 } from "@parley/base/bytes";
import { type Instant, type Ms, after, instant } from "@parley/base/time";
import { maxTurnNameBytes } from "@parley/protocol/limits";

/** What a terminal is given: `expires` is the second the username names, `renewAt` when to give it the next one. */
export type TurnCredentials = {
  readonly username: string;
  readonly credential: string;
  readonly expires: Instant;
  readonly renewAt: Instant;
};

/** A username taken apart. */
export type Username = {
  /** Until when it opens new allocations. */
  readonly expires: Instant;
  /** For what: a call and a terminal, or a drill. Quotas, ownership and eviction go by this. */
  readonly name: string;
};

/** HMAC-SHA-1 in base64: what coturn computes too. */
export const passwordOf = (secret: string, username: string): string =>
  createHmac("sha1", secret).update(username, "utf8").digest("base64");

/**
 * A credential that opens allocations from `now` for `lifetime`, rounded up to a whole second, under `name`
 * (1 to 128 bytes of ASCII without spaces). Renew it at half its life: setting the next one
 * (RTCPeerConnection.setConfiguration) disturbs nothing, and allocations made with this one outlive it.
 */
export function turnCredentials(secret: string, name: string, now: Instant, lifetime: Ms): TurnCredentials {
  const expires = Math.ceil((now + lifetime) / 1000);
  const username = `${expires}:${name}`;
  if (decodeUsername(username) === null) throw new RangeError(`${name} cannot be a TURN name`);
  return {
    username,
    credential: passwordOf(secret, username),
    expires: instant(expires * 1000),
    renewAt: after(now, Math.floor(lifetime / 2) as Ms),
  };
}

/** The parts of a username of ours, or null. */
export function decodeUsername(username: string): Username | null {
  const parts = /^([1-9][0-9]{0,11}):([\x21-\x7e]+)$/.exec(username);
  const [, expires, name] = parts ?? [];
  if (expires === undefined || name === undefined || utf8(name).length > maxTurnNameBytes) return null;
  return { expires: instant(Number(expires) * 1000), name };
}
