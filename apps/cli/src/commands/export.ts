// `parley export`: the party's record as one file that stands by itself, while the station runs or at rest.
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ok } from "@parley/base/result";
import { exportRecord as exportFrom } from "@parley/station/exportRecord";
import { loadConfig } from "@parley/station/loadConfig";
import { openStore } from "@parley/station/openStore";
import { type Run, missing, refused } from "../command.ts";
import { asking, isRunning } from "../folder.ts";

export const exportRecord: Run = async (given) => {
  const [file] = given.words;
  if (file === undefined) return missing("the file to write");
  const path = resolve(file);
  if (existsSync(path)) return refused("BACKUP_EXISTS", path);
  if (!existsSync(dirname(path))) return refused("BACKUP_UNWRITABLE", dirname(path));
  if (await isRunning(given)) {
    const done = await asking<{ readonly path: string; readonly entries: number }>(given, { do: "export", path });
    return done.ok ? ok({ text: `Written: ${path}, ${done.value.entries} entries`, data: done.value }) : done;
  }
  if (!existsSync(given.data)) return refused("ID_NOT_SET_UP", given.data);
  const config = loadConfig(given.data);
  if (!config.ok) return config;
  const store = await openStore(given.data, config.value.database);
  if (!store.ok) return store;
  const done = await exportFrom(store.value, path);
  await store.value.close();
  return done.ok ? ok({ text: `Written: ${path}, ${done.value.entries} entries`, data: done.value }) : done;
};
