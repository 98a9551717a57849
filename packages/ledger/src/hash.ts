// The hashes of the ledger's Merkle tree (RFC 6962 section 2.1): a leaf's begins with 0x00, a node's with 0x01, so that no
// leaf can be shown as a node. SHA-256 is passed in, because Node's own is faster than any in JavaScript.
import type { Brand } from "@parley/base/brand";
import { type Bytes, concat } from "@parley/base/bytes";
import { sha256 } from "@noble/hashes/sha2.js";

/** A hash of the tree. 32 bytes. */
export type TreeHash = Brand<Bytes, "TreeHash">;

/** SHA-256 of the whole of `bytes`, in bytes that are the caller's own. */
export type Sha256 = (bytes: Uint8Array) => Bytes;

export const nobleSha256: Sha256 = (bytes) => sha256(bytes) as Bytes;

export const hashLength = 32;

const leafPrefix = new Uint8Array([0]);

export const leafHash = (sha: Sha256, entry: Uint8Array): TreeHash => sha(concat(leafPrefix, entry)) as TreeHash;

export function nodeHash(sha: Sha256, left: TreeHash, right: TreeHash): TreeHash {
  const bytes = new Uint8Array(1 + 2 * hashLength);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + hashLength);
  return sha(bytes) as TreeHash;
}

/** The root of a tree without leaves: SHA-256 of nothing. */
export const emptyRoot = (sha: Sha256): TreeHash => sha(new Uint8Array(0)) as TreeHash;
