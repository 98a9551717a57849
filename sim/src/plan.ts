// What a world is to go through: its length, its people, and its weather, which is how often each thing goes wrong. Every
// seed has a weather of its own, so that some worlds are calm and some are nasty in one way only.
import { type Ms, days, hours, minutes, ms, seconds } from "@parley/base/time";
import type { DrillStep } from "@parley/protocol/signed/drillReport";
import type { FirstUsePlan } from "./firstUse.ts";
import { type Dice, diceOf } from "./random.ts";

/** Everything that a world can do to its stations. */
const faultKinds = [
  "shortCut", // the path between two stations, for less than TCP gives up
  "longCut", // for longer
  "absence", // for weeks or months
  "reset", // connections broken with notice
  "slowPath",
  "shutDoor", // dials to one station find a firewall
  "dialFails",
  "crash", // the program is killed
  "off", // and stays off, for hours or months
  "diskLoses", // the machine dies before a commit is written
  "diskTears", // in the middle of one
  "diskMute", // after it, before anybody was told
  "diskFull",
  "diskLies", // said durable, forgotten at the next crash
  "slowDisk",
  "socket", // between a terminal and its station
  "reload", // of a terminal's page
  "mediaCut", // the path between terminals
  "clockSet", // a station's wall clock, either way
  "oneWay", // a path that carries in one direction
  "flap", // one that comes and goes within seconds
  "forgotten", // connections that something on the way forgets, so that neither end is told
  "nameless", // a station's name is not found
  "stopped", // a station's machine stands still, and goes on
  "clockDrifts",
  "clockStands",
  "clockLost", // and begins at the year 2000 until it is set
  "diskStalls",
  "powerCut", // both machines
  "crashLoop", // killed again as soon as it runs
  "allSockets", // of all terminals of a station
  "slowSocket",
  "deskCloses", // for minutes
  "deskStops", // its machine sleeps, and goes on
  "deskClock", // its wall clock is set
  // For hours to months while nobody is about, in worlds whose lines are rehearsed (longFaults.ts):
  "pageStands", // a desk's page does nothing any more
  "answerDead", // its Answer does nothing
  "keysBroken", // its browser agrees on no keys
  "sealBroken", // nobody can open what it seals
  "mediaShut", // keys and path come about, and no frame passes
  "encoderDead",
  "cardBlack", // what it encodes is no picture
  "decoderDead",
  "pictureSlow",
  "soundUnsent",
  "soundUnheard",
  "soundNarrow",
  "soundBlocked", // no sound before a touch
  "rekeyStuck",
  "endDead", // its End does nothing
  "desksClosed", // all desks of a party
  "browserUpdated",
  "upgraded", // a station's program
  "relayDead",
  "relayShut", // from outside
  "relayHostile", // it sends frames that nobody sealed
  "udpShut",
  "allShut", // UDP, and the relays
  "stationPortShut", // at both stations, with their connections gone
  "certificateEnds", // nobody renews it
  "certificateKept", // renewed and not taken up
  "certificateEarly", // one that is not valid yet
  "certificateNamed", // one for another name
  "zonesOld",
  "diskSlows",
  "diskFails",
  "diskFills",
  "diskStaysFull",
  "dateNears", // of something that people wrote down
  "clockWrong",
  "officerLeaves",
  "deskReplaced",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** A count of each kind, all of them 0. */
export const noFaults = (): Record<FaultKind, number> =>
  Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;

/** Mean time between two of a kind while people are about; for the per-event kinds, a probability. */
export type Weather = {
  readonly every: Partial<Readonly<Record<FaultKind, Ms>>>;
  readonly perDial: number;
  readonly perCommit: { readonly lose: number; readonly tear: number; readonly mute: number; readonly lie: number };
  /** While nobody is about, for each pause between spells. */
  readonly perPause: { readonly absence: number; readonly off: number };
  /** Wall clocks of terminals and stations are wrong by up to this. */
  readonly skew: Ms;
};

export type Plan = {
  readonly seed: string;
  readonly stations: number;
  /** Every two stations are linked, or the first with each. */
  readonly shape: "mesh" | "star";
  readonly desks: number;
  /** Spells of activity, and how long each is; the line stands idle in between. */
  readonly spells: number;
  readonly spell: Ms;
  readonly idle: readonly [least: Ms, most: Ms];
  /** Mean time between two calls in a spell, and mean length of one. */
  readonly callEvery: Ms;
  readonly talk: Ms;
  readonly weather: Weather;
  readonly real: boolean;
  readonly keepTrace: boolean;
  /** Lines are rehearsed and checked; null where the world is for calls alone. */
  readonly standing: StandingPlan | null;
};

export type StandingPlan = {
  /** A step that drills are to lack, to see that the measure finds it. */
  readonly without: DrillStep | null;
  /** How likely it is that two parties' media need a relay. */
  readonly natted: number;
  readonly years: number;
  /** Mean times between spells of people, and between long faults of one line. */
  readonly spellsEvery: Ms;
  readonly faultsEvery: Ms;
  /** The world is for presses of Call after years (firstUse.ts). */
  readonly firstUse: FirstUsePlan | null;
};

const often: Partial<Record<FaultKind, Ms>> = {
  shortCut: minutes(6),
  longCut: minutes(12),
  reset: minutes(5),
  slowPath: minutes(10),
  shutDoor: minutes(15),
  crash: minutes(8),
  diskFull: minutes(15),
  slowDisk: minutes(10),
  socket: minutes(4),
  reload: minutes(5),
  mediaCut: minutes(4),
  clockSet: minutes(20),
};

const rarer: Partial<Record<FaultKind, Ms>> = {
  oneWay: minutes(12),
  flap: minutes(15),
  forgotten: minutes(10),
  nameless: minutes(15),
  stopped: minutes(8),
  clockDrifts: minutes(15),
  clockStands: minutes(20),
  diskStalls: minutes(20),
  powerCut: minutes(20),
  crashLoop: minutes(25),
  allSockets: minutes(15),
  slowSocket: minutes(10),
  deskCloses: minutes(12),
  deskStops: minutes(8),
  deskClock: minutes(8),
  clockLost: minutes(20),
};

/** Years of standing idle with drills and checks: `longPlan` with fewer spells of people, and long faults between them. */
export function standingPlan(seed: string, years: number, more: Partial<Plan> = {}): Plan {
  const dice = diceOf(`${seed} standing`);
  return longPlan(seed, years, {
    desks: 1,
    standing: { without: null, natted: 0.25, spellsEvery: days(200), faultsEvery: days(45), years, firstUse: null },
    weather: { ...weatherOf(dice), skew: seconds(1) },
    ...more,
  });
}

/** A world in which somebody presses Call every now and then, after 30 to 3,650 idle days. */
export function firstUsePlan(seed: string, firstUse: FirstUsePlan, more: Partial<StandingPlan> = {}): Plan {
  const plan = standingPlan(`first use ${seed}`, 1);
  if (plan.standing === null) throw new Error("a standing world stands");
  return { ...plan, standing: { ...plan.standing, firstUse, ...more } };
}

/** Of a dice: each kind is missing, usual or three times as often. */
export function weatherOf(dice: Dice): Weather {
  const every: Partial<Record<FaultKind, Ms>> = {};
  for (const [kind, mean] of Object.entries(often) as [FaultKind, Ms][]) {
    const times = dice.pick([0, 0, 1, 1, 3]) ?? 0;
    if (times > 0) every[kind] = ms(mean / times);
  }
  const more = dice.fork("rarer");
  for (const [kind, mean] of Object.entries(rarer) as [FaultKind, Ms][]) if (more.chance(0.35)) every[kind] = mean;
  const lies = dice.fork("lies");
  const rate = (p: number): number => (dice.chance(0.3) ? p : 0);
  return {
    every,
    perDial: dice.pick([0, 0, 0.1, 0.4]) ?? 0,
    perCommit: { lose: rate(0.01), tear: rate(0.01), mute: rate(0.01), lie: lies.chance(0.1) ? 0.004 : 0 },
    perPause: { absence: 0, off: 0 },
    skew: dice.pick([ms(0), seconds(2), minutes(3)]) ?? ms(0),
  };
}

/** A few days with dense activity: what CI runs hundreds of. */
export function shortPlan(seed: string, more: Partial<Plan> = {}): Plan {
  const dice = diceOf(`${seed} weather`);
  return {
    seed,
    stations: 2,
    shape: "mesh",
    desks: 2,
    spells: 2,
    spell: minutes(12),
    idle: [hours(6), hours(30)],
    callEvery: minutes(1),
    talk: minutes(1),
    weather: weatherOf(dice),
    real: false,
    keepTrace: false,
    standing: null,
    ...more,
  };
}

/** Five stations, of which the first is linked with each: one party's desks are wanted on four lines at once. */
export const fivePlan = (seed: string): Plan =>
  shortPlan(seed, { stations: 5, shape: "star", spells: 1, callEvery: seconds(15) });

/** Years of standing idle, with a call now and then, and everything that takes months. */
export function longPlan(seed: string, years: number, more: Partial<Plan> = {}): Plan {
  const weather = weatherOf(diceOf(`${seed} weather`));
  const spells = Math.max(1, Math.round(years * 12));
  const pause = ms((days(365) * years) / spells - minutes(8));
  const perPause = { absence: 0.08, off: 0.08 };
  // A spell of years is for what years do: what goes wrong within one is for the short plans, three times as often.
  const every = Object.fromEntries(Object.entries(weather.every).map(([kind, mean]) => [kind, ms(mean * 3)]));
  const { lose, tear, mute } = weather.perCommit;
  const perCommit = { lose: lose / 3, tear: tear / 3, mute: mute / 3, lie: 0 };
  return shortPlan(seed, {
    spells,
    spell: minutes(8),
    idle: [ms(Math.round(pause * 0.5)), ms(Math.round(pause * 1.5))],
    callEvery: minutes(2),
    weather: { ...weather, every, perCommit, perPause },
    ...more,
  });
}
