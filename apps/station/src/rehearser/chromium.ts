// Starts a Chromium without a screen for rehearsals: a profile of its own in the data folder, which holds its key, and no device of
// the room. Its end is bound to ours by a pipe, so that one whose station was killed does not stay behind. An edge: it starts processes.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import type { Clock } from "@parley/base/time";
import { seconds } from "@parley/base/time";
import type { Running } from "./rehearser.ts";

/** Where the systems that we know of put one. */
const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The browser that `setting` names, or with "auto" the first one that is there; null where there is none. */
export function findBrowser(setting: string): string | null {
  if (setting !== "auto") return existsSync(setting) ? setting : null;
  return places.find((place) => existsSync(place)) ?? null;
}

/** After the polite word, until it is ended outright. */
const leavesWithin = seconds(3);

/** What it is started with. It plays nothing, shows nothing and may begin sound without a touch, which a drill's tones need. */
const args = (profile: string): readonly string[] => [
  "--headless=new",
  `--user-data-dir=${profile}`,
  "--remote-debugging-pipe",
  "--no-first-run",
  "--mute-audio",
  "--autoplay-policy=no-user-gesture-required",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-gpu",
  // Without leave for a camera a browser hides its address behind a name that only its own network may know.
  "--disable-features=WebRtcHideLocalIpsWithMdns",
  // Nobody looks at its page: it is not to be slowed down for that.
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
];

export type Launch = {
  readonly path: string;
  /** The folder of what it keeps. */
  readonly profile: string;
  readonly clock: Clock;
  /** What the settings add to its arguments. */
  readonly more: readonly string[];
};

/** Opens `address` in a browser of its own. */
export function launchChromium({ path, profile, clock, more }: Launch, address: string): Running {
  mkdirSync(profile, { recursive: true, mode: 0o700 });
  // A browser refuses to lock itself in where it runs as root: then the system has to.
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const child = spawn(path, [...args(profile), ...asRoot, ...more, address], {
    // The two ends of the pipe that holds it: 3 to it, 4 from it.
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    detached: true,
  });
  for (const end of child.stdio.slice(3)) end?.on("error", () => undefined);
  // What it says on the pipe is for nobody.
  const said = child.stdio[4];
  if (said !== null && said !== undefined && "resume" in said) said.resume();
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  return { ended, close: () => endWithin(child, ended, clock) };
}

async function endWithin(child: ChildProcess, ended: Promise<void>, clock: Clock): Promise<void> {
  signal(child, "SIGTERM");
  const cancel = clock.wait(leavesWithin, () => signal(child, "SIGKILL"));
  await ended;
  cancel();
  // Its helpers are of its group, and none of them outlives it.
  signal(child, "SIGKILL");
}

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // The group is gone already.
  }
}
