// Many worlds one after the other, and what came of all of them together.
import { noDrillCounts } from "./drillsJudge.ts";
import { type FaultKind, type Plan, noFaults } from "./plan.ts";
import { type Outcome, runWorld } from "./world.ts";

export type Sum = {
  readonly worlds: number;
  /** Seeds in which something was wrong, with the first things that were. */
  readonly wrong: readonly { readonly seed: string; readonly what: readonly string[] }[];
  readonly events: number;
  /** Years of one link, all links together. */
  readonly lineYears: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly calls: Outcome["calls"];
  readonly keyRolls: number;
  readonly drills: Outcome["drills"];
  readonly reports: Readonly<Record<string, number>>;
};

const year = 365 * 86_400_000;

const added = <K extends string>(a: Readonly<Record<K, number>>, b: Readonly<Record<K, number>>): Record<K, number> => {
  const sum: Record<K, number> = { ...a };
  for (const key of Object.keys(b) as K[]) sum[key] = (sum[key] ?? 0) + b[key];
  return sum;
};

const nothing: Sum = {
  worlds: 0,
  wrong: [],
  events: 0,
  lineYears: 0,
  faults: noFaults(),
  calls: { placed: 0, answered: 0, missed: 0, oneSided: 0, differing: 0, forgotten: 0, silently: 0 },
  keyRolls: 0,
  drills: noDrillCounts,
  reports: {},
};

export async function runMany(plans: readonly Plan[], each: (outcome: Outcome) => void): Promise<Sum> {
  let sum = nothing;
  for (const plan of plans) {
    const outcome = await runWorld(plan);
    each(outcome);
    sum = {
      worlds: sum.worlds + 1,
      wrong: outcome.wrong.length === 0 ? sum.wrong : [...sum.wrong, { seed: plan.seed, what: outcome.wrong }],
      events: sum.events + outcome.events,
      lineYears: sum.lineYears + outcome.linkTime / year,
      faults: added(sum.faults, outcome.faults),
      calls: added(sum.calls, outcome.calls),
      keyRolls: sum.keyRolls + outcome.keyRolls,
      drills: added(sum.drills, outcome.drills),
      reports: added(sum.reports, outcome.reports),
    };
  }
  return sum;
}
