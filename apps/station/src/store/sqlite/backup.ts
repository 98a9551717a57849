// A copy of a station's data while it goes on, and the way back. The copy is marked before it gets its name, so that no
// unmarked copy is ever left lying about: whatever opens it knows itself restored, and must make every key anew ([ST9]).
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync, backup } from "node:sqlite";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { storeProblem } from "./faults.ts";
import { fileName, syncDirectory } from "./file.ts";

function syncFile(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Marks the copy and leaves it as one whole file, without a log beside it. */
function markCopy(path: string): void {
  const copy = new DatabaseSync(path);
  try {
    copy.exec("pragma journal_mode = delete; pragma synchronous = extra");
    copy.exec("update head set origin = 'restored' where id = 1");
  } finally {
    copy.close();
  }
  syncFile(path);
}

/**
 * Lets `fill` make a copy under another name, marks it, and only then gives it the name `path`.
 * Errors: `BACKUP_EXISTS`, `BACKUP_UNWRITABLE`, and what `fill` answers.
 */
export async function nameCopy(
  path: string,
  fill: (unnamed: string) => Promise<Result<void, ParleyError>>,
): Promise<Result<void, ParleyError>> {
  if (existsSync(path)) return fail(problem("BACKUP_EXISTS", path));
  const unnamed = `${path}.part`;
  try {
    rmSync(unnamed, { force: true });
    closeSync(openSync(unnamed, "wx", 0o600));
    const filled = await fill(unnamed);
    if (!filled.ok) {
      rmSync(unnamed, { force: true });
      return filled;
    }
    markCopy(unnamed);
    if (existsSync(path)) return fail(problem("BACKUP_EXISTS", path));
    renameSync(unnamed, path);
    syncDirectory(dirname(path));
    return ok(undefined);
  } catch (thrown) {
    rmSync(unnamed, { force: true });
    if (thrown instanceof Error && "code" in thrown) return fail(problem("BACKUP_UNWRITABLE", thrown.message));
    throw thrown;
  }
}

/** Copies in steps of so many pages (4 kB each), between which commits go on. */
const stepPages = 256;

export const writeBackup = (db: DatabaseSync, path: string): Promise<Result<void, ParleyError>> =>
  nameCopy(path, async (unnamed) => {
    await backup(db, unnamed, { rate: stepPages });
    return ok(undefined);
  });

/** Why the file at `path` is not a whole, marked copy, or null when it is one. */
export function refuseBadBackup(path: string): ParleyError | null {
  if (!existsSync(path)) return problem("BACKUP_UNREADABLE", `${path} does not exist`);
  let copy: DatabaseSync | null = null;
  try {
    copy = new DatabaseSync(path, { readOnly: true });
    const check = Object.values(copy.prepare("pragma integrity_check(1)").get() ?? {})[0];
    if (check !== "ok") return problem("BACKUP_UNREADABLE", String(check));
    const origin = copy.prepare("select origin from head where id = 1").get()?.["origin"];
    return origin === "restored" ? null : problem("BACKUP_UNREADABLE", "not marked as a copy");
  } catch (thrown) {
    return problem("BACKUP_UNREADABLE", thrown instanceof Error ? thrown.message : String(thrown));
  } finally {
    copy?.close();
  }
}

/**
 * Puts a backup in the place of a station's data, which must not exist yet. The store opened there says `restored` until
 * `renewed`. Errors: `BACKUP_UNREADABLE`, `STORE_IN_USE` where data exists, and those of the disk.
 */
export function restoreSqlite(path: string, dataDir: string): Result<void, ParleyError> {
  const bad = refuseBadBackup(path);
  if (bad !== null) return fail(bad);
  const target = join(dataDir, fileName);
  if (existsSync(target)) return fail(problem("STORE_IN_USE", `${target} exists`));
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const unnamed = `${target}.part`;
    rmSync(unnamed, { force: true });
    copyFileSync(path, unnamed, constants.COPYFILE_EXCL);
    syncFile(unnamed);
    renameSync(unnamed, target);
    syncDirectory(dataDir);
    return ok(undefined);
  } catch (thrown) {
    return fail(storeProblem(thrown));
  }
}
