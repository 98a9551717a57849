// The ratchet between two stations against any order, loss and repetition of messages, whatever terminals report and
// whenever calls end; and what a thief of one generation can derive.
import fc from "fast-check";
import { type Bytes, equal, hex, utf8 } from "@parley/base/bytes";
import type { CallId, LinkId } from "@parley/protocol/ids";
import { describe, expect, it } from "vitest";
import { type KeysEffect, type KeysEvent, type LinkKeys, beginKeys, stepKeys } from "./continuity.ts";
import { callPsk, linkSecretHash, nextLinkSecret } from "./psk.ts";

const link = new Uint8Array(16).fill(9) as LinkId;
const callOf = (n: number): CallId => new Uint8Array(16).fill(n) as CallId;
const first = new Uint8Array(32).fill(1);
const exportedOf = (call: CallId, oddity = 0): Bytes => nextLinkSecret(new Uint8Array(32).fill(oddity), call);

type Sent = Extract<KeysEffect, { type: "send" }>;
type Side = { keys: LinkKeys; open: Set<number>; sent: Sent[]; settled: string[]; unconfirmed: number };
type World = { readonly sides: readonly [Side, Side]; calls: { id: CallId; from: number; caller: 0 | 1 }[] };

const begin = (): World => {
  const side = (role: LinkKeys["role"]): Side => ({
    keys: beginKeys(link, role, [{ n: 0, secret: first }]),
    open: new Set(),
    sent: [],
    settled: [],
    unconfirmed: 0,
  });
  return { sides: [side("leads"), side("follows")], calls: [] };
};

function happen(side: Side, event: KeysEvent): void {
  const [keys, effects] = stepKeys(side.keys, event);
  side.keys = keys;
  for (const effect of effects) {
    if (effect.type === "send") side.sent.push(effect);
    else if (effect.type === "settled") side.settled.push(`${effect.claim.generation} ${hex(effect.claim.hash)}`);
    else side.unconfirmed++;
  }
}

/** What a ring does: the caller lists what it holds, the called one picks the newest that it holds too. */
function common({ sides: [a, b] }: World, caller: 0 | 1): number | null {
  const [asks, picks] = caller === 0 ? [a, b] : [b, a];
  const found = asks.keys.generations.find(({ n }) => picks.keys.generations.some((one) => one.n === n));
  if (found === undefined) return null;
  const theirs = picks.keys.generations.find(({ n }) => n === found.n);
  return theirs !== undefined && equal(theirs.secret, found.secret) ? found.n : null;
}

function ring(world: World, caller: 0 | 1): void {
  const from = common(world, caller);
  expect(from).not.toBeNull();
  if (from === null || world.calls.length > 200) return;
  // One line has one call: a new one begins when the last is over on both sides.
  if (world.sides.some(({ open }) => open.size > 0)) return;
  const id = callOf(world.calls.length + 1);
  for (const side of world.sides) side.open.add(world.calls.length);
  world.calls.push({ id, from, caller });
}

function report(world: World, who: 0 | 1, oddity: number): void {
  for (const n of world.sides[who].open) {
    const call = world.calls[n];
    if (call === undefined) continue;
    const side = call.caller === who ? 0 : 1;
    happen(world.sides[who], {
      type: "exported",
      call: call.id,
      from: call.from,
      side,
      exported: exportedOf(call.id, oddity),
    });
  }
}

function end(world: World, who: 0 | 1, answered: boolean): void {
  for (const n of world.sides[who].open) {
    world.sides[who].open.delete(n);
    happen(world.sides[who], { type: "over", call: world.calls[n]?.id ?? callOf(0), answered });
  }
}

/** The nth thing that `who` was ever sent arrives: for the first time, again, or before what was sent earlier. */
function deliver(world: World, who: 0 | 1, nth: number): void {
  const message = world.sides[who === 0 ? 1 : 0].sent[nth];
  if (message === undefined) return;
  const open = [...world.sides[who].open].some((n) => equal(world.calls[n]?.id ?? first, message.claim.call));
  if (message.what === "lack") happen(world.sides[who], { type: "lack", claim: message.claim });
  else if (message.what === "accept") happen(world.sides[who], { type: "accept", claim: message.claim });
  else happen(world.sides[who], { type: "propose", claim: message.claim, open });
}

function check(world: World): void {
  const [a, b] = world.sides;
  expect(common(world, 0)).not.toBeNull();
  expect(common(world, 1)).not.toBeNull();
  for (const one of a.keys.generations) {
    const same = b.keys.generations.find(({ n }) => n === one.n);
    if (same !== undefined) expect(hex(same.secret)).toBe(hex(one.secret));
  }
  for (const { keys } of [a, b]) expect(keys.generations.length).toBeLessThanOrEqual(2);
  expect(a.unconfirmed + b.unconfirmed).toBe(0);
}

const who = fc.constantFrom<0 | 1>(0, 1);
const act = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("begin" as const), who, odd: fc.constantFrom(0, 0, 0, 0, 1) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("ring" as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("report" as const), who, oddity: fc.constantFrom(0, 0, 0, 1, 2) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      who,
      answered: fc.constantFrom(true, true, true, true, false),
    }),
  },
  // Counted from the newest, so that old messages come again too.
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("deliver" as const), who, back: fc.constantFrom(0, 0, 1, 2, 5, 9) }),
  },
);

function run(world: World, one: typeof act extends fc.Arbitrary<infer T> ? T : never): void {
  switch (one.do) {
    case "begin":
      ring(world, one.who);
      report(world, 0, 0);
      return report(world, 1, one.odd);
    case "ring":
      return ring(world, one.who);
    case "report":
      return report(world, one.who, one.oddity);
    case "end":
      return end(world, one.who, one.answered);
    case "deliver":
      return deliver(world, one.who, world.sides[one.who === 0 ? 1 : 0].sent.length - 1 - one.back);
  }
}

/** Everything that was ever said arrives until nothing new is said. */
function settle(world: World): void {
  let rounds = 0;
  for (let before = -1; before !== world.sides[0].sent.length + world.sides[1].sent.length;) {
    if (++rounds > 12) throw new Error("the two never come to rest");
    before = world.sides[0].sent.length + world.sides[1].sent.length;
    for (const to of [1, 0] as const)
      for (let n = 0; n < world.sides[to === 0 ? 1 : 0].sent.length; n++) {
        const message = world.sides[to === 0 ? 1 : 0].sent[n];
        // Repeats are answered again for ever; to come to rest, only proposals that are still open are repeated.
        if (message?.what === "propose" && world.sides[0].keys.proposed === null) continue;
        deliver(world, to, n);
      }
    if (world.sides[0].keys.proposed === null) break;
  }
}

/** A whole call in which nothing goes wrong. */
function goodCall(world: World, caller: 0 | 1): void {
  for (const side of [0, 1] as const) end(world, side, true);
  settle(world);
  ring(world, caller);
  for (const side of [0, 1] as const) report(world, side, 0);
  for (const side of [0, 1] as const) end(world, side, true);
  settle(world);
}

describe("the generations of a link's secret", () => {
  it("[RC21] move on by one with each call, whoever called and whoever leads", () => {
    const world = begin();
    for (let n = 1; n <= 5; n++) {
      goodCall(world, n % 2 === 0 ? 0 : 1);
      check(world);
      for (const { keys, settled } of world.sides) {
        expect(keys.generations.map((one) => one.n)).toEqual([n, n - 1]);
        expect(settled.length).toBe(n);
      }
    }
    expect(world.sides[0].settled).toEqual(world.sides[1].settled);
  });

  it("[RC22] whatever is lost, repeated or reordered, both sides hold a generation with the same secret, and go on", () => {
    let moved = 0;
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80, size: "max" }), (acts) => {
        const world = begin();
        for (const one of acts) {
          run(world, one);
          check(world);
        }
        const before = world.sides[0].keys.generations[0]?.n ?? 0;
        moved += before;
        goodCall(world, 0);
        goodCall(world, 1);
        check(world);
        const [a, b] = world.sides;
        expect(a.keys.generations[0]?.n).toBe(b.keys.generations[0]?.n);
        expect(a.keys.generations[0]?.n).toBeGreaterThan(before);
        expect(a.settled).toEqual(b.settled);
      }),
      { numRuns: 200 },
    );
    expect(moved).toBeGreaterThan(10); // some 40 to 120: the histories are drawn at random
  });

  it("[RC23] of two calls made with one generation the first proposed wins, the other is discarded", () => {
    const world = begin();
    const [leads, follows] = world.sides;
    for (const caller of [1, 0] as const) {
      ring(world, caller);
      for (const side of [0, 1] as const) report(world, side, 0);
      for (const side of [0, 1] as const) end(world, side, true);
    }
    expect(leads.sent.length).toBe(1);
    expect(leads.keys.exports.length).toBe(1);
    settle(world);
    expect(leads.settled).toEqual(follows.settled);
    expect(leads.keys).toMatchObject({ exports: [], proposed: null });
    expect(follows.keys.exports).toEqual([]);
    expect(leads.keys.generations.map(({ n }) => n)).toEqual([1, 0]);
  });

  it("[RC24] n goes only when a call under n + 1 has been settled", () => {
    const world = begin();
    goodCall(world, 0);
    ring(world, 0);
    for (const side of [0, 1] as const) report(world, side, 0);
    for (const { keys } of world.sides) expect(keys.generations.map(({ n }) => n)).toEqual([1, 0]);
    for (const side of [0, 1] as const) end(world, side, true);
    // The leader has proposed, the other not heard yet: nobody lets go of anything.
    for (const { keys } of world.sides) expect(keys.generations.map(({ n }) => n)).toEqual([1, 0]);
    settle(world);
    for (const { keys } of world.sides) expect(keys.generations.map(({ n }) => n)).toEqual([2, 1]);
  });

  it("[RC24] a call that was still made with n moves nothing once n + 1 is settled", () => {
    const world = begin();
    goodCall(world, 0);
    const late = callOf(99);
    for (const [side, n] of [
      [world.sides[0], 0],
      [world.sides[1], 1],
    ] as const) {
      happen(side, { type: "exported", call: late, from: 0, side: n, exported: exportedOf(late) });
      happen(side, { type: "over", call: late, answered: true });
    }
    settle(world);
    for (const { keys } of world.sides) expect(keys.generations.map(({ n }) => n)).toEqual([1, 0]);
  });

  it("[RC25] a secret that only one side has is answered with a lack, and the next call moves on", () => {
    const world = begin();
    ring(world, 0);
    report(world, 0, 1);
    report(world, 1, 2);
    for (const side of [0, 1] as const) end(world, side, true);
    settle(world);
    expect(world.sides[1].sent.map(({ what }) => what)).toEqual(["lack"]);
    for (const { keys } of world.sides) expect(keys.generations.map(({ n }) => n)).toEqual([0]);
    goodCall(world, 1);
    for (const { keys } of world.sides) expect(keys.generations.map(({ n }) => n)).toEqual([1, 0]);
  });

  it("[RC26] of several desks that exported in a call, the secret that both sides have is found", () => {
    const world = begin();
    ring(world, 1);
    for (const oddity of [3, 4, 0]) report(world, 0, oddity);
    report(world, 1, 0);
    for (const side of [0, 1] as const) end(world, side, true);
    settle(world);
    expect(world.sides[0].settled.length).toBe(1);
    expect(world.sides[0].settled).toEqual(world.sides[1].settled);
  });

  it("[RC27] a confirmation that its sender cannot have made moves nothing and is told", () => {
    const forged = new Uint8Array(32).fill(7);
    const one = begin();
    ring(one, 0);
    for (const side of [0, 1] as const) report(one, side, 0);
    for (const side of [0, 1] as const) end(one, side, true);
    const [leads, follows] = one.sides;
    const proposal = leads.sent[0];
    if (proposal?.what !== "propose") throw new Error("no proposal");
    happen(follows, { type: "propose", claim: { ...proposal.claim, confirmation: forged }, open: false });
    expect([follows.unconfirmed, follows.keys.generations.length, follows.sent.length]).toEqual([1, 1, 0]);
    happen(leads, { type: "accept", claim: { ...proposal.claim, confirmation: forged } });
    // Nor does the leader's own confirmation, sent back to it, stand for the other side's.
    happen(leads, { type: "accept", claim: proposal.claim });
    expect([leads.unconfirmed, leads.keys.generations.length]).toEqual([2, 1]);
    expect(leads.keys.proposed).not.toBeNull();
  });

  it("[RC28] an unanswered ring moves nothing", () => {
    const world = begin();
    ring(world, 0);
    for (const side of [0, 1] as const) report(world, side, 0);
    for (const side of [0, 1] as const) end(world, side, false);
    settle(world);
    expect(world.sides.map(({ sent, keys }) => [sent.length, keys.exports.length])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});

describe("what a stolen secret opens", () => {
  const name = (generation: number, call: number) => ({ link, generation, call: callOf(call) });

  it("[RC29] the PSK of one call tells nothing of another's, and an old generation nothing of what followed", () => {
    const secrets = [first];
    for (let n = 1; n <= 4; n++) {
      const before = secrets[n - 1] ?? first;
      secrets.push(nextLinkSecret(before, exportedOf(callOf(n), n)));
    }
    const psks = secrets.flatMap((secret, n) => [1, 2].map((call) => hex(callPsk(secret, name(n, call)).secret)));
    expect(new Set(psks).size).toBe(psks.length);
    // A thief of generation 0 who knows every call id, every generation number and every public hash, and not what was exported:
    const stolen = secrets[0] ?? first;
    const guesses = new Set<string>();
    let guess = stolen;
    for (let n = 0; n <= 4; n++) {
      for (const known of [new Uint8Array(32), utf8(""), callOf(n + 1), linkSecretHash(guess, link, n)]) {
        guesses.add(hex(nextLinkSecret(guess, known)));
        for (let call = 0; call <= 5; call++) guesses.add(hex(callPsk(guess, name(n, call)).secret));
      }
      guess = nextLinkSecret(guess, callOf(n + 1));
    }
    for (const [n, secret] of secrets.entries()) {
      if (n === 0) continue;
      expect(guesses.has(hex(secret))).toBe(false);
      for (const call of [1, 2]) expect(guesses.has(hex(callPsk(secret, name(n, call)).secret))).toBe(false);
    }
    // And a thief of the newest learns nothing of those before it: the step is one-way, and the old ones are gone from disk.
    expect(guesses.has(hex(secrets[4] ?? first))).toBe(false);
  });
});
