// Loaded before a program that a test starts: puts the test's constants into the sources as Node reads them.
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { type Constants, constantsVariable, withConstants } from "./constants.ts";

const constants = JSON.parse(process.env[constantsVariable] ?? "{}") as Constants;

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context);
    if (!url.startsWith("file:") || loaded.source === undefined || loaded.source === null) return loaded;
    const text =
      typeof loaded.source === "string" ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString();
    const changed = withConstants(constants, fileURLToPath(url), text);
    return changed === null ? loaded : { ...loaded, source: changed };
  },
});
