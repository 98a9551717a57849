// Hundreds of worlds of a few days, and years of one. The counts are fixed; PARLEY_FULL=1 runs ten times as many.
import { describe, expect, it } from "vitest";
import { days, minutes, ms, seconds } from "@parley/base/time";
import { runMany } from "./many.ts";
import { type Plan, fivePlan, longPlan, shortPlan } from "./plan.ts";
import { fiveSeeds, longSeeds, shortSeeds } from "./seeds.ts";
import { runWorld } from "./world.ts";

const full = process.env["PARLEY_FULL"] === "1";
const worlds = full ? 2000 : 200;
const years = full ? 10 : 2;

const plans = (count: number, make: (seed: string) => Plan): readonly Plan[] =>
  Array.from({ length: count }, (_, i) => make(String(i + 1)));

/** Nothing wrong in any of them; what was injected is printed. */
async function allWell(name: string, given: readonly Plan[]) {
  const sum = await runMany(given, () => undefined);
  const faults = Object.entries(sum.faults).filter(([, count]) => count > 0);
  console.log(
    `${name}: ${sum.worlds} worlds, ${sum.events} events, ${sum.lineYears.toFixed(2)} line-years, ` +
      `${sum.calls.placed} calls, ${sum.calls.answered} answered, ${sum.keyRolls} keys handed over\n  ` +
      faults.map(([kind, count]) => `${kind} ${count}`).join(", "),
  );
  expect(sum.wrong).toEqual([]);
  return sum;
}

const calmWeather = { every: {}, perDial: 0, perCommit: { lose: 0, tear: 0, mute: 0, lie: 0 } };

describe("simulated worlds", () => {
  it("[SM1] [SM7] the same seed leaves the same trace, another one another", async () => {
    const [a, again, b] = [
      await runWorld(shortPlan("replay")),
      await runWorld(shortPlan("replay")),
      await runWorld(shortPlan("other")),
    ];
    expect([again.hash, again.events]).toEqual([a.hash, a.events]);
    expect(b.hash).not.toBe(a.hash);
  });

  it(
    `[SM10] [SM11] [SM12] [SM14] [SM15] [SM16] [SM17] [SM19] [SM20] [SM22] [SM23] [SM24] [SM25] [SM26] [SM27] hold in ${worlds} worlds of a few days`,
    { timeout: 600_000 },
    async () => {
      const sum = await allWell("short", plans(worlds, shortPlan));
      expect(sum.calls.answered).toBeGreaterThan(worlds * 5);
      const injected = Object.values(sum.faults).filter((count) => count > 0).length;
      expect(injected).toBeGreaterThanOrEqual(30);
    },
  );

  it(`[SM18] [SM4] hold over ${years} years with months of absence`, { timeout: 600_000 }, async () => {
    const sum = await allWell("long", [longPlan("years", years)]);
    expect(sum.keyRolls).toBeGreaterThan(years * 2 * 8);
    expect(sum.faults.absence + sum.faults.off).toBeGreaterThan(0);
  });

  it("[SM13] a ring has its minute between clocks that are minutes apart and are set all the time", async () => {
    const weather = (plan: Plan): Plan["weather"] => ({
      ...plan.weather,
      ...calmWeather,
      every: { clockSet: seconds(50) },
      skew: minutes(10),
    });
    await allWell(
      "clocks",
      plans(6, (seed) => {
        const plan = shortPlan(`clocks ${seed}`);
        return { ...plan, weather: weather(plan) };
      }),
    );
  });

  it("in fair weather every ring that somebody answers becomes a call that both ledgers sign alike", async () => {
    const sum = await allWell(
      "fair",
      plans(6, (seed) => {
        const plan = shortPlan(`fair ${seed}`);
        return { ...plan, weather: { ...plan.weather, ...calmWeather, skew: ms(0) } };
      }),
    );
    expect(sum.calls.differing).toBe(0);
  });

  it("[SM21] a disk that lied is found out by the other station, which says so and stands still", async () => {
    const sum = await allWell(
      "liars",
      plans(full ? 120 : 12, (seed) => {
        const plan = shortPlan(`liars ${seed}`);
        return { ...plan, weather: { ...plan.weather, perCommit: { ...plan.weather.perCommit, lie: 0.01 } } };
      }),
    );
    console.log(`  ${sum.calls.forgotten} disks forgot, ${sum.calls.silently} times what nobody else knew`);
    expect(sum.calls.forgotten).toBeGreaterThan(5);
    expect(sum.calls.silently).toBeLessThan(sum.calls.forgotten);
  });

  it("[SM10] hold among three stations, where a party may be taken by another line", { timeout: 120_000 }, async () => {
    await allWell(
      "three",
      // The last two were bugs once: a decline that was lost in a crash made its desk ring again, and an answered call gave way
      // at its desk to a ring on another line.
      ["lines 1", "lines 2", "lines 3", "three 2", "three 3"].map((seed) =>
        shortPlan(seed, { stations: 3, callEvery: seconds(30) }),
      ),
    );
  });

  it("[SM10] hold among five stations, of which one is linked with each", { timeout: 240_000 }, async () => {
    await allWell(
      "five",
      plans(2, (seed) => fivePlan(`star ${seed}`)),
    );
  });

  it("[SM6] hold with real signatures and key agreement", { timeout: 120_000 }, async () => {
    await allWell("real", [shortPlan("real", { real: true, spells: 1 })]);
  });

  it.each(shortSeeds)("seed $seed once found: $found", async ({ seed }) => {
    expect((await runWorld(shortPlan(seed))).wrong).toEqual([]);
  });

  it.each(fiveSeeds)("seed $seed of five stations once found: $found", async ({ seed }) => {
    expect((await runWorld(fivePlan(seed))).wrong).toEqual([]);
  });

  it.each(longSeeds)(
    "seed $seed of $years years once found: $found",
    { timeout: 120_000 },
    async ({ seed, years: y }) => {
      const outcome = await runWorld(longPlan(seed, y));
      expect(outcome.wrong).toEqual([]);
      expect(outcome.simulated).toBeGreaterThan(days(100 * y));
    },
  );
});
