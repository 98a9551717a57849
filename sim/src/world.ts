// A world: stations, the network between them, desks with people, and what goes wrong. It is set up, pairs its stations,
// lives through its plan, and is healed and judged after each spell of activity.
import { type Bytes, hex, utf8 } from "@parley/base/bytes";
import { type Ms, minutes, ms } from "@parley/base/time";
import { openCall } from "@parley/call/state";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { sha256Of } from "@parley/protocol/signed/hash";
import { idealCryptography, realCryptography } from "./cryptography.ts";
import { makeEquipment } from "./equipment.ts";
import { makeFaults } from "./faults.ts";
import { type Use, liveToFirstUse } from "./firstUse.ts";
import type { Fork } from "./fork.ts";
import { makeFront } from "./front.ts";
import { noDrillCounts } from "./drillsJudge.ts";
import { Judge } from "./judge.ts";
import { looksOf } from "./looks.ts";
import { makeMedia } from "./media.ts";
import { makeNetwork } from "./net.ts";
import { makePeople } from "./people.ts";
import type { FaultKind, Plan } from "./plan.ts";
import { pairStations } from "./pairing.ts";
import { type Pair, type World, frontOf, heal, linkBytes } from "./parts.ts";
import { type Queue, makeQueue } from "./queue.ts";
import { trueTime } from "./machine.ts";
import { diceOf } from "./random.ts";
import { makeStanding } from "./standing.ts";
import { Station, usualCommit } from "./station.ts";
import { liveYears } from "./years.ts";
import { makeTrace } from "./trace.ts";

export type Outcome = {
  readonly seed: string;
  readonly hash: string;
  readonly wrong: readonly string[];
  readonly events: number;
  readonly simulated: Ms;
  /** Time that links stood, all of them together. */
  readonly linkTime: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly calls: Readonly<
    Record<"placed" | "answered" | "missed" | "oneSided" | "differing" | "forgotten" | "silently", number>
  >;
  readonly keyRolls: number;
  /** Of a world of presses of Call: each of them. */
  readonly uses: readonly Use[];
  readonly drills: ReturnType<Judge["drills"]["counts"]>;
  readonly reports: Readonly<Record<string, number>>;
  readonly lines: readonly string[];
};

const names = ["Northmark", "Estovar", "Suderland", "Ostrava", "Westring"];

/** `fork`: how the world is copied where its plan is for presses of Call (firstUse.ts); they happen in it where that is null. */
export async function runWorld(plan: Plan, fork: Fork | null = null): Promise<Outcome> {
  const rejected: string[] = [];
  const onRejection = (reason: unknown): void =>
    void rejected.push(`a promise was rejected: ${reason instanceof Error ? (reason.stack ?? "") : String(reason)}`);
  process.on("unhandledRejection", onRejection);
  try {
    const world = build(plan);
    const uses: Use[] = [];
    await live(world, uses, fork);
    return { ...outcomeOf(world, rejected), uses };
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ...failed(plan), wrong: [`the world threw: ${what}`, ...rejected] };
  } finally {
    process.off("unhandledRejection", onRejection);
  }
}

function build(plan: Plan): World {
  const dice = diceOf(plan.seed);
  const queue: Queue = makeQueue(() => calm(world));
  const trace = makeTrace(queue.now, plan.keepTrace);
  const network = makeNetwork(queue, dice.fork("network"), () => faults.dialFails());
  const cryptography = plan.real ? realCryptography : idealCryptography(dice.fork("kem").bytes);
  const skews = dice.fork("skews");
  const skew = (): Ms => ms(skews.span(ms(0), plan.weather.skew) - plan.weather.skew / 2);
  const wrong = (what: string): void => judge.wrong(what);
  const pairs: Pair[] = [];
  const standing = makeStanding(plan.standing !== null, queue.now);

  const stations = names.slice(0, plan.stations).map(
    (name) =>
      new Station(
        name,
        skew(),
        {
          queue,
          network,
          cryptography,
          note: trace.note,
          report: (station: Station, error: ParleyError) => judge.reported(station, error),
          diskFault: (station) => faults.onCommit(station),
          commitTakes: (station) => faults.commitTakes(station) ?? usualCommit,
          forgotten: (station) => judge.forgotten(station),
          began: (station) => frontOf(world, station).began(),
          ended: (station) => {
            frontOf(world, station).ended();
            faults.fallen(station);
          },
          terminals: (station, alive) => frontOf(world, station).portOf(alive),
          drills: (station) => (standing.isOn ? standing.settings(station) : null),
          checks: (station, alive) =>
            standing.isOn
              ? {
                  running: standing.running(station),
                  looks: looksOf(world, station, alive),
                  online: () =>
                    new Set(frontOf(world, station).seats.flatMap((it) => (it.socket?.open === true ? [it.id] : []))),
                }
              : null,
          sleepy: (station, clock) => standing.sleepy(station, clock),
          checked: (station, alive) => judge.drills.checked(station, alive),
        },
        dice.fork(name),
      ),
  );
  const fronts = stations.map((station) =>
    makeFront(
      station,
      {
        queue,
        note: trace.note,
        changed: (seat, link) => {
          media.look(seat);
          // First uses have people of their own.
          if (plan.standing === null || plan.standing.firstUse === null) people.sees(seat, link);
          judge.screens.screenOf(seat, link);
        },
        drillChanged: (seat) => media.look(seat),
        drillsChanged: (from, alive) => judge.drills.changed(from, alive),
        equipment: () => equipment,
        takerOf: (id, call) => media.takerOf(id, call),
        isTrusted: (of) => !standing.isOn || standing.upkeep(of).certificates.holds(trueTime(queue)),
        browser: "Chromium of the model, 140",
        refused: (seat, code) => judge.refused(seat, code),
        sayTo: (seat, page, far, call, word) => media.say(seat, page, far, call, word),
        met: (seat, page, call, far) => {
          const words = [`${seat.id} ${page.page}`, `${far} ${page.metIn(call, far)}`].toSorted();
          const secret: Bytes = sha256Of(utf8(`${call} ${words.join(" ")}`));
          seat.station.alive?.joined
            ?.exported({ terminal: seat.id, call, secret })
            .catch((error: unknown) => wrong(String(error)));
        },
        foreign: (seat, call) => wrong(`${seat.it.name} of ${seat.station.name} was given another secret for ${call}`),
        lineTold: (from, link, { line }) => {
          const call = openCall(line);
          judge.lineTold(from, link, line);
          trace.note(
            `${from.name} ${line.at}${"side" in line ? ` ${line.side}` : ""} ${call === null ? "" : judge.nameOf(call)}`,
          );
        },
        told: (from, told) => judge.watch.told(from, told),
        comes: (seat) => judge.watch.comes(seat.id),
        wrong,
        pageSkew: skew,
      },
      dice.fork(`front ${station.name}`),
    ),
  );
  stations.forEach((a, i) => {
    const linked = plan.shape === "mesh" || i === 0 ? stations.slice(i + 1) : [];
    for (const b of linked) pairs.push({ a, b, link: null });
  });
  const judge = new Judge(() => world);
  const nat = dice.fork("nat");
  const natted = new Map(pairs.map((pair) => [pair, nat.chance(plan.standing?.natted ?? 0)]));
  const equipment = makeEquipment(
    plan.standing?.without ?? null,
    (a, b) => [...natted].some(([pair, is]) => is && [pair.a, pair.b].includes(a) && [pair.a, pair.b].includes(b)),
    (station) => !standing.isOn || standing.upkeep(station).certificates.holds(trueTime(queue)),
  );
  const world: World = {
    plan,
    dice,
    queue,
    network,
    trace,
    stations,
    fronts,
    pairs,
    judge,
    faults: makeFaults(() => world, dice.fork("faults")),
    media: makeMedia(() => world, dice.fork("media")),
    equipment,
    standing,
    people: makePeople(() => world, dice.fork("people")),
    awake: false,
  };
  const { faults, media, people } = world;
  return world;
}

/** Whether nothing between stations could come of itself to anything: all that is connected is idle, the rest cannot be. */
function calm(world: World): boolean {
  if (world.network.busy() > 0 || world.network.unnoticed()) return false;
  return world.pairs.every(({ a, b, link }) => {
    const [here, there] = [a.alive, b.alive];
    if (link === null || here === null || there === null || world.network.isCut(a.host, b.host)) return true;
    return [here, there].every(({ joined, store }) => {
      const { sent, acknowledged } = store.position(linkBytes(link));
      return sent === acknowledged && joined?.peers.link(linkBytes(link))?.status().at === "connected";
    });
  });
}

async function live(world: World, uses: Use[], fork: Fork | null): Promise<void> {
  const { plan, queue, dice, judge } = world;
  const pass = (length: number): Promise<void> => queue.run(ms(queue.now() + length));
  const during = (work: () => Promise<void>, atMost: Ms): Promise<void> => {
    let done = false;
    void work().then(() => (done = true));
    return queue
      .run(ms(queue.now() + atMost), () => done)
      .then(() => {
        if (!done) judge.wrong("what was begun did not end");
      });
  };

  for (const station of world.stations) {
    await during(async () => {
      await station.start();
      await station.setUp();
      for (let n = 1; n <= plan.desks; n++) await station.enrol(`Desk ${n}`);
    }, minutes(5));
    station.kill("set up");
    await during(() => station.start(), minutes(1));
    for (const desk of station.desks) frontOf(world, station).seat(desk);
  }
  await pairStations(world, pass);
  if (plan.standing !== null)
    return plan.standing.firstUse === null ? liveYears(world, pass) : liveToFirstUse(world, pass, uses, fork);

  for (let spell = 0; spell < plan.spells; spell++) {
    world.faults.betweenSpells();
    await pass(dice.span(...plan.idle));
    world.awake = true;
    world.faults.begin();
    world.people.begin();
    await pass(plan.spell);
    world.awake = false;
    await heal(world, pass);
    await judge.all(`after spell ${spell + 1}`);
  }
}

function outcomeOf(world: World, rejected: readonly string[]): Omit<Outcome, "uses"> {
  const { judge, queue, plan, trace } = world;
  const now = queue.now();
  return {
    seed: plan.seed,
    hash: trace.hash(),
    wrong: [...judge.found(), ...rejected],
    events: queue.count(),
    simulated: now,
    linkTime: now * world.pairs.filter(({ link }) => link !== null).length,
    faults: world.faults.counts(),
    calls: judge.counts(),
    keyRolls: judge.keyRolls(),
    drills: judge.drills.counts(),
    reports: judge.reports(),
    lines: trace.last(plan.keepTrace ? Number.POSITIVE_INFINITY : 120),
  };
}

function failed(plan: Plan): Outcome {
  const none = { placed: 0, answered: 0, missed: 0, oneSided: 0, differing: 0, forgotten: 0, silently: 0 };
  const hash = hex(new Uint8Array(8));
  const faults = {} as Outcome["faults"];
  return {
    seed: plan.seed,
    hash,
    wrong: [],
    events: 0,
    simulated: ms(0),
    linkTime: 0,
    faults,
    calls: none,
    keyRolls: 0,
    drills: noDrillCounts,
    uses: [],
    reports: {},
    lines: [],
  };
}
