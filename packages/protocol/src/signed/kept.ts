// A struct and its station's signature as a document of ours holds them until the far side has signed too: base64url. They were
// written by this program, so what cannot be read is a bug: it throws.
import { type Bytes, base64url, fromBase64url } from "@parley/base/bytes";
import { type Codec, decode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import type { EntrySignature } from "./callEntry.ts";
import type { Digest } from "./hash.ts";
import type { Ed25519Signature } from "./signature.ts";

export type Kept = { readonly bytes: string; readonly key: string; readonly signature: string };

export function keptBytes(text: string): Bytes {
  const bytes = fromBase64url(text);
  if (bytes === null) throw new Error("a document of ours that is not base64url");
  return bytes;
}

/** `bytes`: the struct, encoded. */
export const keep = (bytes: Bytes, by: EntrySignature): Kept => ({
  bytes: base64url(bytes),
  key: base64url(by.key),
  signature: base64url(by.signature),
});

export const unkept = <T>(codec: Codec<T>, it: Kept): { readonly value: T; readonly by: EntrySignature } => ({
  value: certain(decode(codec, keptBytes(it.bytes))),
  by: { key: keptBytes(it.key) as Digest, signature: keptBytes(it.signature) as Ed25519Signature },
});
