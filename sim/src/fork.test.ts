// Copies of a whole process, as presses of Call are tried in (fork.ts). In a process of its own, since this one has other threads.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { forkFlags } from "./fork.ts";

describe.runIf(process.platform === "linux")("copies of a world", () => {
  it("[SM33] each go on from the same past, say what came of them, and leave the original as it was", () => {
    const script = join(import.meta.dirname, "fork.fixture.ts");
    const said = execFileSync(process.execPath, [...forkFlags, "--disable-warning=ExperimentalWarning", script]);
    expect(JSON.parse(said.toString())).toEqual({ branches: [100_001, 100_002, 100_003], past: 50_000, failed: true });
  });
});
