// Every read of the store, written once for SQLite and PostgreSQL. Rows leave as plain objects over bytes of their own.
import type { Bytes } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import type { Kysely } from "kysely";
import type { Heads, LinkHead, Recent } from "./engine.ts";
import type { StoredDoc, StoredEnvelope, StoredEvent } from "./port.ts";
import type { HeadTable, LinkTable, Tables } from "./tables.ts";

type Db = Kysely<Tables>;

/** Drivers hand out views into buffers of theirs (`pg`) or rows without a prototype; these are ours. */
const own = (bytes: Uint8Array): Bytes => (bytes.constructor === Uint8Array ? (bytes as Bytes) : new Uint8Array(bytes));

/** Where events or envelopes do not count up without gaps, the data was damaged behind our back: what is wrong, or null. */
async function findGap(db: Db, head: HeadTable, links: readonly LinkTable[]): Promise<string | null> {
  const events = await db
    .selectFrom("event")
    .select([db.fn.count<number>("idx").as("n"), db.fn.max("idx").as("last")])
    .executeTakeFirst();
  if (events?.n !== head.next_event || (events.last ?? -1) !== head.next_event - 1)
    return `${events?.n} events up to ${events?.last}, ${head.next_event} expected`;
  const waiting = await db
    .selectFrom("outbox")
    .select(["link", db.fn.count<number>("sequence").as("n"), db.fn.max("sequence").as("last")])
    .groupBy("link")
    .execute();
  const byLink = new Map(waiting.map((row) => [row.link, row]));
  for (const { link, sent, acknowledged } of links) {
    const row = byLink.get(link);
    if ((row?.n ?? 0) !== sent - acknowledged || (row !== undefined && row.last !== sent))
      return `outbox of ${link}: ${row?.n ?? 0} envelopes, ${sent - acknowledged} expected`;
  }
  return null;
}

/** What the writer goes on from; `STORE_CORRUPT` where the rows contradict each other. */
export async function readHeads(db: Db): Promise<Result<Heads, ParleyError>> {
  const head = await db.selectFrom("head").selectAll().where("id", "=", 1).executeTakeFirstOrThrow();
  const rows = await db.selectFrom("link").selectAll().execute();
  const gap = await findGap(db, head, rows);
  if (gap !== null) return fail(problem("STORE_CORRUPT", gap));
  const recent = new Map<IdText, Recent[]>();
  for (const { link, sequence, envelope } of await db.selectFrom("inbox").selectAll().orderBy("sequence").execute()) {
    const list = recent.get(link) ?? [];
    recent.set(link, list);
    list.push({ sequence, envelope });
  }
  const links = new Map<IdText, LinkHead>();
  for (const { link, sent, acknowledged, taken } of rows)
    links.set(link, { sent, acknowledged, taken, recent: recent.get(link) ?? [] });
  return ok({ origin: head.origin === "original" ? "original" : "restored", nextIndex: head.next_event, links });
}

export async function readEvents(db: Db, from: number, limit: number): Promise<readonly StoredEvent[]> {
  const rows = await db
    .selectFrom("event")
    .select(["idx", "kind", "bytes"])
    .where("idx", ">=", from)
    .orderBy("idx")
    .limit(limit)
    .execute();
  return rows.map(({ idx, kind, bytes }) => ({ index: idx, kind, bytes: own(bytes) }));
}

export async function readOutbox(
  db: Db,
  link: IdText,
  from: number,
  limit: number,
): Promise<readonly StoredEnvelope[]> {
  const rows = await db
    .selectFrom("outbox")
    .select(["sequence", "bytes"])
    .where("link", "=", link)
    .where("sequence", ">=", from)
    .orderBy("sequence")
    .limit(limit)
    .execute();
  return rows.map(({ sequence, bytes }) => ({ sequence, bytes: own(bytes) }));
}

export async function readDoc(db: Db, kind: string, key: string): Promise<Bytes | null> {
  const row = await db
    .selectFrom("doc")
    .select("bytes")
    .where("kind", "=", kind)
    .where("name", "=", key)
    .executeTakeFirst();
  return row === undefined ? null : own(row.bytes);
}

/** Sorted here, because the order of text differs between databases and their collations. */
export async function readDocs(db: Db, kind: string): Promise<readonly StoredDoc[]> {
  const rows = await db.selectFrom("doc").select(["name", "bytes"]).where("kind", "=", kind).execute();
  return rows
    .map(({ name, bytes }) => ({ key: name, bytes: own(bytes) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
