// `npm run bench -- call|drill|frames|keys|ledger|links|turn [--json]`: runs one bench, prints its figures, and with --json one object on
// the last line. Exits 1 when a must was measured and does not hold, 2 when it was asked wrongly.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Bench, failed, type Figure } from "./figure.ts";
import { machine } from "./machine.ts";

const benches = ["call", "drill", "frames", "keys", "ledger", "links", "turn"] as const;

const isBench = (module: unknown): module is { run: Bench } =>
  typeof module === "object" && module !== null && "run" in module && typeof module.run === "function";

function table(figures: readonly Figure[]): string {
  const rows = [
    ["figure", "value", "must", "aim", "holds", "n"],
    ...figures.map((f) => [f.id, String(f.value), f.must, f.aim, f.holds ? "yes" : "NO", String(f.n)]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args.filter((arg) => arg !== "--json");
  const known = benches.find((bench) => bench === name);
  const file = join(import.meta.dirname, `${known}.ts`);
  if (known === undefined || !existsSync(file)) {
    console.error(`usage: npm run bench -- ${benches.join("|")} [--json]; each says its own options with --help`);
    return 2;
  }
  const bench: unknown = await import(file);
  if (!isBench(bench)) throw new Error(`${file} exports no bench called run`);
  const figures = await bench.run(rest);
  const on = await machine(new Date());
  console.log(`\n${table(figures)}\n${on.cpu}, ${on.cores} cores, ${on.kernel}, node ${on.node}, ${on.chromium}`);
  if (args.includes("--json")) console.log(JSON.stringify({ figures, machine: on }));
  return failed(figures) ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
