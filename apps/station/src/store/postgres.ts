// The PostgreSQL engine over one writer's connections. Each group of waiting transactions is one transaction of the database
// (postgres/commit.ts); whatever it says other than a confirmed rollback leaves the outcome unknown, and the store must be opened anew.
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError } from "@parley/protocol/errorCodes";
import type { Client } from "pg";
import type { CommitFailure } from "./engine.ts";
import type { Store } from "./port.ts";
import { writePostgresBackup } from "./postgres/backup.ts";
import { commitGroup } from "./postgres/commit.ts";
import { type PostgresPlace, connect } from "./postgres/connection.ts";
import { postgresProblem } from "./postgres/faults.ts";
import { readDoc, readDocs, readEvents, readOutbox } from "./queries.ts";
import { storeOver } from "./writer.ts";

/** After an error inside a transaction: whether the rollback was confirmed, so that nothing of it can be there. */
async function rolledBack(client: Client): Promise<boolean> {
  try {
    await client.query("rollback");
    return true;
  } catch {
    return false;
  }
}

/** Opens the party's schema, making it when there is none. Errors: those of `connect`. */
export async function openPostgres(place: PostgresPlace): Promise<Result<Store, ParleyError>> {
  const connected = await connect(place);
  if (!connected.ok) return connected;
  const { client, db, heads, writer, lost, close } = connected.value;
  let nextIndex = heads.nextIndex;

  const read = async <T>(answer: Promise<T>): Promise<Result<T, ParleyError>> => {
    try {
      return ok(await answer);
    } catch (thrown) {
      return fail(postgresProblem(thrown));
    }
  };
  return ok(
    storeOver({
      heads,
      commit: async (group): Promise<Result<void, CommitFailure>> => {
        const gone = lost();
        if (gone !== null) return fail({ written: "unknown", error: gone });
        if (group.every((changes) => changes.length === 0)) return ok(undefined);
        try {
          await commitGroup(client, group, writer, nextIndex);
          nextIndex += group.flat().filter((change) => change.type === "event").length;
          return ok(undefined);
        } catch (thrown) {
          const error = postgresProblem(thrown);
          const clean = error.code === "STORE_FULL" && (await rolledBack(client));
          return fail({ written: clean ? "nothing" : "unknown", error });
        }
      },
      events: (from, limit) => read(readEvents(db, from, limit)),
      outbox: (link, from, limit) => read(readOutbox(db, link, from, limit)),
      doc: (kind, key) => read(readDoc(db, kind, key)),
      docs: (kind) => read(readDocs(db, kind)),
      backup: (path) => writePostgresBackup(db, path),
      close,
    }),
  );
}
