// The Merkle tree of RFC 6962 section 2.1, grown leaf by leaf. Every complete subtree's hash is kept, packed by level, which is
// all that roots, proofs and tiles of any past size need. Level 0 holds the leaves; node (l, i) spans leaves i*2^l to (i+1)*2^l.
import { type Sha256, type TreeHash, emptyRoot, hashLength, nodeHash } from "./hash.ts";

/** Where the hashes of complete subtrees are looked up: a `Tree`, or tiles (tile.ts). Throws for one that does not exist. */
export type Nodes = (level: number, index: number) => TreeHash;

export type Tree = {
  /** Leaves so far. */
  readonly size: () => number;
  /** Adds the next leaf, by its hash. */
  readonly append: (leaf: TreeHash) => void;
  readonly node: Nodes;
  /** The root when the tree had `size` leaves, 0 to the present size; the present one where it is not given. */
  readonly root: (size?: number) => TreeHash;
};

/** The largest power of two below `n`, where RFC 6962 splits a tree of `n` leaves; `n` is at least 2. */
export function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** MTH(D[from:to]) of RFC 6962 section 2.1 for ranges that its recursion meets, from complete subtrees. `to` is above `from`. */
export function rangeHash(sha: Sha256, nodes: Nodes, from: number, to: number): TreeHash {
  const count = to - from;
  const level = Math.log2(count);
  if (Number.isInteger(level) && from % count === 0) return nodes(level, from / count);
  const split = from + splitOf(count);
  return nodeHash(sha, rangeHash(sha, nodes, from, split), rangeHash(sha, nodes, split, to));
}

export const rootAt = (sha: Sha256, nodes: Nodes, size: number): TreeHash =>
  size === 0 ? emptyRoot(sha) : rangeHash(sha, nodes, 0, size);

/** Hashes in one growing array, so that a tree of 100,000 leaves is a few arrays and not 200,000. */
type Level = { bytes: Uint8Array<ArrayBuffer>; count: number };

function push(level: Level, hash: TreeHash): void {
  const at = level.count * hashLength;
  if (at === level.bytes.length) {
    const larger = new Uint8Array(level.bytes.length * 2);
    larger.set(level.bytes);
    level.bytes = larger;
  }
  level.bytes.set(hash, at);
  level.count++;
}

export function growTree(sha: Sha256): Tree {
  const levels: Level[] = [];
  const node: Nodes = (level, index) => {
    const held = levels[level];
    if (held === undefined || index >= held.count) throw new RangeError(`no complete subtree (${level}, ${index}) yet`);
    return held.bytes.slice(index * hashLength, (index + 1) * hashLength) as TreeHash;
  };
  const levelAt = (level: number): Level => (levels[level] ??= { bytes: new Uint8Array(64 * hashLength), count: 0 });
  const size = (): number => levels[0]?.count ?? 0;
  return {
    size,
    node,
    append: (leaf) => {
      let hash = leaf;
      for (let level = 0; ; level++) {
        const held = levelAt(level);
        push(held, hash);
        if (held.count % 2 === 1) return;
        hash = nodeHash(sha, node(level, held.count - 2), hash);
      }
    },
    root: (at = size()) => rootAt(sha, node, at),
  };
}
