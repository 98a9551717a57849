// `parley export`: the party's record as one file that stands by itself, while the station runs or at rest.
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ok } from "@parley/base/result";
import { exportRecord as exportFrom } from "@parley/station/exportRecord";
import { type Run, missing, refused } from "../command.ts";
import { asking, isRunning, withStore } from "../folder.ts";

type Exported = { readonly path: string; readonly entries: number };

export const exportRecord: Run = async (given) => {
  const [file] = given.words;
  if (file === undefined) return missing("the file to write");
  const path = resolve(file);
  if (existsSync(path)) return refused("BACKUP_EXISTS", path);
  if (!existsSync(dirname(path))) return refused("BACKUP_UNWRITABLE", dirname(path));
  const done = (await isRunning(given))
    ? await asking<Exported>(given, { do: "export", path })
    : await withStore<Exported>(given, (store) => exportFrom(store, path));
  return done.ok ? ok({ text: `Written: ${path}, ${done.value.entries} entries`, data: done.value }) : done;
};
