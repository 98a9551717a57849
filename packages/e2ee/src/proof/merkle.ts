// The Merkle tree of RFC 6962 section 2.1 over the hashes of one digest's frames, so that one frame can later be shown to have
// been sent without showing the others. Small inputs, hashed at once: a promise for each node would cost more than the hash.
import type { Bytes } from "@parley/base/bytes";
import { sha256 } from "@noble/hashes/sha2.js";

export const hashBytes = 32;

const leafOf = (hash: Bytes): Uint8Array => {
  const input = new Uint8Array(1 + hashBytes);
  input.set(hash, 1);
  return sha256(input);
};

const nodeOf = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  const input = new Uint8Array(1 + 2 * hashBytes);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 1 + hashBytes);
  return sha256(input);
};

/** The root over `hashes`, of which there is at least one. */
export function merkleRoot(hashes: readonly Bytes[]): Bytes {
  if (hashes.length === 0) throw new RangeError("a tree without leaves");
  return new Uint8Array(rootOf(hashes, 0, hashes.length));
}

function rootOf(hashes: readonly Bytes[], from: number, to: number): Uint8Array {
  const n = to - from;
  if (n === 1) return leafOf(hashes[from] as Bytes);
  const split = from + 2 ** Math.ceil(Math.log2(n) - 1);
  return nodeOf(rootOf(hashes, from, split), rootOf(hashes, split, to));
}
