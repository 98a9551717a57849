// The STUN message (RFC 8489 section 5), down to its attributes as bytes; attributes.ts gives those their meaning.
//
//    0                   1                   2                   3
//   |0 0|     STUN Message Type     |         Message Length        |
//   |                         Magic Cookie 0x2112A442               |
//   |                     Transaction ID (96 bits)                  |
//
// Decoding is total and copies nothing: values are views of the bytes that came.
import { crc32 } from "node:zlib";
import type { Bytes } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { maxStunAttributes, maxTurnFrameBytes } from "@parley/protocol/limits";
import { attributeType } from "./attributeTypes.ts";

export const headerBytes = 20;
export const magicCookie = 0x2112a442;

/** RFC 8489 section 18.2 and RFC 8656 section 17. */
export const methodNumber = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
} as const;
export type Method = keyof typeof methodNumber;
const methodNames = new Map<number, Method>(Object.entries(methodNumber).map(([name, n]) => [n, name as Method]));

const classes = ["request", "indication", "success", "error"] as const;
export type MessageClass = (typeof classes)[number];

/** An attribute as it stands in its message: `at` is the offset of its type field. */
export type Attribute = { readonly type: number; readonly value: Uint8Array; readonly at: number };

export type Message = {
  readonly class: MessageClass;
  /** Null for a method that this relay does not know. */
  readonly method: Method | null;
  /** 12 bytes. */
  readonly transaction: Uint8Array;
  /** Without what stands behind the integrity, which nobody vouches for (RFC 8489 sections 14.5 to 14.7). */
  readonly attributes: readonly Attribute[];
  /** The whole message, over which integrity is computed. */
  readonly bytes: Uint8Array;
};

/** Why bytes are no STUN message. */
export type StunFault =
  "short" | "long" | "length" | "cookie" | "attribute overruns" | "too many attributes" | "fingerprint";

/**
 * Reads one message that fills `bytes` exactly. A FINGERPRINT must be right where there is one.
 * Answers with a fault for everything that is not well-formed, whatever its bytes.
 */
export function decodeMessage(bytes: Uint8Array): Result<Message, StunFault> {
  if (bytes.length < headerBytes) return fail("short");
  if (bytes.length > maxTurnFrameBytes) return fail("long");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const type = view.getUint16(0);
  const length = view.getUint16(2);
  if (type >= 0x4000 || length % 4 !== 0 || length + headerBytes !== bytes.length) return fail("length");
  if (view.getUint32(4) !== magicCookie) return fail("cookie");
  const attributes: Attribute[] = [];
  let sealed: "no" | "sha1" | "sha256" | "fingerprint" = "no";
  for (let at = headerBytes; at < bytes.length;) {
    if (attributes.length === maxStunAttributes) return fail("too many attributes");
    const attribute = view.getUint16(at);
    const size = view.getUint16(at + 2);
    const next = at + 4 + ((size + 3) & ~3);
    if (next > bytes.length) return fail("attribute overruns");
    const value = bytes.subarray(at + 4, at + 4 + size);
    if (attribute === attributeType.fingerprint) {
      if (size !== 4 || next !== bytes.length || view.getUint32(at + 4) !== fingerprintOf(bytes.subarray(0, at)))
        return fail("fingerprint");
      sealed = "fingerprint";
    }
    const counts =
      sealed === "no" ||
      sealed === "fingerprint" ||
      (sealed === "sha1" && attribute === attributeType.messageIntegritySha256);
    if (counts) attributes.push({ type: attribute, value, at });
    if (attribute === attributeType.messageIntegrity && sealed === "no") sealed = "sha1";
    if (attribute === attributeType.messageIntegritySha256) sealed = "sha256";
    at = next;
  }
  return ok({
    class: classes[((type >> 7) & 2) | ((type >> 4) & 1)] as MessageClass,
    method: methodNames.get((type & 0x000f) | ((type & 0x00e0) >> 1) | ((type & 0x3e00) >> 2)) ?? null,
    transaction: bytes.subarray(8, headerBytes),
    attributes,
    bytes,
  });
}

/** RFC 8489 section 14.7; over a message up to FINGERPRINT, whose length field already counts it. */
export const fingerprintOf = (before: Uint8Array): number => (crc32(before) ^ 0x5354554e) >>> 0;

/** An attribute to write. */
export type Field = { readonly type: number; readonly value: Uint8Array };

/** What stands in a header beside the length. */
export type Head = Pick<Message, "class" | "transaction"> & { readonly method: Method };

/** A message of these fields, whose length field also counts `trailing` bytes that the caller will put behind it. */
export function writeMessage(head: Head, fields: readonly Field[], trailing = 0): Bytes {
  let length = 0;
  for (const field of fields) length += 4 + ((field.value.length + 3) & ~3);
  const bytes = new Uint8Array(headerBytes + length);
  const view = new DataView(bytes.buffer);
  const method = methodNumber[head.method];
  const c = classes.indexOf(head.class);
  view.setUint16(
    0,
    ((method & 0x0f80) << 2) | ((method & 0x70) << 1) | (method & 0xf) | ((c & 2) << 7) | ((c & 1) << 4),
  );
  view.setUint16(2, length + trailing);
  view.setUint32(4, magicCookie);
  bytes.set(head.transaction, 8);
  let at = headerBytes;
  for (const field of fields) {
    view.setUint16(at, field.type);
    view.setUint16(at + 2, field.value.length);
    bytes.set(field.value, at + 4);
    at += 4 + ((field.value.length + 3) & ~3);
  }
  return bytes;
}
