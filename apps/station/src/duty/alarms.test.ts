import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Instant, after, hours, instant, minutes, ms } from "@parley/base/time";
import { alarmKinds, sides } from "@parley/protocol/alarmKinds";
import { maxAlarmsKept, maxFarAlarms } from "@parley/protocol/limits";
import { nextDue, step } from "./alarms.ts";
import { condition } from "./alarms/conditions.ts";
import { type Alarms, type AlarmsContext, type Condition, type Effect, type Event, noAlarms } from "./alarms/port.ts";

const t0 = instant(1_800_000_000_000);
const patience = minutes(15);
const context: AlarmsContext = { second: true, patience, nameOf: (words) => words };

const failed = condition("DRILL_NOT_READY", { link: "L", whose: "theirs", about: "noTerminal" });
const ends = condition("CHECK_ENDS_SOON", { lines: ["L", "M"], whose: "ours", about: "webCertificate", rank: 2 });
const ringAt = (mark: string): Condition => condition("CALL_MISSED", { link: "L", whose: "ours", mark });

/** A duty with its time, stepped as the runner does: at every deadline on the way, too. */
function duty(given: Partial<AlarmsContext> = {}) {
  let state: Alarms = noAlarms;
  let now: Instant = t0;
  const effects: Effect[] = [];
  const say = (event: Event): void => {
    const decision = step(state, event, { ...context, ...given }, now);
    ({ state } = decision);
    effects.push(...decision.effects);
  };
  const pass = (time: number): void => {
    const end = instant(now + time);
    for (let due = nextDue(state); due !== null && due <= end; due = nextDue(state)) {
      now = due;
      say({ type: "tick" });
    }
    now = end;
  };
  const found = (...conditions: Condition[]): void => say({ type: "found", conditions });
  const told = (): string[] =>
    effects.splice(0).flatMap((effect) => {
      switch (effect.type) {
        case "tell":
          return [`${effect.what} ${effect.alarm.kind} to ${effect.to}`];
        case "party":
          return [`${effect.say.type} to ${effect.link}`];
        default:
          return [];
      }
    });
  const only = () => {
    const [one] = state.alarms;
    if (one === undefined || state.alarms.length > 1) throw new Error(`${state.alarms.length} alarms`);
    return one;
  };
  return { say, pass, found, told, only, state: () => state, now: () => now, effects };
}

describe("the duty of alarms", () => {
  it("[AL5] a grave alarm that nobody takes up goes to second persons, then to the other party, and no further", () => {
    const here = duty();
    here.found(failed);
    expect(here.told()).toEqual(["raised DRILL_NOT_READY to first"]);
    here.pass(minutes(14));
    expect(here.told()).toEqual([]);
    here.pass(minutes(1));
    expect(here.told()).toEqual(["raised DRILL_NOT_READY to second"]);
    here.pass(minutes(15));
    expect(here.told()).toEqual(["unattended to L"]);
    here.pass(hours(100));
    expect([here.told(), nextDue(here.state())]).toEqual([[], null]);
    here.found();
    expect(here.told()).toEqual(["ended DRILL_NOT_READY to first", "ended DRILL_NOT_READY to second", "attended to L"]);
  });

  it("[AL5] where no second person is set it goes to the other party at once; of a fault of ours on every line, to each", () => {
    const here = duty({ second: false });
    here.found(condition("STORE_FULL", { lines: ["L", "M"], whose: "ours" }));
    here.told();
    here.pass(patience);
    expect(here.told()).toEqual(["unattended to L", "unattended to M"]);
  });

  it("[AL5] taking it up or shelving it stops that, at each stage, and what is less grave goes no further", () => {
    for (const stage of [0, 1, 2]) {
      for (const act of ["acknowledge", "shelve"] as const) {
        const here = duty();
        here.found(failed);
        here.pass(stage * patience);
        here.told();
        const { id } = here.only();
        here.say(
          act === "shelve"
            ? { type: act, alarm: id, by: "Ada", until: after(here.now(), hours(4)) }
            : { type: act, alarm: id, by: "Ada" },
        );
        expect(here.told().includes("attended to L")).toBe(stage === 2);
        here.pass(hours(3));
        expect(here.told()).toEqual([]);
      }
    }
    const light = duty();
    light.found(ends);
    light.told();
    light.pass(hours(100));
    expect(light.told()).toEqual([]);
  });

  it("[AL4] the first who takes it up answers for it; what is shelved is open and told again when its time is over", () => {
    const here = duty();
    here.found(failed);
    const { id } = here.only();
    here.say({ type: "shelve", alarm: id, by: "Ada", until: after(t0, hours(1)) });
    here.told();
    here.pass(minutes(59));
    expect(here.only().standing).toMatchObject({ at: "shelved", by: "Ada" });
    here.pass(minutes(1));
    expect([here.only().standing.at, here.told()]).toEqual(["open", ["raised DRILL_NOT_READY to first"]]);
    here.say({ type: "acknowledge", alarm: id, by: "Ada" });
    here.say({ type: "acknowledge", alarm: id, by: "Jonas" });
    here.say({ type: "shelve", alarm: id, by: "Jonas", until: after(here.now(), hours(1)) });
    expect(here.only().standing).toMatchObject({ at: "acknowledged", by: "Ada" });
    expect(here.effects.filter(({ type }) => type === "acknowledged").length).toBe(1);
  });

  it("[AL3] [AL4] a missed ring that comes after another is one more of the same, and open again", () => {
    const here = duty();
    here.found(ringAt("1"));
    const first = here.only().id;
    here.say({ type: "acknowledge", alarm: first, by: "Ada" });
    here.found(ringAt("1"));
    expect(here.only().standing.at).toBe("acknowledged");
    here.found(ringAt("2"));
    expect(here.only()).toMatchObject({ times: 2, standing: { at: "open" } });
    expect(here.only().id).not.toBe(first);
    here.say({ type: "acknowledge", alarm: first, by: "Ada" });
    expect(here.only().standing.at).toBe("open");
  });

  it("[AL4] what becomes graver is open again; what only changes its number is not", () => {
    const here = duty();
    here.found(ends);
    here.say({ type: "acknowledge", alarm: here.only().id, by: "Ada" });
    here.found({ ...ends, value: "2027-03-14" });
    expect(here.only()).toMatchObject({ value: "2027-03-14", standing: { at: "acknowledged" } });
    here.found({ ...ends, rank: 1 });
    expect(here.only()).toMatchObject({ rank: 1, times: 1, standing: { at: "open" } });
  });

  it("[AL3] what may mend by itself calls nobody before it has lasted, and nobody hears of it if it has not", () => {
    const here = duty();
    const down = condition("LINE_DOWN", { link: "L", whose: "both" });
    here.found(down);
    here.pass(minutes(5));
    here.found();
    here.pass(hours(1));
    expect(here.told()).toEqual([]);
    here.found(down);
    here.pass(minutes(6));
    expect(here.told()).toEqual(["raised LINE_DOWN to first"]);
  });

  it("[AL3] what happened in a call is one alarm with its number, minute by minute, until it is taken up, and then for a day", () => {
    const here = duty();
    const forged = condition("FRAMES_FORGED", { link: "L", whose: "theirs", mark: "call" });
    for (let i = 0; i < 50; i++) here.say({ type: "happened", condition: forged });
    expect(here.only().times).toBe(1);
    here.pass(minutes(2));
    here.say({ type: "happened", condition: forged });
    expect(here.only().times).toBe(2);
    here.found();
    expect(here.only().standing.at).toBe("open");
    here.say({ type: "acknowledge", alarm: here.only().id, by: "Ada" });
    here.pass(hours(23));
    expect(here.state().alarms.length).toBe(1);
    here.pass(hours(1));
    expect(here.state().alarms).toEqual([]);
  });

  it("[AL9] the other party's word is an alarm here that goes to our second person and never back, until they have taken it up", () => {
    const here = duty();
    const say = { type: "unattended", id: "x", kind: "STORE_FULL", whose: "ours", about: "", since: t0 } as const;
    here.say({ type: "heard", link: "L", say });
    expect(here.only()).toMatchObject({
      kind: "FAR_UNATTENDED",
      link: "L",
      whose: "theirs",
      about: "STORE_FULL",
      rank: 1,
    });
    here.found();
    expect(here.state().alarms.length).toBe(1);
    here.told();
    here.pass(hours(20));
    expect(here.told()).toEqual(["raised FAR_UNATTENDED to second"]);
    here.say({ type: "heard", link: "L", say: { type: "attended", id: "x" } });
    expect(here.state().alarms).toEqual([]);
    here.told();
    // Another of the kind within the hour calls nobody before it is over.
    here.say({ type: "heard", link: "L", say: { ...say, id: "y" } });
    expect([here.only().standing.at, here.told()]).toEqual(["settling", []]);
    here.pass(hours(1));
    expect(here.told()[0]).toBe("raised FAR_UNATTENDED to first");
    here.pass(hours(24));
    expect(here.state()).toEqual(noAlarms);
  });

  it("[AL9] a far side that says more than it may holds eight alarms here and no more", () => {
    const here = duty();
    for (let i = 0; i < 100; i++)
      here.say({
        type: "heard",
        link: "L",
        say: { type: "unattended", id: `x${i}`, kind: `K${i}`, whose: "both", about: "", since: t0 },
      });
    expect([here.state().far.length, here.state().alarms.length]).toEqual([maxFarAlarms, maxFarAlarms]);
  });

  it("[AL3] when there are more alarms than are kept, the grave ones stay", () => {
    const here = duty();
    const light = Array.from({ length: maxAlarmsKept + 5 }, (_, i) => ({ ...ends, about: `c${i}` }));
    here.found(...light);
    expect(here.state().alarms.length).toBe(maxAlarmsKept);
    here.found(...light, failed);
    expect(here.state().alarms.length).toBe(maxAlarmsKept);
    expect(here.state().alarms.some(({ kind }) => kind === "DRILL_NOT_READY")).toBe(true);
  });

  it("[AL3] [AL4] one that was shelved after a second person had heard of it ends for that person too", () => {
    const here = duty();
    here.found(failed);
    here.pass(minutes(20));
    here.say({ type: "shelve", alarm: here.only().id, by: "Ada", until: after(here.now(), minutes(15)) });
    here.pass(minutes(15));
    here.told();
    here.found();
    expect(here.told()).toEqual(["ended DRILL_NOT_READY to first", "ended DRILL_NOT_READY to second"]);
  });

  it("[AL3] [AL5] whatever comes in whatever order, who was told is told the end, once, and stepping late comes to the same stage", () => {
    const anyCondition = fc
      .record({
        kind: fc.constantFrom(...alarmKinds.filter((kind) => kind !== "FAR_UNATTENDED")),
        whose: fc.constantFrom(...sides),
        about: fc.constantFrom("", "a"),
        mark: fc.constantFrom("", "1"),
      })
      .map(({ kind, ...given }) => condition(kind, { link: "L", ...given }));
    const act = fc.oneof(
      fc.record({ do: fc.constant("found" as const), conditions: fc.array(anyCondition, { maxLength: 4 }) }),
      fc.record({ do: fc.constantFrom("acknowledge" as const, "shelve" as const), n: fc.nat(5) }),
      fc.record({ do: fc.constant("pass" as const), by: fc.integer({ min: 0, max: 40 * 60_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
        const here = duty();
        const open = new Map<string, number>();
        const take = (): void => {
          for (const effect of here.effects.splice(0)) {
            if (effect.type !== "tell") continue;
            const of = `${effect.alarm.id} ${effect.to}`;
            if (effect.what === "raised") open.set(of, (open.get(of) ?? 0) + 1);
            // Nobody hears of an end whose beginning was not told.
            else if (effect.what !== "acknowledged") expect(open.delete(of)).toBe(true);
          }
        };
        for (const one of acts) {
          const alarm = one.do === "acknowledge" || one.do === "shelve" ? (here.state().alarms[one.n]?.id ?? "") : "";
          if (one.do === "found") here.found(...one.conditions);
          else if (one.do === "pass") here.pass(one.by);
          else if (one.do === "acknowledge") here.say({ type: "acknowledge", alarm, by: "Ada" });
          else here.say({ type: "shelve", alarm, by: "Ada", until: after(here.now(), minutes(15)) });
          take();
        }
        here.found();
        take();
        expect([here.state().alarms, [...open.keys()]]).toEqual([[], []]);
      }),
      { numRuns: 300 },
    );
    const [early, late] = [duty(), duty()];
    early.found(failed);
    late.found(failed);
    early.pass(hours(2));
    for (let i = 0; i < 3; i++) {
      late.pass(ms(0));
      late.say({ type: "tick" });
    }
    late.pass(hours(2));
    expect(early.only().standing).toEqual(late.only().standing);
  });
});
