// The manifest of the terminal's code: every file that a station serves, with its SHA-256, and one hash over them all. That
// hash stands in each terminal's credential and is declared to the other party. Anybody can work it out again with
// `sha256sum`: it is the SHA-256 of its output over all files in the order of their names.
import { createHash } from "node:crypto";

export type ManifestFile = { readonly path: string; readonly bytes: number; readonly sha256: string };

export type Manifest = {
  readonly version: 1;
  /** Lower-case hex of SHA-256 over the listing. */
  readonly hash: string;
  readonly files: readonly ManifestFile[];
};

export const manifestName = "manifest.json";

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** One line a file, as `sha256sum` prints it: the hash, two spaces, the path, a line feed. */
export const listingOf = (files: readonly ManifestFile[]): string =>
  files.map(({ sha256: hash, path }) => `${hash}  ${path}\n`).join("");

/** The manifest of `files`, by path relative to the served folder, with forward slashes. The manifest itself is never in it. */
export function manifestOf(files: ReadonlyMap<string, Uint8Array>): Manifest {
  const listed = [...files]
    .filter(([path]) => path !== manifestName)
    .map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: sha256(bytes) }))
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { version: 1, hash: sha256(listingOf(listed)), files: listed };
}
