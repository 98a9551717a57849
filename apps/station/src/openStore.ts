// Opens what a station keeps, where its settings say: the file in the data folder, or this party's schema in PostgreSQL.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Config } from "./config.ts";
import type { Store } from "./store/port.ts";
import { openPostgres } from "./store/postgres.ts";
import { restorePostgres } from "./store/postgres/backup.ts";
import type { PostgresPlace } from "./store/postgres/connection.ts";
import { openSqlite } from "./store/sqlite.ts";
import { restoreSqlite } from "./store/sqlite/backup.ts";
import { storeProblem } from "./store/sqlite/faults.ts";
import { fileName } from "./store/sqlite/file.ts";

const placeOf = (url: string): PostgresPlace => ({ url, schema: "parley", held: "refuse" });

/** STORE_IN_USE where another process, as the running station, holds it; and what the disk or the database refuses. */
export const openStore = (dataDir: string, database: Config["database"]): Promise<Result<Store, ParleyError>> =>
  database === null ? openSqlite(dataDir) : openPostgres(placeOf(database));

/** What SQLite says that the table of faults does not know is said of what lies in the file, as a table that is not there. */
function damageOf(thrown: unknown): ParleyError {
  try {
    return storeProblem(thrown);
  } catch {
    return problem("STORE_CORRUPT", thrown instanceof Error ? thrown.message : String(thrown));
  }
}

export type Looked = { readonly entries: number; readonly restored: boolean };

/**
 * The file of a station at rest, read only, so that nothing of it is brought forward by a program that only looks. Null where
 * there is none. STORE_CORRUPT, STORE_IN_USE and what else the disk says.
 */
export function lookAtFile(dataDir: string): Result<Looked | null, ParleyError> {
  const path = join(dataDir, fileName);
  if (!existsSync(path)) return ok(null);
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    const check = Object.values(db.prepare("pragma integrity_check(1)").get() ?? {})[0];
    if (check !== "ok") return fail(problem("STORE_CORRUPT", String(check)));
    const entries = Number(Object.values(db.prepare("select count(*) from event").get() ?? {})[0] ?? 0);
    const origin = db.prepare("select origin from head where id = 1").get()?.["origin"];
    return ok({ entries, restored: origin === "restored" });
  } catch (thrown) {
    return fail(damageOf(thrown));
  } finally {
    db?.close();
  }
}

/** Puts a backup where nothing is yet. BACKUP_UNREADABLE, STORE_IN_USE where data is. */
export const restoreStore = async (
  file: string,
  dataDir: string,
  database: Config["database"],
): Promise<Result<void, ParleyError>> =>
  database === null ? restoreSqlite(file, dataDir) : await restorePostgres(file, placeOf(database));
