// Random histories of two stations: people press, terminals report keys, messages come late and twice, and machines die at
// any commit. Whatever happened, both ledgers agree once all is said, and the link goes on. PARLEY_RECORD_RUNS sets the count.
import fc from "fast-check";
import { compare, hex } from "@parley/base/bytes";
import { decode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { openCall } from "@parley/call/state";
import { type Entry } from "@parley/ledger/entry";
import { idText } from "@parley/protocol/ids";
import { callEntry, differingCallEntry } from "@parley/protocol/signed/callEntry";
import { describe, expect, it } from "vitest";
import { callFact, callKind } from "./callFacts.ts";
import { linkSecretKind } from "./continuityRun.ts";
import { type Half, linkText } from "./testing/twoStations.ts";

import {
  deskOf,
  entriesOf,
  jointOf,
  differingOf,
  inBoth,
  settle,
  exportedIn,
  callAndAnswer,
  begin,
  generations,
} from "./testing/records.ts";

const act = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("press" as const), who: fc.nat(1), what: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("keys" as const), who: fc.nat(1), odd: fc.nat(7) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("take" as const), who: fc.nat(1), keep: fc.nat(4) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("fail" as const),
      who: fc.nat(1),
      how: fc.constantFrom("lose" as const, "mute" as const, "tear" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("time" as const), by: fc.constantFrom(50, 800, 2500) }) },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** What the person at the desk does next, as the line lets them. */
async function press(half: Half, what: number): Promise<void> {
  const line = half.line();
  const desk = deskOf(half);
  if (line.at === "idle" || line.at === "ended") {
    if (what < 4) await half.say(desk, { type: "place", link: linkText });
    return;
  }
  const { call } = line;
  if (what === 0) await half.say(desk, { type: "hangUp", call });
  else if (line.at === "ringing" && line.side === "called") await half.say(desk, { type: "answer", call });
  else if (line.at === "ringing") return;
  else if (what === 1) await half.say(deskOf(half, 1), { type: "take", call });
  else await half.say(line.ours, { type: "up", call });
}

async function report(half: Half, odd: number): Promise<void> {
  const line = half.line();
  const call = openCall(line);
  if (call === null || line.at === "idle") return;
  const terminal = "ours" in line ? line.ours : deskOf(half);
  await half.exported(terminal, call, odd === 0 ? new Uint8Array(32).fill(odd) : exportedIn(call));
}

async function run(halves: readonly [Half, Half], time: { now: number }, one: Act): Promise<void> {
  if (one.do === "time") {
    time.now += one.by;
    return;
  }
  const [half, other] = one.who === 0 ? halves : [halves[1], halves[0]];
  if (half.life === null) await half.boot();
  if (one.do === "press") await press(half, one.what);
  else if (one.do === "keys") await report(half, one.odd);
  else if (one.do === "take") await half.take(other, one.keep > 0);
  else half.fail(one.how);
}

const byBody = (one: Entry, other: Entry): number => compare(one.body, other.body);

/** What must hold whenever nothing is under way. */
async function judge([a, b]: readonly [Half, Half]): Promise<{ signed: number; differing: number; steps: number }> {
  const [ours, theirs] = [await entriesOf(a), await entriesOf(b)];
  expect(jointOf(theirs, callKind).toSorted(byBody).map(inBoth)).toEqual(
    jointOf(ours, callKind).toSorted(byBody).map(inBoth),
  );
  expect(
    differingOf(theirs)
      .map(({ body }) => hex(body))
      .toSorted(),
  ).toEqual(
    differingOf(ours)
      .map(({ body }) => hex(body))
      .toSorted(),
  );
  expect(jointOf(theirs, linkSecretKind).map(inBoth)).toEqual(jointOf(ours, linkSecretKind).map(inBoth));
  for (const entries of [ours, theirs]) {
    const finished = entries.flatMap((one) => {
      const fact = one.type === "own" && one.kind === callKind ? certain(decode(callFact, one.body)) : null;
      return fact?.type === "finished" ? [idText(fact.call)] : [];
    });
    const crossed = new Set(
      entries.flatMap((one) => {
        const fact = one.type === "own" && one.kind === callKind ? certain(decode(callFact, one.body)) : null;
        return fact?.type === "crossed" ? [idText(fact.call)] : [];
      }),
    );
    const whole = [
      ...jointOf(entries, callKind).map(({ body }) => idText(certain(decode(callEntry, body)).call)),
      ...differingOf(entries).map(({ body }) => idText(certain(decode(differingCallEntry, body)).caller.account.call)),
    ];
    expect(whole.toSorted()).toEqual(finished.filter((call) => !crossed.has(call)).toSorted());
  }
  const [held, holds] = [a, b].map((half) => half.life?.links.generations(linkText) ?? []);
  expect(holds?.map(({ n, secret }) => [n, hex(secret)])).toEqual(held?.map(({ n, secret }) => [n, hex(secret)]));
  for (const half of [a, b])
    expect(certain((await half.life?.store.docs("record")) ?? { ok: true, value: [] })).toEqual([]);
  return {
    signed: jointOf(ours, callKind).length,
    differing: differingOf(ours).length,
    steps: jointOf(ours, linkSecretKind).length,
  };
}

const runs = Number(process.env["PARLEY_RECORD_RUNS"] ?? 60);

describe("both ledgers", () => {
  it(
    `[RC10] [RC22] agree after any crashes and repeats: ${runs} histories`,
    async () => {
      const sum = { signed: 0, differing: 0, steps: 0, deaths: 0 };
      await fc.assert(
        fc.asyncProperty(
          fc.array(act, { maxLength: 120, size: "max" }),
          fc.nat(1e6),
          fc.boolean(),
          async (acts, seed, b) => {
            const world = await begin(seed + 1, { leads: b ? "b" : "a", skew: 700 });
            const halves = [world.a, world.b] as const;
            for (const one of acts) await run(halves, world.time, one);
            for (const half of halves) half.fail("keep");
            // Everybody comes back, all that was said arrives, and whoever is still in a call ends it.
            for (let n = 0; n < 2; n++) {
              await settle(...halves);
              for (const half of halves) {
                const call = openCall(half.line());
                if (call !== null) await half.say(deskOf(half), { type: "hangUp", call });
              }
            }
            await settle(...halves);
            const found = await judge(halves);
            const before = generations(world.a)?.[0] ?? -1;
            const call = await callAndAnswer(world.a, world.b);
            await world.b.say(deskOf(world.b), { type: "hangUp", call });
            await settle(...halves);
            await judge(halves);
            expect(generations(world.a)?.[0]).toBe(before + 1);
            sum.signed += found.signed;
            sum.differing += found.differing;
            sum.steps += found.steps;
            sum.deaths += world.a.deaths + world.b.deaths;
          },
        ),
        { numRuns: runs },
      );
      console.log(`record: ${runs} histories, ${JSON.stringify(sum)}`);
      expect(sum.signed).toBeGreaterThan(runs / 4);
      expect(sum.steps).toBeGreaterThan(runs / 8);
      expect(sum.deaths).toBeGreaterThan(runs / 4);
    },
    120_000 + runs * 500,
  );
});
