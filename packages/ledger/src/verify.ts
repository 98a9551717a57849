// The verdict over one party's record: its entries and the checkpoints that anybody holds of it. Verdict first, then a row for
// everything that a reader must know; the same code runs in `parley verify`, in the auditor's browser and on a station ([LG10]-[LG16]).
import { type Bytes, equal } from "@parley/base/bytes";
import { type Instant, type Ms, between } from "@parley/base/time";
import { type Checkpoint, checkpointSignature, decodeCheckpoint } from "./checkpoint.ts";
import { decodeEntry } from "./entry.ts";
import { type Sha256, type TreeHash, leafHash } from "./hash.ts";
import { type Ed25519Check, type Note, type NoteKey } from "./note.ts";
import { tileBytes, tilePath, tilesBetween } from "./tile.ts";
import { type Tree, growTree } from "./tree.ts";

/** One place of the record: the entry's bytes, only its hash (withheld from this reader), or nothing at all. */
export type Place =
  | { readonly type: "entry"; readonly bytes: Bytes }
  | { readonly type: "withheld"; readonly leaf: TreeHash }
  | { readonly type: "missing" };

export type Copy = {
  /** Index 0 first. */
  readonly places: readonly Place[];
  readonly checkpoints: readonly Note[];
  /** The key under which the record's own station signs checkpoints. */
  readonly log: NoteKey;
  /** The other parties' witness keys. */
  readonly witnesses: readonly NoteKey[];
  /** Tiles that came with the entries, by path: no more than a short cut, so they must be the entries'. */
  readonly tiles?: ReadonlyMap<string, Bytes>;
};

/** How a signed checkpoint compares with the entries: it is their root, it is not, or entries are missing to tell. */
export type Holds = "matches" | "contradicts" | "untold";

export type Row =
  /** Entries `from` to `to`, both included, are not in the copy. */
  | { readonly type: "gap"; readonly from: number; readonly to: number }
  | { readonly type: "withheld"; readonly from: number; readonly to: number }
  /** The bytes at this place are no entry, or an entry of another place. */
  | { readonly type: "malformed"; readonly index: number; readonly why: string }
  /** The writer's clock stood `by` before the entry ahead of it: neither time is surer than that. */
  | { readonly type: "clockBack"; readonly index: number; readonly by: Ms }
  /** No key of the record signed this checkpoint, or a signature that claims to be a known key's is not; it counts for nothing. */
  | { readonly type: "unsigned"; readonly size: number; readonly by: string }
  | {
      readonly type: "checkpoint";
      readonly size: number;
      readonly holds: Holds;
      /** Witnesses whose signatures hold, with the times that they say. */
      readonly witnesses: readonly { readonly name: string; readonly at: Instant }[];
    }
  /** The station signed two histories: two roots of one size, where either both are signed, or the first one's entries are under a later checkpoint. */
  | { readonly type: "fork"; readonly size: number; readonly roots: readonly [TreeHash, TreeHash] }
  /** A signed checkpoint counts more entries than the copy has places. */
  | { readonly type: "rollback"; readonly signed: number; readonly shown: number }
  /** This tile of hashes is not the one that the entries make. */
  | { readonly type: "falseTile"; readonly path: string }
  /** Entries from here to the end are under no checkpoint that matches. */
  | { readonly type: "uncovered"; readonly from: number; readonly to: number };

/**
 * `fork`: the station signed two histories. `rollback`: it shows less than it signed. `broken`: something shown is not what was
 * signed, is malformed or wrongly signed. `gaps`: true as far as it goes, entries are missing. `complete`: all there, and
 * under a checkpoint.
 */
export type VerdictKind = "complete" | "gaps" | "broken" | "rollback" | "fork";

export type Verdict = {
  readonly kind: VerdictKind;
  /** Places in the copy, and those that hold an entry. */
  readonly size: number;
  readonly entries: number;
  /** The names of witnesses under the newest matching checkpoint; the record is signed by both sides when the peer is among them. */
  readonly cosignedBy: readonly string[];
  readonly rows: readonly Row[];
};

/** Whether one Ed25519 signature holds; may answer later, as WebCrypto does. */
export type CheckEd25519 = (check: Ed25519Check) => boolean | Promise<boolean>;

/** Runs of places of one type, as rows. */
function runsOf(places: readonly Place[], type: "missing" | "withheld"): readonly Row[] {
  const rows: Row[] = [];
  const row = type === "missing" ? "gap" : "withheld";
  let from = -1;
  places.forEach((place, i) => {
    if (place.type !== type) from = -1;
    else if (from < 0) rows.push({ type: row, from: (from = i), to: i });
    else rows[rows.length - 1] = { type: row, from, to: i };
  });
  return rows;
}

/** What the entries say of themselves. */
function readEntries(places: readonly Place[]): readonly Row[] {
  const rows: Row[] = [];
  let before: Instant | null = null;
  places.forEach((place, index) => {
    if (place.type !== "entry") return;
    const read = decodeEntry(place.bytes);
    if (!read.ok) {
      rows.push({ type: "malformed", index, why: `${read.error.reason}, at byte ${read.error.at}` });
      return;
    }
    const { value } = read;
    if (value.index !== index) rows.push({ type: "malformed", index, why: `this is entry ${value.index}` });
    if (before !== null && value.time < before)
      rows.push({ type: "clockBack", index, by: between(value.time, before) });
    before = value.time;
  });
  return rows;
}

/** The tree over the places up to the first missing one. */
function treeOf(sha: Sha256, places: readonly Place[]): Tree {
  const tree = growTree(sha);
  for (const place of places) {
    if (place.type === "missing") break;
    tree.append(place.type === "entry" ? leafHash(sha, place.bytes) : place.leaf);
  }
  return tree;
}

/** The tiles that are not those of the tree, as far as its leaves are known. */
function falseTiles(tree: Tree, tiles: ReadonlyMap<string, Bytes>): readonly Row[] {
  return tilesBetween(0, tree.size()).flatMap((tile): readonly Row[] => {
    const path = tilePath(tile);
    const content = tiles.get(path);
    return content === undefined || equal(content, tileBytes(tree.node, tile)) ? [] : [{ type: "falseTile", path }];
  });
}

type Signed = {
  readonly checkpoint: Checkpoint;
  readonly witnesses: readonly { readonly name: string; readonly at: Instant }[];
};

/** The checkpoint in a note whose own signature and every known witness's hold; otherwise whose did not. */
async function readSigned(
  sha: Sha256,
  note: Note,
  copy: Copy,
  check: CheckEd25519,
): Promise<Signed | { readonly unsigned: string; readonly size: number }> {
  const read = decodeCheckpoint(note.text);
  if (!read.ok) return { unsigned: "a text that is no checkpoint", size: 0 };
  const { size, origin } = read.value;
  const own = checkpointSignature(sha, note, copy.log);
  if (origin !== copy.log.name || own === null || !(await check(own.check))) return { unsigned: copy.log.name, size };
  const witnesses: { name: string; at: Instant }[] = [];
  for (const witness of copy.witnesses) {
    const theirs = checkpointSignature(sha, note, witness);
    if (theirs === null || theirs.at === null) continue;
    if (!(await check(theirs.check))) return { unsigned: witness.name, size };
    witnesses.push({ name: witness.name, at: theirs.at });
  }
  return { checkpoint: read.value, witnesses };
}

function holdsOf(tree: Tree, checkpoint: Checkpoint): Holds {
  if (checkpoint.size > tree.size()) return "untold";
  return equal(tree.root(checkpoint.size), checkpoint.root) ? "matches" : "contradicts";
}

const worst: readonly VerdictKind[] = ["fork", "rollback", "broken", "gaps"];

/** What a row makes of the verdict, or null where it is only news. */
function weigh(row: Row): VerdictKind | null {
  switch (row.type) {
    case "fork":
    case "rollback":
      return row.type;
    case "malformed":
    case "unsigned":
    case "falseTile":
      return "broken";
    case "checkpoint":
      return row.holds === "contradicts" ? "broken" : null;
    case "gap":
    case "uncovered":
      return "gaps";
    case "withheld":
    case "clockBack":
      return null;
    default:
      return row satisfies never;
  }
}

/** The verdict over a copy; total, whatever the copy holds. */
export async function verifyCopy(sha: Sha256, copy: Copy, check: CheckEd25519): Promise<Verdict> {
  const { places } = copy;
  const rows: Row[] = [...runsOf(places, "missing"), ...runsOf(places, "withheld"), ...readEntries(places)];
  const tree = treeOf(sha, places);
  if (copy.tiles !== undefined) rows.push(...falseTiles(tree, copy.tiles));
  const signed: Signed[] = [];
  for (const note of copy.checkpoints) {
    const read = await readSigned(sha, note, copy, check);
    if ("unsigned" in read) rows.push({ type: "unsigned", size: read.size, by: read.unsigned });
    else signed.push(read);
  }
  signed.sort((a, b) => a.checkpoint.size - b.checkpoint.size);
  const held = signed.map((it) => ({ ...it, holds: holdsOf(tree, it.checkpoint) }));
  const newest = held.findLast(({ holds }) => holds === "matches");
  const covered = newest?.checkpoint.size ?? 0;
  held.forEach(({ checkpoint, witnesses, holds }, i) => {
    const { size, root } = checkpoint;
    rows.push({ type: "checkpoint", size, holds, witnesses });
    const before = signed[i - 1]?.checkpoint;
    if (holds === "contradicts" && size <= covered) rows.push({ type: "fork", size, roots: [tree.root(size), root] });
    else if (before?.size === size && !equal(before.root, root))
      rows.push({ type: "fork", size, roots: [before.root, root] });
  });
  const last = signed.at(-1)?.checkpoint.size ?? 0;
  if (last > places.length) rows.push({ type: "rollback", signed: last, shown: places.length });
  if (covered < places.length) rows.push({ type: "uncovered", from: covered, to: places.length - 1 });
  const kinds = new Set(rows.map(weigh));
  return {
    kind: worst.find((kind) => kinds.has(kind)) ?? "complete",
    size: places.length,
    entries: places.filter((place) => place.type === "entry").length,
    cosignedBy: newest?.witnesses.map(({ name }) => name) ?? [],
    rows,
  };
}
