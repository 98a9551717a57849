// The storage thread: the SQLite file lives here, so that waiting for a disk never holds up a call's messages. It does one
// thing after another, in the order asked. An edge: the only file that speaks on `parentPort`.
import { parentPort } from "node:worker_threads";
import type { Bytes } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { readDoc, readDocs, readEvents, readOutbox } from "../queries.ts";
import { writeBackup } from "./backup.ts";
import type { Answer, Ask, Calls } from "./calls.ts";
import { storeProblem } from "./faults.ts";
import { type SqliteFile, openSqliteFile } from "./file.ts";

let file: SqliteFile | null = null;

function opened(): SqliteFile {
  if (file === null) throw new Error("asked of a store that is not open");
  return file;
}

async function reading<T>(read: () => Promise<T>): Promise<Result<T, ParleyError>> {
  try {
    return ok(await read());
  } catch (thrown) {
    return fail(storeProblem(thrown));
  }
}

const calls: Calls = {
  open: async (dataDir) => {
    const result = await openSqliteFile(dataDir);
    if (!result.ok) return result;
    file = result.value;
    return ok(file.heads);
  },
  commit: (transactions) => Promise.resolve(opened().commit(transactions)),
  events: (from, limit) => reading(() => readEvents(opened().kysely, from, limit)),
  outbox: (link, from, limit) => reading(() => readOutbox(opened().kysely, link, from, limit)),
  doc: (kind, key) => reading((): Promise<Bytes | null> => readDoc(opened().kysely, kind, key)),
  docs: (kind) => reading(() => readDocs(opened().kysely, kind)),
  backup: (path) => writeBackup(opened().db, path),
  close: () => {
    file?.close();
    file = null;
    return Promise.resolve();
  },
};

function run(ask: Ask): Promise<Awaited<ReturnType<Calls[keyof Calls]>>> {
  switch (ask.call) {
    case "open":
      return calls.open(...ask.args);
    case "commit":
      return calls.commit(...ask.args);
    case "events":
      return calls.events(...ask.args);
    case "outbox":
      return calls.outbox(...ask.args);
    case "doc":
      return calls.doc(...ask.args);
    case "docs":
      return calls.docs(...ask.args);
    case "backup":
      return calls.backup(...ask.args);
    case "close":
      return calls.close();
    default:
      return ask satisfies never;
  }
}

const answer = (reply: Answer): void => parentPort?.postMessage(reply);

parentPort?.on("message", (ask: Ask) => {
  run(ask).then(
    (value) => answer({ id: ask.id, value }),
    (thrown: unknown) =>
      answer({ id: ask.id, thrown: thrown instanceof Error ? (thrown.stack ?? "") : String(thrown) }),
  );
});
