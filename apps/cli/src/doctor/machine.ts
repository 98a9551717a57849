// The machine: Node, its clock, its time zone data, a browser.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Check, type Examination, failed, notRun, warned, well } from "./check.ts";

/** What Parley is developed and tested with; it needs X25519MLKEM768 in TLS and ML-DSA in WebCrypto. */
const nodeMajor = 24;

export function nodeCheck(version = process.versions.node): Check {
  return Number(version.split(".")[0]) >= nodeMajor
    ? well("node", `Node ${version}.`)
    : failed(
        "node",
        `Node ${version} is older than ${nodeMajor}.`,
        "Run parley with the Node that it brings (npm run parley).",
      );
}

/** Younger than this program cannot be now; older than this, certificates and zone rules of this program say nothing. */
const earliest = Date.UTC(2025, 0, 1);
const latest = Date.UTC(2060, 0, 1);

/** `newest`: when the newest file of the station was written; null where there is none. */
export function clockCheck(now: number, newest: number | null): Check {
  const shown = new Date(now).toISOString();
  if (now < earliest || now > latest)
    return failed("clock", `This machine's clock says ${shown}.`, "Set the clock, and keep it set (NTP or chrony).");
  if (newest !== null && newest > now + 60_000)
    return warned(
      "clock",
      `This machine's clock (${shown}) is behind the station's own files (${new Date(newest).toISOString()}).`,
      "Check the clock against another one, and keep it set (NTP or chrony).",
    );
  return well("clock", `${shown}; not behind the station's own files.`);
}

function newestFile(folder: string): number | null {
  if (!existsSync(folder)) return null;
  const times = readdirSync(folder).map(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return times.length === 0 ? null : Math.max(...times);
}

export function zonesCheck(zones: readonly string[]): Check {
  const unknown = zones.filter((timeZone) => {
    try {
      new Intl.DateTimeFormat("en", { timeZone });
      return false;
    } catch {
      return true;
    }
  });
  return unknown.length === 0
    ? well("timeZones", `${zones.length} time zones known, rules of ${process.versions["tz"] ?? "an unknown year"}.`)
    : failed("timeZones", `This machine does not know ${unknown.join(", ")}.`, "Update Node, which carries the rules.");
}

const browsers = ["chromium", "chromium-browser", "google-chrome", "microsoft-edge", "firefox", "firefox-esr"];

function browserCheck(): Check {
  const named = process.env["CHROMIUM"];
  const places = (process.env["PATH"] ?? "").split(":").flatMap((folder) => browsers.map((name) => join(folder, name)));
  const found = [...(named === undefined ? [] : [named]), ...places].find((place) => existsSync(place));
  return found === undefined
    ? notRun(
        "browser",
        "No browser on this machine; a station needs none.",
        "Install one if a desk or a drill runs here.",
      )
    : well("browser", found);
}

export const examineMachine: Examination = async ({ given }) => [
  nodeCheck(),
  clockCheck(Date.now(), newestFile(given.data)),
  zonesCheck([...Intl.supportedValuesOf("timeZone")]),
  browserCheck(),
];
