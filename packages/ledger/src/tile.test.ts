import { createHash } from "node:crypto";
import { certain } from "@parley/base/result";
import { hex } from "@parley/base/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Sha256, leafHash } from "./hash.ts";
import { proveConsistency, proveInclusion } from "./proof.ts";
import { bundlePath, decodeBundle, encodeBundle, nodesFromTiles, tileBytes, tilePath, tilesBetween } from "./tile.ts";
import { growTree, rootAt } from "./tree.ts";

const sha: Sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());

const tree = growTree(sha);
for (let i = 0; i < 70_000; i++) tree.append(leafHash(sha, new Uint8Array([i >> 16, i >> 8, i])));

describe("[LG5] tiles", () => {
  it("have the paths of C2SP tlog-tiles", () => {
    expect(tilePath({ level: 0, index: 1234067, width: 256 })).toBe("tile/0/x001/x234/067");
    expect(tilePath({ level: 12, index: 7, width: 112 })).toBe("tile/12/007.p/112");
    expect(bundlePath(1000, 1)).toBe("tile/entries/x001/000.p/1");
  });

  it("a tree of 70,000 has 273 full and one of 112 on level 0, one full and one of 17 on 1, one of 1 on 2", () => {
    const tiles = tilesBetween(0, 70_000);
    expect(tiles.filter((t) => t.level === 0 && t.width === 256).length).toBe(273);
    expect(tiles.filter((t) => t.width !== 256)).toEqual([
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ]);
    expect(tiles.filter((t) => t.level === 1).length).toBe(2);
  });

  it("written as the tree grows, they hold every node that the tree has", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 }), (steps) => {
        const files = new Map<string, Uint8Array>();
        let size = 0;
        for (const step of steps) {
          for (const tile of tilesBetween(size, size + step)) files.set(tilePath(tile), tileBytes(tree.node, tile));
          size += step;
        }
        const nodes = certain(nodesFromTiles(sha, size, (tile) => files.get(tilePath(tile)) ?? null));
        expect(rootAt(sha, nodes, size)).toEqual(tree.root(size));
        const index = Math.floor(size / 3);
        expect(proveInclusion(sha, nodes, index, size).map(hex)).toEqual(
          proveInclusion(sha, tree.node, index, size).map(hex),
        );
      }),
      { numRuns: 25 },
    );
  });

  it("nodes above two full levels are read from the third", () => {
    const nodes = certain(nodesFromTiles(sha, 70_000, (tile) => tileBytes(tree.node, tile)));
    expect(rootAt(sha, nodes, 70_000)).toEqual(tree.root());
    expect(proveConsistency(sha, nodes, 65_535, 70_000)).toEqual(proveConsistency(sha, tree.node, 65_535, 70_000));
    expect(nodes(16, 0)).toEqual(tree.node(16, 0));
    expect(() => nodes(16, 1)).toThrow(RangeError);
  });

  it("a missing, short or long tile is refused", () => {
    for (const bytes of [null, new Uint8Array(0), new Uint8Array(8192 + 32)])
      expect(nodesFromTiles(sha, 300, () => bytes)).toMatchObject({ ok: false, error: { code: "LEDGER_MALFORMED" } });
  });
});

describe("[LG5] bundles", () => {
  const entries = fc.array(fc.uint8Array({ maxLength: 400 }), { minLength: 1, maxLength: 20 });
  it("come back as they went, and not cut, grown or of another width", () => {
    fc.assert(
      fc.property(entries, (list) => {
        const own = list.map((bytes) => new Uint8Array(bytes));
        const bundle = encodeBundle(own);
        expect(decodeBundle(bundle, own.length)).toEqual({ ok: true, value: own });
        expect(decodeBundle(bundle, own.length + 1).ok).toBe(false);
        expect(decodeBundle(bundle, own.length - 1).ok).toBe(false);
        expect(decodeBundle(bundle.slice(0, -1), own.length).ok).toBe(false);
        expect(decodeBundle(new Uint8Array([...bundle, 0]), own.length).ok).toBe(false);
      }),
    );
    expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow(RangeError);
  });
});
