// Kysely over node:sqlite: the few calls that Kysely's SQLite dialect makes of a database, on the one connection that the
// commits use too.
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { Kysely, SqliteDialect } from "kysely";
import type { Tables } from "../tables.ts";

export function kyselyOver(db: DatabaseSync): Kysely<Tables> {
  const database = {
    close: () => undefined,
    prepare: (sql: string) => {
      const statement = db.prepare(sql);
      return {
        reader: statement.columns().length > 0,
        all: (values: readonly unknown[]) => statement.all(...(values as readonly SQLInputValue[])),
        run: (values: readonly unknown[]) => statement.run(...(values as readonly SQLInputValue[])),
        iterate: (values: readonly unknown[]) => statement.iterate(...(values as readonly SQLInputValue[])),
      };
    },
  };
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
}
