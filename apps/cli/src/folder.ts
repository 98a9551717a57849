// A data folder as commands use it: its passphrase, its officer, and the station that may be running on it.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Result, fail, ok } from "@parley/base/result";
import { problem } from "@parley/protocol/errorCodes";
import type { AdminCommand } from "@parley/protocol/terminal/admin";
import { askStation } from "@parley/station/adminClient";
import { type OfficerKey, openOfficerKey } from "@parley/station/keys/officerKey";
import { officerFile } from "@parley/station/files";
import { loadConfig } from "@parley/station/loadConfig";
import { openStore } from "@parley/station/openStore";
import type { Store } from "@parley/station/store/port";
import { type Failure, type Given, missing, refused } from "./command.ts";
import { askHidden } from "./person.ts";

/** Shortest passphrase that a party may be sealed under, characters: chosen. */
export const shortestPassphrase = 12;

function givenPassphrase(given: Given): Result<string | null, Failure> {
  const file = given.value("passphrase-file");
  if (file === null) return ok(process.env["PARLEY_PASSPHRASE"] ?? null);
  try {
    return ok(readFileSync(file, "utf8").replace(/\r?\n$/, ""));
  } catch (error) {
    return missing(`--passphrase-file: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The passphrase of this data folder, never from the arguments, which other users of the machine can see. */
export async function passphraseOf(given: Given): Promise<Result<string, Failure>> {
  const known = givenPassphrase(given);
  if (!known.ok) return known;
  const passphrase = known.value ?? (await askHidden("Passphrase: "));
  return passphrase === null ? missing("the passphrase") : ok(passphrase);
}

/** A new one, asked for twice. */
export async function newPassphrase(given: Given): Promise<Result<string, Failure>> {
  const known = givenPassphrase(given);
  if (!known.ok) return known;
  let passphrase = known.value;
  if (passphrase === null) {
    passphrase = await askHidden(`A passphrase for the root (${shortestPassphrase} characters or more): `);
    if (passphrase === null) return missing("the passphrase");
    if ((await askHidden("The same once more: ")) !== passphrase) return missing("the two passphrases differ");
  }
  return passphrase.length < shortestPassphrase
    ? missing(`a passphrase of ${shortestPassphrase} characters or more`)
    : ok(passphrase);
}

/** The command line's officer. ID_NOT_SET_UP, KEYS_PASSPHRASE_WRONG, KEYS_FILE_DAMAGED. */
export async function officerOf(given: Given): Promise<Result<OfficerKey, Failure>> {
  const path = join(given.data, officerFile);
  if (!existsSync(path)) return refused("ID_NOT_SET_UP", path);
  const passphrase = await passphraseOf(given);
  if (!passphrase.ok) return passphrase;
  return openOfficerKey(readFileSync(path), { by: "passphrase", passphrase: passphrase.value });
}

/** What the running station answers. The caller says what the answer is; both are of one version of this program. */
export async function asking<T>(
  given: Given,
  command: AdminCommand,
  officer: OfficerKey | null = null,
): Promise<Result<T, Failure>> {
  const answer = await askStation(given.data, command, officer);
  return answer.ok ? ok(answer.value as T) : fail(answer.error);
}

export async function isRunning(given: Given): Promise<boolean> {
  return (await askStation(given.data, { do: "status" })).ok;
}

/** Opens what a station at rest keeps, runs `work` and closes it again. ID_NOT_SET_UP where there is nothing. */
export async function withStore<T>(
  given: Given,
  work: (store: Store) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  if (!existsSync(given.data)) return refused("ID_NOT_SET_UP", given.data);
  const config = loadConfig(given.data);
  if (!config.ok) return config;
  const store = await openStore(given.data, config.value.database);
  if (!store.ok) return store;
  const done = await work(store.value);
  await store.value.close();
  return done;
}

export const stationRunning = (): { readonly ok: false; readonly error: Failure } =>
  fail<Failure>(problem("STATION_RUNNING"));
