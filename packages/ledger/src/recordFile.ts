// A record as one file that stands by itself: a ustar archive of C2SP tlog-tiles (entry bundles, tiles, signed checkpoints, verifier
// keys as text) and the proofs of its parties. Anything that unpacks tar and computes SHA-256 can check it; README.txt says how.
// Reading is total and takes nothing that writing would not have written ([LG40]).
import { type Bytes, concat, equal, fromUtf8, utf8 } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idText, idOf } from "@parley/protocol/ids";
import { type Sha256, type TreeHash, hashLength } from "./hash.ts";
import { logKeyOf, witnessKeyOf } from "./logNames.ts";
import { type Note, decodeNote, noteBytes, verifierKey } from "./note.ts";
import { type PartyProof, partyProof } from "./partyProof.ts";
import { readTar, tarEnd, tarEntry } from "./tar.ts";
import { bundlePath, decodeBundle, encodeBundle, tileBytes, tilePath, tileWidth, tilesBetween } from "./tile.ts";
import type { Nodes } from "./tree.ts";
import type { Place } from "./verify.ts";

/** What the file says in plain words to whoever finds it, the same in each. */
const readme = `This is the record of one party of a Parley link: an append-only log (RFC 6962) in the form of C2SP tlog-tiles.

about.txt        whose record it is and how many entries it has
keys.txt         the log's key, then those of witnesses, as C2SP verifier keys; parties/ID proves whose they are
parties/ID       who the parties are: cards, station keys and ledger keys, as the roots signed them (binary)
checkpoints/N    size and root of the log as its station signed them and other parties' stations cosigned them
                 (C2SP tlog-checkpoint, tlog-cosignature), the newest first
witnessed/N      checkpoints of other parties that this one's station cosigned
tile/entries/    the entries, 256 to a file, each behind its length in two bytes, big-endian
tile/0/, tile/1/ the hashes of the tree, 256 to a file

To check it: parley verify FILE, or the page "verify" of any Parley station, which needs no network. A leaf of the tree is
SHA-256(0x00 || entry), a node SHA-256(0x01 || left || right). An entry that both parties signed is signed as
label || 0x00 || body, Ed25519, by the station keys that parties/ID lists.
`;

const aboutOf = (party: IdText, size: number): string => `parley record v1\nparty ${party}\nentries ${size}\n`;

/** The record's log key and all witness keys as text, as other C2SP software is given them; whose they are, the proofs say. */
function keysText(sha: Sha256, party: PartyId, parties: readonly PartyProof[]): string {
  const own = parties.find((it) => equal(it.party, party))?.logs ?? [];
  const [newest] = own.toSorted((a, b) => b.body.serial - a.body.serial);
  const witnesses = parties.filter((it) => !equal(it.party, party)).flatMap((it) => it.logs);
  const keys = [
    ...(newest === undefined ? [] : [logKeyOf(newest.body)]),
    ...witnesses.map(({ body }) => witnessKeyOf(body)),
  ];
  return keys.map((key) => `${verifierKey(sha, key)}\n`).join("");
}

/** The most checkpoints in one file: a day's last for twenty years, of three witnesses. */
const maxCheckpoints = 22_000;

export type RecordFile = {
  readonly party: PartyId;
  /** Index 0 first. */
  readonly places: readonly Place[];
  readonly checkpoints: readonly Note[];
  /** Checkpoints of other parties that this one cosigned: what their copies can be held against. */
  readonly witnessed: readonly Note[];
  readonly parties: readonly PartyProof[];
  /** Tiles in the file, by their path, to be compared with the tree that the entries make. */
  readonly tiles: ReadonlyMap<string, Bytes>;
};

/** What a station writes: everything it has. */
export type WholeRecord = {
  readonly party: PartyId;
  readonly size: number;
  readonly nodes: Nodes;
  readonly checkpoints: readonly Note[];
  readonly witnessed: readonly Note[];
  readonly parties: readonly PartyProof[];
};

/** The file in pieces, in order; `entries` reads from an index on, at most 256. */
export async function* recordFile(
  sha: Sha256,
  it: WholeRecord,
  entries: (from: number, count: number) => Promise<readonly Bytes[]>,
): AsyncGenerator<Bytes> {
  const put = (path: string, bytes: Bytes): Bytes => tarEntry({ path, bytes });
  yield put("README.txt", utf8(readme));
  yield put("about.txt", utf8(aboutOf(idText(it.party), it.size)));
  yield put("keys.txt", utf8(keysText(sha, it.party, it.parties)));
  for (const proof of it.parties) yield put(`parties/${idText(proof.party)}`, encode(partyProof, proof));
  for (const [n, note] of it.checkpoints.entries()) yield put(`checkpoints/${n}`, noteBytes(note));
  for (const [n, note] of it.witnessed.entries()) yield put(`witnessed/${n}`, noteBytes(note));
  for (let from = 0; from < it.size; from += tileWidth) {
    const width = Math.min(tileWidth, it.size - from);
    yield put(bundlePath(from / tileWidth, width), encodeBundle(await entries(from, width)));
  }
  for (const tile of tilesBetween(0, it.size)) yield put(tilePath(tile), tileBytes(it.nodes, tile));
  yield tarEnd();
}

/**
 * What a file holds. `LEDGER_MALFORMED` for one that is cut short or is not a record's; entries that are not in it are missing
 * places, and those of which only the hash is there withheld ones. Nothing in it has been checked against a signature.
 */
export function readRecordFile(sha: Sha256, bytes: Bytes): Result<RecordFile, ParleyError> {
  const malformed = (why: string) => fail(problem("LEDGER_MALFORMED", why));
  const read = readTar(bytes);
  if (!read.ok) return read;
  const files = new Map(read.value);
  const take = (path: string): Bytes | null => {
    const found = files.get(path) ?? null;
    files.delete(path);
    return found;
  };
  const words = take("README.txt");
  if (words === null || !equal(words, utf8(readme))) return malformed("README.txt");
  const about = fromUtf8(take("about.txt") ?? new Uint8Array(0));
  const [, partyText = "", digits = ""] =
    /^parley record v1\nparty ([A-Za-z0-9_-]{43})\nentries (0|[1-9][0-9]{0,9})\n$/.exec(about ?? "") ?? [];
  const party = idOf<PartyId>(partyText, 32);
  if (party === null || idText(party) !== partyText) return malformed("about.txt");
  const size = Number(digits);

  const parties: PartyProof[] = [];
  const notes: Record<"checkpoints" | "witnessed", Note[]> = { checkpoints: [], witnessed: [] };
  for (const [path, content] of files) {
    if (path.startsWith("parties/")) {
      const proof = decode(partyProof, content);
      if (!proof.ok || path !== `parties/${idText(proof.value.party)}`) return malformed(path);
      parties.push(proof.value);
    } else if (path.startsWith("checkpoints/") || path.startsWith("witnessed/")) {
      const kind = path.startsWith("witnessed/") ? "witnessed" : "checkpoints";
      const note = decodeNote(content);
      if (!note.ok || path !== `${kind}/${notes[kind].length}` || notes[kind].length === maxCheckpoints)
        return malformed(path);
      notes[kind].push(note.value);
    } else continue;
    files.delete(path);
  }

  const keys = take("keys.txt");
  if (keys === null || !equal(keys, utf8(keysText(sha, party, parties)))) return malformed("keys.txt");

  const places: Place[] = [];
  const tiles = new Map<string, Bytes>();
  for (let from = 0; from < size; from += tileWidth) {
    const width = Math.min(tileWidth, size - from);
    const leaves = files.get(tilePath({ level: 0, index: from / tileWidth, width })) ?? null;
    const bundle = take(bundlePath(from / tileWidth, width));
    const found = bundle === null ? null : decodeBundle(bundle, width);
    if (found !== null && !found.ok) return found;
    if (leaves !== null && leaves.length !== width * hashLength) return malformed(`a tile of ${leaves.length} bytes`);
    for (let at = 0; at < width; at++) {
      const entry = found?.value[at];
      const leaf = leaves?.slice(at * hashLength, (at + 1) * hashLength);
      if (entry !== undefined) places.push({ type: "entry", bytes: entry });
      else if (leaf !== undefined) places.push({ type: "withheld", leaf: leaf as TreeHash });
      else places.push({ type: "missing" });
    }
  }
  for (const tile of tilesBetween(0, size)) {
    const path = tilePath(tile);
    const content = take(path);
    if (content !== null) tiles.set(path, content);
  }
  const [stray] = files.keys();
  return stray === undefined ? ok({ party, places, ...notes, parties, tiles }) : malformed(stray);
}

/** The whole file at once, for readers and tests that have it in memory. */
export async function wholeFile(pieces: AsyncIterable<Bytes>): Promise<Bytes> {
  const all: Bytes[] = [];
  for await (const piece of pieces) all.push(piece);
  return concat(...all);
}
