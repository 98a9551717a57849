// A PostgreSQL server of its own for a test run: Debian's binaries, a data directory under the temporary one, a Unix socket
// and no port. Runs as `nobody` where the tests run as root, which PostgreSQL refuses to be.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";

const versions = "/usr/lib/postgresql";

/** The folder of the newest installed server's programs, or why there is none. */
export function findPostgres(): { readonly bin: string } | { readonly missing: string } {
  const found = existsSync(versions) ? readdirSync(versions).toSorted((a, b) => Number(b) - Number(a)) : [];
  const bin = found.map((version) => join(versions, version, "bin")).find((dir) => existsSync(join(dir, "initdb")));
  return bin === undefined ? { missing: `no initdb under ${versions}/*/bin` } : { bin };
}

/** Debian's `nobody` and `nogroup`. */
const nobody = 65534;

export type Server = {
  readonly url: string;
  readonly dir: string;
  /** Kills the server as a crash would, waits for its end, and starts it again on the same data. */
  readonly crash: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export async function startPostgres(bin: string, settings: readonly string[] = []): Promise<Server> {
  const dir = mkdtempSync(join(tmpdir(), "parley-pg-"));
  const root = process.getuid?.() === 0;
  if (root) chownSync(dir, nobody, nobody);
  const as = {
    cwd: dir,
    ...(root ? { uid: nobody, gid: nobody } : {}),
    env: { LC_ALL: "C", PATH: process.env["PATH"] },
  };
  const data = join(dir, "data");
  execFileSync(join(bin, "initdb"), ["-D", data, "-U", "parley", "-A", "trust", "-E", "UTF8", "--no-sync"], {
    ...as,
    stdio: "ignore",
  });
  const url = `postgresql://parley@/postgres?host=${dir}`;

  async function start(): Promise<ChildProcess> {
    const options = ["listen_addresses=", `unix_socket_directories=${dir}`, "shared_buffers=16MB", ...settings];
    const server = spawn(join(bin, "postgres"), ["-D", data, ...options.flatMap((o) => ["-c", o])], {
      ...as,
      stdio: "ignore",
    });
    for (let tries = 0; ; tries++) {
      const client = new Client({ connectionString: url });
      try {
        await client.connect();
        await client.end();
        return server;
      } catch (error) {
        if (tries === 200) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
  const ended = (server: ChildProcess, signal: NodeJS.Signals): Promise<void> =>
    new Promise((resolve) => {
      server.once("exit", () => resolve());
      server.kill(signal);
    });

  let server = await start();
  return {
    url,
    dir,
    crash: async () => {
      await ended(server, "SIGQUIT");
      server = await start();
    },
    stop: async () => {
      await ended(server, "SIGQUIT");
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
