// The ledger against two other implementations (../interop-go): what Parley writes, golang.org/x/mod and torchwood verify; what
// they write, Parley verifies. Skipped, and said so, where Go or the modules are not to be had.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { certain } from "@parley/base/result";
import { utf8 } from "@parley/base/bytes";
import { instant } from "@parley/base/time";
import { afterAll, describe, expect, it } from "vitest";
import { base64, fromBase64 } from "./base64.ts";
import { checkpointSignature, cosign, decodeCheckpoint, signCheckpoint } from "./checkpoint.ts";
import { encodeEntry } from "./entry.ts";
import { type TreeHash, leafHash } from "./hash.ts";
import { type Note, decodeNote, decodeVerifierKey, encodeNote, verifierKey, withSignature } from "./note.ts";
import { proveConsistency, proveInclusion, verifyConsistency } from "./proof.ts";
import { decodeLogProof, encodeLogProof, holdsEntry } from "./proofText.ts";
import { readTar } from "./tar.ts";
import { check, sha, signerOf } from "./testing/keys.ts";
import { bytesOf, entriesOf, estovar, fileOf, northmark } from "./testing/twoRecords.ts";
import { bundlePath, decodeBundle, encodeBundle, nodesFromTiles, tileBytes, tilePath, tilesBetween } from "./tile.ts";
import { growTree, rootAt } from "./tree.ts";

const dir = mkdtempSync(join(tmpdir(), "parley-interop-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The built program, or why there is none. */
function build(): { readonly program: string } | { readonly missing: string } {
  if (spawnSync("go", ["version"]).status !== 0) return { missing: "go is not installed" };
  const program = join(dir, "interop");
  const built = spawnSync("go", ["build", "-o", program, "."], {
    cwd: join(import.meta.dirname, "../interop-go"),
    encoding: "utf8",
  });
  if (built.status === 0) return { program };
  if (/dial tcp|lookup |proxyconnect|i\/o timeout|requires go/.test(built.stderr))
    return { missing: built.stderr.trim() };
  throw new Error(built.stderr);
}
const built = build();
if ("missing" in built) console.log(`Interoperation with Go skipped: ${built.missing}`);
const go = (command: string, at: string) =>
  spawnSync("program" in built ? built.program : "", [command, at], { encoding: "utf8" });

const put = (at: string, name: string, data: string | Uint8Array): void => {
  mkdirSync(dirname(join(at, name)), { recursive: true });
  writeFileSync(join(at, name), data);
};

const log = signerOf("log", "northmark.example/record", 1);
const peer = signerOf("witness", "estovar.example/witness", 2);
const newer = 1000;
const older = 389;

/** A ledger of ours as files. */
function writeLedger(at: string): void {
  const entries = Array.from({ length: newer }, (_, index) =>
    encodeEntry({ type: "own", index, time: instant(index), kind: "note", body: utf8(`entry ${index}`) }),
  );
  const tree = growTree(sha);
  for (const entry of entries) tree.append(leafHash(sha, entry));
  const signed = (size: number): Note => {
    const note = signCheckpoint(sha, { origin: log.key.name, size, root: tree.root(size) }, log.key, log.sign);
    return withSignature(note, cosign(sha, note.text, peer.key, instant(1_789_000_000_000), peer.sign));
  };
  put(at, "log.vkey", verifierKey(sha, log.key));
  put(at, "witness.vkey", verifierKey(sha, peer.key));
  put(at, "checkpoint", encodeNote(signed(newer)));
  put(at, "older.checkpoint", encodeNote(signed(older)));
  put(at, "consistency", proveConsistency(sha, tree.node, older, newer).map(base64).join("\n"));
  for (const tile of tilesBetween(0, newer)) {
    put(at, tilePath(tile), tileBytes(tree.node, tile));
    if (tile.level > 0) continue;
    const from = tile.index * 256;
    put(at, bundlePath(tile.index, tile.width), encodeBundle(entries.slice(from, from + tile.width)));
  }
  for (const index of [0, 255, 256, 388, newer - 1]) {
    const path = proveInclusion(sha, tree.node, index, newer);
    put(at, `proof.${index}`, encodeLogProof({ index, path, checkpoint: signed(newer) }));
  }
}

describe.skipIf("missing" in built)("[LG17] Go verifies what we write, and we what Go writes", () => {
  it("x/mod and torchwood accept our notes, cosignatures, tiles, bundles and proofs", () => {
    const at = join(dir, "ours");
    writeLedger(at);
    const run = go("verify", at);
    expect(run.stderr).toBe("");
    expect(Number(run.stdout)).toBe(2 * 2 + 1 + 2 + newer + 5);
  });

  it("[LG40] x/mod and torchwood accept a record's file, unpacked by Go, and refuse it with a byte of any part turned", async () => {
    const entries = bytesOf(entriesOf(600, "n"));
    const good = await fileOf(entries, northmark, estovar);
    const file = join(dir, "northmark.record");
    writeFileSync(file, good);
    expect(go("record", file)).toMatchObject({ status: 0, stderr: "", stdout: `${1 + 2 + 600}\n` });
    const files = certain(readTar(good));
    for (const path of ["keys.txt", "checkpoints/0", "tile/0/001", "tile/entries/000", "tile/entries/002.p/88"]) {
      const at = files.get(path)?.byteOffset ?? 0;
      const bent = good.with(at + 40, (good[at + 40] as number) ^ 1);
      writeFileSync(file, bent);
      expect([path, go("record", file).status]).toEqual([path, 1]);
    }
  });

  it("and refuse each of them with a bit turned", () => {
    const at = join(dir, "bent");
    writeLedger(at);
    const files = ["checkpoint", "older.checkpoint", "consistency", "witness.vkey", "log.vkey", "proof.388"];
    const bundle = bundlePath(3, newer - 768);
    for (const name of [...files, bundle, tilePath({ level: 0, index: 2, width: 256 })]) {
      const good = readFileSync(join(at, name));
      const bent = new Uint8Array(good);
      const place = Math.floor(bent.length / 2);
      bent[place] = (bent[place] as number) ^ 1;
      put(at, name, bent);
      expect([name, go("verify", at).status]).toEqual([name, 1]);
      put(at, name, good);
    }
    expect(go("verify", at).status).toBe(0);
  });

  it("we accept Go's notes, cosignatures, tiles, bundles and proofs", async () => {
    const at = join(dir, "theirs");
    mkdirSync(at);
    execFileSync("program" in built ? built.program : "", ["make", at]);
    const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(at, name)));
    const text = (name: string): string => readFileSync(join(at, name), "utf8");
    const keys = ["log.vkey", "witness.vkey"].map((name) => certain(decodeVerifierKey(sha, text(name).trim())));
    expect(keys.map((key) => key.kind)).toEqual(["log", "witness"]);
    const trees = await Promise.all(
      ["older.checkpoint", "checkpoint"].map(async (name) => {
        const note = certain(decodeNote(read(name)));
        for (const key of keys) {
          const signature = checkpointSignature(sha, note, key);
          expect(signature !== null && (await check(signature.check))).toBe(true);
        }
        expect(encodeNote(note)).toBe(text(name));
        return certain(decodeCheckpoint(note.text));
      }),
    );
    const [before, after] = trees;
    if (before === undefined || after === undefined) throw new Error("two checkpoints were read");
    const nodes = certain(nodesFromTiles(sha, after.size, (tile) => read(tilePath(tile))));
    expect(rootAt(sha, nodes, after.size)).toEqual(after.root);
    const consistency = text("consistency").trim().split("\n").map(fromBase64) as TreeHash[];
    expect(verifyConsistency(sha, before, after, consistency)).toBe(true);
    expect(proveConsistency(sha, nodes, before.size, after.size)).toEqual(consistency);
    const entries = Array.from({ length: Math.ceil(after.size / 256) }, (_, i) => {
      const width = Math.min(256, after.size - i * 256);
      return certain(decodeBundle(read(bundlePath(i, width)), width));
    }).flat();
    entries.forEach((entry, i) => expect(leafHash(sha, entry)).toEqual(nodes(0, i)));
    const proofs = readdirSync(at).filter((name) => name.startsWith("proof."));
    expect(proofs.length).toBe(4);
    for (const name of proofs) {
      const proof = certain(decodeLogProof(read(name)));
      expect(holdsEntry(sha, proof, entries[proof.index] as Uint8Array)).toBe(true);
      expect(encodeLogProof(proof)).toBe(text(name));
    }
  });
});
