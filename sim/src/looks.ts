// How a simulated station looks at itself and at its peers' ports for its checks, in place of sockets and files (checks/open.ts of
// the station): from the network, the relays' gates and the machine's upkeep as they are. What follows is the station's own.
import { fromHex, hex } from "@parley/base/bytes";
import { type Instant, after, days } from "@parley/base/time";
import type { ServedPort } from "@parley/drill/checkFacts";
import type { IdText } from "@parley/protocol/ids";
import type { RelayVerdict, SeenPlace, StationReport, Transport } from "@parley/protocol/peer/check";
import { ed25519Half } from "@parley/protocol/signed/signature";
import { type Looks, type Running, pinOn } from "@parley/station/checks/lines";
import type { Certificate } from "./certificates.ts";
import { type World, farOn } from "./parts.ts";
import type { Alive, Station } from "./station.ts";

const ports: readonly (readonly [Transport, number])[] = [
  ["udp", 3478],
  ["tls", 443],
];

/** A key that just rolled is pinned a moment later: looked at again, as checks/shownPort.ts does. */
const looksAgainAfter = 5000;

export function looksOf(world: World, station: Station, alive: Alive): Looks {
  const { equipment, standing, network, queue } = world;
  const now = (): Instant => station.machine.wall();
  const shownOf = ({ fingerprint, began, ends, fits }: Certificate): ServedPort["shown"] => ({
    fingerprint,
    began,
    ends,
    fits,
  });
  const stationShown = (of: Station): ServedPort["shown"] => ({
    fingerprint: hex(ed25519Half(of.home().pin.line.key)),
    began: after(now(), days(-1)),
    ends: after(now(), days(3650)),
    fits: true,
  });

  /** How far the relay of `of` carries whoever is at `from`. */
  const relayed = (of: Station, from: Station, transport: Transport): RelayVerdict => {
    const { relay, relayShut, udpShut } = equipment.gateOf(of);
    if (relay === "dead" || (relayShut && of !== from)) return "silent";
    if (transport === "udp" && (udpShut || equipment.gateOf(from).udpShut) && of !== from) return "silent";
    return "echo";
  };

  return {
    own: () => {
      const { certificates, disk, daysLeft } = standing.upkeep(station);
      const due = certificates.onDisk(now()).fingerprint;
      const shown = shownOf(certificates.served(now()));
      return Promise.resolve({
        side: {
          ...sideOf(standing.running(station)),
          disk: { at: alive.writer.room().at === "full" ? ("full" as const) : disk, daysLeft },
          relays: ports.map(([transport, port]) => ({
            transport,
            port,
            own: relayed(station, station, transport),
            others: false,
          })),
        },
        faults: [],
        served: [
          { whose: "ours", port: "web", at: "443", shown, due },
          { whose: "ours", port: "station", at: "4431", shown: stationShown(station), due: null },
        ],
        turnCertificate: fromHex(due),
      });
    },
    far: async (link: IdText, report: StationReport | null) => {
      const far = farOn(world, station, link);
      const pin = pinOn(alive, link);
      if (far === null || pin === null) return { places: [], served: [], station: "untried" };
      const reached = network.reaches(station.host, far.host);
      const lookAt = (): ServedPort => ({
        whose: "theirs",
        port: "station",
        at: `${far.host}:4431`,
        shown: reached && far.alive !== null ? stationShown(far) : null,
        due: hex(ed25519Half((pinOn(alive, link) ?? pin).line.key)),
      });
      let seen = lookAt();
      if (seen.shown !== null && seen.shown.fingerprint !== seen.due) {
        await queue.pause(looksAgainAfter);
        seen = lookAt();
      }
      const places: readonly SeenPlace[] =
        report === null
          ? []
          : ports.map(([transport, port]) => ({ transport, port, verdict: relayed(far, station, transport) }));
      const turn: readonly ServedPort[] =
        report === null || relayed(far, station, "tls") === "silent"
          ? []
          : [
              {
                whose: "theirs",
                port: "turnTls",
                at: "443",
                shown: shownOf(standing.upkeep(far).certificates.served(far.machine.wall())),
                due: report.turnCertificate === null ? null : hex(report.turnCertificate),
              },
            ];
      return { places, served: [seen, ...turn], station: seen.shown === null ? "silent" : "shown" };
    },
    trial: () => null,
  };
}

const sideOf = ({ program, runtime, zoneData, versions }: Running) => ({ program, runtime, zoneData, versions });
