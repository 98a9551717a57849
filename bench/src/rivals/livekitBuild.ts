// Where the LiveKit server comes from: built once from its Go module, at the version the figures are stated against, into
// a folder of the user's cache. Without Go there is no LiveKit rival, and the bench says so; nothing is downloaded otherwise.
import { spawn } from "node:child_process";
import { access, mkdir, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

export const livekitVersion = "v1.13.5";

const binFolder = (): string => join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "parley", "bin");

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * The path of the LiveKit server, built first when it is not there (about three minutes of one core, at the lowest
 * priority), or null when this machine has no Go. Throws with Go's own words when the build fails.
 */
export async function livekitServerBinary(say: (line: string) => void): Promise<string | null> {
  const wanted = join(binFolder(), `livekit-server-${livekitVersion}`);
  if (await exists(wanted)) return wanted;
  await mkdir(binFolder(), { recursive: true });
  say(`building LiveKit server ${livekitVersion} into ${binFolder()} (once, about three minutes)`);
  const built = await runGo(["install", `github.com/livekit/livekit-server/cmd/server@${livekitVersion}`], binFolder());
  if (built === null) return null;
  if (built.code !== 0)
    throw new Error(`go install of LiveKit failed with ${built.code}: ${built.stderr.slice(-2000)}`);
  await rename(join(binFolder(), "server"), wanted);
  return wanted;
}

/** Go's exit code and words, or null when there is no Go. */
function runGo(args: readonly string[], gobin: string): Promise<{ code: number | null; stderr: string } | null> {
  return new Promise((resolve, reject) => {
    const go = spawn("nice", ["-n", "19", "go", ...args], {
      env: { ...process.env, GOBIN: gobin, GOFLAGS: "", CGO_ENABLED: "0" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    go.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    go.on("error", reject);
    // `nice` itself answers 127 when it finds no such program.
    go.on("close", (code) => resolve(code === 127 ? null : { code, stderr }));
  });
}
