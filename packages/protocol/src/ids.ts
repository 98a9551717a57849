// The names of things on the wire: random or hashed bytes, never counted up, so that no name tells of another.
import type { Brand } from "@parley/base/brand";
import { type Bytes, base64url, fromBase64url } from "@parley/base/bytes";
import { type Codec, fixed } from "@parley/base/codec";

/** SHA-256 over a party's root public key; see signed/certificate. 32 bytes. */
export type PartyId = Brand<Bytes, "PartyId">;
/** An enrolled browser, drawn at enrolment. 16 bytes. */
export type TerminalId = Brand<Bytes, "TerminalId">;
/** A standing agreement between parties, fixed by their pairing. 16 bytes. */
export type LinkId = Brand<Bytes, "LinkId">;
/** One use of a link, drawn by the calling station. 16 bytes. */
export type CallId = Brand<Bytes, "CallId">;
/** One envelope between stations, drawn by its sender; what makes an effect happen once. 16 bytes. */
export type EnvelopeId = Brand<Bytes, "EnvelopeId">;

export const partyId: Codec<PartyId> = fixed<PartyId>(32);
export const terminalId: Codec<TerminalId> = fixed<TerminalId>(16);
export const linkId: Codec<LinkId> = fixed<LinkId>(16);
export const callId: Codec<CallId> = fixed<CallId>(16);
export const envelopeId: Codec<EnvelopeId> = fixed<EnvelopeId>(16);

/** The text form of an id, as JSON, file names and map keys carry it: unpadded base64url. */
export type IdText = string;
export const idText = (id: Bytes): IdText => base64url(id);

/** The id of `length` bytes that `text` stands for, or null. The caller names the type it expects. */
export function idOf<T extends Bytes>(text: IdText, length: 16 | 32): T | null {
  const bytes = fromBase64url(text);
  return bytes?.length === length ? (bytes as T) : null;
}
