// What the attributes mean: readers that answer null for a value of the wrong shape, and writers.
// RFC 8489 section 14 for STUN's, RFC 8656 section 18 for TURN's.
import { fromUtf8, utf8 } from "@parley/base/bytes";
import { type Endpoint, type Family, addressBytes, addressText } from "./address.ts";
import { attributeType, type AttributeName, mustRefuse } from "./attributeTypes.ts";
import { type Field, type Message, magicCookie } from "./stun.ts";

/** The value of the first attribute of that name, or null; later ones are ignored (RFC 8489 section 14). */
export function valueOf(message: Message, name: AttributeName): Uint8Array | null {
  const type = attributeType[name];
  return message.attributes.find((attribute) => attribute.type === type)?.value ?? null;
}

/** Every value of that name: XOR-PEER-ADDRESS may stand more than once. */
export function valuesOf(message: Message, name: AttributeName): readonly Uint8Array[] {
  const type = attributeType[name];
  return message.attributes.filter((attribute) => attribute.type === type).map((attribute) => attribute.value);
}

/** The types that must be understood and are not, each once. */
export const unknownIn = (message: Message): readonly number[] => [
  ...new Set(message.attributes.map((attribute) => attribute.type).filter(mustRefuse)),
];

const viewOf = (value: Uint8Array) => new DataView(value.buffer, value.byteOffset, value.length);

export const readUint32 = (value: Uint8Array): number | null =>
  value.length === 4 ? viewOf(value).getUint32(0) : null;

/** A channel number and two bytes that must be ignored (RFC 8656 section 18.1). */
export const readChannelNumber = (value: Uint8Array): number | null =>
  value.length === 4 ? viewOf(value).getUint16(0) : null;

/** The protocol number of REQUESTED-TRANSPORT: 17 is UDP. */
export const readTransport = (value: Uint8Array): number | null => (value.length === 4 ? (value[0] as number) : null);

/** "unsupported" for a family that is neither; null for a value of the wrong size. */
export function readFamily(value: Uint8Array): Family | "unsupported" | null {
  if (value.length !== 4) return null;
  return value[0] === 1 ? "ipv4" : value[0] === 2 ? "ipv6" : "unsupported";
}

/** UTF-8 text of at most `max` bytes. */
export const readText = (value: Uint8Array, max: number): string | null =>
  value.length <= max ? fromUtf8(value) : null;

function xored(address: Uint8Array, transaction: Uint8Array): Uint8Array {
  const mask = new Uint8Array(16);
  new DataView(mask.buffer).setUint32(0, magicCookie);
  mask.set(transaction, 4);
  return address.map((byte, i) => byte ^ (mask[i] as number));
}

/** XOR-MAPPED-ADDRESS and its kin (RFC 8489 section 14.2). */
export function readXorAddress(value: Uint8Array, transaction: Uint8Array): Endpoint | null {
  const family = value[1];
  if (!(family === 1 && value.length === 8) && !(family === 2 && value.length === 20)) return null;
  return {
    family: family === 1 ? "ipv4" : "ipv6",
    address: addressText(xored(value.subarray(4), transaction)),
    port: viewOf(value).getUint16(2) ^ (magicCookie >>> 16),
  };
}

type XorName = "xorMappedAddress" | "xorPeerAddress" | "xorRelayedAddress";

export function xorAddress(name: XorName, endpoint: Endpoint, transaction: Uint8Array): Field {
  const address = addressBytes(endpoint.address);
  if (address === null) throw new Error(`${endpoint.address} is no address`);
  const value = new Uint8Array(4 + address.length);
  value[1] = endpoint.family === "ipv4" ? 1 : 2;
  viewOf(value).setUint16(2, endpoint.port ^ (magicCookie >>> 16));
  value.set(xored(address, transaction), 4);
  return { type: attributeType[name], value };
}

export function uint32(name: "lifetime", n: number): Field {
  const value = new Uint8Array(4);
  viewOf(value).setUint32(0, n);
  return { type: attributeType[name], value };
}

export const text = (name: "username" | "realm" | "nonce", content: string): Field => ({
  type: attributeType[name],
  value: utf8(content),
});

export const data = (value: Uint8Array): Field => ({ type: attributeType.data, value });

/** The errors this relay answers with, and their words (RFC 8489 section 14.8, RFC 8656 section 19). */
export const reasons = {
  400: "Bad Request",
  401: "Unauthenticated",
  403: "Forbidden",
  420: "Unknown Attribute",
  437: "Allocation Mismatch",
  438: "Stale Nonce",
  440: "Address Family not Supported",
  441: "Wrong Credentials",
  442: "Unsupported Transport Protocol",
  443: "Peer Address Family Mismatch",
  486: "Allocation Quota Reached",
  508: "Insufficient Capacity",
} as const;
export type StunError = keyof typeof reasons;

const hundreds = (code: StunError) => [Math.floor(code / 100), code % 100] as const;

export const errorCode = (code: StunError): Field => ({
  type: attributeType.errorCode,
  value: new Uint8Array([0, 0, ...hundreds(code), ...utf8(reasons[code])]),
});

/** Why the second family of a dual allocation is not there (RFC 8656 section 18.12). */
export const addressErrorCode = (family: Family, code: StunError): Field => ({
  type: attributeType.addressErrorCode,
  value: new Uint8Array([family === "ipv4" ? 1 : 2, 0, ...hundreds(code), ...utf8(reasons[code])]),
});

export function unknownAttributes(types: readonly number[]): Field {
  const value = new Uint8Array(2 * types.length);
  types.forEach((type, i) => viewOf(value).setUint16(2 * i, type));
  return { type: attributeType.unknownAttributes, value };
}
