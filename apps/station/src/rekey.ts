// `parley rekey`: the root makes everything anew that may have been copied or forgotten: the station key, the command line's
// officer, the ledger's keys where its log may not go on, and, where the data was restored from a backup, the secrets of all
// links, which are dropped: others may have used them since. One transaction, with the station at rest; until it is done a
// restored station does not start ([CL9]).
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bytes, equal } from "@parley/base/bytes";
import { type Result, certain, fail, ok } from "@parley/base/result";
import { after, ms } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { codeLifetimeMs } from "@parley/protocol/limits";
import { type RootOrder, signRootOrder } from "@parley/protocol/signed/rootOrder";
import { keyIdOf } from "@parley/protocol/signed/root";
import { signStationCertificate } from "@parley/protocol/signed/stationCertificate";
import { drawCode, officerCodeHash } from "./duty/identity/codes.ts";
import type { IdentityCommand } from "./duty/identity/port.ts";
import { officerFile } from "./files.ts";
import { signerOf } from "./keys/hybrid.ts";
import { drawOfficerSeed, officerKeyOf, sealOfficerKey } from "./keys/officerKey.ts";
import { type AtRestOptions, openAtRest } from "./run/atRest.ts";
import type { IdentityRun } from "./run/identityRun.ts";
import { logAtRest, mustBeginAnew } from "./run/logAtRest.ts";
import { forgetSecret, linkKind } from "./run/linksRun.ts";
import { pairingDocKind } from "./run/pairingRun.ts";
import { commandLineOfficer } from "./setUp.ts";

export type RekeyOptions = AtRestOptions & {
  readonly dataDir: string;
  readonly rootSeed: Bytes;
  /** Seals the command line's new officer key. */
  readonly passphrase: string;
};

export type Rekeyed = {
  readonly party: string;
  /** Of the new station certificate. */
  readonly serial: number;
  readonly wasRestored: boolean;
  /** How many there are; after a restore every one must be paired anew. */
  readonly links: number;
};

/** Makes the keys anew. STORE_CORRUPT, ID_NOT_SET_UP, KEYS_WORDS_WRONG for another party's root, and what identities refuse. */
export async function rekey(options: RekeyOptions): Promise<Result<Rekeyed, ParleyError>> {
  const { dataDir, store, folder, clock, random } = options;
  const opened = await openAtRest(options);
  if (!opened.ok) return opened;
  const { writer, identity, ring, pin } = opened.value;
  const root = signerOf(options.rootSeed);
  const { party, generation, name } = pin.card;
  if (!equal(pin.card.root, root.publicKey)) return fail(problem("KEYS_WORDS_WRONG", `not the root of ${name}`));

  const now = clock.now();
  const { key, next } = folder.files.makePair();
  // Minutes since 1970, so that it is above every certificate that was made after a backup which knows nothing of it.
  const serial = Math.max(pin.line.serial + 1, Math.floor(now / 60_000));
  const certificate = signStationCertificate({ party, generation, serial, key, nextKey: next, issued: now }, root);
  const officerSeed = drawOfficerSeed(random);
  const officer = officerKeyOf(officerSeed);
  const aside = join(dataDir, `${officerFile}.new`);
  const by = { by: "passphrase", passphrase: options.passphrase } as const;
  writeFileSync(aside, sealOfficerKey(officerSeed, by, random), { mode: 0o600, flush: true });
  officerSeed.fill(0);

  const wasRestored = store.origin() === "restored";
  const links = certain(await store.docs(linkKind)).map((doc) => doc.key);
  const pairings = certain(await store.docs(pairingDocKind)).map((doc) => doc.key);
  const order = (it: RootOrder["order"]): IdentityCommand => ({
    type: "order",
    order: signRootOrder({ party, generation, order: it, issued: now }, root),
  });
  const code = drawCode(random);
  const log = await logAtRest(store, writer, identity, folder.sealingKey, clock, random);
  const done = await writer.write((tx, then): Result<null, ParleyError> => {
    const certified = identity.within(tx, then, { type: "certify", certificate });
    if (!certified.ok) return certified;
    for (const it of formerOfficers(identity)) certain(identity.within(tx, then, order(it)));
    const until = after(now, ms(codeLifetimeMs));
    certain(identity.within(tx, then, order({ type: "admitOfficer", code: officerCodeHash(code), until })));
    const { credential, publicKey } = officer;
    const passkey = { credential, publicKey, label: commandLineOfficer };
    certain(identity.within(tx, then, { type: "joinOfficer", code, name: commandLineOfficer, passkey }));
    if (mustBeginAnew(log, wasRestored)) log.begin(tx, then, root);
    if (wasRestored) {
      for (const link of links) forgetSecret(tx, link, folder.sealingKey, random);
      for (const pairing of pairings) tx.remove(pairingDocKind, pairing);
      tx.renewed();
    }
    return ok(null);
  });
  if (!done.ok) return done;
  renameSync(aside, join(dataDir, officerFile));
  // What a crash before this leaves undone, the next start does.
  const used = await ring.use({ key: keyIdOf(key), next });
  return used.ok ? ok({ party: name, serial, wasRestored, links: links.length }) : used;
}

/** Orders that take the command line's former key away. */
function formerOfficers(identity: IdentityRun): readonly RootOrder["order"][] {
  return [...identity.state().officers.values()]
    .filter(({ name }) => name === commandLineOfficer)
    .flatMap(({ id, passkeys }) =>
      passkeys.map(({ credential }) => ({ type: "removePasskey" as const, officer: id, credential })),
    );
}
