// Finds the Chromium that tests and screenshots use, and installs Debian's where that is allowed and none is there.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The path of a Chromium: what CHROMIUM names, else the first known place, else null. */
export function findChromium(): string | null {
  const named = process.env["CHROMIUM"];
  if (named !== undefined) return existsSync(named) ? named : null;
  return places.find((place) => existsSync(place)) ?? null;
}

/** Installs Debian's chromium when this is root on a machine with apt; otherwise says how, and leaves it. */
export function installChromium(): void {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    console.log("No Chromium found. On Debian: apt-get install chromium. Elsewhere: set CHROMIUM to its path.");
    return;
  }
  console.log("No Chromium found; installing Debian's ...");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update", "-qq"], { stdio: "ignore", env });
  spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], { stdio: "ignore", env });
}
