// Alarms through machines that die at any moment, in the middle of a commit too, and receivers that take a thing and do not say so:
// simulated time, a simulated disk, worlds from one seed. PARLEY_FULL=1 runs more of them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { type Clock, type Ms, hours, minutes, ms, seconds } from "@parley/base/time";
import { decodeEntry } from "@parley/ledger/entry";
import { type IdText, idText } from "@parley/protocol/ids";
import type { AlarmPayload } from "@parley/protocol/peer/alarm";
import type { OfficerId } from "@parley/protocol/signed/revocation";
import { condition } from "../duty/alarms/conditions.ts";
import type { Condition } from "../duty/alarms/port.ts";
import { type CommitFault, memoryDisk, openMemory } from "../store/memory.ts";
import { clockByHand } from "@parley/base/testing/clockByHand";
import { alarmFact, alarmKind } from "./alarmFacts.ts";
import { type AlarmsRun, runAlarms } from "./alarmsRun.ts";
import type { Sent, Way } from "./alarmWay.ts";
import { makeWriter } from "./writer.ts";

const worlds = process.env["PARLEY_FULL"] === "1" ? 150 : 40;
const link: IdText = idText(new Uint8Array(16).fill(2));
const officer = new Uint8Array(16).fill(1) as OfficerId;
const some: readonly Condition[] = [
  condition("DRILL_NOT_READY", { link, whose: "theirs", about: "noTerminal" }),
  condition("CHECK_ENDS_SOON", { lines: [link], whose: "ours", about: "webCertificate", rank: 2 }),
  condition("STORE_FULL", { lines: [link], whose: "ours" }),
  condition("LINE_DOWN", { link, whose: "both" }),
];

type Deed =
  | { readonly do: "find"; readonly which: readonly number[] }
  | { readonly do: "pass"; readonly time: Ms }
  | { readonly do: "kill" }
  | { readonly do: "acknowledge" }
  | { readonly do: "receiver"; readonly is: Receiver }
  | { readonly do: "disk"; readonly does: CommitFault };
/** `deaf`: takes the thing, and its answer is lost. */
type Receiver = "well" | "away" | "deaf" | "slow";

const settle = async (): Promise<void> => {
  for (let i = 0; i < 40; i++) await Promise.resolve();
};

class World {
  readonly disk = memoryDisk();
  readonly time = clockByHand();
  receiver: Receiver = "well";
  now: readonly Condition[] = [];
  /** What receivers hold, in order, and how often each name came. */
  readonly got: { readonly id: string; readonly alarm: string; readonly what: string }[] = [];
  /** Names that came once more for a reason: the answer was lost, or the machine died with the thing in hand. */
  readonly excused = new Set<string>();
  readonly inHand = new Set<string>();
  readonly toParty: AlarmPayload[] = [];
  run: AlarmsRun | null = null;
  private life = { is: "alive" as "alive" | "dead" };
  private nextFault: CommitFault = "keep";

  constructor() {
    this.disk.fault = () => {
      const fault = this.nextFault;
      this.nextFault = "keep";
      return fault;
    };
  }

  async begin(): Promise<void> {
    const life = { is: "alive" as "alive" | "dead" };
    this.life = life;
    const clock: Clock = {
      ...this.time.clock,
      wait: (delay, then) => this.time.clock.wait(delay, () => (life.is === "alive" ? then() : undefined)),
    };
    const store = openMemory(this.disk);
    const died = (): void => void (life.is = "dead");
    const writer = makeWriter(store, died, undefined, { clock, onFull: () => undefined });
    const ways: readonly Way[] = (["first", "second"] as const).map((to) => ({
      name: to,
      to,
      least: 3,
      says: ["raised", "acknowledged", "replaced", "ended"],
      send: async (said) =>
        said === "trial" || life.is === "dead" ? "dead" : this.take(clock, said.id, said.alarm.id, said.what),
    }));
    this.run = await runAlarms({
      store,
      writer,
      clock,
      look: () => this.now,
      ways,
      patience: minutes(15),
      nameOf: (words) => words.replaceAll(" ", "_"),
      tellParty: (tx, after, _link, say) => {
        // As an outbox does: what is written is delivered, once.
        tx.put("told", `${say.id} ${say.type} ${clock.now()}`, new Uint8Array(1));
        after(() => this.toParty.push(say));
      },
      onChange: () => undefined,
      report: () => undefined,
    });
    this.run.start();
    await settle();
  }

  private async take(clock: Clock, id: string, alarm: string, what: string): Promise<Sent> {
    const { receiver } = this;
    if (receiver === "away") return "away";
    this.got.push({ id, alarm, what });
    if (receiver === "deaf") {
      this.excused.add(id);
      return "no answer";
    }
    this.inHand.add(id);
    if (receiver === "slow") await new Promise<void>((done) => clock.wait(seconds(5), done));
    // Noted in a commit that may be the one in which the machine dies.
    void settle().then(() => this.inHand.delete(id));
    return null;
  }

  async kill(): Promise<void> {
    this.life.is = "dead";
    for (const id of this.inHand) this.excused.add(id);
    this.inHand.clear();
    this.disk.crash();
    await settle();
    await this.begin();
  }

  async pass(time: Ms): Promise<void> {
    for (let left: number = time; left > 0; left -= 20_000) {
      this.time.pass(ms(Math.min(left, 20_000)));
      await settle();
      if (this.life.is === "dead") await this.kill();
    }
  }

  async does(deed: Deed): Promise<void> {
    switch (deed.do) {
      case "find":
        this.now = deed.which.flatMap((at) => some[at] ?? []);
        return this.pass(seconds(3));
      case "pass":
        return this.pass(deed.time);
      case "kill":
        return this.kill();
      case "acknowledge": {
        const alarm = this.run?.shown().find(({ standing }) => standing.at === "open");
        if (alarm !== undefined) void this.run?.acknowledge(alarm.id, officer, "Ada");
        return this.pass(seconds(1));
      }
      case "receiver":
        this.receiver = deed.is;
        return;
      case "disk":
        // The commit in which the machine dies may be the one that notes a delivery.
        this.nextFault = deed.does;
        for (const { id } of this.got.slice(-4)) this.excused.add(id);
        return;
    }
  }

  async facts() {
    return certain(await openMemory(this.disk).events(0, 5000)).flatMap(({ kind, bytes }) =>
      kind === alarmKind ? [certain(decode(alarmFact, certain(decodeEntry(bytes)).body))] : [],
    );
  }
}

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("find" as const), which: fc.uniqueArray(fc.nat(some.length - 1)) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("pass" as const),
      time: fc.constantFrom(seconds(2), minutes(1), minutes(8), minutes(16), hours(2)),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "kill" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "acknowledge" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("receiver" as const),
      is: fc.constantFrom<Receiver>("well", "away", "deaf", "slow"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("disk" as const),
      does: fc.constantFrom<CommitFault>("lose", "tear", "mute"),
    }),
  },
);

describe("alarms of machines that die", () => {
  it(
    "[AL6] [AL7] what opened is told to its end, in order, once but for a reason; nothing goes on twice",
    { timeout: 120_000 },
    async () => {
      let [told, kills, twice] = [0, 0, 0];
      await fc.assert(
        fc.asyncProperty(fc.array(deed, { minLength: 5, maxLength: 30 }), async (deeds) => {
          const world = new World();
          await world.begin();
          for (const one of deeds) {
            await world.does(one);
            if (one.do === "kill" || one.do === "disk") kills += 1;
          }
          // In the end all is well, and stays so for long enough that everything comes to its end.
          world.receiver = "well";
          await world.does({ do: "find", which: [] });
          await world.pass(hours(3));
          expect(world.run?.shown()).toEqual([]);
          expect(world.run?.ways().map(({ waiting }) => waiting)).toEqual([0, 0]);

          const facts = await world.facts();
          const opened = facts.flatMap((fact) => (fact.type === "opened" ? [fact.alarm] : []));
          const firsts = world.got.filter(({ id }, at) => world.got.findIndex((other) => other.id === id) === at);
          told += firsts.length;
          for (const way of ["first", "second"]) {
            const said = Map.groupBy(
              firsts.filter(({ id }) => id.startsWith(`${way} `)),
              ({ alarm }) => alarm,
            );
            for (const [, all] of said) {
              const whats = all.map(({ what }) => what);
              // Begun once, ended once, nothing after that.
              expect([whats[0], whats.at(-1)]).toEqual(["raised", "ended"]);
              expect(whats.filter((what) => what === "ended" || what === "acknowledged").length).toBeLessThanOrEqual(2);
            }
          }
          // Who was told of something can find it in the record.
          for (const { alarm } of firsts) expect(opened).toContain(alarm);
          for (const to of ["second", "party"] as const) {
            const went = facts.flatMap((fact) => (fact.type === "wentOn" && fact.to === to ? [fact.alarm] : []));
            expect(went.length).toBe(new Set(went).size);
          }
          const times = Map.groupBy(world.got, ({ id }) => id);
          for (const [id, all] of times) {
            if (all.length === 1) continue;
            twice += 1;
            expect([id, world.excused.has(id)]).toEqual([id, true]);
          }
        }),
        { numRuns: worlds, seed: 20_261_124 },
      );
      console.log(`alarms: ${worlds} worlds, ${kills} deaths, ${told} things told, ${twice} of them twice`);
      expect(told).toBeGreaterThan(5 * worlds);
    },
  );
});
