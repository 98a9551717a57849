// kill -9 of a real station process at random moments of ring, answer and end: nothing that a desk was told is lost, both
// ledgers hold the same entry of every answered call, and the link's secret goes on. 20 rounds, 100 with PARLEY_FULL=1; the
// moments come from a seed that is printed (PARLEY_KILL_SEED sets it).
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunningParty } from "../../scripts/demoParties.ts";
import { type Parties, startParties } from "./harness/parties.ts";
import { WireDesk } from "./harness/wireDesk.ts";

const rounds = process.env["PARLEY_FULL"] === "1" ? 100 : 20;
const seed = Number(process.env["PARLEY_KILL_SEED"] ?? Date.now() % 1_000_000);

let parties: Parties;
let desks: readonly [WireDesk, WireDesk];

/** mulberry32: enough to choose moments with. */
function randomOf(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

async function until(there: () => boolean | Promise<boolean>, what: string, within = 60_000): Promise<void> {
  const end = performance.now() + within;
  while (!(await there())) {
    if (performance.now() > end) throw new Error(`not within ${within} ms: ${what}`);
    await pause(25);
  }
}

async function deskAt(party: RunningParty): Promise<WireDesk> {
  const { address } = await party.ask<{ address: string }>({ do: "handOut", role: "desk", name: "Desk" });
  const code = new URL(address).hash.replace("#code=", "");
  const desk = new WireDesk(party.origin, party.plan.port, code);
  await until(() => desk.welcome, `${party.plan.name}'s desk`);
  return desk;
}

type Call = {
  readonly index: number;
  readonly call: string;
  readonly proof: string;
  readonly body: string;
  readonly signatures: readonly unknown[];
};
const callsOf = (party: RunningParty): Promise<readonly Call[]> => party.ask<Call[]>({ do: "calls" });
const generationsOf = async (party: RunningParty): Promise<string> =>
  (await party.ask<{ links: { generations: number[] }[] }>({ do: "status" })).links[0]?.generations.join() ?? "";

/** What both ledgers have to have alike; a crossed answer is one side's affair. */
const shared = (calls: readonly Call[]) =>
  calls
    .filter(({ proof }) => proof !== "crossed")
    .map(({ call, proof, body, signatures }) => ({ call, proof, body, signatures }))
    .toSorted((a, b) => (a.call < b.call ? -1 : 1));

beforeAll(async () => {
  parties = await startParties();
  desks = [await deskAt(parties.a), await deskAt(parties.b)];
}, 180_000);

afterAll(async () => {
  for (const desk of desks ?? []) desk.close();
  await parties?.close();
});

it(
  `[RC12] ${rounds} kills at random: nothing told is lost, and both ledgers agree`,
  async () => {
    const random = randomOf(seed);
    const both = [parties.a, parties.b] as const;
    for (let round = 0; round < rounds; round++) {
      const [caller, callee] = round % 2 === 0 ? desks : [desks[1], desks[0]];
      for (const desk of desks) desk.ends = false;
      const end = pause(random() * 700).then(() => (random() < 0.5 ? caller : callee).end());
      const victim = both[random() < 0.5 ? 0 : 1];
      const kill = pause(random() * 700).then(async () => {
        await victim.stop("SIGKILL");
        await victim.start();
      });
      caller.place();
      await Promise.all([end, kill]);
      for (const desk of desks) desk.end();
      await until(() => desks.every(({ welcome, open }) => welcome && !open), `round ${round} to end`);
    }

    const told = desks.map(({ recorded }) => [...recorded.values()]);
    await until(async () => {
      const [ours, theirs] = [await callsOf(parties.a), await callsOf(parties.b)];
      const whole = [...ours, ...theirs].every(({ proof }) => proof !== "waiting");
      return whole && JSON.stringify(shared(ours)) === JSON.stringify(shared(theirs));
    }, "both ledgers to agree");

    const counts: Record<string, number> = {};
    for (const [n, party] of both.entries()) {
      const calls = await callsOf(party);
      for (const { proof } of calls)
        counts[`${party.plan.name} ${proof}`] = (counts[`${party.plan.name} ${proof}`] ?? 0) + 1;
      const kept = new Map(calls.map((one) => [one.call, one]));
      expect([...(desks[n]?.answered ?? [])].filter((call) => !kept.has(call))).toEqual([]);
      for (const { call, at, index } of told[n] ?? []) {
        if (at !== "waiting") expect(kept.get(call)).toMatchObject({ proof: at, index });
      }
    }
    const signed = shared(await callsOf(parties.a)).filter(({ proof }) => proof === "signedByBoth");
    for (const { signatures } of signed) expect(signatures.length).toBe(2);
    expect(await generationsOf(parties.a)).toBe(await generationsOf(parties.b));
    console.log(
      `kill -9 of a station in a call: ${rounds} rounds, seed ${seed}: ${JSON.stringify(counts)}, generations ${await generationsOf(parties.a)}`,
    );
    expect(signed.length).toBeGreaterThan(rounds / 4);
  },
  rounds * 30_000,
);

it("[RC12] and the line works: one more call, made with the newest secret that both hold", async () => {
  const before = Number((await generationsOf(parties.a)).split(",")[0]);
  const [caller, callee] = desks;
  for (const desk of desks) desk.ends = false;
  caller.place();
  await until(() => caller.line.at === "live" && callee.line.at === "live", "the call");
  const call = caller.line.at === "live" ? caller.line.call : "";
  expect([caller.generations.get(call), callee.generations.get(call)]).toEqual([before, before]);
  callee.end();
  await until(async () => (await generationsOf(parties.b)) === `${before + 1},${before}`, "the next generation");
  await until(() => caller.recorded.get(call)?.at === "signedByBoth", "the record");
});
