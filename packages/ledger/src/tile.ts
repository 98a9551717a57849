// The ledger as static files (C2SP tlog-tiles): tiles of up to 256 hashes at every eighth level of the tree, and bundles of the
// entries themselves. A full tile never changes; a partial one is named by its width, and only for sizes that a checkpoint has.
import { type Bytes, concat } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type Sha256, type TreeHash, hashLength } from "./hash.ts";
import { type Nodes, growTree } from "./tree.ts";

/** Hashes in a full tile, and the levels of the tree that it covers. */
export const tileWidth = 256;
const tileHeight = 8;

/** One tile: its level (each is 8 of the tree's), its place in the level, and how many hashes it has, 1 to 256. */
export type Tile = { readonly level: number; readonly index: number; readonly width: number };

/** `1234067` as `x001/x234/067`. */
function indexPath(index: number): string {
  const parts = [String(index % 1000).padStart(3, "0")];
  for (let n = Math.floor(index / 1000); n > 0; n = Math.floor(n / 1000))
    parts.unshift(`x${String(n % 1000).padStart(3, "0")}`);
  return parts.join("/");
}

const partial = (width: number): string => (width === tileWidth ? "" : `.p/${width}`);

export const tilePath = ({ level, index, width }: Tile): string => `tile/${level}/${indexPath(index)}${partial(width)}`;

/** The path of the entries under the level-0 tile of the same index and width. */
export const bundlePath = (index: number, width: number): string => `tile/entries/${indexPath(index)}${partial(width)}`;

/** Every tile that a tree of `size` leaves has and one of `from` leaves had not, lowest level first. */
export function tilesBetween(from: number, size: number): readonly Tile[] {
  const tiles: Tile[] = [];
  for (let level = 0, span = 1; Math.floor(size / span) > 0; level++, span *= tileWidth) {
    const now = Math.floor(size / span);
    const before = Math.floor(from / span);
    if (now === before) continue;
    for (let index = Math.floor(before / tileWidth); index * tileWidth < now; index++)
      tiles.push({ level, index, width: Math.min(tileWidth, now - index * tileWidth) });
  }
  return tiles;
}

export function tileBytes(nodes: Nodes, { level, index, width }: Tile): Bytes {
  const first = index * tileWidth;
  return concat(...Array.from({ length: width }, (_, i) => nodes(level * tileHeight, first + i)));
}

/**
 * The nodes of a tree of `size` leaves read from its tiles; `read` gives a tile's bytes, and those of the wrong length are
 * `LEDGER_MALFORMED`. The bytes are not trusted here: what is computed from them has to be compared with a signed root.
 */
export function nodesFromTiles(
  sha: Sha256,
  size: number,
  read: (tile: Tile) => Uint8Array | null,
): Result<Nodes, ParleyError> {
  const trees = new Map<string, Nodes>();
  for (const tile of tilesBetween(0, size)) {
    const bytes = read(tile);
    if (bytes?.length !== tile.width * hashLength) return fail(problem("LEDGER_MALFORMED", tilePath(tile)));
    const tree = growTree(sha);
    for (let i = 0; i < tile.width; i++) tree.append(bytes.slice(i * hashLength, (i + 1) * hashLength) as TreeHash);
    trees.set(`${tile.level}/${tile.index}`, tree.node);
  }
  return ok((level, index) => {
    const inTile = level % tileHeight;
    const perTile = tileWidth / 2 ** inTile;
    const place = `${(level - inTile) / tileHeight}/${Math.floor(index / perTile)}`;
    const node = trees.get(place);
    if (node === undefined) throw new RangeError(`no complete subtree (${level}, ${index}) in ${size} leaves`);
    return node(inTile, index % perTile);
  });
}

/** Entries as a bundle: each behind its length in two bytes. */
export function encodeBundle(entries: readonly Uint8Array[]): Bytes {
  return concat(
    ...entries.flatMap((entry) => {
      if (entry.length > 0xffff) throw new RangeError(`an entry of ${entry.length} bytes, at most 65,535`);
      return [new Uint8Array([entry.length >> 8, entry.length & 0xff]), entry];
    }),
  );
}

/** The entries of a bundle, which must be exactly `width`. */
export function decodeBundle(bytes: Uint8Array, width: number): Result<readonly Bytes[], ParleyError> {
  const entries: Bytes[] = [];
  let at = 0;
  while (at < bytes.length && entries.length < width) {
    const length = ((bytes[at] as number) << 8) | (bytes[at + 1] ?? 0);
    if (at + 2 + length > bytes.length) return fail(problem("LEDGER_MALFORMED", "a bundle is cut short"));
    entries.push(bytes.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (at !== bytes.length || entries.length !== width)
    return fail(problem("LEDGER_MALFORMED", `a bundle of ${entries.length} entries, ${width} expected`));
  return ok(entries);
}
