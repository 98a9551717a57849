// How a whole station looks and tries for its checks: this machine, its ports and those of linked stations.
import { hex } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Clock, instant, minutes } from "@parley/base/time";
import type { Result } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import type { StationReport } from "@parley/protocol/peer/check";
import type { Pin } from "@parley/protocol/signed/pin";
import type { Config } from "../config.ts";
import type { Home } from "../duty/identity/state.ts";
import type { Inside } from "../inside.ts";
import { program, runtime, zoneData } from "../probes/setup.ts";
import { zoneTimesOf } from "../probes/zones.ts";
import type { RelayRun } from "../relayRun.ts";
import { lookAtFar } from "./far.ts";
import type { Looks, Running } from "./lines.ts";
import { lookAtOwn } from "./own.ts";

export type ChecksOptions = {
  readonly dataDir: string;
  readonly config: Config;
  readonly setup: StationReport["setup"];
  readonly versions: StationReport["versions"];
  readonly clock: Clock;
  readonly random: Random;
  readonly inside: Pick<Inside, "store" | "writer" | "log">;
  /** Whether the station key and the one after it can be had from their files, as the next start will have them. */
  readonly keys: () => Result<null, ParleyError>;
  readonly home: () => Home;
  /** The pin of the party at the other end of a link. */
  readonly pinOf: (link: IdText) => Pin | null;
  readonly relay: RelayRun;
  readonly ports: { readonly web: number; readonly peer: number };
  readonly report: (error: ParleyError) => void;
};

/** How long a far station may try our relay. */
const trialLasts = minutes(1);

export async function openLooks(options: ChecksOptions): Promise<Looks> {
  const { clock, random, relay } = options;
  return {
    own: await lookAtOwn(options),
    far: (link, said) => lookAtFar(options, link, said),
    trial: () => {
      const name = hex(random(8));
      const given = relay.trial(name);
      if (given !== null) clock.wait(trialLasts, () => relay.evict(name));
      return given;
    },
  };
}

/** What this program says that it is. */
export const runningOf = ({
  config,
  setup,
  versions,
}: Pick<ChecksOptions, "config" | "setup" | "versions">): Running => ({
  program,
  runtime,
  zoneData,
  setup,
  versions,
  zoneTimes: zoneTimesOf,
  dates: config.dates.map(({ what, ends }) => ({ what, ends: instant(Date.parse(ends)) })),
});
