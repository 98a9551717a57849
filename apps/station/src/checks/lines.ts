// The checks of a station's lines: run/checksRun over its inside and whatever it looks with. checks/open.ts gives it this machine
// and its ports, the simulator a machine of its own; what is said, judged and kept is the same.
import type { Random } from "@parley/base/random";
import { type Clock, type Instant, instant } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import type { StationReport, ZoneTimes } from "@parley/protocol/peer/check";
import { type Inside, certainHome } from "../inside.ts";
import type { Joined } from "../joined.ts";
import { type CheckPorts, type ChecksRun, runChecks } from "../run/checksRun.ts";
import { sayOf } from "./says.ts";

/** What a station runs, as it tells its peers. */
export type Running = Pick<StationReport, "program" | "runtime" | "zoneData" | "setup" | "versions"> & {
  readonly zoneTimes: (zone: string, at: Instant) => ZoneTimes | null;
  /** What people wrote down as having an end. */
  readonly dates: readonly { readonly what: string; readonly ends: Instant }[];
};

export type Looks = Pick<CheckPorts, "own" | "far" | "trial">;

export type LineChecksOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly inside: Pick<Inside, "store" | "writer" | "links" | "identity">;
  readonly drills: Joined["drills"];
  readonly running: Running;
  readonly looks: Looks;
  /** Terminals that are on. */
  readonly online: () => ReadonlySet<IdText>;
  readonly onChange: () => void;
  readonly report: (error: ParleyError) => void;
};

/** The pin of the party at the other end of a link, or null. */
export const pinOn = ({ links, identity }: Pick<Inside, "links" | "identity">, link: IdText) =>
  identity.pinOf(links.of(link)?.party ?? "");

/** Checks nothing before `start` or `round`. The station has been set up. */
export function checkLines(options: LineChecksOptions): Promise<ChecksRun> {
  const { clock, random, inside, drills, running, looks, online, onChange, report } = options;
  const { store, writer, links, identity } = inside;
  const says = {
    running,
    clock,
    inside,
    online,
    home: () => certainHome(identity),
    pinOf: (link: IdText) => pinOn(inside, link),
  };
  return runChecks({
    store,
    writer,
    clock,
    random,
    links,
    ports: {
      ...looks,
      say: (link, own, at) => sayOf(says, link, own, at),
      rehearsed: (link) => rehearsedWell(drills, link),
    },
    onChange,
    report,
  });
}

/** When a line was last rehearsed and could have carried a call; null where it never was. */
function rehearsedWell(drills: Joined["drills"], link: IdText): Instant | null {
  const verdict = drills?.run.shown().find((it) => it.link === link)?.verdict ?? null;
  return verdict === null || verdict.at === "notReady" ? null : instant(verdict.when);
}
