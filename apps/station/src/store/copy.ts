// Every row of a party's data from one database to another, in pages, whichever two they are: how PostgreSQL's data becomes a
// backup file, how a file becomes PostgreSQL's data, and so how a station changes from one to the other.
import { type Kysely, type Transaction, sql } from "kysely";
import type { Tables } from "./tables.ts";

/** Rows in one page: a page of the largest documents is 64 MB, one of usual events 32 kB. */
const pageRows = 64;

type Source = Kysely<Tables> | Transaction<Tables>;

/** Hands page after page to `write` until there are no more. */
async function copyPages<Row>(
  next: (last: Row | undefined) => Promise<readonly Row[]>,
  write: (rows: readonly Row[]) => Promise<unknown>,
): Promise<void> {
  let last: Row | undefined;
  for (;;) {
    const rows = await next(last);
    if (rows.length === 0) return;
    await write(rows);
    last = rows.at(-1);
  }
}

/** Copies all tables into `to`, whose own rows go; both sides are expected to be in a transaction of the caller's. */
export async function copyAll(from: Source, to: Source): Promise<void> {
  for (const table of ["head", "event", "link", "outbox", "inbox", "doc"] as const)
    await to.deleteFrom(table).execute();
  await to
    .insertInto("head")
    .values(await from.selectFrom("head").selectAll().execute())
    .execute();
  await copyPages(
    (last?: Tables["event"]) =>
      from
        .selectFrom("event")
        .selectAll()
        .where("idx", ">", last?.idx ?? -1)
        .orderBy("idx")
        .limit(pageRows)
        .execute(),
    (rows) =>
      to
        .insertInto("event")
        .values([...rows])
        .execute(),
  );
  await copyPages(
    (last?: Tables["link"]) =>
      from
        .selectFrom("link")
        .selectAll()
        .where("link", ">", last?.link ?? "")
        .orderBy("link")
        .limit(pageRows)
        .execute(),
    (rows) =>
      to
        .insertInto("link")
        .values([...rows])
        .execute(),
  );
  await copyPages(
    (last?: Tables["outbox"]) =>
      from
        .selectFrom("outbox")
        .selectAll()
        .where(sql<boolean>`(link, sequence) > (${last?.link ?? ""}, ${last?.sequence ?? 0})`)
        .orderBy("link")
        .orderBy("sequence")
        .limit(pageRows)
        .execute(),
    (rows) =>
      to
        .insertInto("outbox")
        .values([...rows])
        .execute(),
  );
  await copyPages(
    (last?: Tables["inbox"]) =>
      from
        .selectFrom("inbox")
        .selectAll()
        .where(sql<boolean>`(link, sequence) > (${last?.link ?? ""}, ${last?.sequence ?? 0})`)
        .orderBy("link")
        .orderBy("sequence")
        .limit(pageRows)
        .execute(),
    (rows) =>
      to
        .insertInto("inbox")
        .values([...rows])
        .execute(),
  );
  await copyPages(
    (last?: Tables["doc"]) =>
      from
        .selectFrom("doc")
        .selectAll()
        .where(sql<boolean>`(kind, name) > (${last?.kind ?? ""}, ${last?.name ?? ""})`)
        .orderBy("kind")
        .orderBy("name")
        .limit(pageRows)
        .execute(),
    (rows) =>
      to
        .insertInto("doc")
        .values([...rows])
        .execute(),
  );
}
