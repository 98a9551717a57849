// The door of every npm script, in a folder of its own where nothing is installed: what a newcomer reads when it cannot go on.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "parley-door-"));
for (const name of ["scripts", "patches", "bin"]) mkdirSync(join(folder, name));
copyFileSync(join(root, "scripts", "run.mjs"), join(folder, "scripts", "run.mjs"));
for (const name of ["package.json", "package-lock.json"]) copyFileSync(join(root, name), join(folder, name));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function door(nodeOptions: readonly string[] = []): { readonly status: number | null; readonly said: string } {
  const run = spawnSync(process.execPath, [...nodeOptions, join(folder, "scripts", "run.mjs"), "demo"], {
    encoding: "utf8",
    env: { PATH: join(folder, "bin") },
  });
  return { status: run.status, said: run.stderr.trim() };
}

it("a Node that is too old is named, with the one to install", () => {
  const old = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.4" } });`;
  expect(door(["--import", `data:text/javascript,${encodeURIComponent(old)}`])).toEqual({
    status: 1,
    said: "Node 18.20.4 is too old to install Parley. Install Node 20 or newer, then run the same command.",
  });
});

it("a machine without npm is told where npm comes from", () => {
  expect(door()).toEqual({
    status: 1,
    said: "npm is not on this machine's path. Install it (it comes with Node), then run the same command.",
  });
});

it("a failed installation ends after npm's own words, with what to do", () => {
  writeFileSync(join(folder, "bin", "npm"), "#!/bin/sh\necho 'npm error network' >&2\nexit 1\n", { mode: 0o755 });
  const { status, said } = door();
  expect(status).toBe(1);
  expect(said).toMatch(
    /^npm error network\n\s+Installing failed; npm's own words are above\..*run the same command again\.$/,
  );
});
