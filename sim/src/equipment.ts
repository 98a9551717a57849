// What carries picture and sound, as a model: of each desk the parts that may break, each with the step of a drill that goes
// through it, and of each station its relay and what its firewall lets through. Drills and people's calls ask the same model; a
// world in which a drill is to lack a step (`without`) answers drills as though that step's parts were whole.
import type { DrillStep } from "@parley/protocol/signed/drillReport";
import type { IdText } from "@parley/protocol/ids";
import type { Station } from "./station.ts";

/** The parts of a desk, and the step that finds each of them broken. */
export const stepOf = {
  page: "ring", // it stands still
  answering: "ring", // its Answer does nothing
  keying: "keys",
  mediaPort: "seal", // keys and path, but no frame comes through
  sealing: "seal", // what it seals nobody can open
  encoder: "picture",
  card: "picture", // what it encodes is no picture
  decoder: "picture",
  pace: "picture", // a picture now and then
  soundEncoder: "sound",
  soundDecoder: "sound",
  band: "sound", // a narrow one
  autoplay: "sound", // no sound before a touch
  rekeying: "rekey",
  parting: "hangUp", // its End does nothing
} as const satisfies Readonly<Record<string, DrillStep>>;
export type Part = keyof typeof stepOf;

/** Weak at most: a call gets through all the same. */
export const onlyWeak: ReadonlySet<Part> = new Set<Part>(["pace", "band", "autoplay"]);

export type Route = "direct" | "relay";

/** What a station's network lets through, beside its station port. */
export type Gate = {
  relay: "well" | "dead" | "hostile";
  /** Nobody outside gets to the relay. */
  relayShut: boolean;
  /** Nothing of UDP in or out. */
  udpShut: boolean;
};

export type Equipment = {
  readonly gateOf: (station: Station) => Gate;
  readonly damage: (desk: IdText, part: Part) => void;
  readonly repair: (desk: IdText, part: Part) => void;
  readonly works: (desk: IdText, part: Part, inDrill: boolean) => boolean;
  /** How two desks' media get from one to the other; null where they do not. */
  readonly routeOf: (a: Station, b: Station, inDrill: boolean) => Route | null;
  /** As a desk of that station finds its relay. */
  readonly relayOf: (station: Station, inDrill: boolean) => "answer" | "silent" | "udpSilent";
  /** Whether frames that nobody sealed come by on the way between the two. */
  readonly isForged: (a: Station, b: Station, inDrill: boolean) => boolean;
};

/** `natted`: between these two nothing goes without a relay. */
export function makeEquipment(
  without: DrillStep | null,
  natted: (a: Station, b: Station) => boolean,
  certificateHolds: (station: Station) => boolean,
): Equipment {
  const gates = new Map<Station, Gate>();
  const broken = new Set<string>();
  const gateOf = (station: Station): Gate => {
    const gate = gates.get(station) ?? { relay: "well", relayShut: false, udpShut: false };
    gates.set(station, gate);
    return gate;
  };

  /** Whether a relay carries whoever is at home there and whoever is not: over UDP, or over TLS by its certificate. */
  const carries = (station: Station, far: Station): boolean => {
    const { relay, relayShut, udpShut } = gateOf(station);
    if (relay === "dead" || relayShut) return false;
    return (!udpShut && !gateOf(far).udpShut) || certificateHolds(station);
  };

  const routeOf: Equipment["routeOf"] = (a, b, inDrill) => {
    if (inDrill && without === "path") return "direct";
    if (!natted(a, b) && !gateOf(a).udpShut && !gateOf(b).udpShut) return "direct";
    return carries(a, b) || carries(b, a) ? "relay" : null;
  };

  return {
    gateOf,
    damage: (desk, part) => void broken.add(`${desk} ${part}`),
    repair: (desk, part) => void broken.delete(`${desk} ${part}`),
    works: (desk, part, inDrill) => (inDrill && stepOf[part] === without) || !broken.has(`${desk} ${part}`),
    routeOf,
    relayOf: (station, inDrill) => {
      const { relay, udpShut } = gateOf(station);
      if (inDrill && without === "path") return "answer";
      if (relay === "dead" || (udpShut && !certificateHolds(station))) return "silent";
      return udpShut ? "udpSilent" : "answer";
    },
    isForged: (a, b, inDrill) =>
      !(inDrill && without === "seal") &&
      routeOf(a, b, inDrill) === "relay" &&
      [a, b].some((station) => gateOf(station).relay === "hostile"),
  };
}
