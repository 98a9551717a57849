// Opens what a station keeps, where its settings say: the file in the data folder, or this party's schema in PostgreSQL.
import type { Result } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { Config } from "./config.ts";
import type { Store } from "./store/port.ts";
import { openPostgres } from "./store/postgres.ts";
import { restorePostgres } from "./store/postgres/backup.ts";
import type { PostgresPlace } from "./store/postgres/connection.ts";
import { openSqlite } from "./store/sqlite.ts";
import { restoreSqlite } from "./store/sqlite/backup.ts";

const placeOf = (url: string): PostgresPlace => ({ url, schema: "parley", held: "refuse" });

/** STORE_IN_USE where another process, as the running station, holds it; and what the disk or the database refuses. */
export const openStore = (dataDir: string, database: Config["database"]): Promise<Result<Store, ParleyError>> =>
  database === null ? openSqlite(dataDir) : openPostgres(placeOf(database));

/** Puts a backup where nothing is yet. BACKUP_UNREADABLE, STORE_IN_USE where data is. */
export const restoreStore = async (
  file: string,
  dataDir: string,
  database: Config["database"],
): Promise<Result<void, ParleyError>> =>
  database === null ? restoreSqlite(file, dataDir) : await restorePostgres(file, placeOf(database));
