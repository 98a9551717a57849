// `parley verify`: whether a record's file is whole and under whose signatures, off line and without a data folder: the verdict
// first, then a row for everything a reader must know. With two parties' files, what stands in one of them alone ([LG42]-[LG44]).
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { concat } from "@parley/base/bytes";
import { ok } from "@parley/base/result";
import { type Audit, auditRecord, isComplete } from "@parley/ledger/audit";
import { type Difference, compareRecords } from "@parley/ledger/compareRecords";
import { csvOf } from "@parley/ledger/csv";
import { nodeTools } from "@parley/station/recordTools";
import { type Done, type Run, missing, refused } from "../command.ts";
import { differenceLine, rowLine, verdictLine } from "../recordWords.ts";

/** 0: whole, and both sides signed all of it. 3: true as far as it goes. 4: not what was signed. */
const exitOfVerdict = (audit: Audit): number =>
  isComplete(audit) ? 0 : audit.kind === "complete" || audit.kind === "gaps" ? 3 : 4;

const dataOf = (audit: Audit) => ({
  verdict: audit.kind,
  complete: isComplete(audit),
  party: { id: audit.party.party, name: audit.party.name },
  size: audit.size,
  entries: audit.entries,
  signedBy: audit.signedBy,
  gaps: audit.gaps,
  joint: audit.joint,
  rows: audit.rows,
});

/** Rows of one kind that are more than this are counted, not listed; --json has them all. */
const mostRows = 20;

function textOf(audit: Audit): string {
  const lines = [verdictLine(audit)];
  const seen = new Map<string, number>();
  for (const row of audit.rows) {
    const count = (seen.get(row.type) ?? 0) + 1;
    seen.set(row.type, count);
    if (count <= mostRows) lines.push(`  ${rowLine(row)}`);
  }
  for (const [type, count] of seen)
    if (count > mostRows) lines.push(`  and ${count - mostRows} more rows of the kind ${type} (--json has all)`);
  for (const { party, name } of audit.parties) lines.push(`  ${name}: party ${party}`);
  return lines.join("\n");
}

const differenceData = ({ only, item }: Difference) => ({
  only,
  index: item.index,
  kind: item.kind,
  at: item.at,
});

function read(path: string): Uint8Array<ArrayBuffer> {
  return concat(readFileSync(path));
}

export const verify: Run = async (given) => {
  const [one, two] = given.words;
  if (one === undefined) return missing("the file of a record");
  for (const path of given.words) if (!existsSync(path)) return missing(`${path} is not there`);
  const csv = given.value("csv");
  if (csv !== null && existsSync(csv)) return refused("BACKUP_EXISTS", csv);
  const expected = given.value("party");
  let done: Done;
  let audits: readonly Audit[];
  if (two === undefined) {
    const audit = await auditRecord(read(one), nodeTools);
    if (!audit.ok) return audit;
    audits = [audit.value];
    done = { text: textOf(audit.value), data: dataOf(audit.value), exit: exitOfVerdict(audit.value) };
  } else {
    const compared = await compareRecords(read(one), read(two), nodeTools);
    if (!compared.ok) return compared;
    const { copies, differences } = compared.value;
    audits = copies;
    const lines = differences.map((it) => `  ${differenceLine(it)}`);
    const summary =
      differences.length === 0 ? "The copies agree." : `The copies differ in ${differences.length} entries:`;
    done = {
      text: [...copies.map(textOf), summary, ...lines].join("\n"),
      data: { copies: copies.map(dataOf), differences: differences.map(differenceData) },
      exit: Math.max(...copies.map(exitOfVerdict), differences.length === 0 ? 0 : 4),
    };
  }
  if (expected !== null && !audits.some(({ party }) => party.party === expected))
    return refused("LEDGER_UNPROVEN", `the record of ${audits[0]?.party.party}`);
  if (csv !== null) writeFileSync(csv, csvOf(audits[0]?.items ?? []), { flag: "wx", mode: 0o600 });
  return ok(done);
};
