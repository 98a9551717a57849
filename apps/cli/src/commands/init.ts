// `parley init`: makes a party in a data folder: its settings, its root, its station's keys, its card.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Result, ok } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { isName } from "@parley/protocol/signed/fields";
import { configJsonSchema } from "@parley/station/config";
import { configFile } from "@parley/station/files";
import { loadConfig } from "@parley/station/loadConfig";
import { type Founded, type WordsShown, setUpParty } from "@parley/station/setUp";
import { openStation } from "@parley/station/station";
import { systemClock, systemRandom } from "@parley/station/systemPorts";
import { type Run, type Failure, type Given, missing, refused } from "../command.ts";
import { newPassphrase } from "../folder.ts";
import { confirms, isPersonThere, say } from "../person.ts";

/** The schema's name in the data folder. */
const schemaFile = "parley.schema.json";

/** Makes a party in `dataDir`, whose settings lie there already. PARTY_EXISTS when there is one. */
export async function initParty(
  dataDir: string,
  name: string,
  place: string,
  timeZone: string,
  passphrase: string,
  shown?: WordsShown,
): Promise<Result<Founded, ParleyError>> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const config = loadConfig(dataDir);
  if (!config.ok) return config;
  const stations = config.value.peer.addresses.map((address) => {
    const colon = address.lastIndexOf(":");
    return { host: address.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(address.slice(colon + 1)) };
  });
  const inside = await openStation({
    dataDir,
    config: config.value,
    clock: systemClock,
    random: systemRandom,
    served: { files: "", manifest: "" },
    credentials: process.env["CREDENTIALS_DIRECTORY"],
    report: () => undefined,
    onFault: () => process.exit(1),
  });
  if (!inside.ok) return inside;
  const { folder } = inside.value;
  const party = { name, place, timeZone, stations };
  const now = systemClock.now();
  const founded = await setUpParty(dataDir, party, passphrase, folder.files, inside.value, systemRandom, now, shown);
  await inside.value.close();
  return founded;
}

/** The zone as this machine's data spells it, or null. */
function knownZone(zone: string): string | null {
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions();
    return /^[+-]/.test(zone) ? null : timeZone;
  } catch {
    return null;
  }
}

const wordsText = ({ rootWords, nextRootWords }: Founded): string =>
  `Root, 24 words:\n  ${rootWords.join(" ")}\n\nIts successor, 24 words:\n  ${nextRootWords.join(" ")}\n`;

/** Writes the words where they were asked for, or shows them and asks whether they are on paper. */
const keepWords =
  (file: string | null): WordsShown =>
  async (founded) => {
    if (file !== null) {
      writeFileSync(file, wordsText(founded), { mode: 0o600, flag: "wx", flush: true });
      return true;
    }
    if (!isPersonThere()) return true;
    say(
      `\n${wordsText(founded)}\nWrite both on paper, apart from this machine and from each other. They are not shown again.`,
    );
    return confirms("Are both written down?");
  };

function writeSettings(given: Given): void {
  const path = join(given.data, configFile);
  writeFileSync(join(given.data, schemaFile), `${JSON.stringify(configJsonSchema(), null, 2)}\n`, { mode: 0o600 });
  if (existsSync(path)) return;
  const origin = given.value("origin");
  const settings = {
    $schema: `./${schemaFile}`,
    ...(origin === null ? {} : { web: { origin } }),
    peer: { addresses: given.values("address") },
    // A line is only as good as whoever answers it: twice a day an officer is asked.
    people: { askAt: ["08:00", "20:00"] },
    selfTest: { at: ["04:10"] },
  };
  writeFileSync(path, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
}

export const init: Run = async (given) => {
  const [name, place, zone] = [given.value("name"), given.value("place"), given.value("zone")];
  if (name === null || place === null || zone === null) return missing("--name, --place and --zone");
  if (!isName(name) || !isName(place))
    return missing("a name and a place without leading, trailing or hidden characters");
  const timeZone = knownZone(zone);
  if (timeZone === null) return missing(`--zone: ${zone} is no time zone that this machine knows`);
  const wordsFile = given.value("words-file");
  if (wordsFile !== null && existsSync(wordsFile)) return refused("BACKUP_EXISTS", wordsFile);
  if (wordsFile === null && !isPersonThere() && !given.json)
    return missing("--words-file, or a person to show the words to");
  mkdirSync(given.data, { recursive: true, mode: 0o700 });
  writeSettings(given);
  const config = loadConfig(given.data);
  if (!config.ok) return config;
  const passphrase = await newPassphrase(given);
  if (!passphrase.ok) return passphrase;
  const founded: Result<Founded, Failure> = await initParty(
    given.data,
    name,
    place,
    timeZone,
    passphrase.value,
    keepWords(wordsFile),
  );
  if (!founded.ok) return founded;
  const shownInData = wordsFile === null && !isPersonThere();
  return ok({
    text: `${name} is set up in ${given.data}. Next: parley station, then parley enrol and parley pair.`,
    data: { name, place, zone: timeZone, data: given.data, ...(shownInData ? founded.value : {}) },
  });
};
