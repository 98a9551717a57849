import { createHash } from "node:crypto";
import { fromHex, hex } from "@parley/base/bytes";
import * as c from "@parley/base/codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appendLeaf, compactRange, emptyRange, rangeRoot } from "./compactRange.ts";
import { type Sha256, type TreeHash, emptyRoot, leafHash, nobleSha256, nodeHash } from "./hash.ts";
import { proveConsistency, proveInclusion, verifyConsistency, verifyInclusion } from "./proof.ts";
import { type Tree, growTree } from "./tree.ts";

const nodeSha256: Sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());
const sha = nodeSha256;

/** The eight leaves and the answers of the test suite of certificate-transparency-go (merkle tree of RFC 6962). */
const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const roots = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const paths: readonly (readonly [index: number, size: number, path: readonly string[]])[] = [
  [0, 1, []],
  [
    0,
    8,
    [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  ],
  [
    5,
    8,
    [
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  ],
  [2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]],
  [
    1,
    5,
    [
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  ],
];
const consistencies: readonly (readonly [older: number, newer: number, proof: readonly string[]])[] = [
  [1, 1, []],
  [
    1,
    8,
    [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  ],
  [
    6,
    8,
    [
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  ],
  [
    2,
    5,
    [
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  ],
];

const leafOf = (text: string): TreeHash => leafHash(sha, fromHex(text) ?? new Uint8Array(0));
const treeOf = (count: number, leaf: (i: number) => TreeHash): Tree => {
  const tree = growTree(sha);
  for (let i = 0; i < count; i++) tree.append(leaf(i));
  return tree;
};
const numbered = (i: number): TreeHash => leafHash(sha, new Uint8Array([i >> 8, i & 0xff]));

describe("[LG3] the tree is RFC 6962's", () => {
  it("roots of the known leaves, at every size, from the tree and from the compact range", () => {
    const tree = treeOf(8, (i) => leafOf(leaves[i] ?? ""));
    let range = emptyRange;
    expect(hex(tree.root(0))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(rangeRoot(sha, range)).toEqual(emptyRoot(sha));
    roots.forEach((root, i) => {
      expect(hex(tree.root(i + 1))).toBe(root);
      range = appendLeaf(sha, range, leafOf(leaves[i] ?? ""));
      expect(hex(rangeRoot(sha, range))).toBe(root);
    });
  });

  it("proofs of the known leaves", () => {
    const tree = treeOf(8, (i) => leafOf(leaves[i] ?? ""));
    for (const [index, size, path] of paths) expect(proveInclusion(sha, tree.node, index, size).map(hex)).toEqual(path);
    for (const [older, newer, proof] of consistencies)
      expect(proveConsistency(sha, tree.node, older, newer).map(hex)).toEqual(proof);
  });

  it("SHA-256 in JavaScript and Node's give the same tree", () => {
    const noble = growTree(nobleSha256);
    const node = growTree(nodeSha256);
    for (let i = 0; i < 100; i++) {
      noble.append(leafHash(nobleSha256, new Uint8Array([i])));
      node.append(leafHash(nodeSha256, new Uint8Array([i])));
    }
    expect(noble.root()).toEqual(node.root());
  });
});

const largest = 300;
const grown = treeOf(largest, numbered);

/** The hashes of a proof with one bit of one hash turned, one dropped, one repeated, or one more at the end. */
function bends(proof: readonly TreeHash[], at: number, bit: number): readonly (readonly TreeHash[])[] {
  const last = proof.at(-1) ?? numbered(0);
  if (proof.length === 0) return [[last]];
  const place = at % proof.length;
  const turned = proof.map((hash, i) => {
    const copy = hash.slice() as TreeHash;
    if (i === place) copy[Math.floor(bit / 8)] = (copy[Math.floor(bit / 8)] as number) ^ (1 << (bit % 8));
    return copy;
  });
  return [turned, proof.toSpliced(place, 1), [...proof, last], proof.toSpliced(place, 0, proof[place] as TreeHash)];
}

const bit = fc.nat(255);

describe("[LG4] proofs", () => {
  it("every inclusion proof of every size to 66 verifies, and for no other leaf, index or size", () => {
    let proven = 0;
    for (let size = 1; size <= 66; size++) {
      const root = grown.root(size);
      for (let index = 0; index < size; index++) {
        const path = proveInclusion(sha, grown.node, index, size);
        expect(verifyInclusion(sha, numbered(index), index, size, path, root)).toBe(true);
        expect(verifyInclusion(sha, numbered(index + 1), index, size, path, root)).toBe(false);
        expect(verifyInclusion(sha, numbered(index), index + 1, size, path, root)).toBe(false);
        expect(verifyInclusion(sha, numbered(index), index, size, path, grown.root(size + 1))).toBe(false);
        proven++;
      }
    }
    expect(proven).toBe((66 * 67) / 2);
  });

  it("every consistency proof of every two sizes to 66 verifies, and for no other root", () => {
    for (let newer = 0; newer <= 66; newer++) {
      for (let older = 0; older <= newer; older++) {
        const a = { size: older, root: grown.root(older) };
        const b = { size: newer, root: grown.root(newer) };
        const proof = proveConsistency(sha, grown.node, older, newer);
        expect(verifyConsistency(sha, a, b, proof)).toBe(true);
        expect(verifyConsistency(sha, a, { ...b, root: grown.root(newer + 1) }, proof)).toBe(older === 0 && newer > 0);
        expect(verifyConsistency(sha, { ...a, root: numbered(9999) }, b, proof)).toBe(false);
        if (older < newer) expect(verifyConsistency(sha, b, a, proof)).toBe(false);
      }
    }
  });

  it("a proof with a bit turned, a hash dropped, repeated or added does not verify", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: largest }), fc.nat(), fc.nat(), bit, (size, i, at, b) => {
        const index = i % size;
        const root = grown.root(size);
        for (const bent of bends(proveInclusion(sha, grown.node, index, size), at, b))
          expect(verifyInclusion(sha, numbered(index), index, size, bent, root)).toBe(false);
        const older = 1 + (i % size);
        const a = { size: older, root: grown.root(older) };
        for (const bent of bends(proveConsistency(sha, grown.node, older, size), at, b))
          expect(verifyConsistency(sha, a, { size, root }, bent)).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  it("a proof that is too short or too long for its sizes is false, even where the hashes would meet", () => {
    const root = grown.root(8);
    const x = numbered(77);
    const path = proveInclusion(sha, grown.node, 0, 8);
    expect(verifyInclusion(sha, grown.node(1, 0), 0, 8, path.slice(1), root)).toBe(false);
    expect(verifyInclusion(sha, numbered(0), 0, 8, [...path, x], nodeHash(sha, x, root))).toBe(false);
    const four = { size: 4, root: grown.root(4) };
    expect(verifyConsistency(sha, four, { size: 8, root: four.root }, [])).toBe(false);
    const longer = [...proveConsistency(sha, grown.node, 4, 8), x];
    const above = { size: 4, root: nodeHash(sha, x, four.root) };
    expect(verifyConsistency(sha, above, { size: 8, root: nodeHash(sha, x, root) }, longer)).toBe(false);
    const six = [...proveConsistency(sha, grown.node, 6, 8), x];
    const aboveSix = { size: 6, root: nodeHash(sha, x, grown.root(6)) };
    expect(verifyConsistency(sha, aboveSix, { size: 8, root: nodeHash(sha, x, root) }, six)).toBe(false);
  });

  it("a tree that was rewritten before its old end has no proof that it continues the old one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.nat(99), fc.nat(), (older, more, at) => {
        const place = at % older;
        const forged = treeOf(older + more, (i) => numbered(i === place ? 5000 : i));
        const a = { size: older, root: grown.root(older) };
        const b = { size: older + more, root: forged.root() };
        expect(verifyConsistency(sha, a, b, proveConsistency(sha, forged.node, older, older + more))).toBe(false);
        expect(verifyConsistency(sha, a, b, proveConsistency(sha, grown.node, older, older + more))).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it("asking for a proof of what is not in the tree is a bug, and checking a senseless one gives false", () => {
    expect(() => proveInclusion(sha, grown.node, 5, 5)).toThrow(RangeError);
    expect(() => proveConsistency(sha, grown.node, 6, 5)).toThrow(RangeError);
    expect(() => grown.root(largest + 1)).toThrow(RangeError);
    expect(verifyInclusion(sha, numbered(0), -1, 5, [], grown.root(5))).toBe(false);
    expect(verifyInclusion(sha, numbered(0), Number.NaN, 5, [], grown.root(5))).toBe(false);
  });
});

describe("compact range", () => {
  it("keeps one root for each bit of its size, comes back from its encoding, and refuses another count", () => {
    let range = emptyRange;
    for (let i = 0; i < largest; i++) {
      range = appendLeaf(sha, range, numbered(i));
      expect(rangeRoot(sha, range)).toEqual(grown.root(i + 1));
      expect(range.roots.length).toBe((i + 1).toString(2).replaceAll("0", "").length);
    }
    expect(c.decode(compactRange, c.encode(compactRange, range))).toEqual({ ok: true, value: range });
    const short = c.encode(compactRange, { size: range.size, roots: range.roots.slice(1) });
    expect(c.decode(compactRange, short).ok).toBe(false);
  });
});
