// How a standing world lives: it stands idle for weeks with drills and checks thinned out; then something happens to a line, around
// which they keep their real pace until the line is known to be well again. Now and then people come for a spell.
import { type Ms, days, hours, minutes, ms, seconds } from "@parley/base/time";
import { type LongFault, type Place, longFaults } from "./longFaults.ts";
import { drillPeriod } from "./standing.ts";
import { type Linked, type Pair, type World, heal, linkedPairs } from "./parts.ts";
import type { Dice } from "./random.ts";
import type { Station } from "./station.ts";

type Pass = (length: number) => Promise<void>;

/** From its ring to both signatures, and a little more. */
const drillLasts: Ms = minutes(2);
/** Two drills of a line, whichever side's turn it is: each side has one slot in two. */
const twoDrills: Ms = ms(4.5 * drillPeriod);
/** How often it is looked whether what is waited for has happened. */
const looksEvery: Ms = minutes(20);

/** Quiet times end for these: checks and drills are held now, and go on at their real pace. */
export async function wake(world: World, { a, b, link }: Linked, pass: Pass): Promise<void> {
  for (const station of [a, b]) world.standing.stir(station);
  for (const station of [a, b]) {
    const { alive } = station;
    void alive?.joined?.drills?.run.now(link);
    void alive?.checks?.round();
    await pass(drillLasts);
  }
}

const stirBoth = ({ standing }: World, { a, b }: Pair): void => {
  for (const station of [a, b]) standing.stir(station);
};

export const rest = ({ standing, stations }: World): void => {
  for (const station of stations) standing.rest(station);
};

export async function liveYears(world: World, pass: Pass): Promise<void> {
  const { plan, queue, judge } = world;
  const { standing } = plan;
  if (standing === null) return;
  const dice = world.dice.fork("years");
  const until = queue.now() + days(365) * standing.years;
  const lines = linkedPairs(world);
  setClocks(world);
  judge.drills.excuse();
  let nextSpell = queue.now() + dice.about(standing.spellsEvery);
  while (queue.now() < until) {
    rest(world);
    await pass(dice.about(ms(standing.faultsEvery / lines.length)));
    const pair = dice.pick(lines);
    if (pair === undefined) return;
    if (queue.now() > nextSpell) {
      await spell(world, pass, dice);
      nextSpell = queue.now() + dice.about(standing.spellsEvery);
    }
    await episode(world, pair, pass, dice);
    await untilQuiet(world, pass);
    await judge.all(`after ${longFaults.length} kinds`);
  }
}

/** Somebody sets the clocks right. */
export function setClocks({ stations, queue }: World): void {
  for (const { machine } of stations) {
    machine.skew = ms(0);
    machine.setAt = queue.now();
  }
}

/** People come, with the weather of the plan, and a drill in the midst of it. */
async function spell(world: World, pass: Pass, dice: Dice): Promise<void> {
  const { plan, faults, people, judge } = world;
  world.awake = true;
  judge.drills.excuse("all");
  faults.begin();
  people.begin();
  const at = dice.span(ms(0), plan.spell);
  await pass(at);
  for (const { a, link } of linkedPairs(world)) void a.alive?.joined?.drills?.run.now(link);
  await pass(plan.spell - at);
  world.awake = false;
  setClocks(world);
  await heal(world, pass);
  judge.drills.excuse();
  await judge.all("after a spell");
}

/** One thing goes wrong on one line, is found, and is put right. */
async function episode(world: World, pair: Linked, pass: Pass, dice: Dice): Promise<void> {
  const { judge, queue } = world;
  await wake(world, pair, pass);
  judge.drills.excuse();
  await wellAgain(world, pair, queue.now() - 2 * drillLasts, pass, "before anything happened");

  const fault = dice.pick(longFaults) as LongFault;
  const side = dice.chance(0.5) ? pair.a : pair.b;
  const place: Place = { world, pair, side, dice };
  world.faults.count(fault.kind);
  judge.drills.begins(fault, side);
  const began = queue.now();
  const undo = fault.begin(place);
  stirBoth(world, pair);
  await untilDrilled(world, pair, began, 2, pass);
  judge.drills.mustBeFound(fault, pair, side, began);
  const left = dice.span(...fault.lasts) - (queue.now() - began);
  if (left > hours(3)) {
    rest(world);
    await pass(left - hours(2));
    await wake(world, pair, pass);
    await pass(dice.span(minutes(10), hours(2)));
  }
  undo();
  stirBoth(world, pair);
  const ended = queue.now();
  world.trace.note(`${fault.kind} is over`);
  await wellAgain(world, pair, ended, pass, fault.kind);
  judge.drills.ends(fault);
}

/** Passes until no drill is under way, nor has just ended. */
export async function untilQuiet(world: World, pass: Pass): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    await pass(minutes(1));
    if (world.judge.drills.isQuiet()) return;
  }
}

/** Passes until each side has been told of `count` drills that began since `from`, or the time for that is over. */
async function untilDrilled(world: World, pair: Linked, from: number, count: number, pass: Pass): Promise<void> {
  const { judge, queue } = world;
  const has = (station: Station): boolean => judge.drills.since(station, pair.link, from + drillLasts).length >= count;
  while (!(has(pair.a) && has(pair.b)) && queue.now() < from + twoDrills) await pass(looksEvery);
}

/** A line that can be ready is ready again within two drills. */
async function wellAgain(world: World, pair: Linked, from: number, pass: Pass, after: string): Promise<void> {
  await untilDrilled(world, pair, from, 2, pass);
  await pass(seconds(30));
  world.judge.drills.mustBeReady(pair, from + drillLasts, after);
}
