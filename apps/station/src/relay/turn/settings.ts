// The settings of the built-in relay, as the configuration gives them, and what they become: checked once, before
// anything listens. Nothing in here can impair traffic; see impairment.ts.
import { type Result, fail, ok } from "@parley/base/result";
import { type Ms, minutes, seconds } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type Endpoint, endpointOf } from "./address.ts";
import type { Bounds } from "./client.ts";
import { type Range, rangeOf } from "./policy.ts";

export type Transport = "udp" | "tcp" | "tls";

/** PEM. */
export type Certificate = { readonly cert: string; readonly key: string };

export type ListenerOptions = { readonly transport: Transport; readonly address: string; readonly port: number };

/** One address that relays live on: `bind` is the machine's, `advertise` what peers see; both of one family. */
export type RelayOptions = { readonly bind: string; readonly advertise: string };

export type TurnLimits = Bounds & {
  readonly maxAllocations: number;
  readonly maxAllocationsPerName: number;
  readonly maxUnprovenAnswers: number;
  readonly nonceLifetime: Ms;
  readonly maxStreams: number;
  readonly maxStreamsPerAddress: number;
  /** How long a connection may be without an allocation, and a frame without its end. */
  readonly streamPatience: Ms;
  /** Bytes that wait in one connection before more is dropped, as a full queue drops datagrams. */
  readonly maxQueuedBytes: number;
};

export type TurnOptions = {
  /** Shown to clients, and part of their keys: the party's name in ASCII, 1 to 64 characters. */
  readonly realm: string;
  /** What `turnCredentials` makes passwords with: 16 to 200 characters. */
  readonly secret: string;
  /** Port 0 takes any that is free. An IPv6 address listens for IPv6 alone, so both families need a listener each. */
  readonly listeners: readonly ListenerOptions[];
  /** For listeners of "tls"; may be replaced while they run. */
  readonly certificate: Certificate | null;
  /** One a family at most. */
  readonly relays: readonly RelayOptions[];
  /** First and last port of relayed addresses; null takes any that is free. Default 49152 to 65535 (RFC 8656 section 7.2). */
  readonly relayPorts?: readonly [first: number, last: number] | null;
  /** Reserved ranges that may be relayed to all the same, as "127.0.0.0/8". */
  readonly allowPeers: readonly string[];
  readonly limits?: Partial<TurnLimits>;
};

/** The RFC's times (7.2, 9, 12), and bounds that were chosen: five terminals in a mesh need 8 allocations and 50 permissions. */
export const defaultLimits: TurnLimits = {
  defaultLifetime: minutes(10),
  maxLifetime: minutes(60),
  permissionLifetime: minutes(5),
  channelLifetime: minutes(10),
  openingTime: seconds(5),
  maxPermissions: 128,
  maxChannels: 128,
  maxAllocations: 1024,
  maxAllocationsPerName: 64,
  maxUnprovenAnswers: 200,
  nonceLifetime: minutes(60),
  maxStreams: 1024,
  maxStreamsPerAddress: 256,
  streamPatience: seconds(10),
  maxQueuedBytes: 256 * 1024,
};

export type Relay = { readonly bind: Endpoint; readonly advertise: Endpoint };

export type TurnSettings = {
  readonly realm: string;
  readonly secret: string;
  readonly listeners: readonly ListenerOptions[];
  readonly certificate: Certificate | null;
  readonly relays: readonly Relay[];
  readonly relayPorts: readonly [number, number] | null;
  readonly allowed: readonly Range[];
  readonly limits: TurnLimits;
};

const isPort = (n: number) => Number.isInteger(n) && n >= 0 && n <= 65535;

/** The settings, or which of them is wrong. */
export function decideSettings(options: TurnOptions): Result<TurnSettings, ParleyError> {
  const wrong = (detail: string) => fail(problem("CONFIG_WRONG", `turn: ${detail}`));
  if (!/^[\x21-\x7e]{1,64}$/.test(options.realm)) return wrong(`the realm ${options.realm} is not 1 to 64 of ASCII`);
  if (!/^[\x20-\x7e]{16,200}$/.test(options.secret)) return wrong("the secret is not 16 to 200 characters of ASCII");
  for (const { transport, address, port } of options.listeners) {
    if (endpointOf(address, port) === null || !isPort(port))
      return wrong(`${address} ${port} is no address to listen on`);
    if (transport === "tls" && options.certificate === null) return wrong("a TLS listener needs a certificate");
  }
  const relays: Relay[] = [];
  for (const { bind, advertise } of options.relays) {
    const [from, seen] = [endpointOf(bind, 0), endpointOf(advertise, 0)];
    if (from === null || seen === null || from.family !== seen.family)
      return wrong(`${bind}, ${advertise}: no relay address`);
    if (relays.some((relay) => relay.bind.family === from.family)) return wrong(`two relay addresses of one family`);
    if (/^(0\.0\.0\.0|::)$/.test(seen.address)) return wrong(`${advertise} is not an address that a peer can send to`);
    relays.push({ bind: from, advertise: seen });
  }
  if (relays.length === 0) return wrong("no relay address");
  const relayPorts = options.relayPorts === undefined ? ([49152, 65535] as const) : options.relayPorts;
  if (relayPorts !== null && !(relayPorts.every(isPort) && relayPorts[0] >= 1024 && relayPorts[0] <= relayPorts[1]))
    return wrong(`relay ports ${relayPorts.join(" to ")}: not a range from 1024 to 65535`);
  const allowed: Range[] = [];
  for (const text of options.allowPeers) {
    const range = rangeOf(text);
    if (range === null) return wrong(`allowPeers: ${text} is not a range`);
    allowed.push(range);
  }
  const { realm, secret, listeners, certificate } = options;
  const limits = { ...defaultLimits, ...options.limits };
  return ok({ realm, secret, listeners, certificate, relays, relayPorts, allowed, limits });
}
