// `parley restore`: puts a backup where nothing is yet. The station does not start on it before parley rekey.
import { resolve } from "node:path";
import { ok } from "@parley/base/result";
import { loadConfig } from "@parley/station/loadConfig";
import { restoreStore } from "@parley/station/openStore";
import { type Run, missing } from "../command.ts";
import { isRunning, stationRunning } from "../folder.ts";

export const restore: Run = async (given) => {
  const [file] = given.words;
  if (file === undefined) return missing("the backup");
  if (await isRunning(given)) return stationRunning();
  const config = loadConfig(given.data);
  if (!config.ok) return config;
  const done = await restoreStore(resolve(file), given.data, config.value.database);
  if (!done.ok) return done;
  return ok({
    text: `Restored into ${config.value.database === null ? given.data : "the database"}. Next: parley rekey, then parley station.`,
    data: { restored: true, next: "rekey" },
  });
};
