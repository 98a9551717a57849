// `parley init`: makes a party in a data folder: its root, its station's keys, its card.
import { mkdirSync } from "node:fs";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { loadConfig } from "@parley/station/main";
import { type Founded, setUpParty } from "@parley/station/setUp";
import { openStation } from "@parley/station/station";
import { systemClock, systemRandom } from "@parley/station/systemPorts";
import { type Command, option } from "../command.ts";

/** Makes a party in `dataDir`, whose settings lie there already. ID_* when there is one. */
export async function initParty(
  dataDir: string,
  name: string,
  place: string,
  timeZone: string,
  passphrase: string,
): Promise<Result<Founded, ParleyError>> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const config = loadConfig(dataDir);
  if (!config.ok) return config;
  const stations = config.value.peer.addresses.map((address) => {
    const colon = address.lastIndexOf(":");
    return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
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
  const { folder, identity } = inside.value;
  const party = { name, place, timeZone, stations };
  const founded = await setUpParty(dataDir, party, passphrase, folder.files, identity, systemRandom, systemClock.now());
  await inside.value.close();
  return founded;
}

export const init: Command = {
  summary: "  init      makes a party: its root, its station's keys, its card",
  help: "parley init --name NAME --place PLACE --zone IANA/ZONE [--data FOLDER]\n\nThe passphrase that seals the root is read from PARLEY_PASSPHRASE or asked for.\nThe root's 24 words and those of its successor are shown once: write both on paper.",
  run: async (args) => {
    const [name, place, zone] = ["name", "place", "zone"].map((word) => option(args, word));
    const passphrase = process.env["PARLEY_PASSPHRASE"];
    if (name == null || place == null || zone == null || passphrase === undefined)
      return fail(problem("COMMAND_INCOMPLETE", "--name, --place, --zone and a passphrase"));
    const founded = await initParty(option(args, "data") ?? "parley-data", name, place, zone, passphrase);
    if (!founded.ok) return founded;
    const { rootWords, nextRootWords } = founded.value;
    return ok({
      text: `Root, 24 words:\n${rootWords.join(" ")}\n\nIts successor, 24 words:\n${nextRootWords.join(" ")}`,
      data: founded.value,
    });
  },
};
