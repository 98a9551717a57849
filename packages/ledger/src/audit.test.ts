// The verdict over whole files: what is complete, what is not and why, every byte bent, and two parties' copies held against
// each other.
import { type Bytes, concat, utf8 } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { instant } from "@parley/base/time";
import { idText } from "@parley/protocol/ids";
import { describe, expect, it } from "vitest";
import { type Audit, auditRecord, isComplete } from "./audit.ts";
import { compareRecords } from "./compareRecords.ts";
import { csvOf } from "./csv.ts";
import { ownRecord } from "./record.ts";
import { readRecordFile } from "./recordFile.ts";
import { readTar, tarEnd, tarEntry } from "./tar.ts";
import { tilePath } from "./tile.ts";
import {
  bytesOf,
  checkpointOf,
  entriesOf,
  estovar,
  fileOf,
  jointCall,
  northmark,
  pinnedOf,
  start,
  tools,
} from "./testing/twoRecords.ts";

const judge = async (file: Bytes): Promise<Audit> => certain(await auditRecord(file, tools));
const types = ({ rows }: Audit): readonly string[] => [...new Set(rows.map(({ type }) => type))];

/** The archive with one file replaced, dropped where it is null. */
function withFile(file: Bytes, path: string, bytes: Bytes | null): Bytes {
  const files = [...certain(readTar(file))].flatMap(([name, content]) =>
    name !== path ? [{ path: name, bytes: content }] : bytes === null ? [] : [{ path, bytes }],
  );
  return concat(...files.map(tarEntry), tarEnd());
}

describe("[LG40] a record's file", () => {
  it("is complete and signed by both, its joint entries too", async () => {
    const audit = await judge(await fileOf(bytesOf(entriesOf(600, "n")), northmark, estovar));
    expect(audit).toMatchObject({
      kind: "complete",
      size: 600,
      entries: 600,
      gaps: 0,
      signedBy: ["Northmark", "Estovar"],
      joint: { signed: 200, of: 200 },
    });
    expect(isComplete(audit)).toBe(true);
    expect(audit.items.slice(0, 3).map(({ proof }) => proof)).toEqual(["ours", "ours", "signedByBoth"]);
  });

  it("unpacks by any tar into tiles, bundles and checkpoints, and is read back as it was written", async () => {
    const entries = bytesOf(entriesOf(300, "n"));
    const file = await fileOf(entries, northmark, estovar);
    const paths = [...certain(readTar(file)).keys()];
    expect(paths).toEqual([
      "README.txt",
      "about.txt",
      "keys.txt",
      ...[northmark, estovar].map(({ party }) => `parties/${idText(party.id)}`),
      "checkpoints/0",
      "tile/entries/000",
      "tile/entries/001.p/44",
      "tile/0/000",
      "tile/0/001.p/44",
      "tile/1/000.p/1",
    ]);
    const read = certain(readRecordFile(tools.sha, file));
    expect(read.places.map((place) => place.type === "entry" && place.bytes)).toEqual(entries);
  });

  it("[LG41] says whose station keys only this record vouches for, until the other party's own copy proves them", async () => {
    const ours = await fileOf(bytesOf(entriesOf(30, "n")), northmark, estovar);
    const theirs = await fileOf(bytesOf(entriesOf(30, "e")), estovar, northmark);
    expect((await judge(ours)).rows).toContainEqual({ type: "asserted", party: "Estovar", entries: 10 });
    const both = certain(await compareRecords(ours, theirs, tools));
    expect(both.differences).toEqual([]);
    expect(both.copies.map(types).flat()).not.toContain("asserted");
    expect(both.copies.every(isComplete)).toBe(true);
  });

  it("[LG41] a party's proofs that another root signed are named, and the record is not complete", async () => {
    const foreign = { ...northmark.proof, lineage: estovar.proof.lineage };
    const logs = { ...northmark.proof, logs: estovar.proof.logs };
    for (const proof of [foreign, logs]) {
      const file = await fileOf(bytesOf(entriesOf(9, "n")), northmark, estovar, {
        parties: [proof, pinnedOf(estovar)],
      });
      const audit = await judge(file);
      expect([audit.kind, types(audit).includes("unproven")]).toEqual(["broken", true]);
    }
    const alone = await fileOf(bytesOf(entriesOf(3, "n")), northmark, estovar, { parties: [pinnedOf(estovar)] });
    expect(await auditRecord(alone, tools)).toMatchObject({ ok: false, error: { code: "LEDGER_MALFORMED" } });
  });
});

describe("[LG42] the verdict", () => {
  it("names missing bundles as gaps, and withheld ones by their hashes", async () => {
    const file = await fileOf(bytesOf(entriesOf(600, "n")), northmark, estovar);
    const withheld = await judge(withFile(file, "tile/entries/001", null));
    expect(withheld).toMatchObject({ kind: "complete", entries: 344 });
    expect(withheld.rows).toContainEqual({ type: "withheld", from: 256, to: 511 });
    const gone = await judge(withFile(withFile(file, "tile/entries/001", null), "tile/0/001", null));
    expect(gone).toMatchObject({ kind: "gaps", gaps: 2 });
    expect(gone.rows).toContainEqual({ type: "gap", from: 256, to: 511 });
  });

  it("says which newest entries nobody has cosigned yet, and does not call the record complete", async () => {
    const entries = bytesOf(entriesOf(40, "n"));
    const audit = await judge(
      await fileOf(entries, northmark, estovar, {
        checkpoints: [checkpointOf(entries, 40, northmark, null), checkpointOf(entries, 33, northmark, estovar)],
      }),
    );
    expect(audit).toMatchObject({ kind: "complete", signedBy: ["Northmark", "Estovar"] });
    expect(audit.rows).toContainEqual({ type: "alone", from: 33, to: 39 });
    expect(isComplete(audit)).toBe(false);
  });

  it("[LG43] names joint entries that both did not sign, whoever else did, and uncertain clocks", async () => {
    const entries = bytesOf([
      jointCall(1, start),
      jointCall(2, start, [northmark]),
      jointCall(3, start, [northmark, northmark]),
      jointCall(4, start, [northmark, { ...estovar, signer: northmark.signer }]),
      jointCall(6, start, [northmark, { ...estovar, signer: estovar.party.stationKey(7) }]),
    ]);
    const audit = await judge(await fileOf(entries, northmark, estovar));
    expect(audit).toMatchObject({ kind: "broken", joint: { signed: 1, of: 5 } });
    expect(audit.rows.filter(({ type }) => type === "joint").map((row) => "index" in row && row.index)).toEqual([
      1, 2, 3, 4,
    ]);
    const unsure = await judge(await fileOf(bytesOf([jointCall(5, start)]), northmark, estovar));
    expect(unsure.rows).toContainEqual({ type: "clockUncertain", index: 0, party: "Estovar", by: 1500 });
    expect(unsure.kind).toBe("complete");
  });

  it("a tile that is not the entries' makes the record broken", async () => {
    const file = await fileOf(bytesOf(entriesOf(300, "n")), northmark, estovar);
    const path = tilePath({ level: 0, index: 0, width: 256 });
    const tile = certain(readTar(file)).get(path);
    if (tile === undefined) throw new Error("there");
    const audit = await judge(withFile(file, path, tile.with(40, (tile[40] as number) ^ 1)));
    expect(audit.kind).toBe("broken");
    expect(audit.rows).toContainEqual({ type: "falseTile", path });
  });
});

describe("[LG44] two copies", () => {
  const at = instant(start + 1_000_000);

  it("differ where a joint entry stands in one of them alone", async () => {
    const ours = entriesOf(30, "n");
    const theirs = [...entriesOf(30, "e"), jointCall(99, at)];
    const [a, b] = [await fileOf(bytesOf(ours), northmark, estovar), await fileOf(bytesOf(theirs), estovar, northmark)];
    const { differences, copies } = certain(await compareRecords(a, b, tools));
    expect(differences.map(({ only, item }) => [only, item.index, item.kind])).toEqual([["Estovar", 30, "call"]]);
    expect(copies.every(isComplete)).toBe(true);
  });

  it("show a record that is shorter or other than what the other side cosigned", async () => {
    const long = bytesOf(entriesOf(60, "n"));
    const short = long.slice(0, 40);
    const other = bytesOf([ownRecord("note", at, utf8("rewritten")), ...entriesOf(60, "n").slice(1)]);
    const theirs = await fileOf(bytesOf(entriesOf(60, "e")), estovar, northmark, {
      witnessed: [checkpointOf(long, 60, northmark, estovar)],
    });
    for (const [entries, kind] of [
      [long, "complete"],
      [short, "rollback"],
      [other, "fork"],
    ] as const) {
      const ours = await fileOf(entries, northmark, estovar);
      expect((await judge(ours)).kind).toBe("complete");
      const { copies } = certain(await compareRecords(ours, theirs, tools));
      expect([copies[0].kind, copies[1].kind]).toEqual([kind, "complete"]);
    }
  });
});

describe("[LG45] CSV", () => {
  it("has one row an entry, quoted, and no cell that a spreadsheet would run", async () => {
    const audit = await judge(await fileOf(bytesOf(entriesOf(6, "n")), northmark, estovar));
    const lines = csvOf(audit.items).split("\r\n");
    expect(lines.length).toBe(1 + 6 + 1);
    expect(lines[3]).toMatch(
      /^"2","2026-[^"]*Z","call","signedByBoth","Northmark \+ Estovar","[A-Za-z0-9_-]{22}","2026/,
    );
    const [first] = audit.items;
    if (first === undefined) throw new Error("six");
    expect(csvOf([{ ...first, parties: ['=SUM(A1)"'] }])).toContain(`"'=SUM(A1)"""`);
  });
});

describe("[LG38] every byte of a file", () => {
  /** Prime, so that over the bytes every bit has its turn. */
  const step = process.env["PARLEY_FULL"] === undefined ? 251 : 7;

  it("turned, dropped or repeated leaves no record that is complete and signed by both", async () => {
    const file = await fileOf(bytesOf(entriesOf(12, "n")), northmark, estovar, {
      parties: [northmark.proof, estovar.proof],
    });
    const good = await judge(file);
    expect(isComplete(good) && good.joint.of === 4).toBe(true);
    let tried = 0;
    for (let at = 0; at < file.length; at += step) {
      const bends = [file.with(at, (file[at] as number) ^ (1 << (at % 8)))];
      if (at % 7 === 0) {
        bends.push(new Uint8Array([...file.subarray(0, at), ...file.subarray(at + 1)]));
        bends.push(new Uint8Array([...file.subarray(0, at + 1), ...file.subarray(at)]));
      }
      for (const bent of bends) {
        tried++;
        const read = await auditRecord(bent, tools);
        expect([at, read.ok && isComplete(read.value)]).toEqual([at, false]);
      }
    }
    console.log(`${tried} bent files of ${file.length} bytes were refused`);
    expect(tried).toBeGreaterThan(200);
  });
});
