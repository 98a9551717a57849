// Who comes into a call's keys, and whether pictures pass both ways then: terminals that ring beside one that sits in the
// call, that take the place of one that is gone, and that are loaded anew while credentials turn over.
import { expect, it } from "vitest";
import { ms, seconds } from "@parley/base/time";
import { maxClockSkewMs } from "@parley/protocol/limits";
import { CallWorld, Desk, type Page, seeEachOther } from "./testing.ts";

const [caller, first, second, third] = [new Desk(1, 0), new Desk(2, 1), new Desk(3, 1), new Desk(4, 1)] as const;

/** A desk of the called party comes to the call and shows itself to the caller's. */
async function comes(world: CallWorld, desk: Desk, entering: "new" | "again", chain = desk.chain()): Promise<Page> {
  const page = await world.open(desk, entering, chain);
  await page.session.handle({ type: "greet", to: caller.id });
  return page;
}

async function callOfTwo(world: CallWorld, chain = caller.chain(), theirs = first.chain()) {
  const ours = await world.open(caller, "new", chain);
  const far = await comes(world, first, "new", theirs);
  expect(await world.run(3_000, seeEachOther(ours, far))).toBe(true);
  return { ours, far };
}

it("[ML36] a desk that is rung beside one that sits in the call comes in, and nobody is refused", async () => {
  const world = new CallWorld(caller);
  const { ours, far } = await callOfTwo(world);
  const beside = await comes(world, second, "new");
  expect(await world.run(3_000, seeEachOther(ours, beside))).toBe(true);
  expect(await world.run(0, seeEachOther(ours, far))).toBe(true);
  for (const page of [ours, far, beside]) expect(page.refusals).toEqual([]);
});

it("[ML36] all desks of a party that ring at once are members before one answers", async () => {
  const world = new CallWorld(caller);
  const ours = await world.open(caller, "new");
  const desks = [await comes(world, first, "new"), await comes(world, second, "new"), await comes(world, third, "new")];
  const all = async () => (await Promise.all(desks.map((desk) => desk.isSeenBy(ours)))).every(Boolean);
  expect(await world.run(8_000, all)).toBe(true);
  expect(desks.flatMap(({ refusals }) => refusals)).toEqual([]);
});

it("[FR23] whoever takes the leaf of a removed member in the same commit is seen", async () => {
  const world = new CallWorld(caller);
  const { ours } = await callOfTwo(world);
  // Its vote is missing, so that the newcomer is still outside when somebody answers there.
  world.cutOff(first);
  const joins = await comes(world, second, "again");
  await world.run(200);
  await ours.session.handle({ type: "keepOnly", terminals: [second.id] });
  expect(await world.run(3_000, seeEachOther(ours, joins))).toBe(true);
  expect(ours.leafOf(second)).toBe(1);
  // Its digests count too.
  await world.run(4_000, async () => !(await joins.isSeenBy(ours)));
  expect(ours.alarms).toEqual([]);
});

it("[ML36] a credential that is renewed before its desk is in the group again is known there", async () => {
  const world = new CallWorld(caller);
  const { ours } = await callOfTwo(world);
  const again = await comes(world, first, "again");
  // The caller's greeting has come, and nothing yet by which to enter.
  await world.deliver();
  for (const said = again.said; again.said === said;) expect(await world.deliver(1)).toBe(1);
  expect(again.leafOf(caller)).toBeUndefined();
  await again.session.handle({ type: "renew", chain: first.chain(seconds(1)) });
  expect(await world.run(3_000, seeEachOther(ours, again))).toBe(true);
});

it("[CA22] a desk that is loaded anew after a cut that outlived the other's credential is let in", async () => {
  // The group that each founds has an id that is drawn.
  for (let round = 0; round < 6; round++) {
    const world = new CallWorld(caller);
    const { ours } = await callOfTwo(world, caller.chain(ms(-maxClockSkewMs), seconds(8)));
    world.cutOff(first);
    await world.run(12_000);
    await ours.session.handle({ type: "renew", chain: caller.chain(world.elapsed()) });
    await world.run(3_000);
    const again = await comes(world, first, "again");
    // Found its own group before it could hear of the other, or hears of that one at once.
    if (round % 2 === 1)
      expect(await world.run(10_000, () => again.told.some(({ type }) => type === "epoch"))).toBe(true);
    world.heal();
    await again.session.handle({ type: "greet", to: caller.id });
    expect(await world.run(30_000, seeEachOther(ours, again))).toBe(true);
    await world.run(4_000);
    expect(ours.alarms).toEqual([]);
  }
}, 60_000);

it("[ML16] of two groups of one lineage the greater id holds, whichever epochs they have, and both sides are seen", async () => {
  // The ids are drawn, so that each is the greater one in some rounds.
  for (let round = 0; round < 4; round++) {
    const world = new CallWorld(caller);
    const { ours } = await callOfTwo(world);
    for (let n = 1; n <= 4; n++) {
      await ours.session.handle({ type: "renew", chain: caller.chain(seconds(n)) });
      await world.run(1_500);
    }
    world.cutOff(first);
    const again = await comes(world, first, "again");
    expect(await world.run(10_000, () => again.told.some(({ type }) => type === "epoch"))).toBe(true);
    world.heal();
    await again.session.handle({ type: "greet", to: caller.id });
    expect(await world.run(20_000, seeEachOther(ours, again))).toBe(true);
  }
}, 60_000);

it("[DG9] a desk that is loaded anew is not blamed for the frames of its last second, nor taken for two", async () => {
  const world = new CallWorld(caller);
  const { ours, far } = await callOfTwo(world);
  await world.run(1_500);
  expect(await far.isSeenBy(ours)).toBe(true);
  // Long enough for its last picture to be overdue.
  world.close(first);
  expect(await world.run(5_000, () => ours.alarms.length > 0)).toBe(true);
  const again = await comes(world, first, "again");
  expect(await world.run(3_000, seeEachOther(ours, again))).toBe(true);
  expect(ours.leafOf(first)).toBe(1);
  await world.run(4_000);
  expect(ours.alarms).toEqual([]);
});
