// `parley rekey`: with the root at hand, makes the station's keys anew: after a restore, a lost key file, a stolen machine.
import { ok } from "@parley/base/result";
import { rekey as rekeyStation } from "@parley/station/rekey";
import { systemClock, systemRandom } from "@parley/station/systemPorts";
import type { Run } from "../command.ts";
import { throwFault, withRoot } from "../rootAtHand.ts";

export const rekey: Run = async (given) => {
  const done = await withRoot(given, true, (store, folder, { seed, passphrase }) =>
    rekeyStation({
      dataDir: given.data,
      store,
      folder,
      rootSeed: seed,
      passphrase,
      clock: systemClock,
      random: systemRandom,
      onFault: throwFault,
    }),
  );
  if (!done.ok) return done;
  const { party, serial, wasRestored, links } = done.value;
  const after =
    wasRestored && links > 0
      ? ` Have ${links === 1 ? "its line" : `all ${links} lines`} keyed again: parley pair rekey.`
      : "";
  return ok({ text: `${party} has new keys (certificate ${serial}).${after}`, data: done.value });
};
