// `npm test`: everything that has to hold, with fixed reduced counts; `npm run test:full` runs the full ones.
// Sets up what it needs (Debian's Chromium where it may), builds the terminal, runs the units and then whole calls in
// real browsers, and closes with one line of counts.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium, installChromium } from "./chromium.ts";

const root = join(import.meta.dirname, "..");
const full = process.argv.includes("--full");
const only = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const reports = mkdtempSync(join(tmpdir(), "parley-test-"));
// Stations, command lines and workers are started hundreds of times; what each has compiled the next takes from here.
const env = { ...process.env, NODE_COMPILE_CACHE: join(reports, "compiled"), ...(full ? { PARLEY_FULL: "1" } : {}) };

type Counts = { passed: number; failed: number; skipped: number };
type Report = { numPassedTests: number; numFailedTests: number; numPendingTests: number; numFailedTestSuites: number };

/** Runs one Vitest configuration and reads its counts; a run that dies without a report counts as a failure. */
function vitest(name: string, args: readonly string[]): Counts {
  const file = join(reports, `${name}.json`);
  const command = [join(root, "node_modules", "vitest", "vitest.mjs"), "run", ...args, ...only];
  const run = spawnSync(
    process.execPath,
    [...command, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
    {
      cwd: root,
      env,
      stdio: "inherit",
    },
  );
  try {
    const report = JSON.parse(readFileSync(file, "utf8")) as Report;
    const failed =
      report.numFailedTests +
      (report.numFailedTests === 0 && run.status !== 0 ? Math.max(1, report.numFailedTestSuites) : 0);
    return { passed: report.numPassedTests, failed, skipped: report.numPendingTests };
  } catch {
    return { passed: 0, failed: run.status === 0 ? 0 : 1, skipped: 0 };
  }
}

function step(what: string, command: string, args: readonly string[]): void {
  console.log(`\n== ${what}`);
  const run = spawnSync(command, args, { cwd: root, env, stdio: "inherit" });
  if (run.status !== 0) {
    console.log("\n0 passed, 1 failed");
    process.exit(1);
  }
}

console.log(full ? "Full counts." : "Reduced counts, the same each time; npm run test:full runs the full ones.");
if (findChromium() === null) installChromium();
if (process.env["PARLEY_VECTORS"] === undefined)
  console.log("PARLEY_VECTORS is not set: the official test vectors are skipped.");

const counts = [vitest("units", [])];
step("build the terminal", process.execPath, [join(root, "scripts", "build.ts")]);
console.log("\n== whole calls in real browsers");
if (findChromium() === null) {
  console.log("No Chromium was found, so no call was tried. Install Debian's chromium, or set CHROMIUM to one.");
  counts.push({ passed: 0, failed: 1, skipped: 0 });
} else {
  counts.push(vitest("browsers", ["--config", "e2e/vitest.config.ts"]));
}
rmSync(reports, { recursive: true, force: true, maxRetries: 5 });

const sum = counts.reduce((a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
}));
console.log(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exit(sum.failed === 0 && sum.passed > 0 ? 0 : 1);
