// The signed media digest: what a sender says it sent. SFrame proves only that a member of the group sealed a frame; with this
// a receiver knows which one. Signed are SHA-256 hashes of whole sealed frames, never their tags, since every member holds the
// key and can make another frame with the same tag. Carries DG1 to DG4; the sizes are reckoned in docs/spec/frames.md.
import { type Bytes, equal } from "@parley/base/bytes";
import {
  type Codec,
  decode,
  encode,
  fixed,
  list,
  mapped,
  opaque,
  struct,
  uint16,
  uint48,
  uint8,
} from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import { maxDigestFrames, maxMediaDigestBytes } from "@parley/protocol/limits";
import { labelled } from "@parley/protocol/signed/hash";
import { sha256 } from "@noble/hashes/sha2.js";
import { hashBytes, merkleRoot } from "./merkle.ts";

const label = "parley media digest v1";

/** What is signed. Counters run from `first` without a hole, since a sealer's do. */
export type MediaDigest = {
  /** The MLS group's id. */
  readonly group: Bytes;
  readonly epoch: number;
  readonly leaf: number;
  readonly context: number;
  /** The counter of the first frame. */
  readonly first: number;
  /** How many frames, 1 to `maxDigestFrames`. */
  readonly count: number;
  /** `digestHash` of the digest before it of this leaf, context and group, 32 zero bytes in the first. */
  readonly previous: Bytes;
  /** `merkleRoot` over the frames' hashes. */
  readonly root: Bytes;
};

/** A digest as it travels: with all its hashes, so that who has some of the frames can check those. */
export type SignedDigest = {
  readonly digest: MediaDigest;
  readonly signature: Bytes;
  /** SHA-256 of each sealed frame from the SFrame header on, by counter. */
  readonly hashes: readonly Bytes[];
};

const digestCodec: Codec<MediaDigest> = struct<MediaDigest>({
  group: opaque(64, 1),
  epoch: uint48,
  leaf: uint8,
  context: uint8,
  first: uint48,
  count: mapped(
    uint16,
    (n) => (n >= 1 && n <= maxDigestFrames ? n : null),
    (n) => n,
  ),
  previous: fixed(hashBytes),
  root: fixed(hashBytes),
});

const signedCodec: Codec<SignedDigest> = struct<SignedDigest>({
  digest: digestCodec,
  // Ed25519 has 64 bytes, ML-DSA-87 4,627.
  signature: opaque(4_700, 64),
  hashes: list(fixed(hashBytes), maxDigestFrames, maxDigestFrames * hashBytes),
});

/** Signs with the terminal's leaf key, or verifies under one; from WebCrypto in the worker. */
export type Sign = (message: Bytes) => Promise<Bytes>;
export type Verify = (message: Bytes, signature: Bytes) => Promise<boolean>;

const signingInput = (digest: MediaDigest): Bytes => labelled(label, encode(digestCodec, digest));

/** What the next digest names as `previous`. */
export const digestHash = (digest: MediaDigest): Bytes => new Uint8Array(sha256(signingInput(digest)));

export const noPrevious: Bytes = new Uint8Array(hashBytes);

/** A digest over `hashes` in the form that travels. */
export async function signDigest(digest: MediaDigest, hashes: readonly Bytes[], sign: Sign): Promise<Bytes> {
  return encode(signedCodec, { digest, signature: await sign(signingInput(digest)), hashes });
}

/** Why a digest that came is no evidence. */
export type DigestRefusal =
  | "malformed"
  /** No member of that group, epoch and leaf is known. */
  | "unknownSender"
  | "rootDiffers"
  | "badSignature"
  /** Of frames that are not sent to us. */
  | "notOurs";

/** Reads a digest without believing it, so that its sender's key can be found. */
export function readDigest(bytes: Bytes): Result<SignedDigest, DigestRefusal> {
  if (bytes.length > maxMediaDigestBytes) return fail("malformed");
  const read = decode(signedCodec, bytes);
  if (!read.ok || read.value.hashes.length !== read.value.digest.count) return fail("malformed");
  return ok(read.value);
}

/** Whether its hashes are those that the root covers, and the signature is `verify`'s key's. */
export async function refuseDigest(signed: SignedDigest, verify: Verify): Promise<DigestRefusal | null> {
  if (!equal(merkleRoot(signed.hashes), signed.digest.root)) return "rootDiffers";
  return (await verify(signingInput(signed.digest), signed.signature)) ? null : "badSignature";
}
