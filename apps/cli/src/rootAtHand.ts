// The root as a command that needs it gets it, on a data folder whose station is at rest.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Bytes } from "@parley/base/bytes";
import { type Result, ok } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { rootFile } from "@parley/station/files";
import { type KeyFolder, openKeyFolder } from "@parley/station/keys/ring";
import { openRoot, seedOfWords } from "@parley/station/keys/root";
import { loadConfig } from "@parley/station/loadConfig";
import { openStore } from "@parley/station/openStore";
import type { Store } from "@parley/station/store/port";
import { systemRandom } from "@parley/station/systemPorts";
import { type Failure, type Given, missing, refused } from "./command.ts";
import { isRunning, newPassphrase, passphraseOf, stationRunning } from "./folder.ts";
import { askHidden } from "./person.ts";

/** `passphrase` seals what the command makes anew; empty where it makes nothing. */
export type RootAtHand = { readonly seed: Bytes; readonly passphrase: string };

/** From its sealed file under the passphrase, or from the words on paper; then `anew` asks for a new passphrase. */
async function rootAtHand(given: Given, anew: boolean): Promise<Result<RootAtHand, Failure>> {
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
  if (!anew) return ok({ seed: seed.value, passphrase: "" });
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

/** Throws what was written of a store that failed: with the station at rest there is nobody else to be told. */
export const throwFault = ({ detail }: ParleyError): never => {
  throw new Error(`the data could not be written: ${detail}`);
};

/** Opens a data folder at rest with its root at hand, runs `work`, and leaves no seed behind. */
export async function withRoot<T>(
  given: Given,
  anew: boolean,
  work: (store: Store, folder: KeyFolder, root: RootAtHand) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  if (await isRunning(given)) return stationRunning();
  if (!existsSync(given.data)) return refused("ID_NOT_SET_UP", given.data);
  const config = loadConfig(given.data);
  if (!config.ok) return config;
  const root = await rootAtHand(given, anew);
  if (!root.ok) return root;
  const store = await openStore(given.data, config.value.database);
  if (!store.ok) return store;
  const folder = openKeyFolder(given.data, process.env["CREDENTIALS_DIRECTORY"], systemRandom);
  const done = folder.ok ? await work(store.value, folder.value, root.value) : folder;
  root.value.seed.fill(0);
  await store.value.close();
  return done;
}
