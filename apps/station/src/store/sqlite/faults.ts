// From what SQLite and the file system throw to the error table. Anything not listed is a bug of ours and is thrown on.
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { ErrorCode } from "@parley/protocol/errorCodes";

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const bySqlite: Readonly<Record<number, ErrorCode>> = {
  3: "STORE_READ_ONLY", // SQLITE_PERM
  5: "STORE_IN_USE", // SQLITE_BUSY
  6: "STORE_IN_USE", // SQLITE_LOCKED
  8: "STORE_READ_ONLY", // SQLITE_READONLY
  10: "STORE_FAILED", // SQLITE_IOERR
  11: "STORE_CORRUPT", // SQLITE_CORRUPT
  13: "STORE_FULL", // SQLITE_FULL
  14: "STORE_READ_ONLY", // SQLITE_CANTOPEN
  26: "STORE_CORRUPT", // SQLITE_NOTADB
};

const bySystem: Readonly<Record<string, ErrorCode>> = {
  EACCES: "STORE_READ_ONLY",
  EPERM: "STORE_READ_ONLY",
  EROFS: "STORE_READ_ONLY",
  ENOSPC: "STORE_FULL",
  EDQUOT: "STORE_FULL",
  EIO: "STORE_FAILED",
};

export function storeProblem(thrown: unknown): ParleyError {
  if (thrown instanceof Error) {
    if ("errcode" in thrown && typeof thrown.errcode === "number") {
      const code = bySqlite[thrown.errcode & 0xff];
      if (code !== undefined) return problem(code, `SQLite ${thrown.errcode}: ${thrown.message}`);
    }
    if ("code" in thrown && typeof thrown.code === "string") {
      const code = bySystem[thrown.code];
      if (code !== undefined) return problem(code, thrown.message);
    }
  }
  throw thrown;
}
