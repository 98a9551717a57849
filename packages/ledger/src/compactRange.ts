// The least that a log must remember to go on: its size and the roots of the complete subtrees that its leaves divide into,
// largest first; at most one for each bit of the size. Small enough to be written with every entry, and a value, so that an
// append that fails leaves the old one as it was.
import { type Codec, fixed, list, mapped, struct, uint48 } from "@parley/base/codec";
import { type Sha256, type TreeHash, emptyRoot, nodeHash } from "./hash.ts";

export type CompactRange = { readonly size: number; readonly roots: readonly TreeHash[] };

export const emptyRange: CompactRange = { size: 0, roots: [] };

const bitsOf = (size: number): number => {
  let bits = 0;
  for (let n = size; n > 0; n = Math.floor(n / 2)) bits += n % 2;
  return bits;
};

/** As a station keeps it beside its events. */
export const compactRange: Codec<CompactRange> = mapped(
  struct({ size: uint48, roots: list(fixed<TreeHash>(32), 48, 0xffff) }),
  (range) => (range.roots.length === bitsOf(range.size) ? range : null),
  (range) => range,
);

/** The range with one more leaf: as many merges as the old size ends in one-bits. */
export function appendLeaf(sha: Sha256, range: CompactRange, leaf: TreeHash): CompactRange {
  const roots = [...range.roots];
  let hash = leaf;
  for (let n = range.size; n % 2 === 1; n = (n - 1) / 2) hash = nodeHash(sha, roots.pop() as TreeHash, hash);
  roots.push(hash);
  return { size: range.size + 1, roots };
}

/** The root of the tree that the range stands for. */
export function rangeRoot(sha: Sha256, range: CompactRange): TreeHash {
  if (range.roots.length === 0) return emptyRoot(sha);
  return range.roots.reduceRight((right, left) => nodeHash(sha, left, right));
}
