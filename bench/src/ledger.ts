// The ledger's figures: how long a record of ten years (100,000 entries) takes to verify, what an append costs over a bare SQLite
// insert with the same fsync, in turn on the same disk, and what a year of hourly drills takes up.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { utf8 } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { instant } from "@parley/base/time";
import { auditOpened, isComplete, openRecord, readItems, verifyOpened } from "@parley/ledger/audit";
import { leafHash } from "@parley/ledger/hash";
import { proveConsistency, proveInclusion, verifyConsistency, verifyInclusion } from "@parley/ledger/proof";
import { ownRecord } from "@parley/ledger/record";
import { bytesOf, checkpointsOf, entriesOf, estovar, fileOf, northmark } from "@parley/ledger/testing/twoRecords";
import { growTree } from "@parley/ledger/tree";
import { openStore } from "@parley/station/openStore";
import { nodeSha256 } from "@parley/station/keys/hybrid";
import { nodeTools } from "@parley/station/recordTools";
import { openRecordTree } from "@parley/station/run/recordTree";
import { type Bench, type Figure, atMost } from "./figure.ts";
import { median, percentile } from "./stats.ts";

const entries = 100_000;
const checkpoints = 100;
/** Appends of each kind that are measured, and those before. */
const appends = 3000;
const warmUp = 200;

const timed = async <T>(work: () => Promise<T> | T): Promise<readonly [number, T]> => {
  const began = performance.now();
  const value = await work();
  return [(performance.now() - began) / 1000, value];
};

async function verifying(): Promise<readonly Figure[]> {
  const made = bytesOf(entriesOf(entries, "Northmark"));
  const sizes = Array.from({ length: checkpoints }, (_, i) => entries - Math.floor((i * entries) / checkpoints));
  const file = await fileOf(made, northmark, estovar, {
    checkpoints: checkpointsOf(made, sizes, northmark, estovar),
    parties: [northmark.proof, estovar.proof],
  });
  const [opening, opened] = await timed(async () => certain(await openRecord(file, nodeTools)));
  const [verdictTook, verdict] = await timed(() => verifyOpened(opened, nodeTools, []));
  const [signaturesTook, items] = await timed(() => readItems(opened, nodeTools));
  const audit = await auditOpened(opened, nodeTools);
  if (verdict.kind !== "complete" || !isComplete(audit) || items.joint.signed !== items.joint.of)
    throw new Error(`the record that was made is ${verdict.kind}`);

  const tree = growTree(nodeSha256);
  const leaves = made.map((entry) => leafHash(nodeSha256, entry));
  for (const leaf of leaves) tree.append(leaf);
  const root = tree.root();
  const shown = 10_000;
  const [proofsTook] = await timed(() => {
    for (let n = 0; n < shown; n++) {
      const index = (n * 7919) % entries;
      const path = proveInclusion(nodeSha256, tree.node, index, entries);
      const leaf = leaves[index];
      if (leaf === undefined || !verifyInclusion(nodeSha256, leaf, index, entries, path, root))
        throw new Error(`no proof of ${index}`);
    }
  });
  const [consistencyTook] = await timed(() => {
    for (let n = 1; n <= 1000; n++) {
      const size = n * 97;
      const proof = proveConsistency(nodeSha256, tree.node, size, entries);
      const older = { size, root: tree.root(size) };
      if (!verifyConsistency(nodeSha256, older, { size: entries, root }, proof)) throw new Error(`no proof of ${size}`);
    }
  });
  console.log(
    `${entries} entries in ${(file.length / 2 ** 20).toFixed(1)} MiB: file and parties ${opening.toFixed(2)} s, tree, tiles and ` +
      `${checkpoints} cosigned checkpoints ${verdictTook.toFixed(2)} s; the ${2 * items.joint.of} signatures in the ` +
      `entries themselves ${signaturesTook.toFixed(2)} s apart; an inclusion proof made and checked in ` +
      `${((proofsTook / shown) * 1e6).toFixed(0)} us, a consistency proof in ${(consistencyTook * 1000).toFixed(0)} us`,
  );
  return [
    atMost("ledger.verify_s", opening + verdictTook, 10, 2, entries),
    atMost("ledger.signatures_s", signaturesTook, null, null, 2 * items.joint.of),
    atMost("ledger.proof_us", (proofsTook / shown) * 1e6, null, null, shown),
  ];
}

/** A table of its own by SQLite alone, on the same disk with the same settings. */
function bareTable(folder: string): { readonly insert: (bytes: Uint8Array) => void; readonly close: () => void } {
  const database = new DatabaseSync(join(folder, "bare.db"));
  database.exec("pragma journal_mode = wal; pragma synchronous = full; pragma fullfsync = on");
  database.exec("pragma checkpoint_fullfsync = on; pragma locking_mode = exclusive");
  database.exec("create table event (idx integer primary key, kind text not null, bytes blob not null)");
  const statement = database.prepare("insert into event (kind, bytes) values (?, ?)");
  return { insert: (bytes) => void statement.run("note", bytes), close: () => database.close() };
}

/** One append and one bare insert by turns, each durable before the next begins, so that both meet the same disk. */
async function appending(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "parley-ledger-"));
  const body = utf8("x".repeat(300));
  const took: Record<"ours" | "bare", number[]> = { ours: [], bare: [] };
  const store = certain(await openStore(folder, null));
  const bare = bareTable(folder);
  try {
    const append = async (n: number) =>
      certain(await store.transaction((tx) => tx.append("note", ownRecord("note", instant(n), body))));
    const run = {
      ours: append,
      bare: async (n: number) => bare.insert(ownRecord("note", instant(n), body)(n)),
    };
    for (let n = -warmUp; n < appends; n++)
      for (const kind of n % 2 === 0 ? (["ours", "bare"] as const) : (["bare", "ours"] as const)) {
        const [seconds] = await timed(async () => void (await run[kind](Math.abs(n))));
        if (n >= 0) took[kind].push(seconds);
      }
    // The tree follows behind; what it costs is spread over the entries that it takes in.
    const tree = await openRecordTree(store, nodeSha256);
    const [growing] = await timed(async () => {
      certain(await tree.catchUp());
      certain(await store.transaction((tx) => tree.keep(tx)));
    });
    const each = growing / tree.size();

    const many = 5000;
    const [burst] = await timed(() => Promise.all(Array.from({ length: many }, (_, n) => append(n))));
    const quartiles = (of: readonly number[]): string =>
      [0.25, 0.5, 0.75].map((p) => (percentile(of, p) * 1000).toFixed(2)).join(" / ");
    console.log(
      `an append with fsync: ${quartiles(took.ours)} ms and ${(each * 1000).toFixed(3)} ms of tree, a bare insert ` +
        `${quartiles(took.bare)} ms (quartiles); ${(many / burst).toFixed(0)} entries/s where ${many} wait together`,
    );
    return [
      atMost("ledger.append", (median(took.ours) + each) / median(took.bare), 1.5, 1.2, appends),
      atMost("ledger.entries_per_s", many / burst, null, null, many),
    ];
  } finally {
    bare.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A year of hourly drills: an entry of both for each, in a database of its own. */
async function year(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "parley-year-"));
  const hours = 8760;
  try {
    const store = certain(await openStore(folder, null));
    const made = entriesOf(hours, "Northmark");
    for (let from = 0; from < hours; from += 500)
      certain(
        await store.transaction((tx) => {
          for (const make of made.slice(from, from + 500)) tx.append("call", make);
        }),
      );
    const tree = await openRecordTree(store, nodeSha256);
    certain(await tree.catchUp());
    certain(await store.transaction((tx) => tree.keep(tx)));
    await store.close();
    const { size } = await stat(join(folder, "station.db"));
    console.log(`${hours} entries, a third of them signed by both, take ${(size / 2 ** 20).toFixed(1)} MiB on disk`);
    return [atMost("ledger.year_mib", size / 2 ** 20, null, null, hours)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const run: Bench = async () => [...(await verifying()), ...(await appending()), ...(await year())];
