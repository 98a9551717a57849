import { utf8 } from "@parley/base/bytes";
import { instant } from "@parley/base/time";
import { describe, expect, it } from "vitest";
import { cosign, signCheckpoint } from "./checkpoint.ts";
import { encodeEntry } from "./entry.ts";
import { leafHash } from "./hash.ts";
import { type Note, withSignature } from "./note.ts";
import { check, sha, signerOf } from "./testing/keys.ts";
import { growTree } from "./tree.ts";
import { type Copy, type Place, type Verdict, verifyCopy } from "./verify.ts";

const log = signerOf("log", "northmark.example/record", 1);
const peer = signerOf("witness", "estovar.example/witness", 2);

const entryAt = (index: number, says = "", time = 1_700_000_000_000 + index * 1000): Place => ({
  type: "entry",
  bytes: encodeEntry({ type: "own", index, time: instant(time), kind: "note", body: utf8(says) }),
});
const record = (count: number): Place[] => Array.from({ length: count }, (_, i) => entryAt(i));

/** A checkpoint over the first `size` of `places`, signed by the station and, if told so, by the peer. */
function checkpointOf(places: readonly Place[], size: number, cosigned = true): Note {
  const tree = growTree(sha);
  for (const place of places.slice(0, size))
    tree.append(place.type === "entry" ? leafHash(sha, place.bytes) : leafHash(sha, utf8("?")));
  const note = signCheckpoint(sha, { origin: log.key.name, size, root: tree.root() }, log.key, log.sign);
  return cosigned ? withSignature(note, cosign(sha, note.text, peer.key, instant(1_700_000_100_000), peer.sign)) : note;
}
const verdictOn = (
  places: readonly Place[],
  checkpoints: readonly Note[],
  more: Partial<Copy> = {},
): Promise<Verdict> => verifyCopy(sha, { places, checkpoints, log: log.key, witnesses: [peer.key], ...more }, check);
const types = (verdict: Verdict): readonly string[] => verdict.rows.map((row) => row.type);

describe("the verdict over a record", () => {
  it("[LG10] complete: every entry there and under a checkpoint that both signed", async () => {
    const places = record(20);
    const verdict = await verdictOn(places, [checkpointOf(places, 20), checkpointOf(places, 7)]);
    expect(verdict).toMatchObject({ kind: "complete", size: 20, entries: 20, cosignedBy: [peer.key.name] });
    expect(verdict.rows).toEqual(
      [7, 20].map((size) => ({
        type: "checkpoint",
        size,
        holds: "matches",
        witnesses: [{ name: peer.key.name, at: 1_700_000_100_000 }],
      })),
    );
    const alone = await verdictOn(places, [checkpointOf(places, 20, false)]);
    expect(alone).toMatchObject({ kind: "complete", cosignedBy: [] });
  });

  it("[LG10] an empty record is complete, with or without a checkpoint of nothing", async () => {
    expect((await verdictOn([], [])).kind).toBe("complete");
    expect((await verdictOn([], [checkpointOf([], 0)])).kind).toBe("complete");
  });

  it("[LG11] gaps are rows, and what lies before them is still proven", async () => {
    const whole = record(20);
    const places = whole.map((place, i): Place => (i === 5 || i === 6 || i === 15 ? { type: "missing" } : place));
    const verdict = await verdictOn(places, [checkpointOf(whole, 4), checkpointOf(whole, 20)]);
    expect(verdict).toMatchObject({ kind: "gaps", size: 20, entries: 17 });
    expect(verdict.rows).toContainEqual({ type: "gap", from: 5, to: 6 });
    expect(verdict.rows).toContainEqual({ type: "gap", from: 15, to: 15 });
    expect(verdict.rows).toContainEqual(expect.objectContaining({ type: "checkpoint", size: 4, holds: "matches" }));
    expect(verdict.rows).toContainEqual(expect.objectContaining({ type: "checkpoint", size: 20, holds: "untold" }));
    expect(verdict.rows).toContainEqual({ type: "uncovered", from: 4, to: 19 });
  });

  it("[LG11] entries after the last checkpoint are said to be uncovered", async () => {
    const places = record(20);
    expect(await verdictOn(places, [checkpointOf(places, 18)])).toMatchObject({
      kind: "gaps",
      rows: [{ type: "checkpoint" }, { type: "uncovered", from: 18, to: 19 }],
    });
  });

  it("[LG12] withheld entries still verify, by their hashes", async () => {
    const whole = record(20);
    const places = whole.map((place, i): Place =>
      i > 2 && i < 9 && place.type === "entry" ? { type: "withheld", leaf: leafHash(sha, place.bytes) } : place,
    );
    const verdict = await verdictOn(places, [checkpointOf(whole, 20)]);
    expect(verdict).toMatchObject({ kind: "complete", size: 20, entries: 14 });
    expect(verdict.rows).toContainEqual({ type: "withheld", from: 3, to: 8 });
  });

  it("[LG13] any byte of any entry turned is broken, never complete", async () => {
    const whole = record(6);
    const checkpoints = [checkpointOf(whole, 6)];
    let tried = 0;
    for (let index = 0; index < whole.length; index++) {
      const place = whole[index];
      if (place?.type !== "entry") throw new Error("every place is an entry");
      for (let at = 0; at < place.bytes.length; at++) {
        const bytes = place.bytes.with(at, (place.bytes[at] as number) ^ 1);
        const verdict = await verdictOn(whole.with(index, { type: "entry", bytes }), checkpoints);
        expect([index, at, verdict.kind]).toEqual([index, at, "broken"]);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(100);
  });

  it("[LG13] entries swapped, repeated or of another place are malformed", async () => {
    const whole = record(6);
    const [first, second] = whole;
    const swapped = whole.with(0, second as Place).with(1, first as Place);
    const verdict = await verdictOn(swapped, [checkpointOf(whole, 6)]);
    expect(verdict.kind).toBe("broken");
    expect(verdict.rows).toContainEqual({ type: "malformed", index: 0, why: "this is entry 1" });
    const junk = await verdictOn(whole.with(3, { type: "entry", bytes: utf8("junk") }), [checkpointOf(whole, 6)]);
    expect(types(junk)).toContain("malformed");
  });

  it("[LG14] a checkpoint that nobody or somebody else signed counts for nothing, and is named", async () => {
    const places = record(6);
    const stranger = signerOf("log", log.key.name, 9);
    const tree = growTree(sha);
    const forged = signCheckpoint(sha, { origin: log.key.name, size: 6, root: tree.root() }, log.key, stranger.sign);
    expect(await verdictOn(places, [checkpointOf(places, 6), forged])).toMatchObject({
      kind: "broken",
      rows: [{ type: "unsigned", size: 6, by: log.key.name }, { type: "checkpoint" }],
    });
    const good = checkpointOf(places, 6, false);
    const liar = withSignature(good, cosign(sha, "another text\n", peer.key, instant(0), peer.sign));
    expect(await verdictOn(places, [liar])).toMatchObject({
      kind: "broken",
      rows: [{ type: "unsigned", by: peer.key.name }, { type: "uncovered" }],
    });
    const elsewhere = signCheckpoint(sha, { origin: "other/record", size: 0, root: tree.root() }, log.key, log.sign);
    expect((await verdictOn(places, [good, elsewhere])).kind).toBe("broken");
  });

  it("[LG15] two signed histories are a fork, whether of one size or of two", async () => {
    const ours = record(10);
    const theirs = ours.with(4, entryAt(4, "rewritten"));
    const one = await verdictOn(ours, [checkpointOf(ours, 10), checkpointOf(theirs, 10)]);
    expect(one.kind).toBe("fork");
    expect(types(one).filter((type) => type === "fork").length).toBe(1);
    expect((await verdictOn(ours, [checkpointOf(ours, 10), checkpointOf(theirs, 7)])).kind).toBe("fork");
    const untold = ours.with(0, { type: "missing" });
    expect((await verdictOn(untold, [checkpointOf(ours, 10), checkpointOf(theirs, 10)])).kind).toBe("fork");
    const holder = await verdictOn(ours, [checkpointOf(ours, 3), checkpointOf(theirs, 7)]);
    expect(holder.kind).toBe("broken");
  });

  it("[LG15] a record shorter than what was signed is rolled back", async () => {
    const places = record(10);
    const verdict = await verdictOn(places.slice(0, 8), [checkpointOf(places, 10), checkpointOf(places, 8)]);
    expect(verdict.kind).toBe("rollback");
    expect(verdict.rows).toContainEqual({ type: "rollback", signed: 10, shown: 8 });
  });

  it("[LG16] a clock that stood back is a row with how far, and no fault of the record", async () => {
    const places = record(6).with(3, entryAt(3, "", 1_700_000_000_500));
    const verdict = await verdictOn(places, [checkpointOf(places, 6)]);
    expect(verdict.kind).toBe("complete");
    expect(verdict.rows).toContainEqual({ type: "clockBack", index: 3, by: 1500 });
  });
});
