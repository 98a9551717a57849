// OpenMLS as a child process, the crate in this folder, for mixed groups in tests and for the `keys` bench. Built on demand where cargo
// is; where it is not, those tests say so and are skipped.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const crate = fileURLToPath(new URL(".", import.meta.url));
const binary = `${crate}target/release/parley-oracle`;

/** Why there is no oracle here, or null when it stands ready. Builds it first; that takes minutes on a fresh clone. */
export function whyNoOracle(): string | null {
  const built = spawnSync("cargo", ["build", "--release", "--quiet", "--locked"], { cwd: crate, encoding: "utf8" });
  if (built.error !== undefined) return existsSync(binary) ? null : "cargo is not installed";
  if (built.status !== 0) return `the oracle could not be built: ${built.stderr.trim().split("\n").slice(-1).join("")}`;
  return null;
}

/** A running oracle; one question at a time. */
export class Oracle {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: ((line: string) => void)[] = [];
  private rest = "";

  constructor() {
    this.child = spawn(binary);
    this.child.stdout.setEncoding("utf8");
    this.child.stdout.on("data", (chunk: string) => {
      const lines = (this.rest + chunk).split("\n");
      this.rest = lines.pop() ?? "";
      for (const line of lines) this.waiting.shift()?.(line);
    });
  }

  /** The words of the answer; rejects with what OpenMLS said where it refused. */
  async ask(...words: readonly string[]): Promise<string[]> {
    const line = await new Promise<string>((resolve) => {
      this.waiting.push(resolve);
      this.child.stdin.write(`${words.join(" ")}\n`);
    });
    if (line.startsWith("ok ")) return line.slice(3).split(" ");
    throw new Error(`OpenMLS: ${line}, asked ${words[0] ?? ""}`);
  }

  close(): void {
    this.child.stdin.end();
  }
}
