// Many first uses, and what they come to: false greens, false reds, and what came too late for any drill.
import { days } from "@parley/base/time";
import { type DrillStep, drillSteps } from "@parley/protocol/signed/drillReport";
import type { Use } from "./firstUse.ts";
import type { Fork } from "./fork.ts";
import { longFaults } from "./longFaults.ts";
import { type Plan, firstUsePlan } from "./plan.ts";
import { runWorld } from "./world.ts";

export type UsesSum = {
  readonly presses: number;
  readonly lineYears: number;
  /** Presses with the last drill green, and of those what failed that was there when it began. */
  readonly green: number;
  readonly falseGreen: number;
  /** What failed after a green drill by something that began after it: no drill can know of it. */
  readonly overtaken: number;
  /** Presses with the last drill red, and of those what worked and had been wrong by nothing. */
  readonly red: number;
  readonly falseRed: number;
  readonly amber: number;
  readonly failed: number;
  readonly wrong: readonly string[];
  readonly falseGreens: readonly string[];
  readonly faults: Readonly<Record<string, number>>;
};

const none: UsesSum = {
  presses: 0,
  lineYears: 0,
  green: 0,
  falseGreen: 0,
  overtaken: 0,
  red: 0,
  falseRed: 0,
  amber: 0,
  failed: 0,
  wrong: [],
  falseGreens: [],
  faults: {},
};

const year = 365 * 86_400_000;

function withUse(sum: UsesSum, seed: string, { shown, call, late, faults, idle }: Use): UsesSum {
  const works = call === "worked";
  const isFalseGreen = shown === "green" && !works && !late;
  const what = `seed ${seed}, ${Math.round(idle)} idle days: ${call}, with ${faults.join(", ") || "nothing wrong"}`;
  return {
    ...sum,
    presses: sum.presses + 1,
    green: sum.green + (shown === "green" ? 1 : 0),
    red: sum.red + (shown === "red" ? 1 : 0),
    amber: sum.amber + (shown === "amber" ? 1 : 0),
    failed: sum.failed + (works ? 0 : 1),
    falseGreen: sum.falseGreen + (isFalseGreen ? 1 : 0),
    falseGreens: isFalseGreen ? [...sum.falseGreens, what] : sum.falseGreens,
    overtaken: sum.overtaken + (shown === "green" && !works && late ? 1 : 0),
    falseRed: sum.falseRed + (shown === "red" && works && !late && faults.length === 0 ? 1 : 0),
  };
}

export async function runUses(
  plans: readonly Plan[],
  each: (sum: UsesSum) => void = () => undefined,
  fork: Fork | null = null,
): Promise<UsesSum> {
  let sum = none;
  for (const plan of plans) {
    const outcome = await runWorld(plan, fork);
    const faults: Record<string, number> = { ...sum.faults };
    for (const [kind, count] of Object.entries(outcome.faults)) faults[kind] = (faults[kind] ?? 0) + count;
    sum = { ...sum, faults, lineYears: sum.lineYears + outcome.linkTime / year };
    for (const use of outcome.uses) sum = withUse(sum, plan.seed, use);
    if (outcome.wrong.length > 0)
      sum = { ...sum, wrong: [...sum.wrong, ...outcome.wrong.map((what) => `seed ${plan.seed}: ${what}`)] };
    each(sum);
  }
  return sum;
}

/** Presses of one world: at so many instants of its decade where it is copied, else one after the other. */
const pressesOfOne = { copied: 100, inOne: 25 };

/** Worlds for so many presses; `first`: the number of the first one's seed. */
export const usesPlans = (presses: number, how: keyof typeof pressesOfOne, first = 1): readonly Plan[] =>
  Array.from({ length: Math.ceil(presses / pressesOfOne[how]) }, (_, i) =>
    firstUsePlan(String(i + first), {
      presses: Math.min(pressesOfOne[how], presses - i * pressesOfOne[how]),
      idle: [30, 3650],
      only: null,
    }),
  );

/** Steps that the simulator's drills go through and find something in that stops a call. */
export const triedSteps: readonly DrillStep[] = drillSteps.filter((step) =>
  longFaults.some((fault) => fault.step === step && fault.stops === "always"),
);

/** A small world in which only what `step` finds goes wrong, and often; whether drills lack that step. */
export const stepPlan = (step: DrillStep, lacks: boolean, seed: string, presses: number): Plan =>
  firstUsePlan(
    `${step} ${seed}`,
    { presses, idle: [30, 35], only: step },
    { without: lacks ? step : null, faultsEvery: days(5) },
  );

/** The 95 % upper bound of a rate of which `k` of `n` were seen (Clopper and Pearson, one-sided). */
export function upperBound(k: number, n: number): number {
  if (n === 0 || k >= n) return 1;
  const atMost = (p: number): number => {
    let [term, sum] = [(1 - p) ** n, 0];
    for (let i = 0; i <= k; i++) {
      sum += term;
      term *= ((n - i) / (i + 1)) * (p / (1 - p));
    }
    return sum;
  };
  let [low, high] = [k / n, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (atMost(middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}
