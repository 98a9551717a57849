// `npm run sim -- [--seeds N] [--years Y] [--seed S] [--stations N] [--star] [--real-crypto] [--trace]
// [--first N] [--first-use N] [--json]`: whole stations with scripted people in simulated worlds. Without --years each world is a few
// days of dense activity. --seed runs one world twice, which must leave one trace, and shows the end of it when something was wrong.
// With --first-use N people press Call N times after 30 to 3,650 idle days (docs/spec/sim.md). --first: the number of the first seed,
// for more than one core. Exits 1 when anything was wrong. For the night: `npm run sim:night`.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { type Figure, atMost } from "../bench/src/figure.ts";
import { machine } from "../bench/src/machine.ts";
import { forkFlags, openFork } from "../sim/src/fork.ts";
import { type Sum, runMany } from "../sim/src/many.ts";
import { runUses, upperBound, usesPlans } from "../sim/src/manyUses.ts";
import { type Plan, shortPlan, standingPlan } from "../sim/src/plan.ts";
import { runWorld } from "../sim/src/world.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "20" },
    years: { type: "string", default: "0" },
    seed: { type: "string" },
    stations: { type: "string", default: "2" },
    star: { type: "boolean", default: false },
    first: { type: "string", default: "1" },
    "real-crypto": { type: "boolean", default: false },
    trace: { type: "boolean", default: false },
    "first-use": { type: "string", default: "0" },
    json: { type: "boolean", default: false },
  },
});
const [seeds, years, stations] = [values.seeds, values.years, values.stations].map(Number) as [number, number, number];
const firstSeed = Number(values.first);

const realEvery = 16;

const planOf = (seed: string): Plan => {
  const shape = values.star ? "star" : "mesh";
  // Signatures are most of the time: real ones in one world of sixteen, ideal ones in the others ([SM6]).
  const real = values["real-crypto"] || Number(seed) % realEvery === 0;
  const more = { real, keepTrace: values.trace, stations, shape } as const;
  return years > 0 ? standingPlan(seed, years, more) : shortPlan(seed, more);
};
const command = (seed: string): string =>
  `npm run sim -- --seed ${seed}${years > 0 ? ` --years ${years}` : ""}${stations === 2 ? "" : ` --stations ${stations}`}${values.star ? " --star" : ""}`;

const links = values.star ? stations - 1 : (stations * (stations - 1)) / 2;

async function replay(seed: string): Promise<number> {
  const first = await runWorld(planOf(seed));
  const second = await runWorld(planOf(seed));
  if (values.trace || first.wrong.length > 0) console.log(first.lines.join("\n"));
  console.log(`seed ${seed}: trace ${first.hash}, ${first.events} events; again: trace ${second.hash}`);
  for (const what of first.wrong) console.log(`WRONG ${what}`);
  if (first.hash !== second.hash) console.log("WRONG the same seed left two traces");
  return first.wrong.length > 0 || first.hash !== second.hash ? 1 : 0;
}

function table(sum: Sum): string {
  const faults = Object.entries(sum.faults).filter(([, count]) => count > 0);
  const { placed, answered, missed, oneSided, differing, forgotten, silently } = sum.calls;
  return [
    `${sum.worlds} worlds of ${stations} stations (${links} ${links === 1 ? "line" : "lines"} each), ${sum.events} events`,
    `faults injected, ${faults.length} kinds: ${faults.map(([kind, count]) => `${kind} ${count}`).join(", ")}`,
    `calls: ${placed} placed, ${answered} answered, ${missed} missed; records: ${differing} differ, ${oneSided} on one side alone`,
    `disks that lied: ${forgotten} forgot, ${silently} of what nobody else knew`,
    `station keys handed over: ${sum.keyRolls}`,
    `drills: ${Object.entries(sum.drills)
      .map(([what, count]) => `${what} ${count}`)
      .join(", ")}`,
  ].join("\n");
}

async function many(): Promise<number> {
  const began = process.cpuUsage();
  const hashes: string[] = [];
  const plans = Array.from({ length: seeds }, (_, i) => planOf(String(i + firstSeed)));
  const sum = await runMany(plans, ({ seed, wrong, hash }) => {
    hashes.push(hash);
    for (const what of wrong) console.log(`WRONG in seed ${seed}: ${what}\n      ${command(seed)}`);
  });
  const { user, system } = process.cpuUsage(began);
  const minutes = (user + system) / 60_000_000;
  // The first world once more: a seed that does not replay is worth nothing.
  const [one] = plans;
  const unequal = one !== undefined && (await runWorld(one)).hash !== hashes[0] ? 1 : 0;
  const rate = sum.lineYears / minutes;
  const faults = Object.values(sum.faults).filter((count) => count > 0).length;
  console.log(table(sum));
  console.log(
    `${sum.lineYears.toFixed(2)} line-years, ${rate.toFixed(1)} a minute of one core; ${sum.wrong.length} worlds went wrong`,
  );
  const figures: readonly Figure[] = [
    atMost("sim.wrong", sum.wrong.length, 0, 0, sum.worlds),
    atMost("sim.unequal_traces", unequal, 0, 0, 1),
    {
      id: "sim.fault_kinds",
      value: faults,
      must: "printed",
      aim: ">= 40",
      holds: true,
      n: sum.worlds,
    },
    {
      id: "sim.line_years",
      value: Number(rate.toPrecision(3)),
      must: years > 0 ? ">= 20" : "printed",
      aim: ">= 200",
      holds: years === 0 || rate >= 20,
      n: sum.worlds,
    },
  ];
  for (const { id, value, must, holds } of figures) console.log(`${holds ? "ok  " : "FAIL"}  ${id} ${value} (${must})`);
  if (values.json) console.log(JSON.stringify({ figures, machine: await machine(new Date()) }));
  return figures.every(({ holds }) => holds) ? 0 : 1;
}

/** What of a first use is the stations' own code, and what is a model of something else. */
const ofTheModel =
  "real: duties, ledgers, links, storage's port, the judgement of drills and checks; models: browsers and their media, " +
  "networks, relays, certificates, disks, clocks, signatures; not in it: the rooms' cameras and microphones";

async function firstUses(presses: number): Promise<number> {
  const fork = await openFork();
  const sum = await runUses(
    usesPlans(presses, fork === null ? "inOne" : "copied", firstSeed),
    ({ presses: done, green, falseGreen, overtaken, red, falseRed, failed, wrong }) =>
      console.log(
        `${done} presses: ${green} after green, of which ${falseGreen} failed and ${overtaken} were overtaken; ${red} after red, ` +
          `${falseRed} falsely; ${failed} failed; ${wrong.length} wrong`,
      ),
    fork,
  );
  const kinds = Object.values(sum.faults).filter((count) => count > 0).length;
  for (const what of [...sum.wrong, ...sum.falseGreens]) console.log(`WRONG ${what}`);
  const bound = upperBound(sum.falseGreen, sum.green);
  console.log(
    `${sum.presses} first uses ${fork === null ? "one after the other in their worlds" : "in copies of worlds, each of which nobody had used"}, ` +
      `${sum.lineYears.toFixed(0)} line-years, ${kinds} kinds of fault; the last drill was green before ${sum.green}, ` +
      `degraded, unproven or too old before ${sum.amber}, red before ${sum.red}; ${sum.failed} calls failed\n` +
      `after a green drill ${sum.falseGreen} failed by what was there when it began (95 % bound ${bound.toPrecision(2)}), ` +
      `${sum.overtaken} by what began after it\n${ofTheModel}`,
  );
  const figures: readonly Figure[] = [
    atMost("sim.false_green", sum.falseGreen, 0, 0, sum.green),
    atMost("sim.false_green_bound", bound, null, null, sum.green),
    atMost("sim.overtaken", sum.overtaken, null, null, sum.green),
    atMost("sim.false_red", sum.falseRed / Math.max(1, sum.presses), 0.001, 0.0001, sum.presses),
    atMost("sim.wrong", sum.wrong.length, 0, 0, sum.presses),
  ];
  for (const { id, value, must, holds } of figures) console.log(`${holds ? "ok  " : "FAIL"}  ${id} ${value} (${must})`);
  if (values.json) console.log(JSON.stringify({ figures, machine: await machine(new Date()), ofTheModel }));
  return figures.every(({ holds }) => holds) ? 0 : 1;
}

const presses = Number(values["first-use"]);

/** Worlds are copied only in a process of its own kind (fork.ts). */
function startedForCopies(): number | null {
  if (process.platform !== "linux" || process.execArgv.includes(forkFlags[0])) return null;
  const [, script = "", ...args] = process.argv;
  const flags = [...process.execArgv, ...forkFlags, "--disable-warning=ExperimentalWarning"];
  return spawnSync(process.execPath, [...flags, script, ...args], { stdio: "inherit" }).status ?? 1;
}

process.exitCode =
  presses > 0
    ? (startedForCopies() ?? (await firstUses(presses)))
    : values.seed === undefined
      ? await many()
      : await replay(values.seed);
