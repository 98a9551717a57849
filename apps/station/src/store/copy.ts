// Every row of a party's data from one database to another, in pages, whichever two they are: how PostgreSQL's data becomes a
// backup file, how a file becomes PostgreSQL's data, and so how a station changes from one to the other.
import { type Kysely, type Transaction, sql } from "kysely";
import type { Tables } from "./tables.ts";

/** Rows in one page: a page of the largest documents is 64 MB, one of usual events 32 kB. */
const pageRows = 64;

type Source = Kysely<Tables> | Transaction<Tables>;

/** The columns of each table's primary key, by which its rows are read in order. */
const keys: { readonly [T in keyof Tables]: readonly (keyof Tables[T] & string)[] } = {
  head: ["id"],
  event: ["idx"],
  link: ["link"],
  outbox: ["link", "sequence"],
  inbox: ["link", "sequence"],
  doc: ["kind", "name"],
};

/** Copies all tables into `to`, whose own rows go; both sides are expected to be in a transaction of the caller's. */
export async function copyAll(from: Source, to: Source): Promise<void> {
  for (const table of Object.keys(keys) as (keyof Tables)[]) {
    await to.deleteFrom(table).execute();
    await copyTable(from, to, table);
  }
}

async function copyTable<T extends keyof Tables>(from: Source, to: Source, table: T): Promise<void> {
  const columns = sql.join(keys[table].map((column) => sql.ref(column)));
  let after = sql``;
  for (;;) {
    const { rows } = await sql<Tables[T]>`
      select * from ${sql.table(table)} ${after} order by ${columns} limit ${pageRows}`.execute(from);
    const last = rows.at(-1);
    if (last === undefined) return;
    await to.insertInto<keyof Tables>(table).values(rows).execute();
    after = sql`where (${columns}) > (${sql.join(keys[table].map((column) => last[column]))})`;
  }
}
