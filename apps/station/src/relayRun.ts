// The relay of a station: the one it brings along, another by setting, or none; and the credentials that terminals get.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hex } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, ok } from "@parley/base/result";
import { type Clock, minutes, seconds } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { WebCertificate } from "./api/certificate.ts";
import type { Config } from "./config.ts";
import { type IceServers, iceServersFor, turnUrls } from "./relay/iceServers.ts";
import { turnCredentials } from "./relay/turn/credentials.ts";
import { startTurn } from "./relay/turn/server.ts";
import type { ListenerOptions } from "./relay/turn/settings.ts";

export type RelayRun = {
  /** Servers for one terminal in one call; none where the station has no relay. */
  readonly serversFor: (call: string, terminal: string) => IceServers | null;
  /** What a linked station, or we, may try the built-in relay with, for a minute under that name; null for any other relay. */
  readonly trial: (name: string) => { readonly username: string; readonly credential: string } | null;
  /** Where the built-in relay listens; empty for any other. */
  readonly listeners: readonly ListenerOptions[];
  /** Ends every relayed path of a terminal. */
  readonly evict: (terminal: string) => void;
  /** The TLS listener shows another certificate from the next connection on. */
  readonly present: (certificate: WebCertificate) => Result<null, ParleyError>;
  readonly close: () => Promise<void>;
};

/** How long a credential of a check opens new paths. */
const trialLasts = minutes(1);

const none: RelayRun = {
  serversFor: () => null,
  trial: () => null,
  listeners: [],
  evict: () => undefined,
  present: () => ok(null),
  close: async () => undefined,
};

export type RelayDeps = {
  readonly clock: Clock;
  readonly random: Random;
  /** Where a secret that another relay shares with us is kept when the settings name none. */
  readonly secretFile: string;
  /** For the TLS listener; null has none. */
  readonly certificate: WebCertificate | null;
  /** The name in that certificate, under which browsers reach the TLS listener. */
  readonly tlsName: string;
};

/** The secret in `path`, drawn where there is none: its file is what whoever sets up the external relay copies from. */
function keptSecret(path: string, random: Random): string {
  if (!existsSync(path)) writeFileSync(path, `${hex(random(32))}\n`, { mode: 0o600, flush: true });
  return readFileSync(path, "utf8").trim();
}

export async function startRelay(config: Config["turn"], deps: RelayDeps): Promise<Result<RelayRun, ParleyError>> {
  const { clock, random, certificate } = deps;
  const lifetime = seconds(config.credentialSeconds);
  const issue = (urls: readonly string[], secret: string) => (call: string, terminal: string) =>
    iceServersFor({ urls, secret }, `${call}:${terminal}`, clock.now(), lifetime);
  switch (config.use) {
    case "none":
      return ok(none);
    case "external":
      return ok({ ...none, serversFor: issue(config.urls, config.secret ?? keptSecret(deps.secretFile, random)) });
    case "builtIn":
      break;
  }
  // The built-in relay's secret need not outlive it: nobody else knows it.
  const secret = config.secret ?? hex(random(32));
  const listeners: ListenerOptions[] = [
    { transport: "udp", address: config.host, port: config.udpPort },
    { transport: "tcp", address: config.host, port: config.tcpPort },
    ...(certificate === null ? [] : [{ transport: "tls", address: config.host, port: config.tlsPort } as const]),
  ];
  const server = await startTurn(
    {
      realm: "parley",
      secret,
      listeners,
      certificate,
      relays: [{ bind: config.host, advertise: config.publicAddress }],
      relayPorts: config.relayPorts,
      allowPeers: config.allowPeers,
    },
    { clock, random },
  );
  if (!server.ok) return server;
  const family = config.publicAddress.includes(":") ? "ipv6" : "ipv4";
  const urls = server.value.listeners.flatMap((listener) =>
    turnUrls([listener], { [family]: listener.transport === "tls" ? deps.tlsName : config.publicAddress }),
  );
  return ok({
    serversFor: issue(urls, secret),
    trial: (name) => turnCredentials(secret, `check:${name}`, clock.now(), trialLasts),
    listeners: server.value.listeners,
    evict: (terminal) => void server.value.evict((name) => name.endsWith(`:${terminal}`)),
    present: (fresh) => server.value.reloadTls(fresh),
    close: () => server.value.close(),
  });
}
