// What one station tells another on a link: a numbered, signed, bounded parcel whose payload is for others to read. The
// link layer (apps/station/src/peer) numbers, signs, sends again and takes it once; it never looks into the payload.
// Carries [LK1]-[LK5] of docs/spec/link.md. The signed bytes are a domain label, a zero byte and a TLS-style struct.
import type { Bytes } from "@parley/base/bytes";
import {
  type Codec,
  type DecodeError,
  type Of,
  decode,
  encode,
  fixed,
  opaque,
  struct,
  uint16,
  uint48,
} from "@parley/base/codec";
import { type Result, fail } from "@parley/base/result";
import { type Ms, ms } from "@parley/base/time";
import { envelopeId, linkId, partyId } from "../ids.ts";
import { maxEnvelopeBytes, maxEnvelopePayloadBytes } from "../limits.ts";
import { labelled } from "../signed/hash.ts";

/** Domain label of the station key's signature over an envelope. */
export const envelopeLabel = "parley envelope v1";

/** Largest count that `spent` can say, 8,900 years; an older envelope says this. */
const maxSpent = 2 ** 48 - 1;

/** What a payload is, by whose file reads it. Append, never reuse a number; a kind that the reader does not know is taken and has no effect. */
export const payloadKinds = {
  call: 1,
  identity: 2,
  ledger: 3,
  keys: 4,
  drill: 5,
  notice: 6,
  check: 7,
  alarm: 8,
  people: 9,
} as const;

const fields = {
  /** Version of the protocol that the payload is written in. */
  version: uint16,
  /** Drawn once, the same however often it is sent again. */
  id: envelopeId,
  link: linkId,
  from: partyId,
  to: partyId,
  /** Counts from 1 without gaps, for each link and direction. */
  sequence: uint48,
  /** Milliseconds between its writing and this sending, by the sender's own clock; wall clocks are never compared. */
  spent: uint48,
  kind: uint16,
  payload: opaque(maxEnvelopePayloadBytes),
};

const unsigned = struct(fields);
export type UnsignedEnvelope = Of<typeof unsigned>;

/** An envelope as it travels: Ed25519 under the sending station's key over `envelopeSignedBytes`. */
export const envelope: Codec<UnsignedEnvelope & { signature: Bytes }> = struct({ ...fields, signature: fixed(64) });
export type Envelope = Of<typeof envelope>;

/** What the station key signs: every field but the signature. */
export const envelopeSignedBytes = (value: UnsignedEnvelope): Bytes => labelled(envelopeLabel, encode(unsigned, value));

export const encodeEnvelope = (value: Envelope): Bytes => encode(envelope, value);

/** The envelope that `bytes` are, its signature not yet verified; larger than `maxEnvelopeBytes` is refused before parsing. */
export function decodeEnvelope(bytes: Uint8Array): Result<Envelope, DecodeError> {
  if (bytes.length > maxEnvelopeBytes) return fail({ reason: `${bytes.length} bytes`, at: maxEnvelopeBytes });
  return decode(envelope, bytes);
}

/** A length of time as `spent` carries it: never negative, never more than fits. */
export const spentOf = (waited: Ms): Ms => ms(Math.min(Math.max(0, Math.floor(waited)), maxSpent));
