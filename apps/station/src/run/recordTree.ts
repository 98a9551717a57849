// The Merkle tree over a station's events, grown from what is durable alone. Its full tiles are kept as documents (C2SP
// tlog-tiles), so that a start reads hashes instead of hashing ten years of entries; the store itself knows nothing of it.
import type { Bytes } from "@parley/base/bytes";
import { type Result, certain, ok } from "@parley/base/result";
import { type Sha256, type TreeHash, hashLength, leafHash } from "@parley/ledger/hash";
import { tileBytes, tilePath, tileWidth, tilesBetween } from "@parley/ledger/tile";
import { type Tree, growTree } from "@parley/ledger/tree";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { Store, Transaction } from "../store/port.ts";

/** The documents of full tiles, by their path. */
export const tileKind = "tile";

const pageSize = 1000;

export type RecordTree = Pick<Tree, "size" | "node" | "root"> & {
  /** Takes in every event that is durable by now. What the store answers where it cannot be read. */
  readonly catchUp: () => Promise<Result<null, ParleyError>>;
  /** Keeps the tiles that were filled since they were kept last. */
  readonly keep: (tx: Transaction) => void;
};

/** The tree as its tiles have it; `catchUp` brings it to the store's end. */
export async function openRecordTree(store: Store, sha: Sha256): Promise<RecordTree> {
  const tree = growTree(sha);
  const tiles = new Map<string, Bytes>();
  for (const { key, bytes } of certain(await store.docs(tileKind))) tiles.set(key, bytes);
  for (let index = 0; ; index++) {
    const tile = tiles.get(tilePath({ level: 0, index, width: tileWidth }));
    if (tile?.length !== tileWidth * hashLength || (index + 1) * tileWidth > store.nextIndex()) break;
    for (let at = 0; at < tile.length; at += hashLength) tree.append(tile.slice(at, at + hashLength) as TreeHash);
  }
  let kept = tree.size();
  return {
    size: tree.size,
    node: tree.node,
    root: tree.root,
    catchUp: async () => {
      while (tree.size() < store.nextIndex()) {
        const page = await store.events(tree.size(), pageSize);
        if (!page.ok) return page;
        for (const { bytes } of page.value) tree.append(leafHash(sha, bytes));
      }
      return ok(null);
    },
    keep: (tx) => {
      for (const tile of tilesBetween(kept, tree.size()))
        if (tile.width === tileWidth) tx.put(tileKind, tilePath(tile), tileBytes(tree.node, tile));
      kept = tree.size() - (tree.size() % tileWidth);
    },
  };
}
