// The relay as tests run it: on loopback, with free ports, a real clock and real sockets.
import { randomBytes } from "node:crypto";
import type { Random } from "@parley/base/random";
import { certain } from "@parley/base/result";
import { type Clock, type Ms, instant, minutes, ms } from "@parley/base/time";
import { turnCredentials } from "../credentials.ts";
import { type TurnDeps, type TurnServer, startTurn } from "../server.ts";
import type { TurnOptions, Transport } from "../settings.ts";
import type { Credential } from "./client.ts";

export const systemClock: Clock = {
  now: () => instant(Date.now()),
  elapsed: () => ms(Math.floor(performance.now())),
  wait(delay, then) {
    const timer = setTimeout(then, delay);
    return () => clearTimeout(timer);
  },
};
export const systemRandom: Random = (length) => new Uint8Array(randomBytes(length));

export const secret = "a secret for tests alone";

export const credentialFor = (name: string, lifetime: Ms = minutes(10)): Credential =>
  turnCredentials(secret, name, systemClock.now(), lifetime);

/** A relay on 127.0.0.1 and ::1 for UDP and TCP, IPv4 first; peers on loopback are allowed unless said otherwise. */
export async function startTestTurn(
  options: Partial<TurnOptions> = {},
  deps: Partial<TurnDeps> = {},
): Promise<TurnServer> {
  const loopback = (["127.0.0.1", "::1"] as const).flatMap((address) =>
    (["udp", "tcp"] as const).map((transport) => ({ transport, address, port: 0 })),
  );
  return certain(
    await startTurn(
      {
        realm: "parley",
        secret,
        listeners: loopback,
        certificate: null,
        relays: ["127.0.0.1", "::1"].map((address) => ({ bind: address, advertise: address })),
        relayPorts: null,
        allowPeers: ["127.0.0.0/8", "::1/128"],
        ...options,
      },
      { clock: systemClock, random: systemRandom, ...deps },
    ),
  );
}

export function listenerOf(turn: TurnServer, transport: Transport, address: "127.0.0.1" | "::1" = "127.0.0.1") {
  const listener = turn.listeners.find((each) => each.transport === transport && each.address === address);
  if (listener === undefined) throw new Error(`nothing listens for ${transport} on ${address}`);
  return listener;
}

/** Waits until something is so, at most a second. */
export async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 1000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`in vain: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
