// The real command line for tests: spawned in temporary folders, with pages that a station can serve without a build.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@parley/station/testing/freePort";

const program = join(import.meta.dirname, "..", "..", "..", "scripts", "parley.ts");

export const passphrase = "a passphrase for tests alone";

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

/** Runs one command to its end. */
export function parley(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, PARLEY_PASSPHRASE: passphrase, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code: code ?? -1, out, err })));
}

/** What a command printed with --json; the test says what it expects there. */
export function dataOf<T>({ out }: Ran): T {
  return JSON.parse(out) as T;
}

/** How a command failed, as --json has it. */
export function errorOf({ code: exit, err }: Ran): {
  readonly exit: number;
  readonly code: string;
  readonly detail: string;
} {
  const { error } = JSON.parse(err) as { readonly error: { readonly code: string; readonly detail: string } };
  return { exit, code: error.code, detail: error.detail };
}

export type Checks = {
  readonly checks: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly say: string;
    readonly cure: string;
  }[];
};

export type Folders = { readonly path: (name: string) => string; readonly pages: string; readonly remove: () => void };

export function makeFolders(): Folders {
  const root = mkdtempSync(join(tmpdir(), "parley-cli-"));
  const pages = join(root, "pages");
  mkdirSync(pages);
  writeFileSync(join(pages, "index.html"), "<!doctype html><title>pages</title>");
  writeFileSync(join(pages, "manifest.json"), JSON.stringify({ hash: "00".repeat(32) }));
  return {
    path: (name) => join(root, name),
    pages,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

export type Settings = { web: Record<string, unknown>; peer: Record<string, unknown>; turn: Record<string, unknown> };

/** Settings for a station on loopback, on ports of its own. */
export async function settingsOnLoopback(): Promise<Settings> {
  const [web, peer, udpPort, tcpPort, tlsPort] = await Promise.all(Array.from({ length: 5 }, freePort));
  return {
    web: { origin: `http://localhost:${web}`, port: web },
    peer: { host: "127.0.0.1", port: peer, addresses: [`127.0.0.1:${peer}`] },
    turn: { host: "127.0.0.1", publicAddress: "127.0.0.1", udpPort, tcpPort, tlsPort },
  };
}

export type Running = { readonly child: ChildProcess; readonly ended: Promise<Ran> };

/** Starts a station; resolves when it says that it runs, rejects with what it said instead. */
export function startStation(data: string, pages: string): Promise<Running> {
  const child = spawn(process.execPath, [program, "station", "--data", data, "--pages", pages], {
    env: { ...process.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Ran>((resolve) => child.on("close", (code) => resolve({ code: code ?? -1, out, err })));
  return new Promise((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes("\n")) resolve({ child, ended });
    });
    void ended.then(({ code }) => reject(new Error(`the station ended with ${code}: ${err}`)));
  });
}
