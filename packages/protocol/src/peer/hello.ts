// What is said on a connection between two stations besides envelopes: who is there, what has arrived, who still lives, why
// it ends. Carries [LK6]-[LK12] of docs/spec/link.md. `hello` keeps its layout through all versions, since it is what finds
// the common one; nothing else is parsed on a connection before it has been verified.
import { type Bytes, concat } from "@parley/base/bytes";
import {
  type Codec,
  type DecodeError,
  type Of,
  decode,
  encode,
  fixed,
  oneOf,
  opaque,
  struct,
  uint16,
  uint32,
  uint48,
  variant,
} from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import { linkId, partyId } from "../ids.ts";
import { maxEnvelopeBytes, maxHelloBytes, maxSuccessionsBytes } from "../limits.ts";
import { labelled } from "../signed/hash.ts";
import { envelope } from "./envelope.ts";

/** Paths of the WebSocket on a station's peer port. */
export const linkPath = "/link";
export const pairPath = "/pair";

/** Label of the TLS exporter (RFC 8446 section 7.5) whose 32 bytes tie a hello to its connection; the context is empty. */
export const exporterLabel = "EXPORTER-parley-link-v1";
export const bindingBytes = 32;

/** Domain label of the station key's signature over a hello. */
export const helloLabel = "parley hello v1";

/** Bytes of an offer's id, drawn when the offer is made. */
export const offerIdBytes = 16;

/** The versions that a station speaks, both ends included. */
export type Versions = { readonly oldest: number; readonly newest: number };

const versions = { oldest: uint16, newest: uint16 };

const helloFields = {
  ...versions,
  link: linkId,
  from: partyId,
  to: partyId,
  /** Highest sequence of the reader's that the writer has durably taken: the reader sends again from the one after. */
  taken: uint48,
  /** From the last key that the writer thinks the reader knows to the one in its TLS certificate; empty when they are the same. */
  successions: opaque(maxSuccessionsBytes),
};
const unsignedHello = struct(helloFields);
export type UnsignedHello = Of<typeof unsignedHello>;
const hello: Codec<UnsignedHello & { signature: Bytes }> = struct({ ...helloFields, signature: fixed(64) });
export type Hello = Of<typeof hello>;

/** Which end of a connection speaks: the one that dialled greets first. */
export const ends = ["dialler", "answerer"] as const;
export type End = (typeof ends)[number];

/** What the key in the TLS certificate signs: which end speaks, what ties it to this TLS session, and the whole hello. */
export const helloSignedBytes = (end: End, binding: Bytes, value: UnsignedHello): Bytes =>
  labelled(helloLabel, concat(new Uint8Array([ends.indexOf(end)]), binding, encode(unsignedHello, value)));

/** Why a station ends a connection. Append, never reorder. */
export const goodbyeReasons = [
  "closing",
  "duplicate",
  "keyRolled",
  "version",
  "malformed",
  "forged",
  "gap",
  "flooded",
  "restored",
  "unknown",
  "slow",
  "silent",
  "crossed",
] as const;
export type GoodbyeReason = (typeof goodbyeReasons)[number];

/** One message of the WebSocket `linkPath`. */
export const linkFrame = variant({
  hello: [1, hello],
  envelope: [2, struct({ envelope })],
  /** The writer has durably taken every envelope up to and with this one. */
  ack: [3, struct({ upTo: uint48 })],
  ping: [4, struct({ nonce: uint32 })],
  pong: [5, struct({ nonce: uint32 })],
  /** With the versions that the writer speaks, so that a refusal can say which side is older. */
  goodbye: [6, struct({ ...versions, reason: oneOf(...goodbyeReasons) })],
});
export type LinkFrame = Of<typeof linkFrame>;

const tagBytes = 2;

/** Largest message once both have greeted. */
export const maxLinkFrameBytes = tagBytes + maxEnvelopeBytes;

export const encodeLinkFrame = (frame: LinkFrame): Bytes => encode(linkFrame, frame);

/** The first message of a connection, a hello or a goodbye; anything else, and anything larger than a hello, is refused unparsed. */
export function decodeFirstFrame(
  bytes: Uint8Array,
): Result<Extract<LinkFrame, { type: "hello" | "goodbye" }>, DecodeError> {
  if (bytes.length > maxHelloBytes) return fail({ reason: `${bytes.length} bytes`, at: maxHelloBytes });
  if (bytes[0] !== 0 || (bytes[1] !== 1 && bytes[1] !== 6)) return fail({ reason: "no hello", at: 0 });
  const frame = decode(linkFrame, bytes);
  if (!frame.ok) return frame;
  return frame.value.type === "hello" || frame.value.type === "goodbye"
    ? ok(frame.value)
    : fail({ reason: "no hello", at: 0 });
}

/** A message after both have greeted. */
export function decodeLinkFrame(bytes: Uint8Array): Result<LinkFrame, DecodeError> {
  if (bytes.length > maxLinkFrameBytes) return fail({ reason: `${bytes.length} bytes`, at: maxLinkFrameBytes });
  return decode(linkFrame, bytes);
}

/** The newest version that both speak, or null when there is none; a range that ends before it begins speaks none. */
export function commonVersion(a: Versions, b: Versions): number | null {
  const version = Math.min(a.newest, b.newest);
  return version >= Math.max(a.oldest, b.oldest) ? version : null;
}

/** First message of the WebSocket `pairPath`: the id of an offer that the answering station made and has not withdrawn. */
export const pairingOpening = struct({ ...versions, offer: fixed(offerIdBytes) });
export const pairingOpeningBytes = 4 + offerIdBytes;
