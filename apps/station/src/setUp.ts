// `parley init`: makes a party. Draws the root and the one that is pre-committed after it, the station's first keys, the
// card and the certificates of station and ledger, and the command line's officer. The two root seeds are handed back to be shown once; what stays
// is sealed under the passphrase.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import type { Instant } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { StationAddress } from "@parley/protocol/signed/fields";
import { signCard } from "@parley/protocol/signed/partyCard";
import { partyIdOf, rootIdOf } from "@parley/protocol/signed/root";
import { signStationCertificate } from "@parley/protocol/signed/stationCertificate";
import { officerFile, rootFile } from "./files.ts";
import { signerOf } from "./keys/hybrid.ts";
import type { KeyFiles } from "./keys/keyFiles.ts";
import { drawOfficerSeed, officerKeyOf, sealOfficerKey } from "./keys/officerKey.ts";
import { drawRootSeed, sealRoot, wordsOfSeed } from "./keys/root.ts";
import type { Inside } from "./inside.ts";

export type NewParty = {
  readonly name: string;
  readonly place: string;
  readonly timeZone: string;
  readonly stations: readonly StationAddress[];
};

export type Founded = {
  /** 24 words each, to be written on paper and shown never again. */
  readonly rootWords: readonly string[];
  readonly nextRootWords: readonly string[];
};

/** The name of the officer that the command line is. */
export const commandLineOfficer = "Command line";

/** Whether the words have been written down; false undoes everything. */
export type WordsShown = (founded: Founded) => Promise<boolean>;

/**
 * Founds the party in a station that has none. The words are shown before anything is kept, so that no party comes to be whose
 * second root nobody has. PARTY_EXISTS, WORDS_NOT_KEPT.
 */
export async function setUpParty(
  dataDir: string,
  party: NewParty,
  passphrase: string,
  files: KeyFiles,
  { identity, log, writer }: Pick<Inside, "identity" | "log" | "writer">,
  random: Random,
  now: Instant,
  shown: WordsShown = async () => true,
): Promise<Result<Founded, ParleyError>> {
  const exists = identity.state().home;
  if (exists !== null) return fail(problem("PARTY_EXISTS", exists.pin.card.name));
  const [rootSeed, nextSeed] = [drawRootSeed(random), drawRootSeed(random)];
  const founded = { rootWords: wordsOfSeed(rootSeed), nextRootWords: wordsOfSeed(nextSeed) };
  if (!(await shown(founded))) return fail(problem("WORDS_NOT_KEPT"));
  const root = signerOf(rootSeed);
  const id = partyIdOf(root.publicKey);
  const { key, next } = files.makePair();
  const { name, place, timeZone, stations } = party;
  const nextRoot = rootIdOf(signerOf(nextSeed).publicKey);
  const card = signCard(
    {
      party: id,
      generation: 0,
      root: root.publicKey,
      nextRoot,
      serial: 1,
      issued: now,
      name,
      place,
      timeZone,
      stations,
    },
    root,
  );
  const certificate = signStationCertificate(
    { party: id, generation: 0, serial: 1, key, nextKey: next, issued: now },
    root,
  );
  // The sealed files first: what the ledger knows of, the passphrase opens.
  const officerSeed = drawOfficerSeed(random);
  const officer = officerKeyOf(officerSeed);
  const by = { by: "passphrase", passphrase } as const;
  writeFileSync(join(dataDir, rootFile), sealRoot(rootSeed, passphrase, random), { mode: 0o600, flush: true });
  writeFileSync(join(dataDir, officerFile), sealOfficerKey(officerSeed, by, random), { mode: 0o600, flush: true });
  const made = await identity.command({ type: "setUp", lineage: [card], certificate });
  if (!made.ok) return made;
  await writer.write((tx, after) => log.begin(tx, after, root));
  const code = await identity.command({ type: "awaitFirstOfficer" });
  if (!code.ok) return code;
  if (code.value.type !== "code") throw new Error("a first officer without a code");
  const joined = await identity.command({
    type: "joinOfficer",
    code: code.value.code,
    name: commandLineOfficer,
    passkey: { credential: officer.credential, publicKey: officer.publicKey, label: commandLineOfficer },
  });
  if (!joined.ok) return joined;
  rootSeed.fill(0);
  nextSeed.fill(0);
  officerSeed.fill(0);
  return ok(founded);
}
