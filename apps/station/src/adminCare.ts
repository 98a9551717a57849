// What the command line asks of a running station to look after it: a backup, how linked stations reach it, a credential for
// trying its relay. Changes nothing about who may take part, so the socket's owner is enough.
import { type Result, ok } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { idText } from "@parley/protocol/ids";
import { maxProbeTargets } from "@parley/protocol/limits";
import type { ProbeKind, ProbeTarget, ProbeVerdict } from "@parley/protocol/peer/probe";
import type { Config } from "./config.ts";
import type { Station } from "./station.ts";

/** One place of ours as one linked station sees it; `verdict` is null where that station gave none, and `why` says why not. */
export type Seen = {
  readonly party: string;
  readonly what: ProbeKind;
  readonly at: string;
  readonly verdict: ProbeVerdict | null;
  readonly why: string;
};

const kindOf = { udp: "turnUdp", tcp: "turnTcp", tls: "turnTls" } as const;

/** Every port of ours that others must reach, at every address on our card, and the web port, which they need not. */
export function probeTargets(station: Station, config: Config): readonly ProbeTarget[] {
  const card = station.identity.state().home?.pin.card;
  const web = config.web.certificate === null ? [] : [{ what: "web" as const, port: station.ports.web }];
  const targets = (card?.stations ?? []).flatMap((_, at): ProbeTarget[] => [
    { what: "peer", station: at, port: 0 },
    ...station.relay.listeners.map(({ transport, port }) => ({ what: kindOf[transport], station: at, port })),
    ...web.map((it) => ({ ...it, station: at })),
  ]);
  return targets.slice(0, maxProbeTargets);
}

/** Asks every linked station at once. */
export async function seenFromOutside(station: Station, config: Config): Promise<readonly Seen[]> {
  const targets = probeTargets(station, config);
  const identity = station.identity.state();
  const stations = identity.home?.pin.card.stations ?? [];
  const rows = await Promise.all(
    station.links.all().map(async ({ link, party }): Promise<readonly Seen[]> => {
      const name = identity.peers.get(party)?.card.name ?? party;
      const peer = station.links.peer(link);
      const asked = peer === null ? null : await station.probes.ask(peer, targets);
      return targets.map(({ what, station: at, port }, index) => {
        const address = stations[at];
        return {
          party: name,
          what,
          at: `${address?.host ?? ""}:${what === "peer" ? (address?.port ?? 0) : port}`,
          verdict: asked?.ok === true ? (asked.value[index] ?? null) : null,
          why: asked?.ok === false ? asked.error.code : "",
        };
      });
    }),
  );
  return rows.flat();
}

export const backUp = async (
  station: Station,
  path: string,
): Promise<Result<{ readonly path: string }, ParleyError>> => {
  const done = await station.store.backup(path);
  return done.ok ? ok({ path }) : done;
};

/** Servers as a terminal is given them, under a name that no terminal has. */
export const relayTrial = (station: Station) => {
  const given = station.relay.serversFor("doctor", idText(new Uint8Array(16)));
  return given === null ? null : { servers: given.servers };
};
