// `parley log-key`: the root, at hand, certifies the keys of this party's ledger: for a party that was made before ledgers were
// witnessed. With the station at rest, in one transaction ([LG30]).
import { type Bytes, equal } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { signerOf } from "./keys/hybrid.ts";
import { type AtRestOptions, openAtRest } from "./run/atRest.ts";
import { logAtRest } from "./run/logAtRest.ts";

export type CertifyOptions = AtRestOptions & { readonly rootSeed: Bytes };

/** `made` is false where the keys were certified already. */
export type LogCertified = { readonly party: string; readonly serial: number; readonly made: boolean };

/** STORE_CORRUPT, ID_NOT_SET_UP, STORE_RESTORED, and KEYS_WORDS_WRONG for another party's root. */
export async function certifyLog(options: CertifyOptions): Promise<Result<LogCertified, ParleyError>> {
  const { store, folder, clock, random } = options;
  const opened = await openAtRest(options);
  if (!opened.ok) return opened;
  const { writer, identity, pin } = opened.value;
  const { card } = pin;
  const root = signerOf(options.rootSeed);
  if (store.origin() === "restored") return fail(problem("STORE_RESTORED"));
  if (!equal(card.root, root.publicKey)) return fail(problem("KEYS_WORDS_WRONG", `not the root of ${card.name}`));
  const log = await logAtRest(store, writer, identity, folder.sealingKey, clock, random);
  const before = log.certificate();
  if (before !== null) return ok({ party: card.name, serial: before.body.serial, made: false });
  const made = await writer.write((tx, after) => log.begin(tx, after, root));
  return ok({ party: card.name, serial: made.body.serial, made: true });
}
