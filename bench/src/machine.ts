// What machine a run was made on: printed with every set of figures, since only ratios carry over to another.
import { execFile } from "node:child_process";
import { cpus, release } from "node:os";
import { promisify } from "node:util";
import { chromiumPath } from "@parley/e2e/src/harness/browser.ts";
import type { Machine } from "./figure.ts";

export async function machine(now: Date): Promise<Machine> {
  const said = await promisify(execFile)(chromiumPath(), ["--version"]).catch(() => ({ stdout: "none" }));
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    kernel: release(),
    node: process.version,
    chromium: said.stdout.trim(),
    date: now.toISOString(),
  };
}
