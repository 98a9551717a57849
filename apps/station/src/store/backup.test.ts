// Copies of a station's data: whole, of one moment, and never taken for the original.
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utf8 } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { afterAll, describe, expect, it } from "vitest";
import { openSqlite } from "./sqlite.ts";
import { restoreSqlite } from "./sqlite/backup.ts";
import { fileName } from "./sqlite/file.ts";
import { fill } from "./testing/filled.ts";
import { linkOf } from "./testing/ids.ts";

const root = mkdtempSync(join(tmpdir(), "parley-backup-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const freshDir = (): string => join(root, String(++made), "data");
const filled = (count: number): Promise<string> => fill(freshDir(), count);

describe("backup and restore", () => {
  it("[ST9] a copy made while transactions go on is whole, and knows itself restored until its keys are renewed", async () => {
    const dir = await filled(200);
    const store = certain(await openSqlite(dir));
    const path = join(root, "copy.db");
    let writing = true;
    const writer = (async () => {
      while (writing)
        certain(
          await store.transaction((tx) => [tx.append("n", new Uint8Array(2000)), tx.send(linkOf(1), utf8("more"))]),
        );
    })();
    const before = store.nextIndex();
    certain(await store.backup(path));
    const after = store.nextIndex();
    writing = false;
    await writer;
    expect(store.origin()).toBe("original");
    await store.close();
    expect(existsSync(`${path}.part`)).toBe(false);

    const target = freshDir();
    certain(restoreSqlite(path, target));
    const restored = certain(await openSqlite(target));
    expect(restored.origin()).toBe("restored");
    expect(restored.nextIndex()).toBeGreaterThanOrEqual(before);
    expect(restored.nextIndex()).toBeLessThanOrEqual(after + 1);
    certain(await restored.transaction((tx) => [tx.append("keys.renewed", utf8("x")), tx.renewed()]));
    expect(restored.origin()).toBe("original");
    await restored.close();
    const later = certain(await openSqlite(target));
    expect(later.origin()).toBe("original");
    await later.close();
  });

  it("[ST9] a copy put in place by hand is restored too", async () => {
    const store = certain(await openSqlite(await filled(3)));
    const dir = freshDir();
    mkdirSync(dir, { recursive: true });
    certain(await store.backup(join(dir, fileName)));
    await store.close();
    const opened = certain(await openSqlite(dir));
    expect([opened.origin(), opened.nextIndex()]).toEqual(["restored", 3]);
    await opened.close();
  });

  it("[ST9] no copy is written over a file, none restored over data, from no copy, or from half of one", async () => {
    const dir = await filled(50);
    const store = certain(await openSqlite(dir));
    const path = join(root, "once.db");
    certain(await store.backup(path));
    expect(await store.backup(path)).toMatchObject({ error: { code: "BACKUP_EXISTS" } });
    expect(await store.backup(join(root, "no", "such", "dir.db"))).toMatchObject({
      error: { code: "BACKUP_UNWRITABLE" },
    });
    await store.close();
    expect(restoreSqlite(path, dir)).toMatchObject({ error: { code: "STORE_IN_USE" } });
    expect(restoreSqlite(join(root, "nothing.db"), freshDir())).toMatchObject({ error: { code: "BACKUP_UNREADABLE" } });
    expect(restoreSqlite(join(dir, fileName), freshDir())).toMatchObject({ error: { code: "BACKUP_UNREADABLE" } });
    truncateSync(path, statSync(path).size / 2);
    expect(restoreSqlite(path, freshDir())).toMatchObject({ error: { code: "BACKUP_UNREADABLE" } });
    writeFileSync(path, "junk");
    expect(restoreSqlite(path, freshDir())).toMatchObject({ error: { code: "BACKUP_UNREADABLE" } });
  });
});
