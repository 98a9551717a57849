// Edge: the relayed addresses, one UDP socket for each allocation, on ports drawn from the range of the settings.
// When no port or no file descriptor is left, the client is told so (508) and everything else goes on.
import { type Random, below } from "@parley/base/random";
import type { Endpoint, Family } from "./address.ts";
import type { ClientRef } from "./core.ts";
import { type Datagrams, bindDatagrams, codeOf } from "./datagramSocket.ts";
import type { Relay } from "./settings.ts";

export type RelayEvents = {
  readonly onOpened: (client: ClientRef, relayed: Endpoint) => void;
  readonly onFailed: (client: ClientRef) => void;
  readonly onDatagram: (key: string, from: Endpoint, data: Uint8Array) => void;
  readonly onError: () => void;
};

type Open = { readonly relay: Relay; readonly port: number; socket: Datagrams | null };

/** Ports that other programs hold which are tried before giving up. Chosen. */
const maxTries = 16;

export function createRelaySockets(
  options: {
    readonly relays: readonly Relay[];
    readonly ports: readonly [number, number] | null;
    readonly random: Random;
  },
  events: RelayEvents,
) {
  const open = new Map<string, Open>();
  const taken: Record<Family, Set<number>> = { ipv4: new Set(), ipv6: new Set() };

  /** A port of the range that we do not use and did not just try; 0 for any; null when there is none. */
  function pickPort(family: Family, tried: ReadonlySet<number>): number | null {
    if (options.ports === null) return tried.size === 0 ? 0 : null;
    const [first, last] = options.ports;
    const size = last - first + 1;
    const start = below(options.random, size);
    for (let i = 0; i < size; i++) {
      const port = first + ((start + i) % size);
      if (!taken[family].has(port) && !tried.has(port)) return port;
    }
    return null;
  }

  async function openRelay(client: ClientRef, family: Family): Promise<void> {
    const relay = options.relays.find((each) => each.bind.family === family);
    const tried = new Set<number>();
    while (relay !== undefined && tried.size < maxTries) {
      const port = pickPort(family, tried);
      if (port === null) break;
      tried.add(port);
      taken[family].add(port);
      const entry: Open = { relay, port, socket: null };
      open.set(client.key, entry);
      const socket = await bindDatagrams(
        { ...relay.bind, port },
        { onDatagram: (from, data) => events.onDatagram(client.key, from, data), onError: events.onError },
      ).catch((error: unknown) => (codeOf(error) === "EADDRINUSE" ? "in use" : "failed"));
      if (open.get(client.key) !== entry) {
        if (typeof socket === "object") socket.close();
        return;
      }
      if (typeof socket === "object") {
        entry.socket = socket;
        events.onOpened(client, { ...relay.advertise, port: socket.port });
        return;
      }
      closeRelay(client);
      if (socket === "failed") break;
    }
    events.onFailed(client);
  }

  function closeRelay(client: ClientRef): void {
    const entry = open.get(client.key);
    if (entry === undefined) return;
    open.delete(client.key);
    taken[entry.relay.bind.family].delete(entry.port);
    entry.socket?.close();
  }

  return {
    open: (client: ClientRef, family: Family): void => void openRelay(client, family),
    close: closeRelay,
    send: (client: ClientRef, peer: Endpoint, data: Uint8Array): void => open.get(client.key)?.socket?.send(peer, data),
    count: (): number => open.size,
    closeAll(): void {
      for (const entry of open.values()) entry.socket?.close();
      open.clear();
    },
  };
}
