// The ground that worlds stand on, each piece by itself: that what runs is the station's own inside, what the network promises and
// what it does to connections, and how a station dies and begins again.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { utf8 } from "@parley/base/bytes";
import { type Ms, ms, seconds } from "@parley/base/time";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import type { ConnectionEvents, PeerConnection } from "@parley/station/peer/net";
import type { CommitFault } from "@parley/station/store/memory";
import type { PeerIdentity } from "@parley/station/peer/tlsIdentity";
import { idealCryptography } from "./cryptography.ts";
import { makeNetwork, usualSlowest } from "./net.ts";
import { makeQueue } from "./queue.ts";
import { diceOf } from "./random.ts";
import { type Alive, Station, type Surroundings, usualCommit } from "./station.ts";

const noTerminals = (): ReturnType<Surroundings["terminals"]> => ({
  desks: () => [],
  tell: () => undefined,
  admit: () => undefined,
  refuse: () => undefined,
  changed: () => undefined,
  linksChanged: () => undefined,
  dismiss: () => undefined,
  renewAll: () => undefined,
});

/** One station alone in a world without weather. */
function alone() {
  const dice = diceOf("ground");
  const queue = makeQueue(() => false);
  const faults: CommitFault[] = [];
  const began: Alive[] = [];
  const reports: ErrorCode[] = [];
  let forgotten = 0;
  let commits: Ms = usualCommit;
  const station = new Station(
    "Ground",
    ms(0),
    {
      queue,
      network: makeNetwork(queue, dice.fork("net"), () => false),
      cryptography: idealCryptography(dice.fork("keys").bytes),
      note: () => undefined,
      report: (_, { code }) => void reports.push(code),
      diskFault: () => faults.shift() ?? "keep",
      commitTakes: () => commits,
      forgotten: () => void (forgotten += 1),
      began: (_, alive) => void began.push(alive),
      ended: () => undefined,
      drills: () => null,
      checks: () => null,
      sleepy: (_, clock) => clock,
      checked: () => undefined,
      terminals: noTerminals,
    },
    dice.fork("station"),
  );
  const pass = (time: Ms): Promise<void> => queue.run(ms(queue.now() + time));
  /** Carries out what waits for the world's time, which has to move for it. */
  const during = async (work: () => Promise<void>, time: Ms = seconds(2)): Promise<void> => {
    let failed: unknown = null;
    const done = work().catch((error: unknown) => (failed = error));
    await pass(time);
    await done;
    if (failed !== null) throw failed instanceof Error ? failed : new Error("a world's work was rejected");
  };
  const settled = async (): Promise<Station> => {
    await during(() => station.start());
    await during(() => station.setUp());
    station.kill("set up");
    await during(() => station.start());
    return station;
  };
  /** An officer is invited; says whether somebody was told by the time that everything has come to rest. */
  const invite = async (time: Ms = seconds(1)): Promise<"told" | "untold"> => {
    let told: "told" | "untold" = "untold";
    void station.running.identity.command({ type: "inviteOfficer", by: station.officer }).then((done) => {
      if (done.ok) told = "told";
    });
    await pass(time);
    return told;
  };
  const invited = (): number => station.running.identity.state().officerCodes.size;
  return {
    station,
    queue,
    faults,
    began,
    reports,
    pass,
    during,
    settled,
    invite,
    invited,
    forgotten: () => forgotten,
    slow: (to: Ms) => (commits = to),
  };
}

describe("what runs in a world", () => {
  it("[SM2] is the station's own inside over the memory disk, with nothing of its duties made up here", async () => {
    const at = alone();
    const station = await at.settled();
    const { running } = station;
    // The very rooms that a station on a machine has: what opens them is the same code, not a copy.
    const rooms: readonly (keyof Awaited<ReturnType<typeof inside>>)[] = [
      "store",
      "identity",
      "links",
      "pairing",
      "writer",
      "log",
    ];
    for (const room of rooms) expect(running[room]).toBeDefined();
    expect(running.joined?.calls.state()).toEqual({ links: {} });
    expect(running.joined?.peers.links()).toEqual([]);
    // Nothing in the simulator decides for a duty: it takes none of their functions, only the data that they speak in.
    const sources = readdirSync(import.meta.dirname).filter((name) => /(?<!\.test)\.ts$/.test(name));
    const takes = sources.flatMap((name) =>
      [
        ...readFileSync(join(import.meta.dirname, name), "utf8").matchAll(
          /^import (?!type )\{([^}]*)\} from "@parley\/station\/duty\/[^"]*"/gm,
        ),
      ].map(([, what]) => `${name}:${what ?? ""}`),
    );
    expect(sources.length).toBeGreaterThan(20);
    expect(takes.filter((take) => /\bdecide\b|\bstep\b/.test(take))).toEqual([]);
    // What it knows lies on the simulated disk and nowhere else: another life finds it there.
    const party = station.partyText();
    const officers = running.identity.state().officers.size;
    const entries = running.store.nextIndex();
    expect(entries).toBeGreaterThan(0);
    station.kill("for a test");
    await at.during(() => station.start());
    expect([station.partyText(), station.running.identity.state().officers.size]).toEqual([party, officers]);
    expect(station.running.store.nextIndex()).toBe(entries);
    expect([station.lives, at.reports]).toEqual([3, []]);
  });
});

const inside = async () => {
  const at = alone();
  return (await at.settled()).running;
};

/** Two programs on a network of their own, with a connection between them. */
function two() {
  const queue = makeQueue(() => false);
  const fails = { dials: false };
  const network = makeNetwork(queue, diceOf("net"), () => fails.dials);
  const identity = (n: number): PeerIdentity => ({ key: new Uint8Array(32).fill(n) }) as PeerIdentity;
  const alive = { a: true, b: true };
  const [a, b] = [network.at("a", identity(1), () => alive.a), network.at("b", identity(2), () => alive.b)];
  const arrived: PeerConnection[] = [];
  void b.listen({
    standing: () => "known",
    pairing: () => true,
    arrived: (_, connection) => void arrived.push(connection),
  });
  const dial = (): Promise<PeerConnection | ErrorCode> =>
    new Promise((resolve) => {
      a.dial(
        { host: "b", port: 1 },
        "link",
        () => "known",
        (done) => resolve(done.ok ? done.value : done.error.code),
      );
    });
  const pass = (time: Ms): Promise<void> => queue.run(ms(queue.now() + time));
  const ears = () => {
    const heard: string[] = [];
    const closed: ErrorCode[] = [];
    const events: ConnectionEvents = {
      message: (bytes) => void heard.push(new TextDecoder().decode(bytes)),
      closed: (code) => void closed.push(code),
    };
    return { heard, closed, events };
  };
  const connected = async () => {
    const dialled = dial();
    await pass(seconds(1));
    const near = await dialled;
    const far = arrived.at(-1);
    if (typeof near === "string" || far === undefined) throw new Error("no connection");
    const [here, there] = [ears(), ears()];
    near.start(here.events);
    far.start(there.events);
    return { near, far, here, there };
  };
  return { queue, network, fails, alive, dial, pass, connected };
}

const letters = Array.from({ length: 40 }, (_, i) => String(i));

describe("a world's network", () => {
  it("[SM3] keeps the order of a connection, however slow it is, and loses nothing of it while it lives", async () => {
    const at = two();
    const { near, there } = await at.connected();
    at.network.slow("a", "b", seconds(3));
    for (const letter of letters) near.send(utf8(letter));
    await at.pass(usualSlowest);
    expect(there.heard.length).toBeLessThan(letters.length);
    await at.pass(seconds(200));
    expect(there.heard).toEqual(letters);
  });

  it("[SM3] a short cut delays, both ways or one; a long one kills, and neither end is told", async () => {
    const at = two();
    const { near, far, here, there } = await at.connected();
    at.network.cut("a", "b");
    near.send(utf8("late"));
    await at.pass(seconds(10));
    expect(there.heard).toEqual([]);
    at.network.mend("a", "b");
    await at.pass(seconds(1));
    expect(there.heard).toEqual(["late"]);
    at.network.cutOneWay("a", "b");
    near.send(utf8("held"));
    far.send(utf8("comes"));
    await at.pass(seconds(1));
    expect([there.heard, here.heard]).toEqual([["late"], ["comes"]]);
    await at.pass(seconds(20));
    at.network.mend("a", "b");
    near.send(utf8("into nothing"));
    await at.pass(seconds(60));
    expect([there.heard, here.closed, there.closed]).toEqual([["late"], [], []]);
    expect(at.network.unnoticed()).toBe(true);
  });

  it("[SM3] a reset and a death end a connection, and what is alive learns of it", async () => {
    const at = two();
    const first = await at.connected();
    at.network.reset("a", "b");
    await at.pass(seconds(1));
    expect([first.here.closed, first.there.closed]).toEqual([["PEER_LOST"], ["PEER_LOST"]]);
    const second = await at.connected();
    at.alive.b = false;
    at.network.died("b");
    await at.pass(seconds(1));
    expect([second.here.closed, second.there.closed]).toEqual([["PEER_LOST"], []]);
  });

  it("[SM3] a dial is refused, finds nobody, no name, or a wall that lets nothing in from that side alone", async () => {
    const at = two();
    const outcome = async (): Promise<string> => {
      const dialled = at.dial();
      await at.pass(seconds(30));
      const got = await dialled;
      return typeof got === "string" ? got : "connected";
    };
    expect(await outcome()).toBe("connected");
    at.fails.dials = true;
    expect(["PEER_UNREACHABLE", "PEER_LOST"]).toContain(await outcome());
    at.fails.dials = false;
    at.network.unname("b", true);
    expect(await outcome()).toBe("PEER_UNREACHABLE");
    at.network.unname("b", false);
    at.network.shut("b", true);
    expect(await outcome()).toBe("PEER_TIMED_OUT");
    expect([at.network.reaches("a", "b"), at.network.isCut("a", "b")]).toEqual([false, false]);
    at.network.shut("b", false);
    at.alive.b = false;
    expect(await outcome()).toBe("PEER_UNREACHABLE");
  });
});

describe("a station's death in a world", () => {
  it("[SM5] comes between two instructions, and it begins again from the disk", async () => {
    const at = alone();
    const station = await at.settled();
    expect(await at.invite()).toBe("told");
    station.kill("for a test");
    expect(station.alive).toBeNull();
    await at.during(() => station.start());
    expect([at.invited(), at.forgotten()]).toEqual([1, 0]);
  });

  it.each([
    ["lose", 0],
    ["tear", 0],
    ["mute", 1],
  ] as const)(
    "[SM5] comes in a commit (%s), before anybody is told, and what is there then is %i",
    async (fault, there) => {
      const at = alone();
      const station = await at.settled();
      at.faults.push(fault);
      expect(await at.invite()).toBe("untold");
      expect(station.alive).toBeNull();
      await at.during(() => station.start());
      expect([at.invited(), at.forgotten()]).toEqual([there, 0]);
    },
  );

  it("[SM5] a disk that is full or slow delays and loses nothing", async () => {
    const at = alone();
    const station = await at.settled();
    at.faults.push("full", "full");
    expect(await at.invite(seconds(1))).toBe("untold");
    expect(station.alive).not.toBeNull();
    await at.pass(seconds(20));
    expect(at.invited()).toBe(1);
    at.slow(seconds(5));
    expect(await at.invite(seconds(4))).toBe("untold");
    await at.pass(seconds(4));
    expect(at.invited()).toBe(2);
  });

  it("[SM5] a disk that lies has told somebody, and at the next death it is gone and known to be", async () => {
    const at = alone();
    const station = await at.settled();
    at.faults.push("lie");
    expect(await at.invite()).toBe("told");
    expect([at.invited(), at.forgotten()]).toEqual([1, 0]);
    station.kill("for a test");
    expect(at.forgotten()).toBe(1);
    await at.during(() => station.start());
    expect(at.invited()).toBe(0);
  });
});
