// The relay of a station: the one it brings along, another by setting, or none; and the credentials that terminals get.
import type { Random } from "@parley/base/random";
import { type Result, ok } from "@parley/base/result";
import { type Clock, hours } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { hex } from "@parley/base/bytes";
import type { Config } from "./config.ts";
import { type IceServers, iceServersFor, turnUrls } from "./relay/iceServers.ts";
import { startTurn } from "./relay/turn/server.ts";
import type { ListenerOptions } from "./relay/turn/settings.ts";

export type RelayRun = {
  /** Servers for one terminal in one call; none where the station has no relay. */
  readonly serversFor: (call: string, terminal: string) => IceServers | null;
  /** Ends every relayed path of a terminal. */
  readonly evict: (terminal: string) => void;
  readonly close: () => Promise<void>;
};

/** Credentials live this long and are sent anew well before; what was allocated with them goes on. */
const credentialLifetime = hours(4);

const none: RelayRun = { serversFor: () => null, evict: () => undefined, close: async () => undefined };

export async function startRelay(
  config: Config["turn"],
  deps: { readonly clock: Clock; readonly random: Random },
): Promise<Result<RelayRun, ParleyError>> {
  const { clock, random } = deps;
  // The built-in relay's secret need not outlive it: nobody else knows it.
  const secret = config.secret ?? hex(random(32));
  const issue = (urls: readonly string[]) => (call: string, terminal: string) =>
    iceServersFor({ urls, secret }, `${call}:${terminal}`, clock.now(), credentialLifetime);
  switch (config.use) {
    case "none":
      return ok(none);
    case "external":
      return ok({ ...none, serversFor: issue(config.urls) });
    case "builtIn":
      break;
  }
  const listeners: ListenerOptions[] = [
    { transport: "udp", address: config.host, port: config.udpPort },
    { transport: "tcp", address: config.host, port: config.tcpPort },
  ];
  const server = await startTurn(
    {
      realm: "parley",
      secret,
      listeners,
      certificate: null,
      relays: [{ bind: config.host, advertise: config.publicAddress }],
      relayPorts: config.relayPorts,
      allowPeers: config.allowPeers,
    },
    { clock, random },
  );
  if (!server.ok) return server;
  const family = config.publicAddress.includes(":") ? "ipv6" : "ipv4";
  const urls = turnUrls(server.value.listeners, { [family]: config.publicAddress });
  return ok({
    serversFor: issue(urls),
    evict: (terminal) => void server.value.evict((name) => name.endsWith(`:${terminal}`)),
    close: () => server.value.close(),
  });
}
