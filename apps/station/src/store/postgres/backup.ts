// A PostgreSQL party's backup is the same SQLite file as any other station's, taken in one snapshot of the database, and can be
// restored into either; so it is also the way from one to the other ([ST9]).
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Kysely } from "kysely";
import { copyAll } from "../copy.ts";
import { migrate, migrations } from "../migrations.ts";
import { nameCopy, refuseBadBackup } from "../sqlite/backup.ts";
import { kyselyOver } from "../sqlite/dialect.ts";
import type { Tables } from "../tables.ts";
import { type PostgresPlace, connect } from "./connection.ts";
import { postgresProblem } from "./faults.ts";

const fileTypes = { int: "integer", bytes: "blob" } as const;

/** Runs `work` over the file as the newest tables have it; what it writes is one transaction. */
async function withFile(
  path: string,
  work: (file: Kysely<Tables>) => Promise<Result<void, ParleyError>>,
): Promise<Result<void, ParleyError>> {
  const db = new DatabaseSync(path);
  try {
    const file = kyselyOver(db);
    db.exec("begin immediate");
    const migrated = await migrate(file, migrations(fileTypes));
    const done = migrated.ok ? await work(file) : migrated;
    db.exec(done.ok ? "commit" : "rollback");
    return done;
  } finally {
    db.close();
  }
}

export const writePostgresBackup = (db: Kysely<Tables>, path: string): Promise<Result<void, ParleyError>> =>
  nameCopy(path, (unnamed) =>
    withFile(unnamed, async (file) => {
      try {
        await db
          .transaction()
          .setIsolationLevel("repeatable read")
          .setAccessMode("read only")
          .execute((snapshot) => copyAll(snapshot, file));
        return ok(undefined);
      } catch (thrown) {
        return fail(postgresProblem(thrown));
      }
    }),
  );

/**
 * Puts a backup into a schema that holds nothing yet. The store opened there says `restored` until `renewed`.
 * Errors: `BACKUP_UNREADABLE`, `STORE_IN_USE` where the schema holds data, and those of `connect`.
 */
export async function restorePostgres(path: string, place: PostgresPlace): Promise<Result<void, ParleyError>> {
  const bad = refuseBadBackup(path);
  if (bad !== null) return fail(bad);
  const connected = await connect(place);
  if (!connected.ok) return connected;
  const { db, heads, close } = connected.value;
  const dir = mkdtempSync(join(tmpdir(), "parley-restore-"));
  try {
    if (heads.nextIndex > 0 || heads.links.size > 0)
      return fail(problem("STORE_IN_USE", `schema ${place.schema} holds data`));
    // A copy of the copy, since bringing an older one forward writes to it.
    const own = join(dir, "restore.db");
    copyFileSync(path, own);
    return await withFile(own, async (file) => {
      await db.transaction().execute((target) => copyAll(file, target));
      return ok(undefined);
    });
  } catch (thrown) {
    return fail(postgresProblem(thrown));
  } finally {
    rmSync(dir, { recursive: true, force: true });
    await close();
  }
}
