// `parley backup`: a copy of everything the station keeps, while it goes on or at rest.
import { dirname, resolve } from "node:path";
import { existsSync } from "node:fs";
import { ok } from "@parley/base/result";
import { type Run, missing, refused } from "../command.ts";
import { asking, isRunning, withStore } from "../folder.ts";

export const backup: Run = async (given) => {
  const [file] = given.words;
  if (file === undefined) return missing("the file to write");
  const path = resolve(file);
  if (!existsSync(dirname(path))) return refused("BACKUP_UNWRITABLE", dirname(path));
  const text = `Written: ${path}`;
  if (await isRunning(given)) {
    const done = await asking<{ readonly path: string }>(given, { do: "backup", path });
    return done.ok ? ok({ text, data: { path, running: true } }) : done;
  }
  const done = await withStore(given, async (store) =>
    store.nextIndex() === 0 ? refused("ID_NOT_SET_UP", given.data) : store.backup(path),
  );
  return done.ok ? ok({ text, data: { path, running: false } }) : done;
};
