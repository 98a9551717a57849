import { describe, expect, it } from "vitest";
import { decode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { type Ms, days, hours, instant, minutes, ms, seconds } from "@parley/base/time";
import { decodeEntry } from "@parley/ledger/entry";
import { type IdText, idText } from "@parley/protocol/ids";
import { encodeAlarm } from "@parley/protocol/peer/alarm";
import type { OfficerId } from "@parley/protocol/signed/revocation";
import { condition } from "../duty/alarms/conditions.ts";
import type { Condition } from "../duty/alarms/port.ts";
import { memoryDisk, openMemory } from "../store/memory.ts";
import type { Store } from "../store/port.ts";
import { clockByHand } from "@parley/base/testing/clockByHand";
import { type AlarmFact, alarmFact, alarmKind } from "./alarmFacts.ts";
import { type AlarmsRun, runAlarms } from "./alarmsRun.ts";
import type { Sent, Way } from "./alarmWay.ts";
import { type Writer, makeWriter } from "./writer.ts";

const id = (n: number): IdText => idText(new Uint8Array(16).fill(n));
const link = id(2);
const ada = new Uint8Array(16).fill(1) as OfficerId;
const notReady = condition("DRILL_NOT_READY", { link, whose: "theirs", about: "noTerminal" });
const frames = { link, call: id(3), terminal: id(4), what: "unsealedFrames" } as const;

const facts = async (store: Store): Promise<readonly AlarmFact[]> =>
  certain(await store.events(0, 1000)).flatMap(({ kind, bytes }) =>
    kind === alarmKind ? [certain(decode(alarmFact, certain(decodeEntry(bytes)).body))] : [],
  );

/** Effects wait for the store, which answers in a few turns. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 60; i++) await Promise.resolve();
};

type Answer = (way: string, what: string) => Promise<Sent> | Sent;

type House = {
  readonly store: Store;
  readonly writer: Writer;
  /** What got through, in order. */
  readonly sent: string[];
  readonly run: () => AlarmsRun;
  /** Begins, or begins again from what is on the disk. */
  readonly begin: () => Promise<void>;
  /** As a process that is killed. */
  readonly kill: () => Promise<void>;
  /** These things are so now. */
  readonly find: (...conditions: Condition[]) => Promise<void>;
  readonly answers: (how: Answer) => void;
  readonly pass: (time: Ms) => Promise<void>;
  /** What has gone out to the other party arrives there. */
  readonly arrive: (other: House) => Promise<void>;
};

/** One party's alarms over a disk that outlives them, with ways that note what they are given. */
function house({ clock, pass } = clockByHand(), store = openMemory(memoryDisk())): House {
  let now: readonly Condition[] = [];
  let run: AlarmsRun | null = null;
  const sent: string[] = [];
  const toParty: ((other: House) => Promise<void>)[] = [];
  let answer: Answer = () => null;
  const failedStore = (): never => {
    throw new Error("the store failed");
  };
  const writer = makeWriter(store, failedStore, undefined, { clock, onFull: () => undefined });
  const way = (name: string, to: Way["to"]): Way => ({
    name,
    to,
    least: 2,
    says: ["raised", "acknowledged", "replaced", "ended"],
    send: async (said) => {
      const what = said === "trial" ? said : `${said.what} ${said.alarm.kind}`;
      const why = await answer(name, what);
      if (why === null) sent.push(`${name}: ${what}`);
      return why;
    },
  });
  const here: House = {
    store,
    writer,
    sent,
    run: () => run ?? failedStore(),
    begin: async () => {
      run = await runAlarms({
        store,
        writer,
        clock,
        look: () => now,
        ways: [way("hook", "first"), way("mail", "second")],
        patience: minutes(15),
        nameOf: (words) => words.replaceAll(" ", "_").slice(0, 100),
        tellParty: (_tx, after, _link, say) =>
          after(() =>
            toParty.push((other) =>
              other.writer.write((tx, later) => other.run().heard(tx, later, link, encodeAlarm(say))),
            ),
          ),
        onChange: () => undefined,
        report: () => undefined,
      });
      run.start();
      await settle();
    },
    kill: async () => {
      void run?.stop();
      pass(seconds(2));
      await settle();
    },
    find: async (...conditions) => {
      now = conditions;
      await here.pass(seconds(3));
    },
    answers: (how) => void (answer = how),
    pass: async (time) => {
      const stride = time > minutes(1) ? seconds(20) : seconds(2);
      for (let left: number = time; left > 0; left -= stride) {
        pass(ms(Math.min(left, stride)));
        await settle();
      }
    },
    arrive: async (other) => {
      for (const one of toParty.splice(0)) await one(other);
      await settle();
    },
  };
  return here;
}

const open = (run: AlarmsRun): string[] =>
  run.shown().map(({ kind, standing }) => `${kind} ${standing.at === "open" ? standing.told : standing.at}`);

describe("alarms kept by a station", () => {
  it("[VW60] [AL4] an alarm is taken up by the first officer, by name, and a restarted station still knows it", async () => {
    const here = house();
    await here.begin();
    await here.run().raise(frames);
    const alarm = here.run().shown()[0]?.id ?? "";
    await here.run().acknowledge(alarm, ada, "Ada");
    await here.run().acknowledge(alarm, ada, "Jonas");
    await here.run().shelve(alarm, ada, "Jonas", minutes(15));
    expect(here.run().shown()).toMatchObject([
      { kind: "FRAMES_UNSEALED", standing: { at: "acknowledged", by: "Ada" } },
    ]);
    const before = here.run().shown();
    await here.kill();
    await here.begin();
    expect(here.run().shown()).toEqual(before);
    expect((await facts(here.store)).map(({ type }) => type)).toEqual(["opened", "raised", "acknowledged"]);
  });

  it("[VW60] [AL3] a terminal that repeats itself is one alarm with its number, and fills neither ledger nor memory", async () => {
    const here = house();
    await here.begin();
    for (let i = 0; i < 50; i++) await here.run().raise(frames);
    await here.pass(minutes(2));
    await here.run().raise(frames);
    expect(here.run().shown()).toMatchObject([{ times: 2 }]);
    expect((await facts(here.store)).filter(({ type }) => type === "raised").length).toBe(2);
  });

  it("[AL5] [AL6] a grave alarm goes to a second person and to the other party, who hears of it and of its end, through restarts at each stage", async () => {
    const time = clockByHand();
    const [ours, theirs] = [house(time), house(time)];
    await ours.begin();
    await theirs.begin();
    await ours.find(notReady);
    expect(ours.sent).toEqual(["hook: raised DRILL_NOT_READY"]);
    await ours.kill();
    await ours.pass(minutes(15));
    await ours.begin();
    expect(ours.sent.splice(0)).toEqual(["hook: raised DRILL_NOT_READY", "mail: raised DRILL_NOT_READY"]);
    await ours.kill();
    await ours.begin();
    await ours.pass(minutes(16));
    expect([open(ours.run()), ours.sent]).toEqual([["DRILL_NOT_READY party"], []]);
    await ours.arrive(theirs);
    expect(theirs.run().shown()).toMatchObject([
      { kind: "FAR_UNATTENDED", link, whose: "ours", about: "DRILL_NOT_READY", standing: { at: "open" } },
    ]);
    await theirs.kill();
    await theirs.begin();
    expect(open(theirs.run())).toEqual(["FAR_UNATTENDED first"]);
    expect(theirs.sent).toEqual(["hook: raised FAR_UNATTENDED"]);
    await ours.run().acknowledge(ours.run().shown()[0]?.id ?? "", ada, "Ada");
    await ours.arrive(theirs);
    await ours.pass(seconds(5));
    expect([open(theirs.run()), theirs.sent]).toEqual([
      [],
      ["hook: raised FAR_UNATTENDED", "hook: ended FAR_UNATTENDED"],
    ]);
    expect((await facts(ours.store)).map((fact) => (fact.type === "wentOn" ? fact.to : fact.type))).toEqual([
      "opened",
      "second",
      "party",
      "acknowledged",
    ]);
  });

  it("[AL6] [AL7] what could not be delivered is tried again after a restart, once it gets through, and each thing once", async () => {
    const here = house();
    here.answers((way) => (way === "hook" ? "refused" : null));
    await here.begin();
    await here.find(notReady);
    await here.pass(minutes(1));
    expect([here.sent, here.run().ways()[0]]).toMatchObject([
      [],
      { way: "hook", waiting: 1, failing: { why: "refused" } },
    ]);
    await here.kill();
    here.answers(() => null);
    await here.begin();
    await here.pass(minutes(2));
    expect([here.sent, here.run().ways()[0]]).toMatchObject([
      ["hook: raised DRILL_NOT_READY"],
      { delivered: 1, waiting: 0, failing: null },
    ]);
    await here.kill();
    await here.begin();
    await here.pass(minutes(5));
    expect(here.sent.length).toBe(1);
  });

  it("[AL7] a station that is killed while a way has the thing in hand says it once more, under the same name", async () => {
    const here = house();
    let finish = (): void => undefined;
    here.answers(() => new Promise((done) => (finish = () => done(null))));
    await here.begin();
    await here.find(notReady);
    await here.kill();
    finish();
    await settle();
    here.answers(() => null);
    await here.begin();
    expect(here.sent).toEqual(["hook: raised DRILL_NOT_READY", "hook: raised DRILL_NOT_READY"]);
    await here.pass(minutes(1));
    expect(here.sent.length).toBe(2);
  });

  it("[AL6] a station that was away past every deadline tells the second person first, and the other party a quarter of an hour later", async () => {
    const here = house();
    await here.begin();
    await here.find(notReady);
    await here.kill();
    await here.pass(days(3));
    await here.begin();
    expect(open(here.run())).toEqual(["DRILL_NOT_READY second"]);
    await here.pass(minutes(16));
    expect(open(here.run())).toEqual(["DRILL_NOT_READY party"]);
  });

  it("[AL8] a full disk keeps no alarm from being told, and what was told is kept once there is room", async () => {
    const time = clockByHand();
    const disk = memoryDisk();
    let room: "keep" | "full" = "keep";
    disk.fault = () => room;
    const here = house(time, openMemory(disk));
    await here.begin();
    room = "full";
    await here.find(condition("STORE_FULL", { lines: [link], whose: "ours" }));
    await here.pass(seconds(10));
    expect(here.sent).toEqual(["hook: raised STORE_FULL"]);
    await here.pass(minutes(16));
    expect(here.sent).toEqual(["hook: raised STORE_FULL", "mail: raised STORE_FULL"]);
    expect(await facts(here.store)).toEqual([]);
    room = "keep";
    await here.pass(seconds(10));
    expect((await facts(here.store)).map(({ type }) => type)).toEqual(["opened", "wentOn"]);
    await here.kill();
    await here.begin();
    expect([open(here.run()), here.sent.length]).toEqual([["STORE_FULL second"], 2]);
  });

  it("[AL9] a far side that says more than thirty things a minute is not heard until it has been quiet", async () => {
    const here = house();
    await here.begin();
    const say = async (type: "unattended" | "attended", name: string): Promise<void> => {
      const whose = "ours" as const;
      const words =
        type === "attended"
          ? { type, id: name }
          : { type, id: name, kind: "STORE_FULL", whose, about: "", since: instant(1) };
      await here.writer.write((tx, after) => here.run().heard(tx, after, link, encodeAlarm(words)));
    };
    for (let i = 0; i < 15; i++) for (const type of ["unattended", "attended"] as const) await say(type, `x${i}`);
    await say("unattended", "flood");
    expect(open(here.run())).toEqual([]);
    await here.pass(minutes(2));
    await say("unattended", "later");
    await here.pass(hours(1));
    expect(open(here.run())).toEqual(["FAR_UNATTENDED first"]);
  });

  it("[AL14] a trial goes each way once, says which failed, and a way that works again is trusted", async () => {
    const here = house();
    here.answers((way) => (way === "mail" ? "no such host" : null));
    await here.begin();
    expect(await here.run().trial()).toEqual([
      { way: "hook", failed: null },
      { way: "mail", failed: "no such host" },
    ]);
    await here.pass(hours(1));
    expect(here.sent).toEqual(["hook: trial"]);
  });

  it("[AL6] what an older or newer program has kept and this one cannot read is found anew, and told once more", async () => {
    const here = house();
    await here.begin();
    await here.find(notReady);
    await here.kill();
    await here.writer.write((tx) => tx.put("alarms", "all", new TextEncoder().encode('{"alarms":7}')));
    await here.begin();
    await here.pass(seconds(5));
    expect([open(here.run()), here.sent]).toEqual([
      ["DRILL_NOT_READY first"],
      ["hook: raised DRILL_NOT_READY", "hook: raised DRILL_NOT_READY"],
    ]);
  });
});
