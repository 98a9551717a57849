// SHA-256 over labelled structs: how signed objects and keys are named by their content.
import type { Brand } from "@parley/base/brand";
import { type Bytes, concat, utf8 } from "@parley/base/bytes";
import { type Codec, encode, fixed } from "@parley/base/codec";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Label } from "./labels.ts";

/** A SHA-256 digest. 32 bytes. */
export type Digest = Brand<Bytes, "Digest">;

export const digest: Codec<Digest> = fixed<Digest>(32);

const zero = new Uint8Array(1);

/** What a label and a struct make together: the bytes that are signed or hashed. */
export const labelled = (label: string, struct: Uint8Array): Bytes => concat(utf8(label), zero, struct);

export const sha256Of = (...parts: readonly Uint8Array[]): Digest => {
  const hash = sha256.create();
  for (const part of parts) hash.update(part);
  return hash.digest() as Digest;
};

/** SHA-256(label || 0x00 || the value's encoding). */
export const hashOf = <T>(label: Label, codec: Codec<T>, value: T): Digest =>
  sha256Of(labelled(label, encode(codec, value)));
