// Turns a TypeScript file of ours into one script for a page: bundled, so that page and Node share the barcode's code.
import { build } from "vite";

const built = new Map<string, Promise<string>>();

/** The file at `entry` and all it imports, as one classic script that runs at once. Built once a process. */
export function pageScript(entry: string): Promise<string> {
  const known = built.get(entry) ?? bundle(entry, "iife");
  built.set(entry, known);
  return known;
}

/** The same as one module script. */
export const pageModule = (entry: string): Promise<string> => bundle(entry, "es");

async function bundle(entry: string, format: "iife" | "es"): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: "silent",
    publicDir: false,
    build: { write: false, minify: false, target: "es2024", lib: { entry, formats: [format], name: "page" } },
  });
  const [first] = Array.isArray(output) ? output : [output];
  if (first === undefined || !("output" in first)) throw new Error(`nothing was built from ${entry}`);
  return first.output[0].code;
}
