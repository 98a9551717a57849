// `npm run docs`: writes the documents that are made from the code: docs/ERRORS.md, docs/METRICS.md, and the table in ARCHITECTURE.md.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { metricsPage } from "../apps/station/src/metrics/table.ts";
import { callTable } from "../packages/call/src/table.ts";
import { type ErrorRow, errorTable } from "../packages/protocol/src/errorCodes.ts";

const root = join(import.meta.dirname, "..");

/** The error table as a page for duty officers and for whoever reads a log. */
export function errorsPage(table: Readonly<Record<string, ErrorRow>>): string {
  const rows = Object.entries(table)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { blame, say, cure }]) => `| ${code} | ${blame} | ${say} | ${cure} |`);
  const head =
    "# Errors\n\nMade from `packages/protocol/src/errorCodes.ts` by `npm run docs`. `us` is this station, `peer` the other party's side, `caller` whoever asked.\nA code is never used again for another meaning.\n";
  return `${head}\n| code | whose | what it says | what to do |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

const begin = "<!-- the call, from its own table -->";
const end = "<!-- end -->";

function write(): void {
  writeFileSync(join(root, "docs", "ERRORS.md"), errorsPage(errorTable));
  writeFileSync(join(root, "docs", "METRICS.md"), metricsPage());
  const path = join(root, "ARCHITECTURE.md");
  const page = readFileSync(path, "utf8");
  const [before, after] = [page.indexOf(begin) + begin.length, page.indexOf(end)];
  writeFileSync(path, `${page.slice(0, before)}\n${callTable()}\n${page.slice(after)}`);
}

if (process.argv[1] === import.meta.filename) write();
