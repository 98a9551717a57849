// From what PostgreSQL and the network throw to the error table. Anything not listed is a bug of ours and is thrown on.
import { type ErrorCode, type ParleyError, problem } from "@parley/protocol/errorCodes";
import { Replaced } from "./commit.ts";

/** SQLSTATE codes, or their two-character classes (PostgreSQL appendix A). */
const bySqlState: Readonly<Record<string, ErrorCode>> = {
  "08": "STORE_UNREACHABLE", // connection exception
  "28": "STORE_UNREACHABLE", // invalid authorization
  "3D": "STORE_UNREACHABLE", // no such database
  "25006": "STORE_READ_ONLY", // read-only transaction, as on a standby
  "42501": "STORE_READ_ONLY", // insufficient privilege
  "53100": "STORE_FULL", // disk full
  "53": "STORE_UNREACHABLE", // too many connections, out of memory
  "57": "STORE_UNREACHABLE", // shutting down or starting up
  "58": "STORE_FAILED", // system error under the database
  XX: "STORE_CORRUPT", // internal error, data or index corrupted
};

/** What Node says when the path to the database fails, and what `pg` says of a connection that was cut. */
const byNetwork = /^(ECONN|EPIPE|ENOTFOUND|ENOENT|EAI_|ETIMEDOUT|EHOST|ENET|EACCES)/;
const cut = /connection (terminated|ended)|terminating connection|not queryable|closed the connection|timeout expired/i;

export function postgresProblem(thrown: unknown): ParleyError {
  if (thrown instanceof Replaced) return problem("STORE_IN_USE", thrown.message);
  if (thrown instanceof Error) {
    const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
    const known = bySqlState[code] ?? bySqlState[code.slice(0, 2)];
    if (known !== undefined) return problem(known, `${code}: ${thrown.message}`);
    if (byNetwork.test(code) || cut.test(thrown.message)) return problem("STORE_UNREACHABLE", thrown.message);
  }
  throw thrown;
}
