// Inclusion and consistency proofs: made as RFC 6962 section 2.1.1 and 2.1.2 define them, checked by the algorithms of
// RFC 9162 section 2.1.3.2 and 2.1.4.2. Checking is total: a proof of any length and content gives true or false.
import { equal } from "@parley/base/bytes";
import { type Sha256, type TreeHash, emptyRoot, nodeHash } from "./hash.ts";
import { type Nodes, rangeHash, splitOf } from "./tree.ts";

/** The siblings on the way from leaf `index` to the root of the tree of `size` leaves, lowest first. `index` is below `size`. */
export function proveInclusion(sha: Sha256, nodes: Nodes, index: number, size: number): readonly TreeHash[] {
  if (!(index >= 0 && index < size)) throw new RangeError(`leaf ${index} of ${size}`);
  const path: TreeHash[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const split = from + splitOf(to - from);
    if (index < split) {
      path.push(rangeHash(sha, nodes, split, to));
      to = split;
    } else {
      path.push(rangeHash(sha, nodes, from, split));
      from = split;
    }
  }
  return path.reverse();
}

/** That the tree of `older` leaves is the beginning of the tree of `newer`; empty when they are equal or `older` is 0. */
export function proveConsistency(sha: Sha256, nodes: Nodes, older: number, newer: number): readonly TreeHash[] {
  if (!(older >= 0 && older <= newer)) throw new RangeError(`tree of ${older} leaves before one of ${newer}`);
  if (older === 0 || older === newer) return [];
  const proof: TreeHash[] = [];
  let from = 0;
  let to = newer;
  while (older < to) {
    const split = from + splitOf(to - from);
    if (older <= split) {
      proof.push(rangeHash(sha, nodes, split, to));
      to = split;
    } else {
      proof.push(rangeHash(sha, nodes, from, split));
      from = split;
    }
  }
  if (from > 0) proof.push(rangeHash(sha, nodes, from, to));
  return proof.reverse();
}

const half = (n: number): number => Math.floor(n / 2);
const isOdd = (n: number): boolean => n % 2 === 1;

/** Whether `proof` shows that `leaf` stands at `index` of the tree of `size` leaves with that root (RFC 9162 section 2.1.3.2). */
export function verifyInclusion(
  sha: Sha256,
  leaf: TreeHash,
  index: number,
  size: number,
  proof: readonly TreeHash[],
  root: TreeHash,
): boolean {
  if (!(index >= 0 && index < size)) return false;
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      hash = nodeHash(sha, sibling, hash);
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      hash = nodeHash(sha, hash, sibling);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && equal(hash, root);
}

/** Whether `proof` shows that the older tree is the beginning of the newer one (RFC 9162 section 2.1.4.2). */
export function verifyConsistency(
  sha: Sha256,
  older: { readonly size: number; readonly root: TreeHash },
  newer: { readonly size: number; readonly root: TreeHash },
  proof: readonly TreeHash[],
): boolean {
  if (older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && equal(older.root, newer.root);
  if (older.size === 0) return proof.length === 0 && equal(older.root, emptyRoot(sha));
  let fn = older.size - 1;
  let sn = newer.size - 1;
  while (isOdd(fn)) {
    fn = half(fn);
    sn = half(sn);
  }
  const [first, ...rest] = fn === 0 ? [older.root, ...proof] : proof;
  if (first === undefined) return false;
  let olderHash = first;
  let newerHash = first;
  for (const sibling of rest) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      olderHash = nodeHash(sha, sibling, olderHash);
      newerHash = nodeHash(sha, sibling, newerHash);
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      newerHash = nodeHash(sha, newerHash, sibling);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && equal(olderHash, older.root) && equal(newerHash, newer.root);
}
