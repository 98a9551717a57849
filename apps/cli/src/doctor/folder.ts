// The data folder: who may read it, how much room there is, how fast the disk keeps its word, and the key files.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { officerFile, rootFile } from "@parley/station/files";
import { freeBytes, leastFree, slowWrite, tryDisk } from "@parley/station/probes/disk";
import { systemClock, systemRandom } from "@parley/station/systemPorts";
import { type Check, type Examination, failed, failedBy, notRun, warned, well } from "./check.ts";

const megabytes = (n: number): string => `${Math.floor(n / 1e6)} MB`;

function permissions(folder: string): Check {
  const mode = statSync(folder).mode & 0o777;
  return process.platform === "win32" || (mode & 0o077) === 0
    ? well("dataFolder", `${folder} is readable by its owner alone.`)
    : failed(
        "dataFolder",
        `Others on this machine may open ${folder} (mode ${mode.toString(8)}).`,
        `Run chmod 700 ${folder}, and consider what lies in it known to them.`,
      );
}

async function room(folder: string): Promise<Check> {
  const free = await freeBytes(folder);
  const cure = "Free space on the disk, or give the data a larger one.";
  if (free < leastFree) return failed("diskSpace", `${megabytes(free)} are free.`, cure);
  return free < 2e9
    ? warned("diskSpace", `${megabytes(free)} are free.`, cure)
    : well("diskSpace", `${megabytes(free)} are free.`);
}

/** Flushed writes, of which the middle one counts. */
const writes = 15;

async function disk(folder: string): Promise<Check> {
  const found = await tryDisk(folder, writes, { clock: systemClock, random: systemRandom });
  if (found.at === "failed")
    return failed(
      "disk",
      `Nothing can be kept in ${folder}: ${found.why}.`,
      "Give the station's user write access, and mount the disk for writing.",
    );
  const { took } = found;
  const say = `A write is safe on the disk after ${took.toFixed(1)} ms.`;
  const cure = "Give the data a disk of its own, or a faster one: every ring waits for it.";
  if (took > 1000) return failed("disk", say, cure);
  return took > slowWrite ? warned("disk", say, cure) : well("disk", say);
}

function keys(folder: string): Check {
  const files = ["keys", "keys-next"].map((name) => join(folder, name));
  for (const place of files) {
    if (!existsSync(place)) return failedBy("keys", { code: "KEYS_FILE_MISSING", detail: place });
    for (const name of readdirSync(place)) {
      if (process.platform !== "win32" && (statSync(join(place, name)).mode & 0o077) !== 0)
        return failedBy("keys", { code: "KEYS_FILE_OPEN", detail: join(place, name) });
    }
    if (!readdirSync(place).some((name) => name.endsWith(".key")))
      return failedBy("keys", { code: "KEYS_FILE_MISSING", detail: `no key in ${place}` });
  }
  return existsSync(join(folder, officerFile))
    ? well("keys", "The key in use, the one after it and the command line officer's are there, for their owner alone.")
    : warned("keys", "The command line's officer key is not there.", "Run parley rekey for a new one.");
}

const root = (folder: string): Check =>
  existsSync(join(folder, rootFile))
    ? warned(
        "root",
        "The root's sealed file is still on this machine.",
        `Once its words are on paper, move ${rootFile} to a place off line; parley rekey asks for it or for the words.`,
      )
    : well("root", "The root is not on this machine.");

export const examineFolder: Examination = async ({ given }) => {
  const folder = given.data;
  if (!existsSync(folder)) {
    const absent = failed(
      "dataFolder",
      `${folder} does not exist.`,
      "Run parley init, or name the right folder with --data.",
    );
    return [absent, ...["diskSpace", "disk", "keys", "root"].map((name) => notRun(name, "There is no data folder."))];
  }
  return [permissions(folder), await room(folder), await disk(folder), keys(folder), root(folder)];
};
