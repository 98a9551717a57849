// The SQLite file of a station, on the thread that calls: opening with all checks, and the commit. WAL with synchronous=FULL
// syncs the log before COMMIT returns; locking_mode=EXCLUSIVE keeps every other process out for as long as this one lives,
// and the kernel lifts that lock when it dies. Carries [ST2] [ST6] [ST7] for SQLite.
import { accessSync, closeSync, constants, existsSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Kysely } from "kysely";
import { type Change, type CommitFailure, type Heads, inboxMemory } from "../engine.ts";
import { migrate, migrations } from "../migrations.ts";
import { readHeads } from "../queries.ts";
import type { Tables } from "../tables.ts";
import { kyselyOver } from "./dialect.ts";
import { storeProblem } from "./faults.ts";

export const fileName = "station.db";

/** SQLite syncs its own files but not the directory that names them: without this a power cut can lose the whole file. */
export function syncDirectory(path: string): void {
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

const text = (db: DatabaseSync, pragma: string): unknown => Object.values(db.prepare(pragma).get() ?? {})[0];

/**
 * Makes the file where there is none, for the station's user alone. A file that exists must not be opened here: closing any
 * descriptor of it would lift the locks that this process holds on it (POSIX fcntl), and let another process in.
 */
function makeFile(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, "wx", 0o600));
}

/** Opens or creates the file with the settings that everything here relies on; throws what SQLite throws. */
function openFile(dataDir: string): DatabaseSync {
  const made = mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, fileName);
  makeFile(path);
  // SQLite would open what it may not write read-only, and fail later with a lock error that says nothing.
  accessSync(dataDir, constants.W_OK);
  accessSync(path, constants.W_OK);
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    db.exec("pragma locking_mode = exclusive");
    if (text(db, "pragma journal_mode = wal") !== "wal") throw new Error("SQLite refused write-ahead logging");
    db.exec("pragma synchronous = full; pragma fullfsync = on; pragma checkpoint_fullfsync = on");
    db.exec("begin immediate; commit");
  } catch (error) {
    db.close();
    throw error;
  }
  syncDirectory(dataDir);
  if (made !== undefined) syncDirectory(dirname(made));
  return db;
}

type Statements = Readonly<Record<Change["type"] | "link" | "fresh", StatementSync>>;

function prepareAll(db: DatabaseSync): Statements {
  return {
    event: db.prepare("insert into event (idx, kind, bytes) values (?, ?, ?)"),
    link: db.prepare("insert into link (link, sent, acknowledged, taken) values (?, 0, 0, 0) on conflict do nothing"),
    took: db.prepare("update link set taken = ? where link = ?"),
    fresh: db.prepare("insert into inbox (link, sequence, envelope) values (?, ?, ?)"),
    sent: db.prepare("insert into outbox (link, sequence, bytes) values (?, ?, ?)"),
    acknowledged: db.prepare("update link set acknowledged = ? where link = ?"),
    put: db.prepare(
      "insert into doc (kind, name, bytes) values (?, ?, ?) on conflict (kind, name) do update set bytes = excluded.bytes",
    ),
    removed: db.prepare("delete from doc where kind = ? and name = ?"),
    forgot: db.prepare("delete from link where link = ?"),
    renewed: db.prepare("update head set origin = 'original' where id = 1"),
  };
}

export type SqliteFile = {
  readonly heads: Heads;
  readonly db: DatabaseSync;
  readonly kysely: Kysely<Tables>;
  readonly commit: (transactions: readonly (readonly Change[])[]) => Result<void, CommitFailure>;
  readonly close: () => void;
};

function applyTo(db: DatabaseSync): (change: Change) => void {
  const run = prepareAll(db);
  const advance = db.prepare("update link set sent = ? where link = ?");
  const clearOutbox = db.prepare("delete from outbox where link = ? and sequence <= ?");
  const clearInbox = db.prepare("delete from inbox where link = ? and sequence <= ?");
  return (change) => {
    switch (change.type) {
      case "event":
        run.event.run(change.index, change.kind, change.bytes);
        return;
      case "took":
        run.link.run(change.link);
        run.took.run(change.sequence, change.link);
        run.fresh.run(change.link, change.sequence, change.envelope);
        clearInbox.run(change.link, change.sequence - inboxMemory);
        return;
      case "sent":
        run.link.run(change.link);
        run.sent.run(change.link, change.sequence, change.bytes);
        advance.run(change.sequence, change.link);
        return;
      case "acknowledged":
        clearOutbox.run(change.link, change.upTo);
        run.acknowledged.run(change.upTo, change.link);
        return;
      case "put":
        run.put.run(change.kind, change.key, change.bytes);
        return;
      case "removed":
        run.removed.run(change.kind, change.key);
        return;
      case "forgot":
        clearOutbox.run(change.link, Number.MAX_SAFE_INTEGER);
        clearInbox.run(change.link, Number.MAX_SAFE_INTEGER);
        run.forgot.run(change.link);
        return;
      case "renewed":
        run.renewed.run();
        return;
      default:
        change satisfies never;
    }
  };
}

function commitTo(db: DatabaseSync): SqliteFile["commit"] {
  const apply = applyTo(db);
  const begin = db.prepare("begin immediate");
  const commit = db.prepare("commit");
  const setNext = db.prepare("update head set next_event = ? where id = 1");
  return (transactions) => {
    if (transactions.every((changes) => changes.length === 0)) return ok(undefined);
    try {
      begin.run();
      let last = -1;
      for (const changes of transactions)
        for (const change of changes) {
          apply(change);
          if (change.type === "event") last = change.index;
        }
      if (last >= 0) setNext.run(last + 1);
      commit.run();
      return ok(undefined);
    } catch (thrown) {
      const error = storeProblem(thrown);
      if (error.code !== "STORE_FULL") return fail({ written: "unknown", error });
      if (db.isTransaction) db.exec("rollback");
      return fail({ written: "nothing", error });
    }
  };
}

/** The whole file read and compared with itself; on damage, what SQLite found first. */
function refuseDamaged(db: DatabaseSync): ParleyError | null {
  const found = text(db, "pragma integrity_check(1)");
  return found === "ok" ? null : problem("STORE_CORRUPT", String(found));
}

/** Makes or renews the tables in one transaction, since Kysely takes none for SQLite, and counts this opening. */
async function prepareTables(db: DatabaseSync, kysely: Kysely<Tables>): Promise<Result<void, ParleyError>> {
  db.exec("begin immediate");
  const migrated = await migrate(kysely, migrations({ int: "integer", bytes: "blob" }));
  if (!migrated.ok) {
    db.exec("rollback");
    return migrated;
  }
  db.exec("insert into head (id, next_event, origin, writer) values (1, 0, 'original', 0) on conflict do nothing");
  db.exec("update head set writer = writer + 1 where id = 1; commit");
  return ok(undefined);
}

async function checkedHeads(db: DatabaseSync, kysely: Kysely<Tables>): Promise<Result<Heads, ParleyError>> {
  const damaged = refuseDamaged(db);
  if (damaged !== null) return fail(damaged);
  const prepared = await prepareTables(db, kysely);
  return prepared.ok ? readHeads(kysely) : prepared;
}

/** Opens the data in `dataDir`, making it when there is none, with every check that a start owes; see [ST6]. */
export async function openSqliteFile(dataDir: string): Promise<Result<SqliteFile, ParleyError>> {
  let db: DatabaseSync | null = null;
  try {
    db = openFile(dataDir);
    const kysely = kyselyOver(db);
    const heads = await checkedHeads(db, kysely);
    if (!heads.ok) {
      db.close();
      return heads;
    }
    const open = db;
    return ok({ heads: heads.value, db, kysely, commit: commitTo(db), close: () => open.close() });
  } catch (thrown) {
    db?.close();
    return fail(storeProblem(thrown));
  }
}
