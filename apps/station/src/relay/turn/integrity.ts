// Who vouches for a message: MESSAGE-INTEGRITY under a long-term credential's key (RFC 8489 sections 9.2, 14.5, 14.6).
// Requests may carry HMAC-SHA-1, as browsers send, or HMAC-SHA-256. Answers carry HMAC-SHA-1, as RFC 8489 section 9.2.4
// has it for keys by MD5; neither weakness of those hashes touches an HMAC, and media is sealed above all this anyway.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { type Bytes, concat } from "@parley/base/bytes";
import { attributeType } from "./attributeTypes.ts";
import { type Attribute, type Field, type Head, type Message, fingerprintOf, writeMessage } from "./stun.ts";

/** 16 bytes: MD5 over username, realm and password, all as RFC 8265 prepares them (ours are plain ASCII). */
export const longTermKey = (username: string, realm: string, password: string): Uint8Array =>
  createHash("md5").update(`${username}:${realm}:${password}`, "utf8").digest();

/** How a message of ours ends: under `key` or unsigned, with or without FINGERPRINT. */
export type Ending = { readonly key: Uint8Array | null; readonly fingerprint: boolean };

export const unsigned: Ending = { key: null, fingerprint: false };

const integrityField = 4 + 20;
const fingerprintField = 4 + 4;

export function encodeMessage(head: Head, fields: readonly Field[], ending: Ending): Bytes {
  const signature = ending.key === null ? 0 : integrityField;
  let message = writeMessage(head, fields, signature);
  if (ending.key !== null) {
    const value = createHmac("sha1", ending.key).update(message).digest();
    message = concat(message, new Uint8Array([0, attributeType.messageIntegrity, 0, value.length]), value);
  }
  if (!ending.fingerprint) return message;
  const whole = new Uint8Array(message.length + fingerprintField);
  whole.set(message);
  const view = new DataView(whole.buffer);
  view.setUint16(2, view.getUint16(2) + fingerprintField);
  view.setUint16(message.length, attributeType.fingerprint);
  view.setUint16(message.length + 2, 4);
  view.setUint32(message.length + 4, fingerprintOf(whole.subarray(0, message.length)));
  return whole;
}

/** The attribute that vouches for a message: the SHA-256 one where both stand (RFC 8489 section 9.2.4), else null. */
export function integrityOf(message: Message): Attribute | null {
  const find = (type: number) => message.attributes.find((attribute) => attribute.type === type);
  return find(attributeType.messageIntegritySha256) ?? find(attributeType.messageIntegrity) ?? null;
}

/** True when `attribute`, from `integrityOf` this message, is the HMAC of all before it under `key`; in constant time. */
export function integrityHolds(message: Message, attribute: Attribute, key: Uint8Array): boolean {
  const sha256 = attribute.type === attributeType.messageIntegritySha256;
  const size = sha256 ? 32 : 20;
  if (attribute.value.length !== size) return false;
  // Not `slice`: what sockets give are Buffers, whose `slice` is a view, and the length below is written.
  const covered = concat(message.bytes.subarray(0, attribute.at));
  new DataView(covered.buffer).setUint16(2, attribute.at + 4 + size - 20);
  const expected = createHmac(sha256 ? "sha256" : "sha1", key)
    .update(covered)
    .digest();
  return timingSafeEqual(expected, attribute.value);
}
