// Data of every released version comes forward with nothing lost: made here by that version's steps alone, as its program did.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { certain } from "@parley/base/result";
import { utf8 } from "@parley/base/bytes";
import { idText } from "@parley/protocol/ids";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { afterAll, describe, expect, it } from "vitest";
import { migrate, migrations } from "./migrations.ts";
import { readDoc, readEvents, readHeads } from "./queries.ts";
import { kyselyOver } from "./sqlite/dialect.ts";
import { fileName } from "./sqlite/file.ts";
import { openSqlite } from "./sqlite.ts";
import { envelopeOf, linkOf } from "./testing/ids.ts";

const root = mkdtempSync(join(tmpdir(), "parley-migrate-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const types = { int: "integer", bytes: "blob" } as const;
const link = idText(linkOf(1));

/** Rows as version 1 wrote them; never edited, whatever becomes of the tables. */
const rowsOfVersion1 = `
  insert into head values (1, 2, 'restored', 7);
  insert into event values (0, 'a', x'01'), (1, 'b', x'02');
  insert into link values ('${link}', 3, 1, 1);
  insert into outbox values ('${link}', 2, x'0202'), ('${link}', 3, x'0303');
  insert into inbox values ('${link}', 1, '${idText(envelopeOf(5))}');
  insert into doc values ('k', 'key', x'6b');
`;

async function makeVersion1(name: string): Promise<string> {
  const dir = join(root, name);
  mkdirSync(dir);
  const db = new DatabaseSync(join(dir, fileName));
  const first = Object.fromEntries(Object.entries(migrations(types)).slice(0, 1));
  expect(Object.keys(first)).toEqual(["001-tables"]);
  certain(await migrate(kyselyOver(db), first));
  db.exec(rowsOfVersion1);
  db.close();
  return dir;
}

describe("[ST8] migrations", () => {
  it("bring data of version 1 to today's, all of it, and it goes on from there", async () => {
    const store = certain(await openSqlite(await makeVersion1("forward")));
    expect([store.origin(), store.nextIndex(), store.position(linkOf(1))]).toEqual([
      "restored",
      2,
      { sent: 3, acknowledged: 1, taken: 1 },
    ]);
    expect(certain(await store.events(0, 9)).map((e) => [e.kind, ...e.bytes])).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
    expect(certain(await store.outbox(linkOf(1), 1, 9)).map((e) => e.sequence)).toEqual([2, 3]);
    expect(certain(await store.doc("k", "key"))).toEqual(utf8("k"));
    const next = await store.transaction((tx) => [
      tx.append("c", utf8("x")),
      tx.send(linkOf(1), utf8("x")),
      tx.take(linkOf(1), 1, envelopeOf(5)),
      tx.take(linkOf(1), 1, envelopeOf(6)),
    ]);
    expect(next).toEqual({ ok: true, value: [2, 4, "repeat", "reused"] });
    await store.close();
  });

  it("a step that fails leaves the data as it was, and a later version's data is refused by an earlier one", async () => {
    const dir = await makeVersion1("steps");
    const db = new DatabaseSync(join(dir, fileName));
    const kysely = kyselyOver(db);
    const step = (up: (db: Kysely<never>) => Promise<void>): Migration => ({ up });
    const next = {
      ...migrations(types),
      "900-more": step(async (at) => {
        await at.schema.alterTable("doc").addColumn("more", "text").execute();
      }),
    };
    const broken = {
      ...next,
      "901-broken": step(async (at) => {
        await at.schema.createTable("half").addColumn("id", "integer").execute();
        throw new Error("the step failed");
      }),
    };
    db.exec("begin immediate");
    await expect(migrate(kysely, broken)).rejects.toThrow("the step failed");
    db.exec("rollback");
    expect(db.prepare("select count(*) as n from sqlite_schema where name = 'half'").get()?.["n"]).toBe(0);
    certain(await migrate(kysely, next));
    expect(await readDoc(kysely, "k", "key")).toEqual(utf8("k"));
    expect(await migrate(kysely, migrations(types))).toMatchObject({ ok: false, error: { code: "STORE_NEWER" } });
    expect(certain(await readHeads(kysely)).nextIndex).toBe(2);
    expect((await readEvents(kysely, 0, 9)).length).toBe(2);
    db.close();
  });
});
