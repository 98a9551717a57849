// The answers to a client's requests, once it is known who asks (RFC 8656 sections 7.2, 8.2, 10.2 and 12.2).
// Each check stands in the order of its section, and names the error it answers with.
import { concat, equal } from "@parley/base/bytes";
import { type Ms, ms, seconds } from "@parley/base/time";
import { type Endpoint, type Family, endpointKey } from "./address.ts";
import {
  type StunError,
  addressErrorCode,
  readChannelNumber,
  readFamily,
  readTransport,
  readUint32,
  readXorAddress,
  uint32,
  unknownAttributes,
  unknownIn,
  valueOf,
  valuesOf,
  xorAddress,
} from "./attributes.ts";
import { refuse, succeed } from "./answers.ts";
import type { Allocated, Asked, Bounds, Client, Effect, Event, Opening, Permission, Site, Step } from "./client.ts";
import { idle } from "./client.ts";
import { firstChannel, lastChannel } from "./framing.ts";
import type { Message } from "./stun.ts";

type Request = Extract<Event, { type: "request" }>;

const udp = 17;

export function decideRequest(state: Client, request: Request, now: Ms, site: Site): Step {
  const { message, holder } = request;
  const asked: Asked = { message, key: holder.key };
  const unknown = unknownIn(message);
  if (unknown.length > 0) return [state, refuse(asked, 420, unknownAttributes(unknown))];
  if (message.method === "allocate") return decideAllocate(state, request, now, site);
  if (state.at !== "allocated") return [state, refuse(asked, 437)];
  if (state.name !== holder.name) return [state, refuse(asked, 441)];
  const held: Allocated = { ...state, username: holder.username };
  switch (message.method) {
    case "refresh":
      return decideRefresh(held, asked, now, site);
    case "createPermission":
      return decideCreatePermission(held, asked, now, site);
    case "channelBind":
      return decideChannelBind(held, asked, now, site);
    default:
      return [state, refuse(asked, 400)];
  }
}

/** RFC 8656 section 7.2, checks 2 to 10. */
function decideAllocate(state: Client, { message, holder }: Request, now: Ms, site: Site): Step {
  const asked: Asked = { message, key: holder.key };
  const no = (code: StunError): Step => [state, refuse(asked, code)];
  if (state.at !== "idle") {
    const first = state.at === "opening" ? state.asked.message.transaction : state.transaction;
    if (state.name !== holder.name || !equal(first, message.transaction)) return no(437);
    return [state, state.at === "opening" ? [] : answerAllocated(state, asked, now, site)];
  }
  const has = (name: "evenPort" | "additionalAddressFamily" | "requestedAddressFamily") =>
    valueOf(message, name) !== null;
  const transport = valueOf(message, "requestedTransport");
  const protocol = transport === null ? null : readTransport(transport);
  if (protocol === null) return no(400);
  if (protocol !== udp) return no(442);
  if (valueOf(message, "reservationToken") !== null)
    return no(has("evenPort") || has("requestedAddressFamily") || has("additionalAddressFamily") ? 400 : 508);
  if (has("requestedAddressFamily") && has("additionalAddressFamily")) return no(400);
  const family = requestedFamily(message);
  if (family === null || additionalFamily(message) === "malformed") return no(400);
  if (family === "unsupported" || !site.families.has(family)) return no(440);
  if (has("evenPort")) return no(508);
  const lifetime = grantedLifetime(message, site.bounds);
  if (lifetime === null) return no(400);
  const room = site.room(holder.name);
  if (room !== "yes") return no(room === "name full" ? 486 : 508);
  const until = ms(now + site.bounds.openingTime);
  const { name, username } = holder;
  return [{ at: "opening", name, username, asked, family, lifetime, until }, [{ type: "openRelay", family }]];
}

function requestedFamily(message: Message): Family | "unsupported" | null {
  const field = valueOf(message, "requestedAddressFamily");
  return field === null ? "ipv4" : readFamily(field);
}

/** A second family beside IPv4: only IPv6 may be asked for, and it is never given (section 7.2, check 9). */
function additionalFamily(message: Message): "none" | "ipv6" | "malformed" {
  const field = valueOf(message, "additionalAddressFamily");
  if (field === null) return "none";
  return readFamily(field) === "ipv6" ? "ipv6" : "malformed";
}

/** What the client asks for, not below the default nor above the maximum; null for a LIFETIME that is none. */
function grantedLifetime(message: Message, bounds: Bounds): Ms | null {
  const field = valueOf(message, "lifetime");
  if (field === null) return bounds.defaultLifetime;
  const asked = readUint32(field);
  return asked === null ? null : ms(Math.max(bounds.defaultLifetime, Math.min(seconds(asked), bounds.maxLifetime)));
}

export function answerOpened(state: Opening, relayed: Endpoint, now: Ms, site: Site): Step {
  const { asked, name, username, lifetime } = state;
  const allocated: Allocated = {
    at: "allocated",
    name,
    username,
    transaction: concat(asked.message.transaction),
    relayed,
    until: ms(now + lifetime),
    permissions: new Map(),
    channels: new Map(),
    numbers: new Map(),
  };
  return [allocated, answerAllocated(allocated, asked, now, site)];
}

export const answerUnopened = (state: Opening): readonly Effect[] => refuse(state.asked, 508);

const secondsLeft = (until: Ms, now: Ms) => Math.floor((until - now) / 1000);

function answerAllocated(state: Allocated, asked: Asked, now: Ms, site: Site): readonly Effect[] {
  const { transaction } = asked.message;
  const partly = additionalFamily(asked.message) === "ipv6" ? [addressErrorCode("ipv6", 508)] : [];
  return succeed(asked, [
    xorAddress("xorRelayedAddress", state.relayed, transaction),
    uint32("lifetime", secondsLeft(state.until, now)),
    xorAddress("xorMappedAddress", site.source, transaction),
    ...partly,
  ]);
}

/** RFC 8656 section 8.2. */
function decideRefresh(state: Allocated, asked: Asked, now: Ms, site: Site): Step {
  const family = valueOf(asked.message, "requestedAddressFamily");
  if (family !== null && readFamily(family) !== state.relayed.family) return [state, refuse(asked, 443)];
  const lifetime = grantedLifetime(asked.message, site.bounds);
  if (lifetime === null) return [state, refuse(asked, 400)];
  const field = valueOf(asked.message, "lifetime");
  if (field !== null && readUint32(field) === 0)
    return [idle, [...succeed(asked, [uint32("lifetime", 0)]), { type: "closeRelay" }]];
  const next = { ...state, until: ms(now + lifetime) };
  return [next, succeed(asked, [uint32("lifetime", secondsLeft(next.until, now))])];
}

type Peers = { readonly peers: readonly Endpoint[]; readonly permissions: Allocated["permissions"] };

/** The permissions with those of every XOR-PEER-ADDRESS added or begun again, or why not. */
function permit(state: Allocated, asked: Asked, now: Ms, site: Site): Peers | StunError {
  const { message } = asked;
  const fields = valuesOf(message, "xorPeerAddress");
  const peers = fields.map((field) => readXorAddress(field, message.transaction)).filter((peer) => peer !== null);
  if (peers.length === 0 || peers.length < fields.length) return 400;
  if (peers.some((peer) => peer.family !== state.relayed.family)) return 443;
  const permissions = new Map<string, Permission>(state.permissions);
  for (const { address } of peers) {
    const reach = site.reach(address);
    if (reach === "denied") return 403;
    permissions.set(address, { reach, until: ms(now + site.bounds.permissionLifetime) });
  }
  return permissions.size > site.bounds.maxPermissions ? 508 : { peers, permissions };
}

/** RFC 8656 section 10.2: all of the addresses or none. */
function decideCreatePermission(state: Allocated, asked: Asked, now: Ms, site: Site): Step {
  const permitted = permit(state, asked, now, site);
  if (typeof permitted === "number") return [state, refuse(asked, permitted)];
  return [{ ...state, permissions: permitted.permissions }, succeed(asked, [])];
}

/** RFC 8656 section 12.2. */
function decideChannelBind(state: Allocated, asked: Asked, now: Ms, site: Site): Step {
  const no = (code: StunError): Step => [state, refuse(asked, code)];
  const field = valueOf(asked.message, "channelNumber");
  const number = field === null ? null : readChannelNumber(field);
  if (number === null || number < firstChannel || number > lastChannel) return no(400);
  const permitted = permit(state, asked, now, site);
  if (typeof permitted === "number") return no(permitted);
  const [peer, ...others] = permitted.peers;
  if (peer === undefined || others.length > 0 || peer.port === 0) return no(400);
  const key = endpointKey(peer.address, peer.port);
  const bound = state.channels.get(number)?.peer;
  if (bound !== undefined && endpointKey(bound.address, bound.port) !== key) return no(400);
  if ((state.numbers.get(key) ?? number) !== number) return no(400);
  if (bound === undefined && state.channels.size >= site.bounds.maxChannels) return no(508);
  const channel = { number, peer, until: ms(now + site.bounds.channelLifetime) };
  return [
    {
      ...state,
      permissions: permitted.permissions,
      channels: new Map(state.channels).set(number, channel),
      numbers: new Map(state.numbers).set(key, number),
    },
    succeed(asked, []),
  ];
}
