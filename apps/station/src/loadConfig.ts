// The settings of a data folder, with what the environment says on top.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Result, ok } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { type Config, readConfig } from "./config.ts";
import { configFile } from "./files.ts";

/** Every default where there is no file. CONFIG_WRONG, WEB_PLAIN_HTTP. */
export function loadConfig(dataDir: string): Result<Config, ParleyError> {
  const path = join(dataDir, configFile);
  const read = readConfig(existsSync(path) ? readFileSync(path, "utf8") : "{}");
  const url = process.env["DATABASE_URL"];
  return read.ok && url !== undefined ? ok({ ...read.value, database: url }) : read;
}
