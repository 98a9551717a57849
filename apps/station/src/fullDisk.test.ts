// A whole station whose disk fills up, in a mount namespace of its own.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const disk = mkdtempSync(join(tmpdir(), "parley-full-"));
afterAll(() => rmSync(disk, { recursive: true, force: true }));

const probe = spawnSync("unshare", ["-Urm", "mount", "-t", "tmpfs", "none", "/mnt"], { encoding: "utf8" });
const noMounts = probe.status === 0 ? null : (probe.error?.message ?? probe.stderr.trim());
if (noMounts !== null) console.log(`full disk test skipped: ${noMounts}`);

describe("a full disk", () => {
  it.skipIf(noMounts !== null)(
    "[ST11] the station stays, says so, keeps its link and its pages, and goes on by itself when there is room; a start on it is named",
    { timeout: 180_000 },
    async () => {
      const script = 'mount -t tmpfs -o size=24m none "$1" && TMPDIR="$1" exec "$2" "$3" "$1"';
      const child = join(import.meta.dirname, "testing", "fullDisk.ts");
      const run = spawn("unshare", ["-Urm", "sh", "-c", script, "sh", disk, process.execPath, child]);
      const said = { out: "", error: "" };
      run.stdout.on("data", (bytes: Buffer) => (said.out += bytes.toString()));
      run.stderr.on("data", (bytes: Buffer) => (said.error += bytes.toString()));
      await new Promise((resolve) => run.once("close", resolve));
      expect(said.error).toBe("");
      const found = JSON.parse(said.out) as { whileFull: { open: number }; started: string };
      expect(found).toMatchObject({
        whileFull: { said: true, health: 200, linked: true },
        afterwards: { room: "free", codes: 1 },
        kept: true,
      });
      expect(found.whileFull.open).toBeGreaterThan(0);
      expect(["STORE_FULL", "started"]).toContain(found.started);
    },
  );
});
