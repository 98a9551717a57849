// ts-mls as its registry serves it, made from the installed copy by taking our patch back, so that tests can show each fault
// on it and its absence on ours. For tests only.
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../../../../../", import.meta.url));

/** One file of a unified diff with its hunks turned back. */
function takenBack(text: string, hunks: readonly string[]): string {
  let result = text;
  for (const hunk of hunks) {
    const lines = hunk.split("\n").slice(1);
    const side = (drop: string) =>
      lines
        .filter((line) => line !== "" && !line.startsWith(drop) && !line.startsWith("\\"))
        .map((line) => line.slice(1))
        .join("\n");
    const after = side("-");
    if (result.split(after).length !== 2) throw new Error("a hunk of the patch does not fit the installed library");
    result = result.replace(after, () => side("+"));
  }
  return result;
}

/** A copy of ts-mls whose files named in `files` (under dist/src) are as the registry has them. */
export function makeUnpatched(files: readonly string[]): {
  readonly load: (module: string) => Promise<unknown>;
  readonly remove: () => void;
} {
  const copy = `${root}node_modules/.cache/parley/ts-mls-${process.pid}-${files.join("-").replaceAll("/", "_")}`;
  cpSync(`${root}node_modules/ts-mls`, copy, { recursive: true });
  const patch = readFileSync(`${root}patches/ts-mls+1.6.4.patch`, "utf8");
  for (const part of patch.split(/^diff --git .*$/m).slice(1)) {
    const name = /^\+\+\+ b\/node_modules\/ts-mls\/(.*)$/m.exec(part)?.[1];
    if (name === undefined) throw new Error("a part of the patch names no file");
    if (!files.some((each) => name === `dist/src/${each}`)) continue;
    const hunks = part
      .slice(part.indexOf("\n@@"))
      .split(/^(?=@@ )/m)
      .filter((hunk) => hunk.startsWith("@@"));
    const file = `${copy}/${name}`;
    writeFileSync(file, takenBack(readFileSync(file, "utf8"), hunks));
  }
  return {
    load: (module) => import(/* @vite-ignore */ pathToFileURL(`${copy}/dist/src/${module}`).href),
    remove: () => rmSync(copy, { recursive: true, force: true }),
  };
}
