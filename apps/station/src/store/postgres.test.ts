// PostgreSQL: the storage contract, and what only a database with other processes on it can do to a store.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certain } from "@parley/base/result";
import { utf8 } from "@parley/base/bytes";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storageContract } from "./contract.ts";
import type { Transaction } from "./port.ts";
import { restorePostgres } from "./postgres/backup.ts";
import { openPostgres } from "./postgres.ts";
import { restoreSqlite } from "./sqlite/backup.ts";
import { openSqlite } from "./sqlite.ts";
import { envelopeOf, linkOf } from "./testing/ids.ts";
import { type Server, findPostgres, startPostgres } from "./testing/debianPostgres.ts";

const found = findPostgres();
if ("missing" in found) console.log(`PostgreSQL tests skipped: ${found.missing}`);

describe.skipIf("missing" in found)("PostgreSQL", () => {
  let server: Server;
  let schemas = 0;
  beforeAll(async () => {
    if ("bin" in found) server = await startPostgres(found.bin);
  }, 60_000);
  afterAll(() => server.stop());

  const place = (schema: string): { url: string; schema: string; held: "refuse" } => ({
    url: server.url,
    schema,
    held: "refuse",
  });
  const asAdmin = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query(sql);
    await client.end();
  };

  storageContract("PostgreSQL", () => {
    const schema = `party_${++schemas}`;
    return Promise.resolve({
      open: async () => certain(await openPostgres(place(schema))),
      remove: () => asAdmin(`drop schema ${schema} cascade`),
    });
  });

  it("[ST6] a second process is refused while the first holds the party, and waits if told to", async () => {
    const first = certain(await openPostgres(place("held")));
    expect(await openPostgres(place("held"))).toMatchObject({ ok: false, error: { code: "STORE_IN_USE" } });
    const other = certain(await openPostgres(place("another_party")));
    await other.close();
    const waiting = openPostgres({ ...place("held"), held: "wait" });
    certain(await first.transaction((tx) => tx.append("a", utf8("x"))));
    await first.close();
    const second = certain(await waiting);
    expect(second.nextIndex()).toBe(1);
    await second.close();
  });

  it("[ST6] a writer whose connection was cut writes nothing more, and the next one takes over", async () => {
    const first = certain(await openPostgres(place("cut")));
    certain(await first.transaction((tx) => tx.append("a", utf8("kept"))));
    await asAdmin("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'parley cut'");
    const second = certain(await openPostgres({ ...place("cut"), held: "wait" }));
    certain(await second.transaction((tx) => tx.append("a", utf8("second"))));
    const late = await first.transaction((tx) => tx.append("a", utf8("late")));
    expect(late).toMatchObject({ ok: false, error: { code: "STORE_UNREACHABLE" } });
    expect(certain(await second.events(0, 9)).map((e) => e.bytes)).toEqual([utf8("kept"), utf8("second")]);
    await first.close();
    await second.close();
  });

  it("[ST6] even with its connection alive, a writer that the head row no longer names is refused", async () => {
    const store = certain(await openPostgres(place("fenced")));
    await asAdmin("update fenced.head set writer = writer + 1");
    const late = await store.transaction((tx) => tx.append("a", utf8("late")));
    expect(late).toMatchObject({ ok: false, error: { code: "STORE_IN_USE" } });
    await store.close();
    const next = certain(await openPostgres(place("fenced")));
    expect(next.nextIndex()).toBe(0);
    await next.close();
  });

  it("[ST2] a server that crashes loses nothing acknowledged", async () => {
    const store = certain(await openPostgres(place("crash")));
    const link = linkOf(1);
    let acknowledged = 0;
    for (let round = 0; round < 50; round++) {
      certain(await store.transaction((tx) => [tx.append("a", utf8("x")), tx.send(link, utf8("y"))]));
      acknowledged++;
    }
    await server.crash();
    expect(await store.transaction((tx) => tx.append("a", utf8("x")))).toMatchObject({ ok: false });
    await store.close();
    const next = certain(await openPostgres(place("crash")));
    expect([next.nextIndex(), next.position(link).sent]).toEqual([acknowledged, acknowledged]);
    await next.close();
  });

  it("[ST9] a backup taken while transactions go on is one moment, and opens as SQLite and as PostgreSQL", async () => {
    const dir = mkdtempSync(join(tmpdir(), "parley-pgcopy-"));
    const store = certain(await openPostgres(place("origin")));
    const both = (tx: Transaction): void => {
      const at = tx.append("n", (index) => utf8(`event ${index}`));
      tx.send(linkOf(1 + (at % 3)), utf8(String(at)));
      tx.take(linkOf(7), at + 1, envelopeOf(at));
      tx.put("doc", `Ünïcode ${at}`, new Uint8Array(100).fill(at));
    };
    for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: 30 }, () => store.transaction(both)));
    let writing = true;
    const writer = (async () => {
      while (writing) certain(await store.transaction(both));
    })();
    const path = join(dir, "copy.db");
    certain(await store.backup(path));
    writing = false;
    await writer;
    expect(await store.backup(path)).toMatchObject({ error: { code: "BACKUP_EXISTS" } });

    certain(restoreSqlite(path, join(dir, "data")));
    certain(await restorePostgres(path, place("restored")));
    expect(await restorePostgres(path, place("restored"))).toMatchObject({ error: { code: "STORE_IN_USE" } });
    const lite = certain(await openSqlite(join(dir, "data")));
    const post = certain(await openPostgres(place("restored")));
    for (const copy of [lite, post]) {
      const count = copy.nextIndex();
      expect(copy.origin()).toBe("restored");
      expect(count).toBeGreaterThanOrEqual(300);
      expect(count).toBeLessThanOrEqual(store.nextIndex());
      expect(certain(await copy.events(0, 10_000))).toEqual(certain(await store.events(0, count)));
      expect(certain(await copy.docs("doc")).length).toBe(count);
      expect(copy.position(linkOf(7)).taken).toBe(count);
      expect(certain(await copy.outbox(linkOf(2), 1, 10_000)).length).toBe(copy.position(linkOf(2)).sent);
    }
    expect(lite.nextIndex()).toBe(post.nextIndex());
    expect(certain(await lite.docs("doc"))).toEqual(certain(await post.docs("doc")));
    await Promise.all([lite.close(), post.close(), store.close()]);
    rmSync(dir, { recursive: true });
  });

  it("[ST7] what keeps it from opening is named", async () => {
    const nowhere = { ...place("x"), url: "postgresql://parley@127.0.0.1:1/postgres" };
    expect(await openPostgres(nowhere)).toMatchObject({ ok: false, error: { code: "STORE_UNREACHABLE" } });
    const noDatabase = { ...place("x"), url: server.url.replace("/postgres?", "/nothing?") };
    expect(await openPostgres(noDatabase)).toMatchObject({ ok: false, error: { code: "STORE_UNREACHABLE" } });
    await asAdmin("create role guest login");
    await asAdmin("alter system set full_page_writes = off");
    await asAdmin("select pg_reload_conf()");
    await expect
      .poll(async () => {
        const opened = await openPostgres(place("unsafe"));
        if (opened.ok) await opened.value.close();
        return opened.ok ? "opened" : opened.error.code;
      })
      .toBe("STORE_UNSAFE");
    await asAdmin("alter system reset full_page_writes");
    await asAdmin("select pg_reload_conf()");
    const guest = { ...place("x"), url: server.url.replace("parley@", "guest@") };
    expect(await openPostgres(guest)).toMatchObject({ ok: false, error: { code: "STORE_READ_ONLY" } });
  });
});
