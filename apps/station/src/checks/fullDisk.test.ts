// A disk that fills up, as checks of both sides find it; the station runs in a mount namespace of its own.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const [disk, room] = [mkdtempSync(join(tmpdir(), "parley-small-")), mkdtempSync(join(tmpdir(), "parley-room-"))];
afterAll(() => {
  for (const folder of [disk, room]) rmSync(folder, { recursive: true, force: true });
});

const probe = spawnSync("unshare", ["-Urm", "mount", "-t", "tmpfs", "none", "/mnt"], { encoding: "utf8" });
const noMounts = probe.status === 0 ? null : (probe.error?.message ?? probe.stderr.trim());
if (noMounts !== null) console.log(`full disk check skipped: ${noMounts}`);

describe("a check on a full disk", () => {
  it.skipIf(noMounts !== null)(
    "[CK6] [CK12] little room is found by both sides before the disk is full; full, it is found there, and the other hears nothing",
    { timeout: 180_000 },
    async () => {
      const script = 'mount -t tmpfs -o size=24m none "$1" && exec "$3" "$4" "$1" "$2"';
      const child = join(import.meta.dirname, "testing", "smallDisk.ts");
      const run = spawn("unshare", ["-Urm", "sh", "-c", script, "sh", disk, room, process.execPath, child]);
      const said = { out: "", error: "" };
      run.stdout.on("data", (bytes: Buffer) => (said.out += bytes.toString()));
      run.stderr.on("data", (bytes: Buffer) => (said.error += bytes.toString()));
      await new Promise((resolve) => run.once("close", resolve));
      expect(said.error).toBe("");
      const found = JSON.parse(said.out) as Record<"before" | "whileFull" | "afterwards", Found>;
      expect(found.before.ours).toContain("CHECK_DISK_FILLS ours red");
      expect(found.before.theirs).toContain("CHECK_DISK_FILLS theirs red");
      expect(found.whileFull.ours).toContain("STORE_FULL ours red");
      expect(found.whileFull.ours.some((finding) => finding.includes("theirs"))).toBe(false);
      expect(found.whileFull.theirs).toEqual(["CHECK_UNANSWERED theirs warn"]);
      expect(found.afterwards).toEqual(found.before);
    },
  );
});

type Found = Readonly<Record<"ours" | "theirs", readonly string[]>>;
