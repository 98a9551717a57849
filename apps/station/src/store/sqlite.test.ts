// SQLite: what disks, other processes and damaged files can do to a store.
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { certain, fail } from "@parley/base/result";
import { problem } from "@parley/protocol/errorCodes";
import { utf8 } from "@parley/base/bytes";
import { afterAll, describe, expect, it } from "vitest";
import type { Engine } from "./engine.ts";
import type { Store } from "./port.ts";
import { storeOver } from "./writer.ts";
import { openSqlite } from "./sqlite.ts";
import { type SqliteFile, fileName, openSqliteFile } from "./sqlite/file.ts";
import { fill } from "./testing/filled.ts";
import { envelopeOf, linkOf } from "./testing/ids.ts";

const root = mkdtempSync(join(tmpdir(), "parley-sqlite-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const freshDir = (): string => join(root, String(++made), "data");
const filled = (count: number): Promise<string> => fill(freshDir(), count);

/** What opening on this thread says; the storage thread does the same. */
const code = async (dir: string): Promise<string> => {
  const opened = await openSqliteFile(dir);
  if (!opened.ok) return opened.error.code;
  opened.value.close();
  return "opened";
};

describe("opening", () => {
  it("[ST7] makes the directory and file for the station's user alone", async () => {
    const dir = await filled(1);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, fileName)).mode & 0o777).toBe(0o600);
  });

  it("[ST1] [ST6] sets the file up to sync each commit and to keep its lock", async () => {
    const file = certain(await openSqliteFile(await filled(1)));
    const settings = ["journal_mode", "synchronous", "locking_mode", "fullfsync"].map((pragma) =>
      Object.values(file.db.prepare(`pragma ${pragma}`).get() ?? {}),
    );
    expect(settings).toEqual([["wal"], [2], ["exclusive"], [1]]);
    file.close();
  });

  it("[ST6] a second one is refused while the first is open, from this process and from another", async () => {
    const dir = await filled(3);
    const store = certain(await openSqlite(dir));
    expect(await code(dir)).toBe("STORE_IN_USE");
    expect(await openSqlite(dir)).toMatchObject({ ok: false, error: { code: "STORE_IN_USE" } });
    const program = `import { openSqlite } from ${JSON.stringify(join(import.meta.dirname, "sqlite.ts"))};
      const opened = await openSqlite(${JSON.stringify(dir)}); console.log(opened.ok ? "opened" : opened.error.code);`;
    const script = join(root, "second.ts");
    writeFileSync(script, program);
    expect(execFileSync(process.execPath, [script], { encoding: "utf8" }).trim()).toBe("STORE_IN_USE");
    certain(await store.transaction((tx) => tx.append("n", utf8("x"))));
    await store.close();
    expect(await code(dir)).toBe("opened");
  });

  it("[ST7] a file that is no database, or one cut short, is damaged", async () => {
    const junk = freshDir();
    mkdirSync(junk, { recursive: true });
    writeFileSync(join(junk, fileName), "This is not a database file, although it has a name like one.".repeat(50));
    expect(await code(junk)).toBe("STORE_CORRUPT");
    const cut = await filled(60);
    truncateSync(join(cut, fileName), statSync(join(cut, fileName)).size - 3 * 4096);
    expect(await code(cut)).toBe("STORE_CORRUPT");
  });

  it("[ST7] pages that were overwritten are found at opening, or nothing that they held was in use", async () => {
    const dir = await filled(60);
    const path = join(dir, fileName);
    const good = readFileSync(path);
    let found = 0;
    for (let page = 1; page * 4096 < good.length; page++) {
      const bent = Buffer.from(good);
      bent.fill(0xa5, page * 4096, page * 4096 + 64);
      writeFileSync(path, bent);
      const result = await code(dir);
      expect(["STORE_CORRUPT", "opened"]).toContain(result);
      if (result === "STORE_CORRUPT") found++;
    }
    expect(found).toBeGreaterThan((good.length / 4096) * 0.8);
  });

  it("[ST7] an event that vanished from the rows is damage, though the file is in order", async () => {
    for (const sql of [
      "delete from event where idx = 3",
      "delete from event where idx = 9",
      "delete from outbox where sequence = 4",
    ]) {
      const dir = await filled(10);
      const db = new DatabaseSync(join(dir, fileName));
      db.exec(sql);
      db.close();
      expect([sql, await code(dir)]).toEqual([sql, "STORE_CORRUPT"]);
    }
  });

  it("[ST8] data of a newer version is refused and left as it was", async () => {
    const dir = await filled(3);
    const path = join(dir, fileName);
    const db = new DatabaseSync(path);
    db.exec("insert into kysely_migration values ('999-future', '2030-01-01')");
    db.close();
    expect(await code(dir)).toBe("STORE_NEWER");
    const after = new DatabaseSync(path);
    expect(after.prepare("select count(*) as n from event").get()?.["n"]).toBe(3);
    expect(after.prepare("select count(*) as n from kysely_migration where name like '999%'").get()?.["n"]).toBe(1);
    after.close();
  });
});

/** Whether mounts can be made in a namespace of one's own here; why not, otherwise. */
const probe = spawnSync("unshare", ["-Urm", "mount", "-t", "tmpfs", "none", "/mnt"], { encoding: "utf8" });
const noMounts = probe.status === 0 ? null : (probe.error?.message ?? probe.stderr.trim());
if (noMounts !== null) console.log(`small disk test skipped: ${noMounts}`);

describe("disks", () => {
  it.skipIf(noMounts !== null)(
    "[ST7] a full disk refuses without loss and goes on when there is room; a read-only one is named",
    () => {
      const disk = join(root, "disk");
      mkdirSync(disk);
      const child = join(import.meta.dirname, "testing/smallDisk.ts");
      const run = spawnSync(
        "unshare",
        [
          "-Urm",
          "sh",
          "-c",
          'mount -t tmpfs -o size=3m none "$1" && exec "$2" "$3" "$1"',
          "sh",
          disk,
          process.execPath,
          child,
        ],
        { encoding: "utf8" },
      );
      expect(run.stderr).toBe("");
      const said = JSON.parse(run.stdout) as {
        full: { taken: number; codes: string[] };
        readable: number;
        again: { taken: number; codes: string[] };
        count: number;
        readOnly: string;
      };
      expect(new Set([...said.full.codes, ...said.again.codes])).toEqual(new Set(["STORE_FULL"]));
      expect(said.full.taken).toBeGreaterThan(5);
      expect(said.readable).toBe(said.full.taken);
      expect(said.again.taken).toBeGreaterThan(5);
      expect(said.count).toBe(said.full.taken + said.again.taken);
      expect(said.readOnly).toBe("STORE_READ_ONLY");
    },
  );

  it("[ST2] a log cut off anywhere gives back a beginning of what was written, never a part of a transaction", async () => {
    const dir = freshDir();
    const store = certain(await openSqlite(dir));
    const ends: number[] = [];
    const log = join(dir, `${fileName}-wal`);
    for (let i = 0; i < 40; i++) {
      certain(
        await store.transaction((tx) => {
          tx.append("n", new Uint8Array(100 + i * 50));
          tx.send(linkOf(1), new Uint8Array(50));
          tx.take(linkOf(1), i + 1, envelopeOf(i));
          tx.put("last", "n", utf8(String(i)));
        }),
      );
      ends.push(statSync(log).size);
    }
    const copy = freshDir();
    mkdirSync(copy, { recursive: true });
    const size = statSync(log).size;
    for (let cut = 0; cut <= size; cut += 7919) {
      rmSync(join(copy, `${fileName}-wal`), { force: true });
      copyFileSync(join(dir, fileName), join(copy, fileName));
      copyFileSync(log, join(copy, `${fileName}-wal`));
      truncateSync(join(copy, `${fileName}-wal`), cut);
      const opened = certain(await openSqliteFile(copy));
      const { nextIndex, links } = opened.heads;
      const whole = ends.filter((end) => end <= cut).length;
      expect(nextIndex).toBeGreaterThanOrEqual(whole);
      const head = links.get(links.keys().next().value ?? "");
      expect([head?.sent ?? 0, head?.taken ?? 0]).toEqual([nextIndex, nextIndex]);
      const last = opened.db.prepare("select cast(bytes as text) as n from doc").get()?.["n"];
      expect(Number(last ?? -1)).toBe(nextIndex - 1);
      opened.close();
    }
    await store.close();
  });
});

/** A store over the file, whose commits `commit` may answer in its place; null lets the file answer. */
function storeWith(file: SqliteFile, commit: () => Awaited<ReturnType<Engine["commit"]>> | null): Store {
  const unasked = () => Promise.reject(new Error("not asked here"));
  return storeOver({
    heads: file.heads,
    commit: (group) => Promise.resolve(commit() ?? file.commit(group)),
    events: unasked,
    outbox: unasked,
    doc: unasked,
    docs: unasked,
    backup: unasked,
    close: () => Promise.resolve(file.close()),
  });
}

describe("the writer over a file", () => {
  it("transactions that wait together share one commit", async () => {
    const file = certain(await openSqliteFile(freshDir()));
    let commits = 0;
    const store = storeWith(file, () => {
      commits++;
      return null;
    });
    const append = () => store.transaction((tx) => tx.append("n", utf8("x")));
    await Promise.all(Array.from({ length: 100 }, append));
    expect(commits).toBe(1);
    await Promise.all(Array.from({ length: 1000 }, append));
    expect(commits).toBe(3);
    const large = () => store.transaction((tx) => tx.put("k", "large", new Uint8Array(1024 * 1024)));
    await Promise.all(Array.from({ length: 9 }, large));
    expect(commits).toBe(6);
    expect(store.nextIndex()).toBe(1100);
    await store.close();
  });

  it("[ST3] a transaction that changes nothing waits for those before it and commits nothing of its own", async () => {
    const file = certain(await openSqliteFile(freshDir()));
    let commits = 0;
    const store = storeWith(file, () => {
      commits++;
      return null;
    });
    certain(await store.transaction(() => undefined));
    expect(commits).toBe(0);
    const written = store.transaction((tx) => tx.append("n", utf8("x")));
    certain(await store.transaction(() => undefined));
    expect([commits, store.nextIndex()]).toEqual([1, 1]);
    certain(await written);
    await store.close();
  });

  it("[ST10] a commit of unknown outcome ends the store, even if the next one would work", async () => {
    const file = certain(await openSqliteFile(freshDir()));
    const answers = [fail({ written: "unknown" as const, error: problem("STORE_FAILED", "once") })];
    const store = storeWith(file, () => answers.pop() ?? null);
    const append = () => store.transaction((tx) => tx.append("n", utf8("x")));
    expect(await append()).toMatchObject({ error: { code: "STORE_FAILED" } });
    expect(await append()).toMatchObject({ error: { code: "STORE_FAILED" } });
    expect(file.db.prepare("select count(*) as n from event").get()?.["n"]).toBe(0);
    await store.close();
  });
});
