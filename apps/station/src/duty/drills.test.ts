// Two stations' duty of drills against each other, with the clock in hand and a call that is only said to have happened.
import { concat, utf8 } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { type Instant, type Ms, after, hours, instant, minutes, ms, seconds } from "@parley/base/time";
import { amiss, passed, sessionSteps } from "@parley/drill/steps";
import { type IdText, type PartyId, idText } from "@parley/protocol/ids";
import {
  type CallerPart,
  type DrillNumbers,
  type DrillSession,
  callerPart,
  drillReport,
  partSignable,
} from "@parley/protocol/signed/drillReport";
import { sha256Of } from "@parley/protocol/signed/hash";
import type { Ed25519Signature } from "@parley/protocol/signed/signature";
import type { Found } from "@parley/protocol/terminal/drill";
import { describe, expect, it } from "vitest";
import {
  type DrillTerminal,
  type Drills,
  type DrillsCommand,
  type DrillsContext,
  type DrillsEffect,
  noDrills,
} from "./drills/port.ts";
import { decide, nextTick, shownDrills } from "./drills.ts";

const id16 = (n: number): IdText => idText(new Uint8Array(16).fill(n));
const link = id16(1);
const period = hours(1);
const others = ["relay", "reload"] as const;
const good: Found = {
  results: [...sessionSteps.direct.caller, "reload" as const].map((step) => passed(step, 5)),
  numbers: null,
};

const noNumbers: DrillNumbers & { bands: [] } = {
  setUp: null,
  roundTrip: null,
  lost: null,
  jitter: null,
  couldSend: null,
  sent: null,
  received: null,
  codec: "",
  path: "direct",
  pictures: 0,
  torn: 0,
  gap: 0,
  greyError: null,
  soundBehind: null,
  bands: [],
};

const party = (n: number): PartyId => new Uint8Array(32).fill(n) as PartyId;
const sign = (who: PartyId, message: Uint8Array) => ({
  key: sha256Of(who),
  signature: concat(sha256Of(who, message), sha256Of(message, who)) as Ed25519Signature,
});

class Station {
  readonly us: PartyId;
  readonly them: PartyId;
  drills: Drills = noDrills;
  idle: DrillTerminal[];
  reachable = true;
  inUse = false;
  runs = idText(sha256Of(utf8("build 1")));
  log: DrillsEffect[] = [];
  sessions: readonly DrillSession[] = [];
  private calls = 0;

  constructor(us: number, them: number) {
    [this.us, this.them] = [party(us), party(them)];
    this.idle = [{ terminal: id16(100 + us), browser: "Chromium 141", sessions: others }];
  }

  context(): DrillsContext {
    return {
      us: this.us,
      links: [
        {
          link,
          party: this.them,
          turn: (this.us[0] ?? 0) < (this.them[0] ?? 0) ? "even" : "odd",
          reachable: this.reachable,
          usable: true,
          inUse: this.inUse,
        },
      ],
      idle: this.idle,
      station: this.runs,
      period,
      ringFor: [1000, 2000],
      talkFor: [1000, 2000],
      sessions: this.sessions,
      draw: (bound) => Math.floor(bound / 2),
      newCall: () => id16(200 + ++this.calls),
      sign: (message) => sign(this.us, message),
      verify: (who, by, message) => idText(sign(who, message).signature) === idText(by.signature),
    };
  }

  do(command: DrillsCommand, now: Instant): readonly DrillsEffect[] {
    const { drills, effects } = decide(this.drills, command, this.context(), now);
    this.drills = drills;
    this.log = [...this.log, ...effects];
    return effects;
  }

  shown() {
    const one = shownDrills(this.drills, link, period);
    if (one === null) throw new Error("no line");
    return one;
  }
}

/** Two stations, and a wire on which everything that is sent arrives unless `lost` says otherwise. */
class World {
  readonly a = new Station(1, 2);
  readonly b = new Station(2, 1);
  now = instant(1_800_000_000_000);
  lost: (type: string) => boolean = () => false;
  found: Readonly<Record<"a" | "b", Found | null>> = { a: good, b: good };
  /** Tells of the drill while it is under way. */
  during: () => void = () => undefined;

  /** Lets `which` do what its command decides, and both everything that follows. */
  run(which: "a" | "b", command: DrillsCommand): void {
    const [self, other] = which === "a" ? [this.a, this.b] : [this.b, this.a];
    for (const effect of self.do(command, this.now)) this.follow(which, self, other, effect);
  }

  private follow(which: "a" | "b", self: Station, other: Station, effect: DrillsEffect): void {
    const rest = which === "a" ? "b" : "a";
    if (effect.type === "send" && !this.lost(effect.message.type) && self.reachable)
      this.run(rest, { type: "peer", link, message: effect.message });
    if (effect.type === "place") {
      const call = id16(150 + (this.now % 50));
      this.run(which, { type: "placed", link, terminal: effect.terminal, session: effect.session, call });
      if (this.lost("ring")) return;
      this.run(rest, { type: "ring", link, call });
      if (!other.drills.runs.some((run) => run.at === "under" && run.call === call)) return;
      this.during();
      for (const [side, station] of [
        [rest, other],
        [which, self],
      ] as const) {
        const run = station.drills.runs.find((one) => one.call === call);
        const found = this.found[side];
        if (run?.at !== "under" || run.terminal === null) continue;
        if (found !== null) {
          this.run(side, { type: "found", terminal: run.terminal, call, at: "measured", found });
          this.run(side, { type: "found", terminal: run.terminal, call, at: "over", found });
        }
      }
      for (const side of [rest, which] as const) this.run(side, { type: "lineOver", call });
    }
  }

  pass(time: Ms, step: Ms = seconds(30)): void {
    const end = after(this.now, time);
    while (this.now < end) {
      this.now = after(this.now, step);
      for (const which of ["a", "b"] as const) this.run(which, { type: "tick" });
    }
  }
}

const drilled = (): World => {
  const world = new World();
  world.pass(minutes(10));
  return world;
};
const jointsOf = (station: Station) => station.log.flatMap((one) => (one.type === "joint" ? [one] : []));
const aloneOf = (station: Station) => station.log.flatMap((one) => (one.type === "alone" ? [one] : []));

describe("the duty of drills", () => {
  it("[DR12] a drill that went well is one report with both signatures, the same in both ledgers", () => {
    const { a, b } = drilled();
    expect(jointsOf(a).length).toBeGreaterThan(0);
    const [ours, theirs] = [jointsOf(a)[0], jointsOf(b)[0]];
    expect(ours?.body).toEqual(theirs?.body);
    expect(new Set(ours?.signatures.map((one) => idText(one.signature)))).toEqual(
      new Set(theirs?.signatures.map((one) => idText(one.signature))),
    );
    expect(certain(decode(drillReport, ours?.body ?? new Uint8Array(0))).verdict.at).toBe("ready");
    expect([a.shown().verdict?.at, b.shown().verdict?.at]).toEqual(["ready", "ready"]);
  });

  it("[DR5] [DR7] over days both sides rehearse in turns, nothing is missed and nothing waits for ever", () => {
    const world = drilled();
    const before = [jointsOf(world.a).length, jointsOf(world.b).length];
    world.pass(hours(48), minutes(1));
    for (const [i, station] of [world.a, world.b].entries()) {
      expect(jointsOf(station).length - (before[i] ?? 0)).toBeGreaterThanOrEqual(45);
      expect(station.log.filter(({ type }) => type === "missed")).toEqual([]);
      expect(station.drills.runs).toEqual([]);
      expect(station.shown().ticks.length).toBeLessThanOrEqual(48);
      expect(new Set(station.shown().ticks)).toEqual(new Set(["passed"]));
    }
    const roles = jointsOf(world.a).map(({ body }) => idText(certain(decode(drillReport, body)).caller.party));
    expect(new Set(roles).size).toBe(2);
  });

  it("[DR3] a person who wants the line or the terminal has it at once: the drill is over and is no failure", () => {
    for (const wanted of [
      { links: [link], terminals: [] },
      { links: [], terminals: [id16(102)] },
    ]) {
      const world = new World();
      world.during = () => world.run("b", { type: "wanted", ...wanted });
      world.pass(minutes(1));
      for (const station of [world.a, world.b]) {
        expect(station.log.filter(({ type }) => type === "joint" || type === "alone")).toEqual([]);
        expect(station.log.filter(({ type }) => type === "hangUp").length).toBeGreaterThan(0);
        expect(station.log).toContainEqual(expect.objectContaining({ type: "tell", what: "drillGivenUp" }));
        expect([station.shown().ticks, station.shown().running]).toEqual([[], false]);
      }
      world.during = () => undefined;
      world.pass(minutes(6));
      expect(world.a.shown().verdict?.at).toBe("ready");
    }
  });

  it("[DR3] nobody is rehearsed with while a person uses the line, and a busy far side makes no verdict", () => {
    const world = new World();
    world.b.inUse = true;
    world.pass(minutes(20));
    expect([jointsOf(world.a), aloneOf(world.a), world.a.shown().verdict]).toEqual([[], [], null]);
    world.b.inUse = false;
    world.pass(minutes(6));
    expect(world.a.shown().verdict?.at).toBe("ready");
  });

  it("[DR11] [DR13] no desk open is a finding on the side whose desks are closed, signed by both", () => {
    for (const closed of ["a", "b"] as const) {
      const world = drilled();
      world[closed].idle = [];
      world.run("a", { type: "now", link });
      const [a, b] = [world.a.shown().verdict, world.b.shown().verdict];
      expect([a?.at, a?.cause, a?.whose, a?.signedByBoth]).toEqual([
        "notReady",
        "noTerminal",
        closed === "a" ? "ours" : "theirs",
        true,
      ]);
      expect([b?.cause, b?.whose]).toEqual(["noTerminal", closed === "b" ? "ours" : "theirs"]);
      // Open again, it is rehearsed at once.
      world[closed].idle = [{ terminal: id16(9), browser: "Chromium 141", sessions: others }];
      world.pass(minutes(2));
      expect([world.a.shown().verdict?.at, world.b.shown().verdict?.at]).toEqual(["ready", "ready"]);
    }
  });

  it("[DR14] a station that is away, and one that signs nothing, leave an entry of our own alone", () => {
    const away = drilled();
    away.a.reachable = false;
    away.run("a", { type: "now", link });
    expect(aloneOf(away.a).map(({ verdict }) => verdict)).toEqual([
      { at: "notReady", step: "ring", cause: "stationAway", whose: "called" },
    ]);
    expect(away.a.shown().verdict).toMatchObject({ at: "notReady", whose: "theirs", signedByBoth: false });
    for (const silent of ["part", "report", "countersigned"]) {
      const world = drilled();
      world.lost = (type) => type === silent;
      world.run("a", { type: "now", link });
      world.pass(minutes(2));
      expect([silent, world.a.drills.runs, world.b.drills.runs]).toEqual([silent, [], []]);
      expect([silent, aloneOf(world.a).length + aloneOf(world.b).length > 0]).toEqual([silent, true]);
    }
  });

  it("[DR7] a drill that does not come when it was said to is missed once, then again two periods later", () => {
    const world = drilled();
    world.lost = () => true;
    world.a.reachable = world.b.reachable = false;
    world.pass(hours(9), minutes(1));
    for (const { log } of [world.a, world.b]) {
      const missed = log.flatMap((one) => (one.type === "missed" ? [one.expected] : []));
      expect(missed.length).toBeGreaterThanOrEqual(3);
      for (let i = 1; i < missed.length; i++) expect((missed[i] ?? 0) - (missed[i - 1] ?? 0)).toBe(2 * period);
    }
    expect(world.a.shown().ticks).toContain("missed");
  });

  it("[DR4] what runs here, or in which browser, has changed: the line is unproven until it was rehearsed, which is soon", () => {
    for (const change of [
      (one: Station) => (one.runs = idText(sha256Of(utf8("build 2")))),
      (one: Station) => (one.idle = [{ terminal: id16(101), browser: "Chromium 142", sessions: others }]),
    ]) {
      const world = drilled();
      expect(world.a.shown().changed).toBeNull();
      change(world.a);
      world.run("a", { type: "tick" });
      expect(world.a.shown().changed).toBe(world.now);
      world.pass(minutes(2));
      expect(world.a.shown().changed).toBeNull();
    }
  });

  it("[DR8] a verdict is too old once both sides had their turns and were not heard of", () => {
    const world = drilled();
    const { verdict, stale } = world.a.shown();
    expect(stale).toBe((verdict?.when ?? 0) + 3 * period + period / 6);
  });

  it("[DR9] a terminal that says nothing more is the finding, and its side's", () => {
    const world = drilled();
    world.found = { a: good, b: null };
    world.run("a", { type: "now", link });
    world.pass(minutes(1));
    expect(world.a.shown().verdict).toMatchObject({
      at: "notReady",
      cause: "terminalGone",
      whose: "theirs",
      signedByBoth: true,
    });
    expect(world.b.shown().verdict).toMatchObject({ cause: "terminalGone", whose: "ours" });
  });

  it("[DR9] [DR11] a terminal whose drill the other one ended is not gone: what that one found is the cause", () => {
    const come = [passed("ring", 5), passed("keys", 5)];
    for (const failed of [
      amiss("path", "failed", "noPath", "unknown", 20_000),
      amiss("seal", "failed", "noFrames", "unknown", 20_000),
    ]) {
      const world = drilled();
      world.found = { a: { results: [...come, failed], numbers: null }, b: { results: come, numbers: null } };
      world.run("a", { type: "now", link });
      const { step, cause } = failed;
      for (const { verdict } of [world.a.shown(), world.b.shown()])
        expect(verdict).toMatchObject({ at: "notReady", step, cause, whose: "both", signedByBoth: true });
    }
  });

  it("[DR9] what a terminal measured is not its last word, though the line is over when it comes", () => {
    const world = drilled();
    const [call, { terminal } = { terminal: "" }] = [id16(99), world.a.idle[0]];
    world.a.do({ type: "placed", link, terminal, session: "direct", call }, world.now);
    world.a.do({ type: "lineOver", call }, world.now);
    const measured = { ...good, results: good.results.filter(({ step }) => step !== "hangUp") };
    world.a.do({ type: "found", terminal, call, at: "measured", found: measured }, world.now);
    expect(world.a.drills.runs.map(({ at }) => at)).toEqual(["lastWord"]);
    world.a.do({ type: "found", terminal, call, at: "over", found: good }, world.now);
    const [part] = world.a.log.flatMap((one) =>
      one.type === "send" && one.message.type === "part" && idText(one.message.call) === call ? [one.message] : [],
    );
    const { caller } = certain(decode(callerPart, part?.part ?? new Uint8Array(0)));
    expect(caller.results).toEqual(good.results);
  });

  it("[DR9] a terminal that said its last word is heard, though the line does not end before the drill's time is over", () => {
    const world = drilled();
    const [call, { terminal } = { terminal: "" }] = [id16(99), world.a.idle[0]];
    world.a.do({ type: "placed", link, terminal, session: "direct", call }, world.now);
    const come = { ...good, results: good.results.slice(0, 2) };
    world.a.do({ type: "found", terminal, call, at: "over", found: come }, world.now);
    for (let i = 0; i < 5; i++) {
      world.now = after(world.now, minutes(1));
      world.a.do({ type: "tick" }, world.now);
    }
    const [part] = world.a.log.flatMap((one) =>
      one.type === "send" && one.message.type === "part" && idText(one.message.call) === call ? [one.message] : [],
    );
    const { caller } = certain(decode(callerPart, part?.part ?? new Uint8Array(0)));
    expect(caller.results).toEqual(come.results);
  });

  it("[DR3] [DR19] a desk that a person uses gives way, also where the other side has said all: no failure, and nobody signs", () => {
    for (const [which, when] of [
      ["a", "middle"],
      ["b", "middle"],
      ["b", "end"],
    ] as const) {
      const world = drilled();
      const before = [world.a, world.b].map((one) => one.shown().ticks.length);
      const leave = (): void => {
        const run = world[which].drills.runs.find(({ at }) => at === "under" || at === "lastWord");
        if (run === undefined || run.terminal === null) throw new Error("nothing to leave");
        world.run(which, { type: "left", terminal: run.terminal, call: run.call, why: "inUse" });
      };
      if (when === "middle") world.during = leave;
      else world.found = { a: good, b: null };
      world.run("a", { type: "now", link });
      if (when === "end") leave();
      world.pass(minutes(2));
      expect([world.a, world.b].map((one) => one.shown().ticks.length)).toEqual(before);
      expect([world.a.drills.runs, world.b.drills.runs]).toEqual([[], []]);
      expect([aloneOf(world.a), aloneOf(world.b)]).toEqual([[], []]);
      [world.during, world.found] = [() => undefined, { a: good, b: good }];
      world.pass(minutes(6));
      expect(world.a.shown().ticks.length).toBeGreaterThan(before[0] ?? 0);
    }
  });

  it("[DR19] a page that was loaded anew is gone from the drill at once, in the step that it had come to", () => {
    const world = drilled();
    world.found = { a: good, b: null };
    world.during = () => {
      const [run] = world.b.drills.runs;
      if (run === undefined || run.terminal === null) throw new Error("no drill");
      const come = { results: [passed("ring", 5), passed("keys", 5)], numbers: null };
      world.run("b", { type: "found", terminal: run.terminal, call: run.call, at: "measured", found: come });
      expect(world.b.do({ type: "came", terminal: run.terminal }, world.now)).toMatchObject([
        { type: "plan", terminal: run.terminal, call: run.call, again: true },
      ]);
      world.run("b", { type: "left", terminal: run.terminal, call: run.call, why: "loadedAnew" });
    };
    world.run("a", { type: "now", link });
    expect(world.b.shown().verdict).toMatchObject({ step: "path", cause: "terminalGone", whose: "ours" });
    expect(world.a.shown().verdict).toMatchObject({ step: "path", cause: "terminalGone", whose: "theirs" });
  });

  it("[DR21] a drill in which a station began anew is nobody's, on either side", () => {
    for (const which of ["a", "b"] as const) {
      const world = drilled();
      const before = [world.a, world.b].map((one) => one.shown().ticks.length);
      world.during = () => world.run(which, { type: "restarted" });
      world.run("a", { type: "now", link });
      world.pass(seconds(59), seconds(1));
      expect([world.a, world.b].map((one) => one.shown().ticks.length)).toEqual(before);
      expect([aloneOf(world.a), aloneOf(world.b)]).toEqual([[], []]);
    }
  });

  it("[DR21] a station that went away in the middle of a drill is what was found, and no desk of theirs", () => {
    const world = drilled();
    const steps = good.results.filter(({ step }) => step !== "hangUp");
    world.found = { a: { results: steps, numbers: null }, b: null };
    world.during = () => (world.a.reachable = false);
    world.run("a", { type: "now", link });
    expect(world.a.shown().verdict).toMatchObject({ step: "hangUp", cause: "stationAway", whose: "theirs" });
  });

  it("[DR13] a report that says more than follows from the parts is signed by nobody", () => {
    const world = drilled();
    world.lost = (type) => type === "report";
    world.run("a", { type: "now", link });
    const sent = world.b.log
      .flatMap((one) => (one.type === "send" && one.message.type === "report" ? [one.message] : []))
      .at(-1);
    if (sent === undefined) throw new Error("no report was sent");
    for (let at = 0; at < sent.report.length; at += 7) {
      const report = Uint8Array.from(sent.report, (byte, i) => (i === at ? byte ^ 1 : byte));
      const effects = world.a.do({ type: "peer", link, message: { ...sent, report } }, world.now);
      expect(effects.map(({ type }) => type)).toEqual(["refused"]);
    }
    // Nor one that their own station signed, if it leaves our part or the judgement behind.
    const whole = certain(decode(drillReport, sent.report));
    expect(world.a.do({ type: "peer", link, message: sent }, world.now).map(({ type }) => type)).toContain("joint");
    expect(whole.verdict.at).toBe("ready");
  });

  it("total: any word at any time is answered, and always leaves a next moment", () => {
    const world = drilled();
    for (const type of ["cannot", "measured", "givenUp"] as const)
      world.a.do(
        { type: "peer", link, message: { type, call: new Uint8Array(16).fill(77), why: "busy" } as never },
        world.now,
      );
    world.a.do({ type: "found", terminal: id16(3), call: id16(4), at: "over", found: good }, world.now);
    world.a.do({ type: "lineOver", call: id16(4) }, world.now);
    expect(world.a.drills.runs).toEqual([]);
    expect(nextTick(world.a.drills, period)).toBeGreaterThan(world.now);
    expect(ms(0)).toBe(0);
  });
});

describe("both directions of a line", () => {
  it("[DR30] an answer that failed stands until that direction was rehearsed well; what both directions go through does not", () => {
    const fails = (cause: "notAnswered" | "noFrames"): Found => ({
      results: [amiss(cause === "noFrames" ? "seal" : "ring", "failed", cause, "own", 1)],
      numbers: null,
    });
    for (const [cause, stands] of [
      ["notAnswered", true],
      ["noFrames", false],
    ] as const) {
      const world = new World();
      world.pass(minutes(10));
      const ats = (): readonly unknown[] => [world.a.shown().verdict?.at, world.b.shown().verdict?.at];
      expect(ats()).toEqual(["ready", "ready"]);
      world.found = { a: good, b: fails(cause) };
      world.run("a", { type: "now", link });
      expect([world.a.shown().verdict?.cause, world.b.shown().verdict?.cause]).toEqual([cause, cause]);
      world.found = { a: good, b: good };
      world.run("b", { type: "now", link });
      expect(ats()).toEqual(stands ? ["notReady", "notReady"] : ["ready", "ready"]);
      expect(world.a.shown().ticks.at(-1)).toBe("passed");
      world.run("a", { type: "now", link });
      expect(ats()).toEqual(["ready", "ready"]);
    }
  });
});

/** The sessions of the reports that both have signed, oldest first, with what each came to. */
const sessionsOf = (station: Station) =>
  jointsOf(station).map(({ body }) => {
    const { session, verdict } = certain(decode(drillReport, body));
    return `${session} ${verdict.at}`;
  });

describe("the sessions of a drill", () => {
  const withSessions = (): World => {
    const world = new World();
    world.a.sessions = world.b.sessions = others;
    return world;
  };
  const whole = ["direct ready", "relay ready", "reload ready"];

  it("[DR22] after the direct one the caller holds the others, each with a report of its own that both sign", () => {
    const world = withSessions();
    world.pass(minutes(10));
    for (const station of [world.a, world.b]) {
      expect(sessionsOf(station).slice(0, 3)).toEqual(whole);
      expect(new Set(station.shown().ticks)).toEqual(new Set(["passed"]));
      expect(station.shown().verdict).toMatchObject({ at: "ready", session: "direct" });
    }
    expect(world.a.shown().ticks.length * 3).toBe(jointsOf(world.a).length);
  });

  it("[DR22] whoever asks for a drill hears of it once, when all of its sessions are over", () => {
    const world = withSessions();
    world.pass(minutes(10));
    const before = jointsOf(world.a).length;
    world.a.log = [];
    world.run("a", { type: "now", link });
    expect(jointsOf(world.a).length).toBe(3);
    expect(before).toBeGreaterThan(0);
    expect(world.a.log.filter(({ type }) => type === "over")).toEqual([
      expect.objectContaining({ verdict: expect.objectContaining({ at: "ready" }) as unknown }),
    ]);
    expect(world.a.log.at(-1)?.type).toBe("over");
  });

  it("[DR23] what fails in another session than the direct one leaves a line on which a call can be made, and is made good by the next", () => {
    const world = withSessions();
    world.pass(minutes(10));
    const bad = { results: [amiss("path", "failed", "relayAway", "own", 20_000)], numbers: null } as const;
    const relayIs = (works: "gone" | "there"): void => {
      world.during = () => {
        const isRelay = world.a.drills.runs.some(({ session }) => session === "relay");
        world.found = { a: works === "gone" && isRelay ? { ...bad, results: [...bad.results] } : good, b: good };
      };
    };
    relayIs("gone");
    world.run("a", { type: "now", link });
    const shown = [world.a.shown(), world.b.shown()];
    expect(shown.map(({ verdict }) => [verdict?.at, verdict?.cause, verdict?.session, verdict?.whose])).toEqual([
      ["degraded", "relayAway", "relay", "ours"],
      ["degraded", "relayAway", "relay", "theirs"],
    ]);
    expect(shown.map(({ ticks }) => ticks.at(-1))).toEqual(["degraded", "degraded"]);
    // The other one is held all the same: it may be what a person needs next.
    expect(sessionsOf(world.a).slice(-3)).toEqual(["direct ready", "relay notReady", "reload ready"]);
    relayIs("there");
    world.run("a", { type: "now", link });
    expect([world.a.shown().verdict?.at, world.b.shown().verdict?.at]).toEqual(["ready", "ready"]);
  });

  it("[DR22] no other session follows a direct one that failed, nor a relay's one that went over a relay already", () => {
    const world = withSessions();
    world.found = { a: { results: [amiss("path", "failed", "noPath", "unknown", 1)], numbers: null }, b: good };
    world.pass(minutes(2));
    expect(new Set(sessionsOf(world.a))).toEqual(new Set(["direct notReady"]));
    const relayed = withSessions();
    relayed.found = { a: { ...good, numbers: { ...noNumbers, path: "relay" } }, b: good };
    relayed.run("a", { type: "now", link });
    expect(sessionsOf(relayed.a)).toEqual(["direct ready", "reload ready"]);
  });

  it("[DR22] a station that knows no sessions is never rung for one, and asked again only when it has changed or a day later", () => {
    const world = withSessions();
    const asked: string[] = [];
    world.lost = (type) => {
      if (type === "next") asked.push(type);
      return type === "next";
    };
    world.pass(hours(12), minutes(1));
    expect(asked.length).toBe(2);
    expect(new Set(sessionsOf(world.a))).toEqual(new Set(["direct ready"]));
    expect([world.a.shown().verdict?.at, world.a.drills.runs]).toEqual(["ready", []]);
    world.lost = () => false;
    world.b.runs = idText(sha256Of(utf8("build 2")));
    world.pass(minutes(2));
    world.run("a", { type: "now", link });
    world.run("a", { type: "now", link });
    expect(sessionsOf(world.a).slice(-3)).toEqual(whole);
  });

  it("[DR3] [DR22] a person who comes in a later session has the call, and what was proven before stands", () => {
    const world = withSessions();
    world.during = () => {
      if (world.a.drills.runs.some(({ session }) => session !== "direct"))
        world.run("b", { type: "wanted", links: [link], terminals: [] });
    };
    world.run("a", { type: "now", link });
    expect(sessionsOf(world.a)).toEqual(["direct ready"]);
    expect(world.a.log.at(-1)).toMatchObject({ type: "over", verdict: { at: "ready" } });
    expect([world.a.shown().ticks, world.b.shown().ticks]).toEqual([["passed"], ["passed"]]);
  });

  it("[DR13] a part of another session than the one that was rung is signed by nobody", () => {
    const world = withSessions();
    world.lost = (type) => type === "report";
    world.run("a", { type: "now", link });
    const parts = world.a.log.flatMap((one) =>
      one.type === "send" && one.message.type === "part" ? [one.message] : [],
    );
    const read = certain(decode(callerPart, parts[0]?.part ?? new Uint8Array(0)));
    expect(read.session).toBe("direct");
    const other: CallerPart = { ...read, session: "relay" };
    const part = encode(callerPart, other);
    const [run] = world.b.drills.runs;
    if (run === undefined) throw new Error("no drill there");
    const effects = world.b.do(
      {
        type: "peer",
        link,
        message: {
          type: "part",
          call: read.drill,
          part,
          by: sign(world.a.us, partSignable(other)),
        },
      },
      world.now,
    );
    expect(effects.map(({ type }) => type)).toEqual(["refused"]);
  });
});
