// The checks of a whole station: run/checksRun over this machine, its ports and those of linked stations.
import { hex } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Clock, type Instant, minutes } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import type { StationReport } from "@parley/protocol/peer/check";
import type { Pin } from "@parley/protocol/signed/pin";
import type { Config } from "../config.ts";
import type { Home } from "../duty/identity/state.ts";
import type { Inside } from "../inside.ts";
import type { RelayRun } from "../relayRun.ts";
import { type ChecksRun, runChecks } from "../run/checksRun.ts";
import { lookAtFar } from "./far.ts";
import { lookAtOwn } from "./own.ts";
import { sayOf } from "./says.ts";

export type ChecksOptions = {
  readonly dataDir: string;
  readonly config: Config;
  readonly setup: StationReport["setup"];
  readonly versions: StationReport["versions"];
  readonly clock: Clock;
  readonly random: Random;
  readonly inside: Pick<Inside, "store" | "writer" | "links" | "identity">;
  readonly home: () => Home;
  /** The pin of the party at the other end of a link. */
  readonly pinOf: (link: IdText) => Pin | null;
  readonly relay: RelayRun;
  readonly ports: { readonly web: number; readonly peer: number };
  /** Terminals that are on. */
  readonly online: () => ReadonlySet<IdText>;
  /** When a line was last rehearsed well; null where it never was. */
  readonly rehearsed: (link: IdText) => Instant | null;
  readonly onChange: () => void;
  readonly report: (error: ParleyError) => void;
};

/** How long a far station may try our relay. */
const trialLasts = minutes(1);

/** Checks nothing before `start` or `round`. */
export async function openChecks(options: ChecksOptions): Promise<ChecksRun> {
  const { clock, random, inside, relay, rehearsed, onChange, report } = options;
  const { store, writer, links } = inside;
  return runChecks({
    store,
    writer,
    clock,
    random,
    links,
    ports: {
      own: await lookAtOwn(options),
      far: (link, said) => lookAtFar(options, link, said),
      say: (link, own, at) => sayOf(options, link, own, at),
      trial: () => {
        const name = hex(random(8));
        const given = relay.trial(name);
        if (given !== null) clock.wait(trialLasts, () => relay.evict(name));
        return given;
      },
      rehearsed,
    },
    onChange,
    report,
  });
}
