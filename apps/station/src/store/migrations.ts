// The numbered steps from an empty database to today's tables, the same for SQLite and PostgreSQL. A step that has been
// released is never edited; data of a later version than this list is refused, untouched ([ST8]).
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type Kysely, sql } from "kysely";
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from "kysely/migration";

/** What the two databases call a whole number that must hold 2^53, and a byte string. */
export type ColumnTypes = { readonly int: "integer" | "bigint"; readonly bytes: "blob" | "bytea" };

const layTables = ({ int, bytes }: ColumnTypes): Migration => ({
  up: async (db: Kysely<never>) => {
    const { schema } = db;
    await schema
      .createTable("head")
      .addColumn("id", "integer", (c) => c.primaryKey())
      .addColumn("next_event", int, (c) => c.notNull())
      .addColumn("origin", "text", (c) => c.notNull())
      .addColumn("writer", int, (c) => c.notNull())
      .execute();
    await schema
      .createTable("event")
      .addColumn("idx", int, (c) => c.primaryKey())
      .addColumn("kind", "text", (c) => c.notNull())
      .addColumn("bytes", bytes, (c) => c.notNull())
      .execute();
    await schema
      .createTable("link")
      .addColumn("link", "text", (c) => c.primaryKey())
      .addColumn("sent", int, (c) => c.notNull())
      .addColumn("acknowledged", int, (c) => c.notNull())
      .addColumn("taken", int, (c) => c.notNull())
      .execute();
    await schema
      .createTable("outbox")
      .addColumn("link", "text", (c) => c.notNull())
      .addColumn("sequence", int, (c) => c.notNull())
      .addColumn("bytes", bytes, (c) => c.notNull())
      .addPrimaryKeyConstraint("outbox_key", ["link", "sequence"])
      .execute();
    await schema
      .createTable("inbox")
      .addColumn("link", "text", (c) => c.notNull())
      .addColumn("sequence", int, (c) => c.notNull())
      .addColumn("envelope", "text", (c) => c.notNull())
      .addPrimaryKeyConstraint("inbox_key", ["link", "sequence"])
      .execute();
    await schema
      .createTable("doc")
      .addColumn("kind", "text", (c) => c.notNull())
      .addColumn("name", "text", (c) => c.notNull())
      .addColumn("bytes", bytes, (c) => c.notNull())
      .addPrimaryKeyConstraint("doc_key", ["kind", "name"])
      .execute();
  },
});

export const migrations = (types: ColumnTypes): Readonly<Record<string, Migration>> => ({
  "001-tables": layTables(types),
});

/**
 * Brings the tables forward to the last of `list`; refuses data that knows a step which `list` does not.
 * `schema` is the PostgreSQL schema to look in, since Kysely looks in all of them; SQLite has none.
 */
export async function migrate<DB>(
  db: Kysely<DB>,
  list: Readonly<Record<string, Migration>>,
  schema?: string,
): Promise<Result<void, ParleyError>> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (tables.some((table) => table.name === DEFAULT_MIGRATION_TABLE && table.schema === schema)) {
    const { rows } = await sql<{ name: string }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db);
    const unknown = rows.find(({ name }) => !(name in list));
    if (unknown !== undefined) return fail(problem("STORE_NEWER", `made by step ${unknown.name}`));
  }
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...list }) },
    ...(schema === undefined ? {} : { migrationTableSchema: schema }),
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error("a migration failed", { cause: error });
  return ok(undefined);
}
