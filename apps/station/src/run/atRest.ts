// A station's data opened at rest, for a command that has the root at hand: damage is refused before anything is read, no key
// hands over meanwhile, and nobody is there to be told of what changes.
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import type { Clock } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Pin } from "@parley/protocol/signed/pin";
import { nodeVerify } from "../keys/hybrid.ts";
import { type KeyFolder, Ring } from "../keys/ring.ts";
import type { Store } from "../store/port.ts";
import { refuseDamage } from "./damage.ts";
import { type IdentityRun, runIdentity } from "./identityRun.ts";
import { type Writer, makeWriter } from "./writer.ts";

export type AtRestOptions = {
  readonly store: Store;
  readonly folder: KeyFolder;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFault: (error: ParleyError) => void;
};

export type AtRest = {
  readonly writer: Writer;
  readonly identity: IdentityRun;
  readonly ring: Ring;
  /** Our own. */
  readonly pin: Pin;
};

/** STORE_CORRUPT, and ID_NOT_SET_UP where there is no party. */
export async function openAtRest(options: AtRestOptions): Promise<Result<AtRest, ParleyError>> {
  const { store, folder, clock, random } = options;
  const sound = await refuseDamage(store);
  if (!sound.ok) return sound;
  const ring = new Ring(folder.files, folder.sealingKey, random);
  const writer = makeWriter(store, options.onFault);
  const identity = await runIdentity({
    store,
    writer,
    clock,
    random,
    verify: nodeVerify,
    keys: ring,
    holdKey: () => false,
    served: () => true,
    // The linked stations hear of it from the first greeting; nobody else is there.
    onEffect: () => undefined,
    onChange: () => undefined,
  });
  const pin = identity.state().home?.pin;
  return pin === undefined ? fail(problem("ID_NOT_SET_UP")) : ok({ writer, identity, ring, pin });
}
