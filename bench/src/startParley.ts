// Where the call bench gets Parley from: two real stations, paired, with a one-time address for each desk.
import { join } from "node:path";
import { buildTerminal } from "@parley/terminal/build/build.ts";
import { startParties } from "@parley/e2e/src/harness/parties.ts";
import { serversOf } from "@parley/e2e/src/harness/twoDesks.ts";
import type { StartParley } from "./rivals/parley.ts";

/** The terminal as it is now, built once for all runs. */
let built: Promise<unknown> | null = null;

export const startParley: StartParley = async (place, { epochMs, drills }) => {
  const { network } = place;
  built ??= buildTerminal("index", join(import.meta.dirname, "..", "..", "apps", "terminal", "dist"));
  await built;
  const at = network === null ? undefined : serversOf(network);
  const epochSeconds = epochMs === undefined ? 300 : epochMs / 1000;
  const call = { epochSeconds, pictureBeforeAnswer: true };
  const parties = await startParties({ call, ...(drills === undefined ? {} : { drills }) }, at);
  const { a, b } = parties;
  const desk = async (of: typeof a): Promise<string> =>
    (await of.ask<{ address: string }>({ do: "handOut", role: "desk", name: "Desk" })).address;
  const address = at?.address ?? "127.0.0.1";
  return {
    deskA: await desk(a),
    deskB: await desk(b),
    pids: [a, b].flatMap((party) => party.process().pid ?? []),
    browser: { names: { [a.plan.host]: address, [b.plan.host]: address } },
    drill: async () => {
      const [verdict] = await a.ask<{ at: string }[]>({ do: "drill", link: null });
      return verdict?.at ?? "none";
    },
    drillsHeld: async () => (await a.ask<unknown[]>({ do: "drills", since: 0 })).length,
    killStationA: async () => {
      await a.stop("SIGKILL");
      return a.start;
    },
    close: parties.close,
  };
};
