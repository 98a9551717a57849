// The measure that the product stands on: a line stands idle for 30 to 3,650 days, things go wrong and come right at random, and
// then a person presses Call. With the last drill green, how many calls fail? A world stands for a decade in which nobody ever calls,
// and is copied at random instants (fork.ts); in each copy somebody presses, once. Where worlds cannot be copied one goes on through
// its presses, each after a wait of its own. Nothing is put right before a press.
import { type Ms, days, hours, minutes, ms } from "@parley/base/time";
import type { DrillStep } from "@parley/protocol/signed/drillReport";
import { type FirstCall, clearAway, firstCall } from "./firstCall.ts";
import type { Fork } from "./fork.ts";
import { type LongFault, longFaults } from "./longFaults.ts";
import { type Linked, type World, linkedPairs } from "./parts.ts";
import type { Dice } from "./random.ts";
import type { Station } from "./station.ts";
import { rest, setClocks, untilQuiet, wake } from "./years.ts";

type Pass = (length: number) => Promise<void>;

/**
 * How a press came out. `late`: what is wrong, or was, began or ended after the last drill had begun; where only one direction goes
 * through it, after the last two had, since the sides take turns.
 */
export type Use = {
  readonly shown: "green" | "amber" | "red";
  readonly call: FirstCall;
  readonly late: boolean;
  readonly idle: number;
  readonly faults: readonly string[];
};

export type FirstUsePlan = {
  readonly presses: number;
  /** Idle days before each, drawn evenly on a logarithmic scale. */
  readonly idle: readonly [number, number];
  /** Only what this step of a drill finds goes wrong; null for everything. */
  readonly only: DrillStep | null;
};

type Going = { readonly fault: LongFault; readonly side: Station; readonly began: number; readonly end: () => void };

/** A drill that ends at a time has begun this much before, at most. */
const drillLasts: Ms = minutes(2);

export async function liveToFirstUse(world: World, pass: Pass, uses: Use[], fork: Fork | null): Promise<void> {
  const plan = world.plan.standing?.firstUse ?? null;
  if (plan === null) return;
  const dice = world.dice.fork("first use");
  const pair = dice.pick(linkedPairs(world));
  if (pair === undefined) return;
  setClocks(world);
  world.judge.drills.excuse("all");
  rest(world);
  if (fork === null) return pressOneAfterTheOther(world, pair, plan, dice, pass, uses);
  const history = new History(world, pair, plan.only);
  const past = dice.fork("history");
  const began = world.queue.now();
  const [least, most] = plan.idle;
  const instants = Array.from({ length: plan.presses }, () => dice.span(days(least), days(most)));
  for (const [n, at] of instants.toSorted((a, b) => a - b).entries()) {
    await history.pass(ms(began + at - world.queue.now()), past, pass);
    const known = world.judge.found().length;
    const { use, wrong } = await fork(async () => {
      const of = await press(world, pair, history, at / days(1), dice.fork(`press ${n}`), pass);
      return { use: of, wrong: world.judge.found().slice(known) };
    });
    uses.push(use);
    for (const what of wrong) world.judge.wrong(`in the copy of press ${n + 1}: ${what}`);
  }
  history.endAll();
  await wake(world, pair, pass);
  await untilQuiet(world, pass);
  await world.judge.all("after its decade");
}

async function pressOneAfterTheOther(
  world: World,
  pair: Linked,
  plan: FirstUsePlan,
  dice: Dice,
  pass: Pass,
  uses: Use[],
): Promise<void> {
  const [least, most] = plan.idle;
  for (let n = 0; n < plan.presses; n++) {
    const history = new History(world, pair, plan.only);
    const idle = least * (most / least) ** dice.part();
    world.judge.drills.excuse("all");
    rest(world);
    await history.pass(ms(Math.round(days(1) * idle)), dice, pass);
    uses.push(await press(world, pair, history, idle, dice, pass));
    history.endAll();
    await clearAway(world, pair, pass);
    await untilQuiet(world, pass);
    world.judge.drills.excuse();
  }
}

/** The last hours, with drills at their own pace, while things go on going wrong and coming right; then somebody presses Call. */
async function press(world: World, pair: Linked, history: History, idle: number, dice: Dice, pass: Pass): Promise<Use> {
  const { judge } = world;
  await wake(world, pair, pass);
  await history.pass(dice.span(hours(2), hours(4)), dice, pass);
  const calling = dice.chance(0.5) ? pair.a : pair.b;
  const shown = shownAt(calling, pair);
  const [other, last] = judge.drills.since(calling, pair.link, 0).slice(-2);
  const late = history.changedSince((last?.at ?? 0) - drillLasts, (other?.at ?? 0) - drillLasts);
  const faults = history.now().map(({ fault, side }) => `${fault.kind} at ${side.name}`);
  const call = await firstCall(world, pair, calling, dice, pass);
  world.trace.note(`a first use after ${Math.round(idle)} days: ${shown}, ${call}, ${faults.join(", ")}`);
  return { shown, call, late, idle, faults };
}

/** The drill's word on the line as the desks of that station show it, and whether it still speaks for the line. */
function shownAt(station: Station, { link }: Linked): Use["shown"] {
  const { alive } = station;
  const drills = alive?.joined?.drills?.run.shown().find((it) => it.link === link);
  if (alive === null || drills === undefined || drills.verdict === null) return "amber";
  if (!alive.links.reachable(link).up || drills.verdict.at === "notReady") return "red";
  const proven = drills.changed === null && station.machine.wall() < drills.stale;
  return drills.verdict.at === "ready" && proven ? "green" : "amber";
}

/** Faults that come and go by themselves. */
class History {
  private readonly world: World;
  private readonly pair: Linked;
  private readonly kinds: readonly LongFault[];
  private going: Going[] = [];
  private readonly lastChange = { both: Number.NEGATIVE_INFINITY, oneWay: Number.NEGATIVE_INFINITY };

  constructor(world: World, pair: Linked, only: DrillStep | null) {
    this.world = world;
    this.pair = pair;
    this.kinds = longFaults.filter(
      ({ step, stops, known }) =>
        only === null || (step === only && !known && stops !== "never" && stops !== "relayed"),
    );
  }

  now(): readonly Going[] {
    return this.going;
  }
  changedSince(at: number, inOneWay: number): boolean {
    return this.lastChange.both >= at || this.lastChange.oneWay >= inOneWay;
  }

  /** Time passes, and what it brings. */
  async pass(length: Ms, dice: Dice, pass: Pass): Promise<void> {
    const { queue, plan } = this.world;
    const until = queue.now() + length;
    for (;;) {
      const next = queue.now() + dice.about(plan.standing?.faultsEvery ?? days(45));
      await pass(Math.min(next, until) - queue.now());
      if (queue.now() >= until) return;
      this.begin(dice);
    }
  }

  private begin(dice: Dice): void {
    const { world, pair } = this;
    const fault = dice.pick(this.kinds);
    const side = dice.chance(0.5) ? pair.a : pair.b;
    if (fault === undefined || this.going.some((it) => clash(it.fault, fault))) return;
    world.faults.count(fault.kind);
    world.trace.note(`-- ${fault.kind} at ${side.name}`);
    const undo = fault.begin({ world, pair, side, dice });
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      undo();
      world.trace.note(`${fault.kind} is over`);
      this.going = this.going.filter((it) => it.end !== end);
      this.change(fault);
    };
    this.going.push({ fault, side, began: world.queue.now(), end });
    this.change(fault);
    world.queue.wait(dice.span(...fault.lasts), end);
  }

  private change({ oneWay }: LongFault): void {
    this.lastChange[oneWay ? "oneWay" : "both"] = this.world.queue.now();
  }

  endAll(): void {
    for (const { end } of this.going) end();
  }
}

/** Two that take hold of the same thing are not had at once. */
const holdsOf = ({ kind }: LongFault): string => {
  if (kind.startsWith("relay") || kind.endsWith("Shut")) return "gates";
  if (kind.startsWith("certificate")) return "certificates";
  if (kind.startsWith("disk")) return "disk";
  return kind;
};
const clash = (a: LongFault, b: LongFault): boolean => holdsOf(a) === holdsOf(b) || (isOfPages(a) && isOfPages(b));
const isOfPages = ({ kind }: LongFault): boolean => ["pageStands", "desksClosed", "off"].includes(kind);
