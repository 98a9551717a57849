import { hex } from "@parley/base/bytes";
import { below } from "@parley/base/random";
import { certain } from "@parley/base/result";
import { describe, expect, it } from "vitest";
import { commit, merge, processCommit } from "./commit.ts";
import {
  createGroup,
  epochAuthenticator,
  frameBaseKey,
  groupInfo,
  makeEngine,
  makeKeyPackage,
  ownLeaf,
} from "./group.ts";
import { externalJoin, joinFromWelcome, onlyGroup } from "./join.ts";
import { makeSuite } from "./suite.ts";
import {
  type Seat,
  makeIdentity,
  seeded,
  testCall,
  testEngine,
  testLifetime,
  testNow,
  testPsk,
  trusting,
  webRandom,
} from "./testing/call.ts";
import { scriptedXWing } from "./xwing.ts";

const isFull = process.env["PARLEY_FULL"] === "1";
const [runs, steps] = isFull ? [60, 25] : [6, 15];
const most = 12;
const here = onlyGroup(testCall);

/** Engines with the runtime's X-Wing and with the scripted one, which must share a group. */
const engines = [
  await testEngine(),
  makeEngine(await makeSuite(crypto.subtle, webRandom, { raw: scriptedXWing(webRandom), native: false }), trusting),
] as const;

async function agree(seats: readonly Seat[], out: readonly Seat[]): Promise<void> {
  const secret = async ({ group }: Seat) => `${hex(await frameBaseKey(group))} ${hex(epochAuthenticator(group))}`;
  const inside = new Set(await Promise.all(seats.map(secret)));
  expect(inside.size).toBe(1);
  for (const seat of out) expect(inside.has(await secret(seat))).toBe(false);
}

async function run(seed: string): Promise<void> {
  const random = seeded(seed);
  const draw = (n: number) => below(random, n);
  let next = 0;
  const psk = testPsk();
  const engine = () => engines[draw(2)] as (typeof engines)[number];
  const founder = engine();
  const identity = await makeIdentity(next++);
  let seats: Seat[] = [
    { engine: founder, identity, group: await createGroup(founder, identity, testCall, psk, testNow) },
  ];
  let out: Seat[] = [];
  for (let step = 0; step < steps; step++) {
    const by = draw(seats.length);
    const committer = seats[by] as Seat;
    const others = seats.filter((_, i) => i !== by);
    const other = others[draw(Math.max(1, others.length))];
    const kind = draw(5);
    if (kind === 0 && other !== undefined) {
      // `other` comes back from outside
      const info = await groupInfo(committer.group);
      const back = certain(await externalJoin(other.engine, other.identity, here, info, psk, testNow));
      seats = [
        { ...other, group: back.group },
        ...(await follow(
          seats.filter((seat) => seat !== other),
          back.commit,
          [],
        )),
      ];
      out = [];
      await agree(seats, out);
      continue;
    }
    const adds = kind <= 2 && seats.length < most ? 1 + draw(2) : 0;
    const removes = (kind === 2 || kind === 3) && other !== undefined ? [other] : [];
    const joiners = [];
    for (let i = 0; i < adds; i++) {
      const [theirs, newcomer] = [engine(), await makeIdentity(next++)];
      joiners.push({ theirs, newcomer, own: await makeKeyPackage(theirs, newcomer, testLifetime) });
    }
    const made = certain(
      await commit(committer.group, {
        add: joiners.map(({ own }) => own.bytes),
        remove: removes.map((seat) => ownLeaf(seat.group)),
        now: testNow,
      }),
    );
    const stay = await follow(others, made.commit, removes);
    seats = [{ ...committer, group: merge(made.staged) }, ...stay];
    for (const { theirs, newcomer, own } of joiners) {
      if (made.welcome === null) throw new Error("an add without a welcome");
      const group = certain(await joinFromWelcome(theirs, own, here, made.welcome, psk));
      seats.push({ engine: theirs, identity: newcomer, group });
    }
    out = removes;
    await agree(seats, out);
  }
}

/** Everyone processes a commit; who is removed must learn it, who stays must follow. */
async function follow(seats: readonly Seat[], message: Uint8Array, removed: readonly Seat[]): Promise<Seat[]> {
  const stay: Seat[] = [];
  for (const seat of seats) {
    const incoming = certain(await processCommit(seat.group, message));
    expect(incoming.kind).toBe(removed.includes(seat) ? "removed" : "staged");
    if (incoming.kind === "staged") stay.push({ ...seat, group: merge(incoming.staged) });
  }
  return stay;
}

describe("self-fuzz in the X-Wing suite", () => {
  it(`[ML34] ${runs} random runs of ${steps} steps, native and scripted X-Wing mixed: members agree, the removed do not`, async () => {
    for (let i = 0; i < runs; i++) await run(`self ${i}`);
    console.log(`self-fuzz: ${runs} runs of ${steps} steps, 0 failures`);
  }, 1_200_000);
});
