// What a terminal is given to reach a relay: addresses and a short-lived credential. The same for the relay that the
// station brings along (turn/) and for another server by setting (coturn with `use-auth-secret`), since both know one
// secret; docs/decisions/turn.md has the settings of coturn that go with it.
import type { Instant, Ms } from "@parley/base/time";
import { turnCredentials } from "./turn/credentials.ts";
import { type Family, endpointOf } from "./turn/address.ts";
import type { ListenerOptions } from "./turn/settings.ts";

/** Where a relay is, and the secret shared with it. */
export type RelayAddress = { readonly urls: readonly string[]; readonly secret: string };

/** As RTCPeerConnection takes it. */
export type IceServer = { readonly urls: string[]; readonly username: string; readonly credential: string };

export type IceServers = {
  readonly servers: readonly IceServer[];
  /** When to give the terminal the next ones: it sets them without disturbing a call, and uses them when ICE restarts. */
  readonly renewAt: Instant;
  /** After this no new allocation can be made with them; those there are go on. */
  readonly expires: Instant;
};

/** Servers for one terminal of one call; `name` tells them apart in quotas and cut-off ("<call>:<terminal>"). */
export function iceServersFor(relay: RelayAddress, name: string, now: Instant, lifetime: Ms): IceServers {
  const { username, credential, renewAt, expires } = turnCredentials(relay.secret, name, now, lifetime);
  return { servers: [{ urls: [...relay.urls], username, credential }], renewAt, expires };
}

const scheme = { udp: "turn", tcp: "turn", tls: "turns" } as const;

/** The URLs (RFC 7065) of the built-in relay's listeners, as seen from outside: under `hosts`, by family; others are left out. */
export function turnUrls(
  listeners: readonly ListenerOptions[],
  hosts: Readonly<Partial<Record<Family, string>>>,
): readonly string[] {
  return listeners.flatMap(({ transport, address, port }) => {
    const family = endpointOf(address, port)?.family;
    const host = family === undefined ? undefined : hosts[family];
    if (host === undefined) return [];
    const shown = host.includes(":") ? `[${host}]` : host;
    return [`${scheme[transport]}:${shown}:${port}?transport=${transport === "udp" ? "udp" : "tcp"}`];
  });
}
