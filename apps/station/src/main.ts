// The station as a process: reads its settings, starts, says one line for each thing that happens, and stops cleanly.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Result, fail, ok } from "@parley/base/result";
import { seconds } from "@parley/base/time";
import { type ParleyError, errorTable, problem } from "@parley/protocol/errorCodes";
import { pino } from "pino";
import { openStationAdmin } from "./admin.ts";
import { loadConfig } from "./loadConfig.ts";
import { type Station, startStation } from "./station.ts";
import { systemClock, systemRandom } from "./systemPorts.ts";

/** The folder of the built terminal in this checkout. */
export const builtTerminal = join(import.meta.dirname, "..", "..", "terminal", "dist");

/** The hash of the terminal's manifest, or that it has not been built. */
export function servedTerminal(
  files: string,
): Result<{ readonly files: string; readonly manifest: string }, ParleyError> {
  const path = join(files, "manifest.json");
  if (!existsSync(path)) return fail(problem("TERMINAL_NOT_BUILT", files));
  const { hash } = JSON.parse(readFileSync(path, "utf8")) as { readonly hash: string };
  return ok({ files, manifest: hash });
}

/** Runs the station of `dataDir` until it is told to stop; resolves with why it did not start, or once it runs. */
export async function runStation(
  dataDir: string,
  onStopped: (code: number) => void,
  pages: string = builtTerminal,
): Promise<Result<Station, ParleyError>> {
  const config = loadConfig(dataDir);
  if (!config.ok) return config;
  const served = servedTerminal(pages);
  if (!served.ok) return served;
  const log = pino({ level: config.value.log, base: null }, pino.destination(2));
  const report = ({ code, detail }: ParleyError): void => log.warn({ code, detail }, errorTable[code].say);
  let stopping = false;
  const start = () =>
    startStation({
      dataDir,
      config: config.value,
      clock: systemClock,
      random: systemRandom,
      served: served.value,
      credentials: process.env["CREDENTIALS_DIRECTORY"],
      report,
      onFault: ({ code, detail }) => {
        log.error({ code, detail }, errorTable[code].say);
        onStopped(1);
      },
    });
  let started = await start();
  // A full disk is not mended by ending and beginning again: the station waits, and says so.
  while (!started.ok && started.error.code === "STORE_FULL") {
    log.error({ code: "STORE_FULL", detail: started.error.detail }, errorTable.STORE_FULL.say);
    await new Promise<void>((resolve) => systemClock.wait(seconds(10), resolve));
    started = await start();
  }
  if (!started.ok) return started;
  const station = started.value;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    log.info("stopping");
    void admin
      .close()
      .then(() => station.close())
      .then(() => onStopped(0));
  };
  const admin = await openStationAdmin(dataDir, station, config.value, systemRandom, stop);
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  log.info({ ports: station.ports, links: station.links.all().length }, "running");
  return started;
}
