// What lies outside this machine: the relay as a terminal uses it, the linked stations, and our ports as they see them.
import { errorTable } from "@parley/protocol/errorCodes";
import type { Seen } from "@parley/station/adminCare";
import { placeOf } from "@parley/station/relay/place";
import { tryRelay } from "@parley/station/relay/trial";
import { systemClock, systemRandom } from "@parley/station/systemPorts";
import { asking } from "../folder.ts";
import { type Check, type Examination, type Running, failed, notRun, warned, well } from "./check.ts";

type Trial = {
  readonly servers: readonly {
    readonly urls: readonly string[];
    readonly username: string;
    readonly credential: string;
  }[];
} | null;

export const examineRelay: Examination = async ({ given, config, running }) => {
  if (running === null || config === null)
    return [notRun("relay", "The station does not run.", "Start it with parley station.")];
  if (config.turn.use === "none")
    return [
      config.call.relayOnly
        ? failed("relay", "call.relayOnly is set and there is no relay.", "Set turn.use to builtIn or external.")
        : warned(
            "relay",
            "There is no relay, so some pairs of networks cannot see each other.",
            "Set turn.use to builtIn.",
          ),
    ];
  const trial = await asking<Trial>(given, { do: "relayTrial" });
  if (!trial.ok || trial.value === null) return [notRun("relay", "The station gave no credential.")];
  const { servers } = trial.value;
  return Promise.all(
    servers.flatMap(({ urls, ...credential }) =>
      urls.map(async (url): Promise<Check> => {
        const name = `relay ${url}`;
        const place = placeOf(url);
        if (place === null) return failed(name, "No TURN address.", "Correct turn.urls in parley.json.");
        const tried = await tryRelay(place, credential, { clock: systemClock, random: systemRandom });
        return tried.ok
          ? well(name, `An allocation was made, and data went through and back in ${tried.value} ms.`)
          : failed(
              name,
              `As a terminal would use it, it failed when ${tried.error}.`,
              "Check turn.* in parley.json, the firewall, and the external relay's secret.",
            );
      }),
    ),
  );
};

function linkCheck({ party, reachable, connection, generations }: Running["links"][number]): Check {
  const name = `link ${party}`;
  if (generations.length === 0) return failed(name, errorTable.LINK_MUST_REKEY.say, errorTable.LINK_MUST_REKEY.cure);
  if (reachable.up) return well(name, `Connected since ${new Date(reachable.since).toISOString()}.`);
  const code = connection?.code ?? "PEER_UNREACHABLE";
  return failed(name, errorTable[code].say, errorTable[code].cure);
}

const meaning = {
  peer: "other stations' way in",
  turnUdp: "the relay over UDP",
  turnTcp: "the relay over TCP",
  turnTls: "the relay over TLS",
  web: "the pages for browsers",
} as const;

function seenCheck({ party, what, at, verdict, why }: Seen): Check {
  const name = `from ${party}: ${what}`;
  const shown = `${meaning[what]} at ${at}`;
  if (verdict === null || verdict === "untried")
    return notRun(
      name,
      `${party}'s station did not try ${shown}${why === "" ? "" : ` (${why})`}.`,
      "Run parley doctor again in a minute.",
    );
  if (what === "web")
    return verdict === "reached"
      ? warned(
          name,
          `${party}'s station reaches ${shown}; only your own browsers need to.`,
          "Close the web port to the outside.",
        )
      : well(name, `${party}'s station does not reach ${shown}, as it should be.`);
  return verdict === "reached"
    ? well(name, `${party}'s station reaches ${shown}.`)
    : failed(
        name,
        `${party}'s station does not reach ${shown}.`,
        "Open the port in the firewall and forward it to this machine (the ports table in docs/OPERATING.md).",
      );
}

export const examineLinks: Examination = async ({ given, running }) => {
  if (running === null) return [notRun("links", "The station does not run.", "Start it with parley station.")];
  if (running.links.length === 0) return [notRun("links", "No party is linked yet.", "Pair with one: parley pair.")];
  const links = running.links.map(linkCheck);
  const seen = await asking<readonly Seen[]>(given, { do: "probe" });
  return [...links, ...(seen.ok ? seen.value.map(seenCheck) : [notRun("fromOutside", "The station did not ask.")])];
};
