// The connections of one writer to its party's schema: the one that holds the advisory lock and does all writing, so that losing
// it is losing the right to write, and a small pool for reading. Session locks do not survive a transaction-pooling PgBouncer.
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { Kysely, PostgresDialect } from "kysely";
import { Client, type CustomTypesConfig, Pool, types } from "pg";
import type { Heads } from "../engine.ts";
import { migrate, migrations } from "../migrations.ts";
import { readHeads } from "../queries.ts";
import type { Tables } from "../tables.ts";
import { postgresProblem } from "./faults.ts";

export type PostgresPlace = {
  /** As DATABASE_URL has it; libpq's forms. */
  readonly url: string;
  /** The schema that is this party's: lower-case letters, digits and _. Several parties may share a database. */
  readonly schema: string;
  /** What to do while another process holds the party: answer `STORE_IN_USE`, or wait until it is gone. */
  readonly held: "refuse" | "wait";
};

/** BIGINT (oid 20) as a number: every count of ours stays far below 2^53. */
const numbers: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: "text" | "binary"): unknown =>
    oid === 20 ? Number : types.getTypeParser(oid, format),
};

/** So that the server notices within about 10 s that the machine of a lock's holder is gone, and the next may take over. */
const session = `set synchronous_commit = on; set tcp_keepalives_idle = 4; set tcp_keepalives_interval = 2;
  set tcp_keepalives_count = 3`;

const quoted = (schema: string): string => {
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(schema)) throw new RangeError(`${schema} cannot name a schema`);
  return `"${schema}"`;
};

/** The settings without which a COMMIT is no promise. */
async function refuseUnsafe(client: Client): Promise<ParleyError | null> {
  for (const setting of ["fsync", "full_page_writes"]) {
    const { rows } = await client.query<Record<string, string>>(`show ${setting}`);
    if (rows[0]?.[setting] !== "on") return problem("STORE_UNSAFE", `${setting} is ${rows[0]?.[setting]}`);
  }
  return null;
}

async function takeLock(client: Client, { schema, held }: PostgresPlace): Promise<ParleyError | null> {
  const name = [`parley ${schema}`];
  if (held === "wait") {
    await client.query("select pg_advisory_lock(hashtextextended($1, 0))", name);
    return null;
  }
  const { rows } = await client.query<{ got: boolean }>(
    "select pg_try_advisory_lock(hashtextextended($1, 0)) as got",
    name,
  );
  return rows[0]?.got === true ? null : problem("STORE_IN_USE", `schema ${schema}`);
}

type Opened = { readonly heads: Heads; readonly writer: number };

async function prepare(client: Client, db: Kysely<Tables>, place: PostgresPlace): Promise<Result<Opened, ParleyError>> {
  await client.connect();
  await client.query(session);
  const refused = (await refuseUnsafe(client)) ?? (await takeLock(client, place));
  if (refused !== null) return fail(refused);
  await client.query(`create schema if not exists ${quoted(place.schema)}`);
  await client.query(`set search_path to ${quoted(place.schema)}`);
  const migrated = await migrate(db, migrations({ int: "bigint", bytes: "bytea" }), place.schema);
  if (!migrated.ok) return migrated;
  const { rows } = await client.query<{ writer: number }>(
    `insert into head as h (id, next_event, origin, writer) values (1, 0, 'original', 1)
     on conflict (id) do update set writer = h.writer + 1 returning writer`,
  );
  const heads = await readHeads(db);
  return heads.ok ? ok({ heads: heads.value, writer: rows[0]?.writer ?? 0 }) : heads;
}

export type Connection = {
  readonly client: Client;
  readonly db: Kysely<Tables>;
  readonly heads: Heads;
  /** This writer's number in the head row. */
  readonly writer: number;
  /** Why the writing connection is gone, or null while it is not known to be. */
  readonly lost: () => ParleyError | null;
  readonly close: () => Promise<void>;
};

/**
 * Connects, takes the party's lock and brings its tables forward, making them when there are none.
 * Errors: `STORE_UNREACHABLE`, `STORE_IN_USE`, `STORE_UNSAFE`, `STORE_NEWER`, `STORE_CORRUPT`, `STORE_READ_ONLY`, `STORE_FULL`.
 */
export async function connect(place: PostgresPlace): Promise<Result<Connection, ParleyError>> {
  const settings = { connectionString: place.url, types: numbers, application_name: `parley ${place.schema}` };
  const client = new Client({ ...settings, keepAlive: true });
  const pool = new Pool({ ...settings, max: 4, options: `-c search_path=${place.schema}` });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  let lost: ParleyError | null = null;
  client.on("error", (error) => (lost ??= problem("STORE_UNREACHABLE", error.message)));
  pool.on("error", () => undefined);
  const close = async (): Promise<void> => {
    await db.destroy();
    await client.end().catch(() => undefined);
  };
  try {
    const opened = await prepare(client, db, place);
    if (opened.ok) return ok({ client, db, ...opened.value, lost: () => lost, close });
    await close();
    return opened;
  } catch (thrown) {
    await close();
    return fail(postgresProblem(thrown));
  }
}
