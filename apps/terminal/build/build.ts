// Builds the terminal: bundles one page, adds the integrity of what it names, and writes the manifest of all of it.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type Logger, type Plugin, build, createLogger } from "vite";
import { withIntegrity } from "./integrity.ts";
import { type Manifest, manifestName, manifestOf } from "./manifest.ts";

const terminal = join(import.meta.dirname, "..");

/**
 * What the bundler warns of and is no problem: packages of cryptography that look for Node's own only where a runtime has no
 * WebCrypto, and how long plugins took. A newcomer reads none of it; any other warning comes through.
 */
export const isNoise = (message: string): boolean =>
  /Module "crypto" has been externalized for browser compatibility, imported by ".*node_modules\/(mlkem|@hpke\/\w+)\//.test(
    message.replaceAll("\\", "/"),
  ) || message.includes("PLUGIN_TIMINGS");

function withoutNoise(logger: Logger): Logger {
  return { ...logger, warn: (message, options) => (isNoise(message) ? undefined : logger.warn(message, options)) };
}

export type Built = { readonly folder: string; readonly manifest: Manifest };

/**
 * `page` is "index" for what a station serves and "preview" for screenshots; `folder` is emptied first. `plugins` are none but
 * for a terminal that only a test is to meet.
 */
export async function buildTerminal(
  page: "index" | "preview",
  folder: string,
  plugins: readonly Plugin[] = [],
): Promise<Built> {
  mkdirSync(folder, { recursive: true });
  await build({
    configFile: join(terminal, "vite.config.ts"),
    logLevel: "warn",
    customLogger: withoutNoise(createLogger("warn")),
    plugins: [...plugins],
    worker: { format: "es", plugins: () => [...plugins] },
    build: { outDir: folder, emptyOutDir: true, rolldownOptions: { input: join(terminal, `${page}.html`) } },
  });
  const html = join(folder, `${page}.html`);
  writeFileSync(
    html,
    withIntegrity(readFileSync(html, "utf8"), (address) => readOrNull(join(folder, address))),
  );
  const manifest = manifestOf(filesIn(folder));
  writeFileSync(join(folder, manifestName), `${JSON.stringify(manifest, null, 1)}\n`);
  return { folder, manifest };
}

function readOrNull(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

export function filesIn(folder: string): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path).split(sep).join("/"), readFileSync(path));
  }
  return files;
}
