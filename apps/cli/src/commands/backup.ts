// `parley backup`: a copy of everything the station keeps, while it goes on or at rest.
import { dirname, resolve } from "node:path";
import { existsSync } from "node:fs";
import { ok } from "@parley/base/result";
import { loadConfig } from "@parley/station/loadConfig";
import { openStore } from "@parley/station/openStore";
import { type Run, missing, refused } from "../command.ts";
import { asking, isRunning } from "../folder.ts";

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
  const config = loadConfig(given.data);
  if (!config.ok) return config;
  if (!existsSync(given.data)) return refused("ID_NOT_SET_UP", given.data);
  const store = await openStore(given.data, config.value.database);
  if (!store.ok) return store;
  const done = store.value.nextIndex() === 0 ? refused("ID_NOT_SET_UP", given.data) : await store.value.backup(path);
  await store.value.close();
  return done.ok ? ok({ text, data: { path, running: false } }) : done;
};
