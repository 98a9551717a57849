// One rule at a time, with whole stations over the simulated network.
import { describe, expect, it } from "vitest";
import { concat, fromUtf8, utf8 } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { minutes, ms, seconds } from "@parley/base/time";
import { idText } from "@parley/protocol/ids";
import type { Taking } from "./testing.ts";
import type { Outbox } from "./outbox.ts";
import { posting } from "./posting.ts";
import { tlsIdentity } from "./tlsIdentity.ts";
import {
  type Party,
  crash,
  effects,
  expectDelivered,
  linkId,
  pair,
  parties,
  record,
  send,
  start,
  statusOf,
  world,
} from "./worldOfTwo.ts";

const unused = (): never => {
  throw new Error("not to be called");
};
const neverUsed: Outbox = { put: unused, begin: unused, end: unused, wake: unused, acknowledged: unused };

const codes = (self: Party) => self.life?.station.reports.map(({ error }) => error.code) ?? [];
const running = (self: Party) => {
  if (self.life === null) throw new Error(`${self.host} does not run`);
  return self.life;
};

describe("a link", () => {
  it("[LK27] when both dial, one connection stays, the same at both ends, in 100 worlds", async () => {
    const dials = [0, 0, 0, 0];
    for (let seed = 1; seed <= 100; seed++) {
      const sim = world(seed);
      const [a, b] = await parties(sim);
      await start(sim, a, b);
      // The other's first dial leaves 0.2 to 0.3 s after its start, so that this is around the leader's second.
      await sim.time.pass(ms(seed * 4));
      await start(sim, b, a);
      send(a, "one");
      send(b, "two");
      await sim.time.pass(seconds(5));
      expect([seed, statusOf(a)?.at, statusOf(b)?.at, sim.network.open()]).toEqual([seed, "connected", "connected", 1]);
      expect([await effects(a), await effects(b)]).toEqual([["two"], ["one"]]);
      const crossed = Math.min(3, codes(a).length + codes(b).length);
      dials[crossed] = (dials[crossed] ?? 0) + 1;
    }
    console.log(`reports on the way (0, 1, 2, more), by worlds: ${dials.join(", ")}`);
  });

  it("[LK22] a station that nobody can reach is connected by its own dials, whichever of the two it is", async () => {
    for (const hidden of ["a", "b"]) {
      const sim = world(7);
      sim.network.shut(hidden, true);
      const [a, b] = await pair(sim);
      await sim.time.pass(seconds(1));
      expect([hidden, statusOf(a)?.at, statusOf(b)?.at]).toEqual([hidden, "connected", "connected"]);
      await sim.time.pass(minutes(2));
      expect(sim.network.open()).toBe(1);
      expect(statusOf(a)?.since).toBeLessThan(sim.time.clock.now() - minutes(2));
    }
  });

  it("[LK22] of several addresses each is tried, and the one that led to the peer comes first the next time", async () => {
    const sim = world(2);
    const [a, b] = await parties(sim);
    const addresses = ["nowhere", "b", "elsewhere"].map((host) => ({ host, port: 1 }));
    await start(sim, a, b, {}, addresses);
    await start(sim, b, a, {}, []);
    await sim.time.pass(seconds(2));
    expect(statusOf(a)?.at).toBe("connected");
    expect(codes(a)).toEqual(["PEER_UNREACHABLE"]);
    await sim.time.pass(minutes(1));
    crash(b);
    await start(sim, b, a, {}, []);
    await sim.time.pass(ms(300));
    expect(statusOf(a)?.at).toBe("connected");
    expect(codes(a)).toEqual(["PEER_UNREACHABLE", "PEER_LOST"]);
  });

  it("[LK24] a path that swallows everything is noticed within 30 s, and tried until it is back, after a day too", async () => {
    const sim = world(3);
    const [a, b] = await pair(sim);
    await sim.time.pass(minutes(10));
    sim.network.cut("a", "b");
    await sim.time.pass(seconds(30));
    expect([statusOf(a), statusOf(b)]).toMatchObject([{ at: "trying" }, { at: "trying" }]);
    await sim.time.pass(minutes(24 * 60));
    expect(statusOf(a)).toMatchObject({ at: "trying", code: "PEER_TIMED_OUT" });
    sim.network.mend("a", "b");
    await sim.time.pass(seconds(45));
    expect([statusOf(a)?.at, statusOf(b)?.at]).toEqual(["connected", "connected"]);
  });

  it("[LK28] a peer whose network has changed is back within seconds, though its dead connection still looks open", async () => {
    for (const [first, second] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const sim = world(4);
      const both = await pair(sim);
      await sim.time.pass(seconds(61));
      const before = statusOf(both[second])?.since ?? 0;
      sim.network.cut("a", "b");
      sim.network.mend("a", "b");
      running(both[first]).link.networkIsBack();
      await sim.time.pass(ms(4600));
      send(both[0], "after");
      await sim.time.pass(ms(200));
      expect([statusOf(both[0])?.at, statusOf(both[1])?.at]).toEqual(["connected", "connected"]);
      expect(statusOf(both[second])?.since).toBeGreaterThanOrEqual(before);
      expect(await effects(both[1])).toEqual(["after"]);
    }
  });

  it("[LK25] after a restart of either side the link is back within a second", async () => {
    for (const which of [0, 1] as const) {
      const sim = world(5);
      const both = await pair(sim);
      await sim.time.pass(minutes(1));
      const self = both[which];
      crash(self);
      await sim.time.pass(ms(100));
      await start(sim, self, both[1 - which] as Party);
      await sim.time.pass(seconds(1));
      expect([which, statusOf(both[0])?.at, statusOf(both[1])?.at]).toEqual([which, "connected", "connected"]);
    }
  });

  it("[LK11] stations speak the newest version that both know, one version apart too", async () => {
    const sim = world(6);
    const [a, b] = await parties(sim);
    await start(sim, a, b, { versions: { oldest: 1, newest: 2 } });
    await start(sim, b, a, { versions: { oldest: 2, newest: 3 } });
    await sim.time.pass(seconds(2));
    expect([statusOf(a), statusOf(b)]).toMatchObject([{ version: 2 }, { version: 2 }]);
    send(a, "at two");
    await sim.time.pass(seconds(1));
    expect(await effects(b)).toEqual(["at two"]);
  });

  it("[LK11] without a common version both say so, go on trying, and are connected once one is updated", async () => {
    const sim = world(6);
    const [a, b] = await parties(sim);
    await start(sim, a, b, { versions: { oldest: 1, newest: 1 } });
    await start(sim, b, a, { versions: { oldest: 2, newest: 3 } });
    await sim.time.pass(minutes(2));
    expect([statusOf(a), statusOf(b)]).toMatchObject([
      { at: "trying", code: "PEER_VERSION" },
      { at: "trying", code: "PEER_VERSION" },
    ]);
    const details = running(a).station.reports.map(({ error }) => error.detail);
    expect(details).toContain("here 1 to 1, there 2 to 3");
    crash(a);
    await start(sim, a, b, { versions: { oldest: 1, newest: 2 } });
    await sim.time.pass(seconds(40));
    expect(statusOf(a)).toMatchObject({ at: "connected", version: 2 });
    expect(codes(b)).toContain("PEER_VERSION");
  });

  it("[LK39] what was written in a version that the peer no longer reads has no effect there, is reported, and holds nothing up", async () => {
    const sim = world(6);
    const [a, b] = await parties(sim);
    await start(sim, a, b, { versions: { oldest: 1, newest: 1 } });
    send(a, "in version 1");
    await sim.time.pass(minutes(1));
    crash(a);
    await start(sim, a, b, { versions: { oldest: 1, newest: 2 } });
    await start(sim, b, a, { versions: { oldest: 2, newest: 3 } });
    await sim.time.pass(seconds(5));
    send(a, "in version 2");
    await sim.time.pass(seconds(5));
    expect(await effects(b)).toEqual(["in version 2"]);
    expect(running(b).station.reports.map(({ error }) => error.detail)).toEqual([
      "an envelope of kind 1 in version 1 has no effect here",
    ]);
    expect(running(a).station.store.position(linkId)).toMatchObject({ sent: 2, acknowledged: 2 });
  });

  it("[LK10] [LK30] a key rolls, while envelopes flow and again while the peer is away: nothing is lost, nobody asked", async () => {
    const sim = world(8);
    const [a, b] = await parties(sim);
    const keys = [a.identity];
    const successions = () => concat(...keys.map((identity) => identity.key).slice(-2));
    await start(sim, a, b, { successions });
    await start(sim, b, a);
    await sim.time.pass(seconds(30));
    const roll = async () => {
      a.identity = await tlsIdentity(sim.random(32), sim.random);
      keys.push(a.identity);
      running(a).station.port.adopt(a.identity);
    };
    for (let n = 0; n < 200; n++) send(a, `first ${n}`);
    await sim.time.pass(ms(20));
    await roll();
    for (let n = 0; n < 200; n++) send(n % 2 === 0 ? a : b, `second ${n}`);
    await sim.time.pass(seconds(5));
    expect(statusOf(b)?.at).toBe("connected");
    sim.network.cut("a", "b");
    await sim.time.pass(minutes(5));
    await roll();
    send(a, "third");
    sim.network.mend("a", "b");
    await sim.time.pass(minutes(1));
    expect(statusOf(b)?.at).toBe("connected");
    expect(await expectDelivered(a, b)).toBe(301);
    expect(await expectDelivered(b, a)).toBe(100);
    expect(running(b).station.known.length).toBe(3);
    // Nothing was signed by a key that its connection did not know.
    expect(codes(b)).not.toContain("PEER_FORGED");
  });

  it("[LK16] a key that is cut off is refused, either way", async () => {
    const sim = world(9);
    const [a, b] = await pair(sim);
    await sim.time.pass(seconds(1));
    running(a).station.cutOff.push(b.identity.key);
    crash(b);
    await start(sim, b, a);
    await sim.time.pass(minutes(2));
    expect([statusOf(a), statusOf(b)]).toMatchObject([
      { at: "trying", code: "PEER_KEY_UNKNOWN" },
      { at: "trying", code: "PEER_KEY_UNKNOWN" },
    ]);
  });

  it("[LK33] an envelope's age counts what it waited at the sender, through a restart, and at the receiver", async () => {
    const sim = world(10);
    const [a, b] = await parties(sim);
    const ages: [string, number][] = [];
    const slow: Taking = async (arrival, self) => {
      await new Promise<void>((resolve) => void sim.time.clock.wait(seconds(2), resolve));
      ages.push([fromUtf8(arrival.envelope.payload) ?? "", arrival.age()]);
      await record(arrival, self);
    };
    await start(sim, a, b);
    send(a, "before the restart");
    await sim.time.pass(seconds(70));
    crash(a);
    await sim.time.pass(seconds(30));
    await start(sim, a, b);
    await sim.time.pass(seconds(20));
    send(a, "after the restart");
    await sim.time.pass(seconds(5));
    await start(sim, b, a, { onArrival: slow });
    await sim.time.pass(seconds(60));
    const [first, second] = ages;
    // Connected within a second of b's start; the first was acted on for 2 s, the second waited for that and then for its own.
    expect(first?.[0]).toBe("before the restart");
    expect(first?.[1]).toBeGreaterThanOrEqual(127_000);
    expect(first?.[1]).toBeLessThan(128_500);
    expect(second?.[0]).toBe("after the restart");
    expect(second?.[1]).toBeGreaterThanOrEqual(9_000);
    expect(second?.[1]).toBeLessThan(10_500);
  });

  it("[LK34] [LK36] an effect that fails comes again, later each time, unacknowledged, and nothing overtakes it", async () => {
    const sim = world(11);
    const [a, b] = await parties(sim);
    const tried: [string, number][] = [];
    let failures = 4;
    const failing: Taking = async (arrival, self) => {
      tried.push([fromUtf8(arrival.envelope.payload) ?? "", sim.time.clock.elapsed()]);
      failures--;
      if (failures >= 2) throw new Error("not yet");
      // Once, it claims to be done without having taken anything.
      if (failures === 1) return;
      await record(arrival, self);
    };
    await start(sim, a, b);
    await start(sim, b, a, { onArrival: failing });
    send(a, "first");
    send(a, "second");
    await sim.time.pass(seconds(2));
    expect(running(a).station.store.position(linkId)).toMatchObject({ sent: 2, acknowledged: 0 });
    await sim.time.pass(minutes(1));
    expect(tried.map(([text]) => text)).toEqual(["first", "first", "first", "first", "second"]);
    const waits = tried.slice(1, 4).map(([, at], n) => at - (tried[n]?.[1] ?? 0));
    expect(waits.map((wait) => Math.round(wait / 100) / 10)).toEqual([1, 2, 4]);
    expect(running(a).station.store.position(linkId)).toMatchObject({ sent: 2, acknowledged: 2 });
    expect(codes(b)).toContain("PEER_EFFECT_FAILED");
  });

  it("[LK32] what a failed transaction sent is never sent, and its number goes to the next", async () => {
    const sim = world(12);
    const [a, b] = await pair(sim);
    const { link, station } = running(a);
    await expect(
      station.store.transaction((tx) => {
        link.put(tx, 1, utf8("never"));
        throw new Error("changed its mind");
      }),
    ).rejects.toThrow("changed its mind");
    link.wake();
    await sim.time.pass(seconds(1));
    send(a, "instead");
    await sim.time.pass(seconds(1));
    expect(await effects(b)).toEqual(["instead"]);
    expect(station.store.position(linkId).sent).toBe(1);
  });

  it("[LK31] what is put into a larger transaction is sent after `wake`, or by the next start if that never came", async () => {
    const sim = world(13);
    const [a, b] = await pair(sim);
    await sim.time.pass(seconds(1));
    const { link, station } = running(a);
    certain(await station.store.transaction((tx) => link.put(tx, 7, utf8("with more"))));
    await sim.time.pass(seconds(5));
    expect(await effects(b)).toEqual([]);
    link.wake();
    await sim.time.pass(seconds(1));
    expect(await effects(b)).toEqual(["with more"]);
    certain(await station.store.transaction((tx) => link.put(tx, 7, utf8("and died"))));
    crash(a);
    await start(sim, a, b);
    await sim.time.pass(seconds(5));
    expect(await effects(b)).toEqual(["with more", "and died"]);
  });

  it("[LK37] a station restored from a backup freezes the link on both sides, and reuses no number", async () => {
    for (const [who, also] of [
      ["a", "sent after the backup"],
      ["a", "took after the backup"],
      ["b", "sent after the backup"],
      ["b", "took after the backup"],
    ] as const) {
      const sim = world(14);
      const [a, b] = await pair(sim);
      const self = who === "a" ? a : b;
      const other = self === a ? b : a;
      send(a, "x");
      send(b, "y");
      await sim.time.pass(seconds(2));
      const backup = self.disk.restoredCopy();
      send(also === "sent after the backup" ? self : other, "z");
      await sim.time.pass(seconds(2));
      crash(self);
      self.disk = backup;
      await start(sim, self, other);
      await sim.time.pass(minutes(3));
      const at = [who, also, statusOf(self)?.at, statusOf(other)?.at];
      // Whoever can see it is frozen; the other is told so each time it tries.
      expect([
        at,
        [codes(self), codes(other)].flat().some((code) => code === "PEER_RESTORED" || code === "PEER_REMEMBERS_MORE"),
      ]).toEqual([at, true]);
      expect(at.filter((state) => state === "connected")).toEqual([]);
      send(self, "reused");
      await sim.time.pass(minutes(3));
      expect(await effects(other)).not.toContain("reused");
      // The officers re-key: both forget the positions, and the link goes on.
      for (const one of [self, other]) {
        certain(await running(one).station.store.transaction((tx) => tx.forget(linkId)));
        running(one).link.thaw();
      }
      send(self, "new");
      await sim.time.pass(minutes(1));
      expect([at, (await effects(other)).at(-1)]).toEqual([at, "new"]);
    }
  });

  it("[LK37] a station restored from far back, that has written more since than the other had taken, is found out too", async () => {
    const sim = world(18);
    const [a, b] = await pair(sim);
    send(a, "first");
    await sim.time.pass(seconds(2));
    const backup = a.disk.restoredCopy();
    for (let n = 0; n < 150; n++) send(a, `lost ${n}`);
    await sim.time.pass(seconds(10));
    crash(a);
    a.disk = backup;
    sim.network.cut("a", "b");
    await start(sim, a, b);
    for (let n = 0; n < 200; n++) send(a, `new ${n}`);
    await sim.time.pass(seconds(1));
    sim.network.mend("a", "b");
    await sim.time.pass(minutes(2));
    expect(statusOf(b)).toMatchObject({ at: "frozen", code: "PEER_RESTORED" });
    expect((await effects(b)).filter((text) => text.startsWith("new"))).toEqual([]);
  });

  it("[LK37] a peer whose disk lied, and that gives a number twice, is found out and frozen", async () => {
    const sim = world(15);
    const [a, b] = await pair(sim);
    await sim.time.pass(seconds(1));
    b.disk.fault = () => "lie";
    send(b, "was never on disk");
    await sim.time.pass(seconds(2));
    crash(b);
    await start(sim, b, a);
    send(b, "another under the same number");
    await sim.time.pass(minutes(1));
    expect(await effects(a)).toEqual(["was never on disk"]);
    expect([statusOf(a)?.at, statusOf(b)?.at]).not.toContain("connected");
  });

  it("[LK29] a connection that ends while its hello is judged, or while ours is prepared, is not taken for an open one", async () => {
    for (const at of [500, 1500, 2500]) {
      const sim = world(19);
      const [a, b] = await parties(sim);
      const ponders = () => new Promise<void>((resolve) => void sim.time.clock.wait(seconds(1), resolve));
      await start(sim, b, a, { ponders }, []);
      await start(sim, a, b);
      await sim.time.pass(ms(at));
      crash(a);
      await sim.time.pass(seconds(4));
      expect([at, statusOf(b)?.at]).toEqual([at, "trying"]);
      await start(sim, a, b);
      await sim.time.pass(seconds(5));
      expect([at, statusOf(a)?.at, statusOf(b)?.at]).toEqual([at, "connected", "connected"]);
    }
    const sim = world(20);
    const [a, b] = await parties(sim);
    const ponders = () => new Promise<void>((resolve) => void sim.time.clock.wait(seconds(1), resolve));
    await start(sim, a, b, { ponders });
    await start(sim, b, a, {}, []);
    for (let n = 0; n < 6; n++) {
      await sim.time.pass(ms(700));
      crash(b);
      await start(sim, b, a, {}, []);
    }
    await sim.time.pass(seconds(10));
    send(a, "after all");
    await sim.time.pass(seconds(1));
    expect(await effects(b)).toEqual(["after all"]);
    expect(sim.network.open()).toBe(1);
  });

  it("[LK20] who says nothing on a connection is cut, on a network without a door of its own too", async () => {
    const sim = world(21);
    const [a, b] = await parties(sim);
    await start(sim, a, b, {}, []);
    const ends: string[] = [];
    sim.network.at("c", b.identity).dial(
      { host: "a", port: 1 },
      "link",
      () => "known",
      (outcome) => {
        certain(outcome).start({ message: () => undefined, closed: (code) => ends.push(code) });
      },
    );
    await sim.time.pass(ms(14_900));
    expect(ends).toEqual([]);
    await sim.time.pass(ms(300));
    expect(ends).toEqual(["PEER_LOST"]);
  });

  it("refuses to put more into an outbox than may wait", async () => {
    const sim = world(17);
    const [a, b] = await parties(sim);
    await start(sim, a, b);
    const { link, station } = running(a);
    const position = { sent: 65_536, acknowledged: 0, taken: 0 };
    const full = posting(linkId, { ...station.store, position: () => position }, sim.random, neverUsed, () => 1);
    expect(await full.send(1, utf8("one too many"))).toMatchObject({ ok: false, error: { code: "PEER_OUTBOX_FULL" } });
    expect(await link.send(1, utf8("fits"))).toMatchObject({ ok: true });
  });

  it("closes with a goodbye, keeps what waits, and refuses more", async () => {
    const sim = world(16);
    const [a, b] = await pair(sim);
    await sim.time.pass(seconds(1));
    const { link } = running(a);
    const seen: string[] = [];
    link.watch((status) => seen.push(status.at));
    link.close();
    await sim.time.pass(seconds(1));
    expect(seen).toEqual(["closed"]);
    expect(codes(b)).toContain("PEER_ENDED");
    expect(await link.send(1, utf8("too late"))).toMatchObject({ ok: false, error: { code: "PEER_CLOSED" } });
    expect(
      running(a)
        .station.port.links()
        .map(({ id }) => idText(id)),
    ).toEqual([]);
    await sim.time.pass(minutes(1));
    expect(statusOf(b)).toMatchObject({ at: "trying", code: "PEER_LINK_UNKNOWN" });
  });
});
