// `parley rekey`: with the root at hand, makes the station's keys anew: after a restore, a lost key file, a stolen machine.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Bytes } from "@parley/base/bytes";
import { type Result, ok } from "@parley/base/result";
import { openKeyFolder } from "@parley/station/keys/ring";
import { openRoot, seedOfWords } from "@parley/station/keys/root";
import { loadConfig } from "@parley/station/loadConfig";
import { openStore } from "@parley/station/openStore";
import { rekey as rekeyStation } from "@parley/station/rekey";
import { rootFile } from "@parley/station/files";
import { systemClock, systemRandom } from "@parley/station/systemPorts";
import { type Run, type Failure, type Given, missing, refused } from "../command.ts";
import { isRunning, newPassphrase, passphraseOf, stationRunning } from "../folder.ts";
import { askHidden } from "../person.ts";

type RootAtHand = { readonly seed: Bytes; readonly passphrase: string };

/** From its sealed file under the passphrase, or from the words on paper; then the passphrase is a new one. */
async function rootAtHand(given: Given): Promise<Result<RootAtHand, Failure>> {
  const sealed = join(given.data, rootFile);
  const wordsFile = given.value("words-file");
  if (wordsFile === null && existsSync(sealed)) {
    const passphrase = await passphraseOf(given);
    if (!passphrase.ok) return passphrase;
    const seed = openRoot(readFileSync(sealed), passphrase.value);
    return seed.ok ? ok({ seed: seed.value, passphrase: passphrase.value }) : seed;
  }
  const words = wordsFile === null ? await askHidden("The root's 24 words: ") : readWords(wordsFile);
  if (words === null) return missing(`--words-file with the root's 24 words, or ${sealed}`);
  const seed = seedOfWords(words);
  if (!seed.ok) return seed;
  const passphrase = await newPassphrase(given);
  return passphrase.ok ? ok({ seed: seed.value, passphrase: passphrase.value }) : passphrase;
}

/** The first 24 words of a file, as parley init --words-file wrote it or a person typed it. */
function readWords(file: string): string | null {
  if (!existsSync(file)) return null;
  const text = readFileSync(file, "utf8");
  const line = text.split("\n").find((it) => it.trim().split(/\s+/).length === 24);
  return line ?? text;
}

export const rekey: Run = async (given) => {
  if (await isRunning(given)) return stationRunning();
  if (!existsSync(given.data)) return refused("ID_NOT_SET_UP", given.data);
  const config = loadConfig(given.data);
  if (!config.ok) return config;
  const root = await rootAtHand(given);
  if (!root.ok) return root;
  const store = await openStore(given.data, config.value.database);
  if (!store.ok) return store;
  const folder = openKeyFolder(given.data, process.env["CREDENTIALS_DIRECTORY"], systemRandom);
  const done = folder.ok
    ? await rekeyStation({
        dataDir: given.data,
        store: store.value,
        folder: folder.value,
        rootSeed: root.value.seed,
        passphrase: root.value.passphrase,
        clock: systemClock,
        random: systemRandom,
        onFault: ({ detail }) => {
          throw new Error(`the data could not be written: ${detail}`);
        },
      })
    : folder;
  root.value.seed.fill(0);
  await store.value.close();
  if (!done.ok) return done;
  const { party, serial, wasRestored, links } = done.value;
  const after = wasRestored && links > 0 ? ` Pair all ${links} links anew.` : "";
  return ok({ text: `${party} has new keys (certificate ${serial}).${after}`, data: done.value });
};
