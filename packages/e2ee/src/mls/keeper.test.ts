import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, equal, hex, utf8 } from "@parley/base/bytes";
import { below } from "@parley/base/random";
import { minutes, seconds } from "@parley/base/time";
import type { Digest } from "@parley/protocol/signed/hash";
import { describe, expect, it } from "vitest";
import { makeIdentity, seeded } from "./testing/call.ts";
import { World, type WorldOptions } from "./testing/world.ts";

async function worldOf(parties: readonly number[], options: WorldOptions = {}): Promise<World> {
  const world = await World.make(await Promise.all(parties.map((party, n) => makeIdentity(n + 1, party))), options);
  await world.start();
  return world;
}

const codes = (world: World) =>
  [...world.terminals.values()].flatMap(({ log }) =>
    log.flatMap((o) => (o.type === "alarm" ? [`${o.code} ${o.detail}`] : [])),
  );

describe("keeper", () => {
  it("[ML16] a call of two parties has its keys within 300 ms, with no word by hand", async () => {
    const world = await worldOf([1, 2]);
    expect(await world.run(300, () => world.agree())).toBe(true);
    expect(codes(world)).toEqual([]);
  });

  it("a callee that was not expected at first has its keys within 150 ms of being admitted on both sides", async () => {
    const [caller, callee] = [await makeIdentity(1, 1), await makeIdentity(2, 2)];
    const world = await World.make([caller, callee], {}, 1);
    await world.start();
    await world.run(2500);
    expect(world.agree()).toBe(false);
    await world.admit(world.at(0), world.at(1));
    expect(await world.run(150, () => world.agree())).toBe(true);
  });

  it("[ML15] both sides give out the same secret for the next link secret, once", async () => {
    const world = await worldOf([1, 2], { rekeyEvery: seconds(5) });
    await world.run(12_000);
    const given = [0, 1].map((n) => world.at(n).log.flatMap((o) => (o.type === "linkExport" ? [hex(o.secret)] : [])));
    expect(given.map((each) => each.length)).toEqual([1, 1]);
    expect(given[0]).toEqual(given[1]);
  });

  it("[ML20] twenty re-keys by time: every epoch comes, the committer rotates, and all agree after each", async () => {
    const world = await worldOf([1, 2], { rekeyEvery: seconds(5) });
    expect(await world.run(300, () => world.agree())).toBe(true);
    const first = world.at(0).cipher.sending?.at.epoch ?? 0;
    await world.run(20 * 5_200);
    expect(await world.run(1000, () => world.agree())).toBe(true);
    const last = world.at(1).cipher.sending?.at.epoch ?? 0;
    expect(last - first).toBeGreaterThanOrEqual(19);
    for (const n of [0, 1]) {
      const epochs = world.at(n).log.flatMap((o) => (o.type === "moved" ? [o.at.epoch] : []));
      const start = epochs[0] as number;
      expect(epochs).toEqual(epochs.map((_, i) => start + i));
    }
    expect(codes(world)).toEqual([]);
  });

  it("[ID37] a renewed credential that the other side cannot judge yet is offered again until it can", async () => {
    let isKnown = false;
    const chain = sha256(utf8("renewed")) as Digest;
    const world = await worldOf([1, 2], { validate: async (leaf) => isKnown || !equal(leaf.chain, chain) });
    expect(await world.run(300, () => world.agree())).toBe(true);
    const epochs = () => world.at(1).log.filter(({ type }) => type === "moved").length;
    const before = epochs();
    const { credential } = world.at(0).identity;
    await world.give(world.at(0), { type: "renew", credential: { ...credential, chain } });
    await world.run(5_000);
    expect([epochs(), codes(world).length > 0]).toEqual([before, true]);
    isKnown = true;
    expect(await world.run(5_000, () => epochs() > before && world.agree())).toBe(true);
    await world.run(10_000);
    expect([epochs(), world.agree()]).toEqual([before + 1, true]);
  });

  it("[ML14] a terminal that reloads comes back as a new leaf within 400 ms, whichever of the two it is", async () => {
    for (const n of [0, 1]) {
      const world = await worldOf([1, 2]);
      await world.run(500, () => world.agree());
      await world.reload(world.at(n));
      expect(await world.run(400, () => world.agree())).toBe(true);
      expect(codes(world)).toEqual([]);
    }
  });

  it("[ML16] both terminals reload at once and the call has keys again", async () => {
    const world = await worldOf([1, 2]);
    await world.run(500, () => world.agree());
    await world.reload(world.at(0));
    await world.reload(world.at(1));
    expect(await world.run(8000, () => world.agree())).toBe(true);
  });

  it("[ML22] a partition leaves the epoch as it is, shows its age, and the next epoch comes after it heals", async () => {
    const world = await worldOf([1, 2], { rekeyEvery: minutes(1) });
    await world.run(500, () => world.agree());
    const epoch = world.at(0).cipher.sending?.at.epoch ?? 0;
    world.cutBetween(world.at(0), world.at(1));
    await world.run(180_000);
    expect(world.agree()).toBe(true);
    expect(world.at(0).cipher.sending?.at.epoch).toBe(epoch);
    expect(world.at(0).keeper.status(world.moment())).toMatchObject({ at: "inside", overdue: true });
    world.heal();
    expect(await world.run(10_000, () => (world.at(0).cipher.sending?.at.epoch ?? 0) > epoch && world.agree())).toBe(
      true,
    );
  });

  it("[ML28] a member that missed several epochs comes back by external commit", async () => {
    const world = await worldOf([1, 2, 3], { rekeyEvery: seconds(5), psk: null });
    await world.run(3000, () => world.agree());
    const lost = world.at(2);
    world.cutBetween(lost, world.at(0));
    world.cutBetween(lost, world.at(1));
    await world.run(20_000);
    expect(world.agree([world.at(0), world.at(1)])).toBe(false); // still three members
    world.heal();
    expect(await world.run(15_000, () => world.agree())).toBe(true);
  });

  it("[ML24] a removal blinds at once: the others switch without waiting, the removed learns it", async () => {
    const world = await worldOf([1, 2, 3], { psk: null });
    await world.run(3000, () => world.agree());
    const [a, b, c] = [world.at(0), world.at(1), world.at(2)];
    await world.give(a, { type: "remove", terminal: c.id, cutOff: true });
    c.isUp = true;
    expect(await world.run(200, () => world.agree([a, b]))).toBe(true);
    expect(c.log.some((o) => o.type === "removed")).toBe(true);
    expect(a.log.filter((o) => o.type === "blind").length).toBe(1);
    expect(c.cipher.keys.get(a.cipher.sending?.at.epoch ?? -1)).toBeUndefined();
  });

  it("[ML25] two removals at once split the epoch; the split is shown and a fresh group follows without the removed", async () => {
    const world = await worldOf([1, 2, 3, 4], { psk: null });
    await world.run(4000, () => world.agree());
    const [a, b, c, d] = [world.at(0), world.at(1), world.at(2), world.at(3)];
    await Promise.all([
      world.give(a, { type: "remove", terminal: c.id, cutOff: true }),
      world.give(b, { type: "remove", terminal: d.id, cutOff: true }),
    ]);
    for (const other of [a, b]) {
      await world.give(other, { type: "remove", terminal: c.id, cutOff: true });
      await world.give(other, { type: "remove", terminal: d.id, cutOff: true });
    }
    expect(await world.run(15_000, () => world.agree([a, b]))).toBe(true);
  });

  it("[ML19] what is not signed by a member, is bent, or comes from someone not expected, moves nothing", async () => {
    const world = await worldOf([1, 2]);
    await world.run(500, () => world.agree());
    const [a, b] = [world.at(0), world.at(1)];
    const sent: Bytes[] = [];
    for (const output of a.log) if (output.type === "toTerminal") sent.push(output.bytes);
    await world.give(a, { type: "rekey" });
    for (const output of a.log.slice(-6)) if (output.type === "toTerminal") sent.push(output.bytes);
    const before = JSON.stringify(b.keeper.status(world.moment()));
    const random = seeded("hostile");
    for (const bytes of sent)
      for (let i = 0; i < 30; i++) {
        const bent = bytes.slice();
        const bit = below(random, 8 * bent.length);
        bent[bit >> 3] = (bent[bit >> 3] as number) ^ (1 << (bit & 7));
        await world.give(b, { type: "message", from: a.id, bytes: bent });
      }
    for (let i = 0; i < 300; i++)
      await world.give(b, { type: "message", from: a.id, bytes: random(below(random, 200)) });
    for (const bytes of sent) await world.give(b, { type: "message", from: "c".repeat(22), bytes });
    expect(JSON.stringify(b.keeper.status(world.moment()))).toBe(before);
    expect(await world.run(3000, () => world.agree())).toBe(true);
  });

  it("[ML19] old words said again move nothing", async () => {
    const world = await worldOf([1, 2], { rekeyEvery: seconds(2) });
    await world.run(7000);
    const [a, b] = [world.at(0), world.at(1)];
    const said = (who: typeof a, to: typeof a) =>
      who.log.flatMap((output) => (output.type === "toTerminal" && output.to === to.id ? [output.bytes] : []));
    const [toB, toA] = [said(a, b), said(b, a)];
    for (const bytes of toB) await world.give(b, { type: "message", from: a.id, bytes });
    for (const bytes of toA) await world.give(a, { type: "message", from: b.id, bytes });
    expect(await world.run(1500, () => world.agree())).toBe(true);
    expect(codes(world)).toEqual([]);
  });

  it("[ML18] a terminal that nobody expects is not let in, and the party learns of it", async () => {
    const world = await worldOf([1, 2]);
    await world.run(500, () => world.agree());
    const stranger = await World.make([await makeIdentity(9, 9), await makeIdentity(1, 1)]);
    await stranger.start();
    const knock = stranger.at(0).log.find((output) => output.type === "toTerminal");
    if (knock?.type !== "toTerminal") throw new Error("it knocks");
    await world.give(world.at(0), { type: "message", from: stranger.at(0).id, bytes: knock.bytes });
    expect(codes(world)).toEqual([]); // not even heard
    await world.give(world.at(0), { type: "message", from: world.at(1).id, bytes: knock.bytes });
    expect(world.agree()).toBe(true);
  });

  it("[ML17] keys come out for the frame cipher only, and a reload brings none of them back", async () => {
    const world = await worldOf([1, 2]);
    await world.run(500, () => world.agree());
    const a = world.at(0);
    const key = a.cipher.keys.get(a.cipher.sending?.at.epoch ?? -1);
    await world.reload(a);
    expect(a.cipher.keys.size).toBe(0);
    expect(await world.run(1000, () => world.agree())).toBe(true);
    expect([...a.cipher.keys.values()]).not.toContain(key);
    for (const output of a.log)
      expect(["installKeys", "linkExport"].includes(output.type) || !JSON.stringify(output).includes("baseKey")).toBe(
        true,
      );
  });
});
