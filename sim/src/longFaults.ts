// What goes wrong for hours to months while a line stands idle: what it does to the world, on whose side, what of it drills and
// checks must find, and whether a call could be carried all the same. Only what the two sides can know is asked of them.
import { type Ms, days, hours, ms } from "@parley/base/time";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import type { DrillCause, DrillStep } from "@parley/protocol/signed/drillReport";
import { type Part, onlyWeak, stepOf } from "./equipment.ts";
import type { Seat } from "./front.ts";
import type { FaultKind } from "./plan.ts";
import { type Pair, type World, frontOf } from "./parts.ts";
import type { Dice } from "./random.ts";
import type { Station } from "./station.ts";

export type LongFault = {
  readonly kind: FaultKind;
  /** Does it to `side` of the line; what it gives back undoes it. */
  readonly begin: (at: Place) => () => void;
  /** Of these, the drills of both sides name one while it lasts. */
  readonly drills: readonly DrillCause[];
  /** Of these, the check of one side at least names one. */
  readonly checks: readonly ErrorCode[];
  /** Whether both know that it is on that side; null where nobody can tell. */
  readonly blames: "side" | null;
  /** Whether a call is lost while it lasts, whichever way it is placed; `called`: only one to that side. */
  readonly stops: "always" | "called" | "never" | "relayed";
  /** Whether only drills in one direction go through it. */
  readonly oneWay: boolean;
  /** Whether the stations know of it without a drill's steps. */
  readonly known: boolean;
  /** The step of a drill that goes through it, where one does. */
  readonly step: DrillStep | null;
  readonly lasts: readonly [Ms, Ms];
};

export type Place = { readonly world: World; readonly pair: Pair; readonly side: Station; readonly dice: Dice };

const usual: readonly [Ms, Ms] = [hours(6), days(12)];

const desksOf = ({ world, side }: Place): readonly Seat[] => frontOf(world, side).seats;
const otherOf = ({ pair, side }: Place): Station => (pair.a === side ? pair.b : pair.a);

/** A part of all desks of one side. */
function partly(kind: FaultKind, part: Part, drills: readonly DrillCause[], more: Partial<LongFault> = {}): LongFault {
  return {
    kind,
    begin: (at) => {
      for (const { id } of desksOf(at)) at.world.equipment.damage(id, part);
      return () => {
        for (const { id } of desksOf(at)) at.world.equipment.repair(id, part);
      };
    },
    drills,
    checks: [],
    blames: null,
    stops: onlyWeak.has(part) ? "never" : "always",
    step: stepOf[part],
    oneWay: part === "answering" || part === "parting",
    known: false,
    lasts: usual,
    ...more,
  };
}

/** Something of a station's network or machine. */
function ofStation(
  kind: FaultKind,
  begin: LongFault["begin"],
  checks: readonly ErrorCode[],
  more: Partial<LongFault> = {},
): LongFault {
  const none = { drills: [], blames: "side", stops: "never", step: null, oneWay: false, known: false } as const;
  return { kind, begin, checks, lasts: usual, ...none, ...more };
}

const gate = (at: Place) => at.world.equipment.gateOf(at.side);
const upkeep = (at: Place) => at.world.standing.upkeep(at.side);

export const longFaults: readonly LongFault[] = [
  partly("pageStands", "page", ["notAnswered", "terminalGone"], {
    begin: (at) => {
      for (const { id } of desksOf(at)) at.world.equipment.damage(id, "page");
      return () => {
        for (const seat of desksOf(at)) {
          at.world.equipment.repair(seat.id, "page");
          // Somebody loads it anew.
          frontOf(at.world, at.side).reload(seat, 1000);
        }
      };
    },
    blames: "side",
  }),
  partly("answerDead", "answering", ["notAnswered"], { stops: "called" }),
  partly("keysBroken", "keying", ["keysNotAgreed", "notAnswered"]),
  partly("sealBroken", "sealing", ["noFrames"]),
  partly("mediaShut", "mediaPort", ["noFrames"]),
  partly("encoderDead", "encoder", ["pictureNotSent"], { blames: "side" }),
  partly("cardBlack", "card", ["pictureUnreadable"]),
  partly("decoderDead", "decoder", ["pictureUnreadable"], { blames: "side" }),
  partly("pictureSlow", "pace", ["pictureSlow"]),
  partly("soundUnsent", "soundEncoder", ["soundNotSent"], { blames: "side" }),
  partly("soundUnheard", "soundDecoder", ["soundNotArrived"]),
  partly("soundNarrow", "band", ["soundNarrow"]),
  partly("soundBlocked", "autoplay", ["soundBlocked"], { blames: "side" }),
  partly("rekeyStuck", "rekeying", ["keysStood"]),
  partly("endDead", "parting", ["notEnded"], { stops: "always" }),
  {
    kind: "desksClosed",
    begin: (at) => {
      const front = frontOf(at.world, at.side);
      for (const seat of front.seats) front.close(seat);
      return () => {
        for (const seat of front.seats) front.reload(seat, 1000);
      };
    },
    drills: ["noTerminal"],
    checks: [],
    blames: "side",
    stops: "always",
    step: "ring",
    oneWay: false,
    known: true,
    lasts: usual,
  },
  ofStation(
    "relayDead",
    (at) => {
      gate(at).relay = "dead";
      return () => void (gate(at).relay = "well");
    },
    ["CHECK_RELAY_SILENT"],
    { drills: ["relayAway"], step: "path" },
  ),
  ofStation(
    "relayShut",
    (at) => {
      gate(at).relayShut = true;
      return () => void (gate(at).relayShut = false);
    },
    ["CHECK_RELAY_BLOCKED"],
  ),
  ofStation(
    "relayHostile",
    (at) => {
      gate(at).relay = "hostile";
      return () => void (gate(at).relay = "well");
    },
    [],
    { drills: ["forgedFrames"], blames: null, stops: "relayed", step: "seal" },
  ),
  ofStation(
    "udpShut",
    (at) => {
      gate(at).udpShut = true;
      return () => void (gate(at).udpShut = false);
    },
    ["CHECK_RELAY_BLOCKED"],
    { drills: ["udpBlocked"], blames: null, step: "path" },
  ),
  ofStation(
    "allShut",
    (at) => {
      const gates = [at.side, otherOf(at)].map((it) => at.world.equipment.gateOf(it));
      gate(at).udpShut = true;
      for (const it of gates) it.relayShut = true;
      return () => {
        gate(at).udpShut = false;
        for (const it of gates) it.relayShut = false;
      };
    },
    ["CHECK_RELAY_BLOCKED"],
    { drills: ["noPath"], blames: null, stops: "always", step: "path" },
  ),
  ofStation(
    "stationPortShut",
    (at) => {
      const hosts = [at.side.host, otherOf(at).host] as const;
      for (const host of hosts) at.world.network.shut(host, true);
      at.world.network.reset(...hosts);
      return () => {
        for (const host of hosts) at.world.network.shut(host, false);
      };
    },
    ["PEER_TIMED_OUT", "PEER_UNREACHABLE", "PEER_LOST"],
    { drills: ["stationAway"], blames: null, stops: "always", step: "ring", known: true },
  ),
  ofStation(
    "certificateEnds",
    (at) => {
      upkeep(at).certificates.renews = false;
      return () => void (upkeep(at).certificates.renews = true);
    },
    [],
    { lasts: [days(100), days(140)] },
  ),
  ofStation(
    "certificateKept",
    (at) => {
      const { certificates } = upkeep(at);
      certificates.reloads = false;
      certificates.replace(at.side.machine.wall(), true);
      return () => void (certificates.reloads = true);
    },
    ["CHECK_CERTIFICATE_OTHER"],
    { lasts: [hours(6), days(20)] },
  ),
  ofStation(
    "certificateEarly",
    (at) => {
      const { certificates } = upkeep(at);
      certificates.replace((at.side.machine.wall() + days(5)) as never, true);
      return () => certificates.replace(at.side.machine.wall(), true);
    },
    ["CHECK_CERTIFICATE_EARLY"],
    { lasts: [hours(6), days(4)] },
  ),
  ofStation(
    "certificateNamed",
    (at) => {
      const { certificates } = upkeep(at);
      certificates.replace(at.side.machine.wall(), false);
      return () => certificates.replace(at.side.machine.wall(), true);
    },
    ["CHECK_CERTIFICATE_NAME"],
  ),
  ofStation(
    "zonesOld",
    (at) => {
      upkeep(at).zoneData = "old";
      return () => void (upkeep(at).zoneData = "new");
    },
    ["CHECK_ZONES_DIFFER"],
  ),
  ofStation(
    "diskSlows",
    (at) => {
      upkeep(at).disk = "slow";
      return () => void (upkeep(at).disk = "well");
    },
    ["CHECK_DISK_SLOW"],
  ),
  ofStation(
    "diskFails",
    (at) => {
      upkeep(at).disk = "failed";
      return () => void (upkeep(at).disk = "well");
    },
    ["CHECK_DISK_FAILS"],
  ),
  ofStation(
    "diskFills",
    (at) => {
      upkeep(at).daysLeft = at.dice.below(20);
      return () => void (upkeep(at).daysLeft = null);
    },
    ["CHECK_DISK_FILLS"],
  ),
  ofStation(
    "clockWrong",
    (at) => {
      const { machine } = at.side;
      const { skew } = machine;
      const by = at.dice.span(ms(40_000), ms(900_000));
      machine.setAt = at.world.queue.now();
      machine.skew = ms(skew + (at.dice.chance(0.5) ? by : 0 - by));
      return () => {
        machine.setAt = at.world.queue.now();
        machine.skew = skew;
      };
    },
    ["CHECK_CLOCKS_DIFFER"],
    { lasts: [hours(6), days(6)] },
  ),
  ofStation(
    "dateNears",
    (at) => {
      upkeep(at).dates = [{ what: "Circuit contract", ends: (at.side.machine.wall() + days(12)) as never }];
      return () => void (upkeep(at).dates = []);
    },
    ["CHECK_ENDS_SOON"],
    { lasts: [hours(6), days(30)] },
  ),
];
