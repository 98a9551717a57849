// `parley station`: runs the station of a data folder until it is told to stop.
import { ok } from "@parley/base/result";
import { runStation } from "@parley/station/main";
import { type Command, option } from "../command.ts";

export const station: Command = {
  summary: "  station   runs the station of a data folder",
  help: "parley station [--data FOLDER]\n\nRuns the station whose party was made by parley init. Ends cleanly on Ctrl-C.",
  run: async (args) => {
    const started = await runStation(option(args, "data") ?? "parley-data", (code) => process.exit(code));
    if (!started.ok) return started;
    return ok(null);
  },
};
