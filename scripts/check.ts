// `npm run check`: the law. Types, lint, arrows, formatting and dead code, all of them even when one fails.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const bin = (name: string): string => join(root, "node_modules", ".bin", name);

const checks: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  ["types", bin("tsc"), []],
  ["lint", bin("oxlint"), ["--type-aware", "--deny-warnings"]],
  ["arrows", bin("vitest"), ["run", "--reporter=dot", "arrows.test.ts", "docs.test.ts"]],
  ["format", bin("prettier"), ["--check", "--log-level=warn", "."]],
  ["dead code", bin("knip"), []],
];

let failed = 0;
for (const [name, command, args] of checks) {
  const began = performance.now();
  const run = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  const took = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${run.status === 0 ? "ok  " : "FAIL"}  ${name} (${took} s)`);
  if (run.status !== 0) {
    failed += 1;
    console.log(`${run.stdout}${run.stderr}`);
  }
}
console.log(`\n${checks.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
