// `npm run faults -- [--json] [--only NAME|NUMBER] [--list] [--keep]`: brings the failure modes of the project's list about in real
// stations, browsers, relays, disks and clocks, one at a time, and sees whether the checks and drills find each, name it and blame the
// right side (docs/decisions/faults.md). --keep writes docs/faults.json and docs/READINESS.md. Needs root on Linux with iproute2,
// nftables, faketime and a C compiler; where one is missing it says so and has run nothing. Exits 1 where a case was not found.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Figure, failed, notMeasured } from "../bench/src/figure.ts";
import { machine } from "../bench/src/machine.ts";
import type { Case } from "../e2e/src/faults/case.ts";
import { cases, everyCase } from "../e2e/src/faults/cases.ts";
import { modes } from "../e2e/src/faults/modes.ts";
import { type Found, isBlamed, isFound, readinessPage, rowsOf } from "../e2e/src/faults/readiness.ts";
import { type Outcome, runAll } from "../e2e/src/faults/run.ts";
import { missingForWorld } from "../e2e/src/faults/world.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    only: { type: "string" },
    list: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});
const docs = join(import.meta.dirname, "..", "docs");

/** A number is a mode's; anything else is looked for in what a case does and in its mode's name. */
function isMeant({ mode, how }: Pick<Case, "mode" | "how">, only: string | undefined): boolean {
  if (only === undefined) return true;
  return only.split(",").some((word) => {
    if (/^\d+$/.test(word)) return Number(word) === mode;
    return `${how} ${modes[mode - 1]?.name ?? ""}`.toLowerCase().includes(word.toLowerCase());
  });
}

const mustFind = 38;

function figuresOf(outcomes: readonly Outcome[]): readonly Figure[] {
  const rows = rowsOf(modes, { outcomes });
  const [found, blamed] = [rows.filter(isFound).length, rows.filter(isBlamed).length];
  return [
    {
      id: "faults.found",
      value: found,
      must: `>= ${mustFind}`,
      aim: `${modes.length}`,
      holds: found >= mustFind,
      n: outcomes.length,
    },
    { id: "faults.blamed", value: blamed, must: "all found", aim: "all", holds: blamed === found, n: found },
  ];
}

function tell({ mode, how, at, blamed, after, healed, said, why }: Outcome): void {
  const word = at === "found" ? (blamed ? "found" : "WRONG SIDE") : at === "missed" ? "NOT FOUND" : "not proven";
  console.log(
    `${String(mode).padStart(2)}  ${word.padEnd(10)} ${how} (${after ?? "-"} s, well again ${healed ?? "-"} s)`,
  );
  if (at !== "found" || !blamed)
    for (const line of [...said, why].filter((it) => it !== "")) console.log(`      ${line}`);
}

/** What was not run this time stays as the last whole run had it. */
function keep(outcomes: readonly Outcome[], date: string, on: string): void {
  const file = join(docs, "faults.json");
  const before = JSON.parse(readFileSync(file, "utf8")) as Found;
  const of = (how: string): Outcome | undefined =>
    outcomes.find((it) => it.how === how) ?? before.outcomes.find((it) => it.how === how);
  const found: Found = { date, machine: on, outcomes: everyCase.flatMap(({ how }) => of(how) ?? []) };
  writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);
  writeFileSync(join(docs, "READINESS.md"), readinessPage(modes, found));
}

async function main(): Promise<number> {
  const isOne = (it: Pick<Case, "mode" | "how">): boolean => isMeant(it, values.only);
  const meant = { stations: cases.stations.filter(isOne), desks: cases.desks.filter(isOne) };
  if (values.list) {
    for (const { mode, how } of everyCase.filter(isOne)) console.log(`${String(mode).padStart(2)}  ${how}`);
    return 0;
  }
  const made = await machine(new Date());
  const missing = await missingForWorld();
  if (missing !== null) {
    const figures = ["faults.found", "faults.blamed"].map((id) => notMeasured(id, `needs ${missing}`, null, null));
    console.log(`Not run: it needs ${missing}.`);
    if (values.json) console.log(JSON.stringify({ figures, machine: made }));
    return 1;
  }
  const outcomes = await runAll(meant, tell);
  const figures = figuresOf(outcomes);
  if (values.only === undefined)
    for (const { id, value, must, holds } of figures)
      console.log(`${holds ? "ok  " : "FAIL"}  ${id} ${value} (${must})`);
  if (values.keep)
    keep(outcomes, made.date.slice(0, 10), `${made.cores} cores, Linux ${made.kernel}, ${made.chromium}`);
  if (values.json) console.log(JSON.stringify({ figures, machine: made, outcomes }));
  const wrong = outcomes.some(({ at, blamed }) => at !== "found" || !blamed);
  return wrong || (values.only === undefined && failed(figures)) ? 1 : 0;
}

process.exitCode = await main();
