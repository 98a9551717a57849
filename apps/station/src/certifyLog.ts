// `parley log-key`: the root, at hand, certifies the keys of this party's ledger: for a party that was made before ledgers were
// witnessed. With the station at rest, in one transaction ([LG30]).
import type { Bytes } from "@parley/base/bytes";
import { equal } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import type { Clock } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { nodeVerify, signerOf } from "./keys/hybrid.ts";
import { type KeyFolder, Ring } from "./keys/ring.ts";
import { refuseDamage } from "./run/damage.ts";
import { runIdentity } from "./run/identityRun.ts";
import { logAtRest } from "./run/logAtRest.ts";
import { makeWriter } from "./run/writer.ts";
import type { Store } from "./store/port.ts";

export type CertifyOptions = {
  readonly store: Store;
  readonly folder: KeyFolder;
  readonly rootSeed: Bytes;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFault: (error: ParleyError) => void;
};

/** `made` is false where the keys were certified already. */
export type LogCertified = { readonly party: string; readonly serial: number; readonly made: boolean };

/** STORE_CORRUPT, ID_NOT_SET_UP, STORE_RESTORED, and KEYS_WORDS_WRONG for another party's root. */
export async function certifyLog(options: CertifyOptions): Promise<Result<LogCertified, ParleyError>> {
  const { store, folder, clock, random } = options;
  const sound = await refuseDamage(store);
  if (!sound.ok) return sound;
  const root = signerOf(options.rootSeed);
  const writer = makeWriter(store, options.onFault);
  const identity = await runIdentity({
    store,
    writer,
    clock,
    random,
    verify: nodeVerify,
    keys: new Ring(folder.files, folder.sealingKey, random),
    holdKey: () => false,
    served: () => true,
    onEffect: () => undefined,
    onChange: () => undefined,
  });
  const card = identity.state().home?.pin.card;
  if (card === undefined) return fail(problem("ID_NOT_SET_UP"));
  if (store.origin() === "restored") return fail(problem("STORE_RESTORED"));
  if (!equal(card.root, root.publicKey)) return fail(problem("KEYS_WORDS_WRONG", `not the root of ${card.name}`));
  const log = await logAtRest(store, writer, identity, folder.sealingKey, clock, random);
  const before = log.certificate();
  if (before !== null) return ok({ party: card.name, serial: before.body.serial, made: false });
  const made = await writer.write((tx, after) => log.begin(tx, after, root));
  return ok({ party: card.name, serial: made.body.serial, made: true });
}
