// The record of a call and the link's next secret between two real stations' runners, with crashes at any commit, repeated
// deliveries, long outages and both ends pressing at once.
import fc from "fast-check";
import { type Bytes, compare, equal, hex, utf8 } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { seconds } from "@parley/base/time";
import { openCall } from "@parley/call/state";
import { type Entry, decodeEntry } from "@parley/ledger/entry";
import { type JointEntry, verifyJoint } from "@parley/ledger/record";
import { type IdText, idText } from "@parley/protocol/ids";
import { receiptHash } from "@parley/protocol/peer/call";
import { callEntry, differingCallEntry, signable } from "@parley/protocol/signed/callEntry";
import { ed25519Half } from "@parley/protocol/signed/signature";
import { keyIdOf } from "@parley/protocol/signed/root";
import { describe, expect, it } from "vitest";
import { verifiedBy } from "../peer/tlsIdentity.ts";
import { callTimes } from "../ledgerView.ts";
import { callFact, callKind } from "./callFacts.ts";
import { linkSecretKind } from "./continuityRun.ts";
import { differsKind } from "./recordRun.ts";
import { type Half, linkText, twoStations } from "./testing/twoStations.ts";

/** mulberry32. */
function randomOf(seed: number): (length: number) => Bytes {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  return (length) => Uint8Array.from({ length }, () => next() & 0xff);
}

const deskOf = (half: Half, n = 0): IdText => half.plan.desks[n]?.terminal ?? "";

async function entriesOf(half: Half): Promise<readonly Entry[]> {
  const events = certain(await (half.life?.store.events(0, 100_000) ?? Promise.reject(new Error("down"))));
  return events.map(({ bytes }) => certain(decodeEntry(bytes)));
}

const jointOf = (entries: readonly Entry[], kind: string): readonly JointEntry[] =>
  entries.filter((one): one is JointEntry => one.type === "joint" && one.kind === kind);
const differingOf = (entries: readonly Entry[]) => entries.filter((one) => one.kind === differsKind);
const inBoth = (one: JointEntry) => [
  hex(one.body),
  one.signatures.map(({ party, key, signature }) => hex(party) + hex(key) + hex(signature)),
];

/** Carries everything until nobody has anything to say. */
async function settle(...halves: readonly [Half, Half]): Promise<void> {
  const [a, b] = halves;
  for (let busy = true; busy;) {
    busy = false;
    for (const [to, from] of [
      [a, b],
      [b, a],
    ] as const) {
      if (to.life === null) await to.boot();
      if (from.life === null) await from.boot();
      while (await to.take(from, true)) busy = true;
    }
  }
}

const exportedIn = (call: IdText): Bytes => utf8(call.padEnd(32, "x")).slice(0, 32);

async function callAndAnswer(a: Half, b: Half, exports = true): Promise<IdText> {
  await a.say(deskOf(a), { type: "place", link: linkText });
  await settle(a, b);
  const call = openCall(b.line()) ?? "";
  await b.say(deskOf(b), { type: "rang", call });
  await settle(a, b);
  await b.say(deskOf(b), { type: "answer", call });
  await settle(a, b);
  for (const half of [a, b]) {
    if (exports) await half.exported(deskOf(half), call, exportedIn(call));
    await half.say(deskOf(half), { type: "up", call });
    await half.say(deskOf(half), { type: "epoch", call, epoch: 3 });
  }
  return call;
}

const begin = async (seed = 1, options: Parameters<typeof twoStations>[1] = {}) => {
  const world = twoStations(randomOf(seed), options);
  await world.a.boot();
  await world.b.boot();
  return world;
};

const generations = (half: Half) => half.life?.links.generations(linkText).map(({ n }) => n);

describe("the record of a call", () => {
  it("[RC4] is one entry with the same body and both signatures in both ledgers, which both keys prove", async () => {
    const { a, b, time } = await begin();
    const call = await callAndAnswer(a, b);
    time.now += seconds(3600);
    await a.say(deskOf(a), { type: "hangUp", call });
    expect(a.life?.record.of(call)).toMatchObject({ at: "waiting" });
    await settle(a, b);
    const [ours] = jointOf(await entriesOf(a), callKind);
    const [theirs] = jointOf(await entriesOf(b), callKind);
    if (ours === undefined || theirs === undefined) throw new Error("no joint entry");
    expect(inBoth(ours)).toEqual(inBoth(theirs));
    const keys = [a, b].map(({ plan }) => plan.signer.publicKey);
    const verdict = await verifyJoint(
      ours,
      (_, key) =>
        keys.map((one) => (equal(keyIdOf(one), key) ? ed25519Half(one) : null)).find((one) => one !== null) ?? null,
      ({ publicKey, message, signature }) => Promise.resolve(verifiedBy(publicKey)(message, signature)),
    );
    expect(verdict).toEqual({ type: "signed", by: [a.plan.party, b.plan.party] });
    const entry = certain(decode(callEntry, ours.body));
    expect(entry).toMatchObject({ outcome: "callerHungUp", epochs: 3 });
    expect(callTimes(entry)).toEqual({
      beganText: "Began 15:07 Northmark (UTC-5), 23:07 Estovar (UTC+3)",
      endedText: "Ended 2026-09-14 16:07 Northmark (UTC-5), 2026-09-15 00:07 Estovar (UTC+3)",
    });
    for (const half of [a, b]) {
      expect(half.life?.record.of(call)?.at).toBe("signedByBoth");
      expect(half.told.map(({ recorded }) => recorded.at)).toEqual(["waiting", "signedByBoth"]);
      expect(certain((await half.life?.store.docs("record")) ?? { ok: true, value: [] })).toEqual([]);
      expect(half.reports).toEqual([]);
    }
  });

  it("[RC2] both ledgers hold the signed receipts that the entry names", async () => {
    const { a, b } = await begin();
    const call = await callAndAnswer(a, b);
    await b.say(deskOf(b), { type: "hangUp", call });
    await settle(a, b);
    const [ours, theirs] = [await entriesOf(a), await entriesOf(b)];
    const named = certain(decode(callEntry, jointOf(ours, callKind)[0]?.body ?? new Uint8Array())).receipts.map(hex);
    expect(named.length).toBe(3);
    for (const entries of [ours, theirs]) {
      const kept = entries.flatMap((one) => {
        if (one.type !== "own" || one.kind !== callKind) return [];
        const fact = certain(decode(callFact, one.body));
        return fact.type === "proof" ? [fact] : [];
      });
      expect(kept.map((one) => hex(receiptHash(one))).toSorted()).toEqual(named.toSorted());
      expect(kept.map(({ receipt }) => receipt.kind)).toEqual(["delivered", "rang", "answered"]);
    }
  });

  it("[RC5] an outage before the answer and before the end arrives does not make two accounts", async () => {
    const { a, b, time } = await begin(2, { skew: -900 });
    await a.say(deskOf(a), { type: "place", link: linkText });
    await settle(a, b);
    const call = openCall(b.line()) ?? "";
    await b.say(deskOf(b), { type: "answer", call });
    time.now += seconds(20); // the answer is 20 s on its way
    await settle(a, b);
    time.now += seconds(600);
    await b.say(deskOf(b), { type: "hangUp", call });
    time.now += seconds(3 * 86_400); // and the end three days
    await settle(a, b);
    const joint = jointOf(await entriesOf(a), callKind);
    expect(joint.length).toBe(1);
    const entry = certain(decode(callEntry, joint[0]?.body ?? new Uint8Array()));
    expect(entry.ended - entry.began).toBe(seconds(620));
    expect(jointOf(await entriesOf(b), callKind).map(inBoth)).toEqual(joint.map(inBoth));
  });

  it("[RC6] both pressing End at once is one account", async () => {
    const { a, b } = await begin();
    const call = await callAndAnswer(a, b);
    await a.say(deskOf(a), { type: "hangUp", call });
    await b.say(deskOf(b), { type: "hangUp", call });
    await settle(a, b);
    for (const half of [a, b]) expect(half.life?.record.of(call)?.at).toBe("signedByBoth");
  });

  it("[RC6] also when one of the two presses was heard only after an outage", async () => {
    for (const late of [0, 1]) {
      const { a, b, time } = await begin(5 + late);
      const call = await callAndAnswer(a, b);
      const [first, second] = late === 0 ? [a, b] : [b, a];
      await first.say(deskOf(first), { type: "hangUp", call });
      time.now += seconds(40);
      await second.say(deskOf(second), { type: "hangUp", call });
      time.now += seconds(40);
      await settle(a, b);
      for (const half of [a, b]) expect(half.life?.record.of(call)?.at).toBe("signedByBoth");
    }
  });

  it("[RC7] accounts that differ are both kept, equal in both ledgers, each with its station's signature", async () => {
    const { a, b, time } = await begin(3, { skew: 60_000 });
    const call = await callAndAnswer(a, b);
    time.now += seconds(60);
    await a.say(deskOf(a), { type: "hangUp", call });
    await settle(a, b);
    const [ours, theirs] = [differingOf(await entriesOf(a)), differingOf(await entriesOf(b))];
    expect(ours.length).toBe(1);
    expect(ours.map(({ body }) => hex(body))).toEqual(theirs.map(({ body }) => hex(body)));
    const both = certain(decode(differingCallEntry, ours[0]?.body ?? new Uint8Array()));
    expect(both.fields).toEqual(["began", "ended"]);
    expect(both.own.began - both.proposed.began).toBe(60_000);
    for (const half of [a, b]) expect(half.life?.record.of(call)?.at).toBe("differs");
    // The keys moved on all the same: they do not depend on clocks.
    expect([generations(a), generations(b)]).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  it("[RC14] what their station did not sign, or may not say, moves nothing and is reported", async () => {
    const { a, b } = await begin();
    const call = await callAndAnswer(a, b);
    await a.say(deskOf(a), { type: "hangUp", call });
    await b.take(a, true); // the end; the proposal is still on its way
    const [proposal] = await a.waiting();
    if (proposal?.type !== "entry") throw new Error("no proposal");
    const entry = certain(decode(callEntry, proposal.entry));
    const forged = { ...proposal.by, signature: b.plan.signer.signEd25519(utf8("something else")) };
    const otherLink = { ...entry, link: new Uint8Array(16).fill(1) as typeof entry.link };
    const byA = (its: typeof entry) => ({ key: proposal.by.key, signature: a.plan.signer.signEd25519(signable(its)) });
    await b.hear({ type: "entry", entry: proposal.entry, by: forged });
    await b.hear({ type: "entry", entry: encode(callEntry, otherLink), by: byA(otherLink) });
    const swapped = { ...entry, caller: entry.called, called: entry.caller };
    await b.hear({ type: "entry", entry: encode(callEntry, swapped), by: byA(swapped) });
    const unknown = { ...entry, call: new Uint8Array(16).fill(2) as typeof entry.call };
    await b.hear({ type: "entry", entry: encode(callEntry, unknown), by: byA(unknown) });
    await a.hear({ type: "countersigned", call: entry.call, by: forged });
    await a.hear({ type: "differs", call: entry.call, own: proposal.entry, by: forged });
    expect(b.reports.map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => "RECORD_UNFIT"));
    expect(a.reports.map(({ code }) => code)).toEqual(["RECORD_UNFIT", "RECORD_UNFIT"]);
    for (const half of [a, b]) expect(half.life?.record.of(call)?.at).toBe("waiting");
    // The true words are taken all the same, and a repeat of them changes nothing.
    await settle(a, b);
    await b.hear(proposal);
    for (const half of [a, b]) {
      expect(half.life?.record.of(call)?.at).toBe("signedByBoth");
      expect(jointOf(await entriesOf(half), callKind).length).toBe(1);
    }
  });

  it("[RC8] every terminal at which somebody sat is in it, on both sides", async () => {
    const { a, b } = await begin();
    const call = await callAndAnswer(a, b);
    await b.say(deskOf(b), { type: "handOver", call, to: deskOf(b, 1) });
    await settle(a, b);
    await a.say(deskOf(a), { type: "hangUp", call });
    await settle(a, b);
    const entry = certain(decode(callEntry, jointOf(await entriesOf(b), callKind)[0]?.body ?? new Uint8Array()));
    expect(entry.called.terminals.map(idText)).toEqual([deskOf(b), deskOf(b, 1)]);
    expect(entry.caller.terminals.map(idText)).toEqual([deskOf(a)]);
  });

  it("[RC11] an answer that crosses with the caller's giving up is no call of both, and nobody waits for an entry", async () => {
    const { a, b } = await begin();
    await a.say(deskOf(a), { type: "place", link: linkText });
    await settle(a, b);
    const call = openCall(b.line()) ?? "";
    await a.say(deskOf(a), { type: "hangUp", call });
    await b.say(deskOf(b), { type: "answer", call });
    await settle(a, b);
    expect(a.life?.record.of(call)).toBeNull();
    expect(b.life?.record.of(call)?.at).toBe("crossed");
    await b.boot();
    expect(b.life?.record.of(call)?.at).toBe("crossed");
    expect(certain((await b.life?.store.docs("record")) ?? { ok: true, value: [] })).toEqual([]);
  });

  it("[RC9] a ring that nobody answered leaves receipts and no entry", async () => {
    const { a, b } = await begin();
    await a.say(deskOf(a), { type: "place", link: linkText });
    await settle(a, b);
    const call = openCall(b.line()) ?? "";
    await b.say(deskOf(b), { type: "rang", call });
    await a.say(deskOf(a), { type: "hangUp", call });
    await settle(a, b);
    for (const half of [a, b]) {
      const entries = await entriesOf(half);
      expect(jointOf(entries, callKind)).toEqual([]);
      expect(half.life?.record.of(call)).toBeNull();
      expect(certain((await half.life?.store.docs("record")) ?? { ok: true, value: [] })).toEqual([]);
    }
  });
});

describe("the link's secret", () => {
  it("[RC20] each step is one joint entry, equal in both ledgers, and the next call is made with it", async () => {
    for (const leads of ["a", "b"] as const) {
      const { a, b } = await begin(4, { leads });
      for (let n = 0; n < 3; n++) {
        const [from, to] = n % 2 === 0 ? [a, b] : [b, a];
        const call = await callAndAnswer(from, to);
        expect(from.admitted.at(-1)).toEqual({ call, generation: n });
        await to.say(deskOf(to), { type: "hangUp", call });
        await settle(a, b);
      }
      expect(jointOf(await entriesOf(a), linkSecretKind).map(inBoth)).toEqual(
        jointOf(await entriesOf(b), linkSecretKind).map(inBoth),
      );
      expect(jointOf(await entriesOf(a), linkSecretKind).length).toBe(3);
      expect([generations(a), generations(b)]).toEqual([
        [3, 2],
        [3, 2],
      ]);
    }
  });

  it("[RC30] only a terminal that is in the call may say what its keys export", async () => {
    const { a, b } = await begin();
    const call = await callAndAnswer(a, b);
    await a.say(deskOf(a), { type: "hangUp", call });
    await settle(a, b);
    const next = await callAndAnswer(a, b);
    await a.exported(deskOf(a, 1), next, new Uint8Array(32).fill(66));
    await a.exported(deskOf(a), call, new Uint8Array(32).fill(67));
    await a.exported(deskOf(a), next, new Uint8Array(31));
    await a.say(deskOf(a), { type: "hangUp", call: next });
    await settle(a, b);
    expect(generations(a)).toEqual([2, 1]);
    // Nor do two that agree with each other from outside: nothing moves.
    const third = await callAndAnswer(a, b, false);
    for (const half of [a, b]) await half.exported(deskOf(half, 1), third, exportedIn(third));
    await a.say(deskOf(a), { type: "hangUp", call: third });
    await settle(a, b);
    expect(generations(a)).toEqual([2, 1]);
    expect(a.life?.links.generations(linkText)[0]?.secret).toEqual(b.life?.links.generations(linkText)[0]?.secret);
  });

  it("[RC31] a station restored from a backup places and answers no call until the link is keyed anew", async () => {
    const { a, b } = await begin();
    const call = await callAndAnswer(a, b);
    await a.say(deskOf(a), { type: "hangUp", call });
    await settle(a, b);
    a.disk = a.disk.restoredCopy();
    await a.boot();
    expect(a.reports.map(({ code }) => code)).toEqual(["LINK_MUST_REKEY"]);
    expect(generations(a)).toEqual([]);
    await a.say(deskOf(a), { type: "place", link: linkText });
    expect(a.refused).toEqual(["LINK_MUST_REKEY"]);
    expect(a.line().at).not.toBe("ringing");
    // Theirs rings: it is told that nobody can answer, and nothing rings here.
    await b.say(deskOf(b), { type: "place", link: linkText });
    const before = a.admitted.length;
    await settle(a, b);
    expect(openCall(a.line())).toBeNull();
    expect(b.line()).toMatchObject({ at: "ended", why: "unanswered" });
    expect(a.admitted.length).toBe(before);
    // Nor after another start: only making every key anew ends it.
    await a.boot();
    expect(generations(a)).toEqual([]);
  });
});

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
  else if (what === 1) await half.say(line.ours, { type: "handOver", call, to: deskOf(half, 1) });
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
      ...differingOf(entries).map(({ body }) => idText(certain(decode(differingCallEntry, body)).proposed.call)),
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
