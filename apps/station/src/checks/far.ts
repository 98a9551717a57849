// What a check finds at a linked station's ports ([CK8] [CK9] of docs/spec/check.md). As with probes, only addresses on that party's
// own card are tried, so that no linked party can look around in our network by way of us.
import { hex } from "@parley/base/bytes";
import type { ServedPort } from "@parley/drill/checkFacts";
import type { IdText } from "@parley/protocol/ids";
import type { StationReport } from "@parley/protocol/peer/check";
import type { Pin } from "@parley/protocol/signed/pin";
import { ed25519Half } from "@parley/protocol/signed/signature";
import { shownAt } from "../probes/served.ts";
import type { FarFacts } from "../run/checksRun.ts";
import type { ChecksOptions } from "./open.ts";
import { servedOf, settledPorts, sightOf, stationOf } from "./shownPort.ts";
import { bestOf } from "./tryRelay.ts";

const stationPorts = ({ card, line }: Pin): Promise<readonly ServedPort[]> =>
  Promise.all(
    card.stations.map(async ({ host, port }): Promise<ServedPort> => {
      const shown = stationOf(await shownAt({ host, port }, host, "station"));
      return { whose: "theirs", port: "station", at: `${host}:${port}`, shown, due: hex(ed25519Half(line.key)) };
    }),
  );

async function relayPorts(pin: Pin, report: StationReport, { clock, random }: ChecksOptions) {
  const { trial, relays } = report;
  if (trial === null) return [];
  const hosts = [...new Set(pin.card.stations.map(({ host }) => host))];
  const tried = await Promise.all(
    relays.map(({ transport, port }) =>
      bestOf(
        hosts.map((host) => ({ transport, host, port })),
        trial,
        { clock, random },
      ),
    ),
  );
  return tried.flatMap((it) => it ?? []);
}

/** What the far station's ports show and carry; `report` is what it says of itself, null where it said nothing. */
export async function lookAtFar(options: ChecksOptions, link: IdText, report: StationReport | null): Promise<FarFacts> {
  const pin = options.pinOf(link);
  if (pin === null) return { places: [], served: [], station: "untried" };
  const [stations, relays] = await Promise.all([
    // By the pin as it is at each look: a key that has just rolled is pinned as soon as the line is there again.
    settledPorts(options.clock, () => stationPorts(options.pinOf(link) ?? pin)),
    report === null ? [] : relayPorts(pin, report, options),
  ]);
  const due = report?.turnCertificate ?? null;
  const turn = await settledPorts(options.clock, () =>
    Promise.all(
      relays
        // A port that is not there is the relay's finding, not the certificate's.
        .filter(({ place, verdict }) => place.transport === "tls" && verdict !== "silent")
        .map(async ({ place }): Promise<ServedPort> => {
          const shown = servedOf(await shownAt(place, place.host), null);
          return { whose: "theirs", port: "turnTls", at: `${place.port}`, shown, due: due === null ? null : hex(due) };
        }),
    ),
  );
  return {
    places: relays.map(({ place, verdict }) => ({ transport: place.transport, port: place.port, verdict })),
    served: [...stations, ...turn],
    station: sightOf(stations),
  };
}
