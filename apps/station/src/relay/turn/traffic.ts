// Data through an allocation, both ways (RFC 8656 sections 11 and 12.5 to 12.7). Nothing here changes a state.
// A permission must live in both directions, also for a bound channel, so that what a client may send and what
// it may receive end together.
import type { Ms } from "@parley/base/time";
import { maxTurnFrameBytes } from "@parley/protocol/limits";
import { type Endpoint, endpointKey } from "./address.ts";
import { type Allocated, type Effect, type Permission, type Site, drop } from "./client.ts";
import { data as dataField, readXorAddress, unknownIn, valueOf, xorAddress } from "./attributes.ts";
import { encodeChannelData } from "./framing.ts";
import { encodeMessage, unsigned } from "./integrity.ts";
import type { Message } from "./stun.ts";

function livePermission(state: Allocated, address: string, now: Ms): Permission | null {
  const permission = state.permissions.get(address);
  return permission !== undefined && permission.until > now ? permission : null;
}

function toPeer(state: Allocated, peer: Endpoint, data: Uint8Array, now: Ms): readonly Effect[] {
  const permission = livePermission(state, peer.address, now);
  return permission === null ? drop("no permission") : [{ type: "toPeer", peer, reach: permission.reach, data }];
}

/** RFC 8656 section 12.6. */
export function passChannelData(
  state: Allocated,
  frame: { readonly number: number; readonly data: Uint8Array },
  now: Ms,
): readonly Effect[] {
  const channel = state.channels.get(frame.number);
  if (channel === undefined || channel.until <= now) return drop("no channel");
  return toPeer(state, channel.peer, frame.data, now);
}

/** RFC 8656 section 11.2. A Send indication is not authenticated: its 5-tuple is. */
export function passSend(state: Allocated, message: Message, now: Ms): readonly Effect[] {
  const [peerField, data] = [valueOf(message, "xorPeerAddress"), valueOf(message, "data")];
  const peer = peerField === null ? null : readXorAddress(peerField, message.transaction);
  if (peer === null || data === null || peer.port === 0 || unknownIn(message).length > 0) return drop("malformed");
  return toPeer(state, peer, data, now);
}

/** RFC 8656 sections 11.3 and 12.7. */
export function passPeerData(
  state: Allocated,
  datagram: { readonly from: Endpoint; readonly data: Uint8Array },
  now: Ms,
  site: Site,
): readonly Effect[] {
  const { from, data } = datagram;
  if (livePermission(state, from.address, now) === null) return drop("no permission");
  const number = state.numbers.get(endpointKey(from.address, from.port));
  const channel = number === undefined ? undefined : state.channels.get(number);
  const bytes =
    channel !== undefined && channel.until > now
      ? encodeChannelData(channel.number, data, site.onStream)
      : dataIndication(state.transaction, from, data);
  return bytes.length > maxTurnFrameBytes ? drop("too long") : [{ type: "toClient", bytes, size: data.length }];
}

/** Nothing answers an indication, so the transaction only has to be hard to guess: the client's own serves. */
function dataIndication(transaction: Uint8Array, from: Endpoint, data: Uint8Array): Uint8Array {
  const fields = [xorAddress("xorPeerAddress", from, transaction), dataField(data)];
  return encodeMessage({ class: "indication", method: "data", transaction }, fields, unsigned);
}
