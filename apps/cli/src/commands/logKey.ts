// `parley log-key`: the root certifies the keys of the record, for a party that was made before records were witnessed.
import { ok } from "@parley/base/result";
import { certifyLog } from "@parley/station/certifyLog";
import { systemClock, systemRandom } from "@parley/station/systemPorts";
import type { Run } from "../command.ts";
import { throwFault, withRoot } from "../rootAtHand.ts";

export const logKey: Run = async (given) => {
  const done = await withRoot(given, false, (store, folder, { seed }) =>
    certifyLog({ store, folder, rootSeed: seed, clock: systemClock, random: systemRandom, onFault: throwFault }),
  );
  if (!done.ok) return done;
  const { party, serial, made } = done.value;
  const text = made
    ? `The keys of ${party}'s record are certified (log ${serial}). Start the station: linked parties witness it from now on.`
    : `The keys of ${party}'s record are certified already (log ${serial}).`;
  return ok({ text, data: done.value });
};
