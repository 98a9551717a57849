import { type Ms, ms, seconds } from "@parley/base/time";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Candidate, type Head, type MemberId, type Roll, isQuorum, nextTerm, turn } from "./ballot.ts";
import { step } from "./ordering.ts";
import { enter, epochAge, switchWithin } from "./orderingEpoch.ts";
import type { Effect, Event, Ordering, Saying } from "./orderingState.ts";

/** Runs of the big property: few by default, so that the suite stays quick; PARLEY_FULL=1 for all. */
const runs = process.env["PARLEY_FULL"] === "1" ? 3000 : 150;
const rekeyEvery = seconds(10);

/** Members a, b, c, ...; the first two of a party of their own each, the others alternate. */
const rollOf = (n: number): Roll =>
  new Map(Array.from({ length: n }, (_, i) => [String.fromCharCode(97 + i), `party ${i % 2}`]));

/** A way in for a member that is behind: it leaves, to come back from outside, if it still is when it hears. */
type Info = { readonly type: "info"; readonly epoch: number };

type Spoken = { readonly from: MemberId; readonly to: MemberId; readonly due: number; readonly event: Event | Info };

/** Two members, whichever is named first. */
const pair = (a: MemberId, b: MemberId): string => (a < b ? `${a} ${b}` : `${b} ${a}`);

type Action =
  | { readonly type: "crash" | "return" | "rekey"; readonly who: number }
  | { readonly type: "cut" | "heal"; readonly who: number; readonly other: number };

/** Members over a network that loses, repeats, delays and cuts; commits are names. */
class Sim {
  now = 0;
  readonly members = new Map<MemberId, Ordering | null>();
  /** What an outsider waits to be in: any commit that it made, by the head it was made at. */
  readonly waiting = new Map<MemberId, Map<Head, { candidate: Candidate; epoch: number }>>();
  private readonly again = new Map<MemberId, number>();
  readonly commits = new Map<Head, Candidate>();
  /** What each member moved to since it last lost its memory: the head by epoch. */
  private readonly history = new Map<MemberId, Map<number, Head>>();
  /** Two members, both with their memory, that moved one epoch to two heads. */
  readonly split: string[] = [];
  sends = 0;
  readonly forks: Effect[] = [];
  readonly skipped: string[] = [];
  readonly cuts = new Set<string>();
  private flights: Spoken[] = [];
  private next = 0;
  private randomState: number;
  private readonly lost: number;

  constructor(n: number, seed: number, lost: number) {
    const roll = rollOf(n);
    for (const id of roll.keys()) this.members.set(id, enter(id, roll, 0, "root", rekeyEvery, ms(0)));
    this.randomState = seed | 1;
    this.lost = lost;
  }

  /** xorshift: quick, and the same for the same seed. */
  below(bound: number): number {
    this.randomState ^= this.randomState << 13;
    this.randomState ^= this.randomState >>> 17;
    this.randomState ^= this.randomState << 5;
    return (this.randomState >>> 0) % bound;
  }

  private post(from: MemberId, to: MemberId, event: Event | Info): void {
    if (this.below(100) < this.lost) return;
    for (let i = 0; i <= (this.below(100) < 10 ? 1 : 0); i++)
      this.flights.push({ from, to, event, due: this.now + 5 + this.below(400) });
  }

  give(id: MemberId, event: Event | Info): void {
    const member = this.members.get(id);
    if (event.type === "info") {
      if (member !== null && member !== undefined && member.epoch < event.epoch) this.crash(id);
      return;
    }
    if (member === null || member === undefined) return this.outside(id, event);
    const [next, effects] = step(member, event, ms(this.now));
    if (next.epoch > member.epoch + 1) this.skipped.push(`${id}: ${member.epoch} to ${next.epoch}`);
    this.members.set(id, next);
    for (const effect of effects) this.carryOut(id, member, effect);
  }

  private carryOut(id: MemberId, before: Ordering, effect: Effect): void {
    const member = this.members.get(id) as Ordering;
    switch (effect.type) {
      case "say":
        for (const to of effect.to === null ? this.members.keys() : [effect.to])
          if (to !== id) this.post(id, to, this.heard(id, effect.from, effect.saying));
        return;
      case "make": {
        const removes = effect.wants.flatMap((want) => (want.type === "remove" ? [want.member] : []));
        const candidate: Candidate = {
          id: `${member.epoch + 1}:${id}${this.next++}`,
          base: member.head,
          removes,
          returns: null,
          roll: new Map([...member.roll].filter(([each]) => !removes.includes(each))),
        };
        this.commits.set(candidate.id, candidate);
        return this.give(id, { type: "made", term: effect.term, candidate });
      }
      case "merge":
        this.note(id, before.epoch + 1, effect.id);
        return;
      case "send":
        // What seals frames is what was moved to, never anything else.
        if (this.history.get(id)?.get(effect.epoch) !== member.head) this.split.push(`${id} sends ${effect.epoch}`);
        this.sends++;
        return;
      case "help": {
        const { from, to } = effect;
        const candidate = this.commits.get(member.head);
        if (candidate?.base === from.head && from.epoch === member.epoch - 1)
          this.post(id, to, { type: "decided", by: id, candidate });
        else this.post(id, to, { type: "info", epoch: member.epoch });
        return;
      }
      case "fork":
        this.forks.push(effect);
        return;
      default:
        return;
    }
  }

  private note(id: MemberId, epoch: number, head: Head): void {
    for (const [other, history] of this.history) {
      const theirs = history.get(epoch);
      if (theirs !== undefined && theirs !== head) this.split.push(`${id} ${head}, ${other} ${theirs}`);
    }
    this.history.set(id, (this.history.get(id) ?? new Map<number, Head>()).set(epoch, head));
  }

  private heard(by: MemberId, from: { epoch: number; head: Head }, saying: Saying): Event {
    switch (saying.type) {
      case "propose":
        return { ...saying, by, from, candidate: this.commits.get(saying.id) as Candidate };
      case "vote":
        return { ...saying, by, from, candidate: saying.whole ? (this.commits.get(saying.id) ?? null) : null };
      case "promise":
        return { ...saying, by, from, candidate: this.commits.get(saying.accepted?.id ?? "") ?? null };
      default:
        return { ...saying, by, from };
    }
  }

  crash(id: MemberId): void {
    this.members.set(id, null);
    this.waiting.delete(id);
    this.history.delete(id);
  }

  /** Outside, a member is in when another says that it is where a commit of ours leads. */
  private outside(id: MemberId, event: Event): void {
    if (!("from" in event)) return;
    const { head } = event.from;
    const made = [...(this.waiting.get(id)?.values() ?? [])].find(({ candidate }) => candidate.id === head);
    if (made === undefined) return;
    this.waiting.delete(id);
    const { candidate, epoch } = made;
    this.members.set(id, enter(id, candidate.roll, epoch, candidate.id, rekeyEvery, ms(this.now)));
    this.note(id, epoch, candidate.id);
  }

  /** An outsider learns from anyone it can reach where the others are, and commits itself in. */
  private comeBack(id: MemberId): void {
    if (this.now < (this.again.get(id) ?? 0)) return;
    for (const [other, member] of this.members) {
      if (member === null || this.isCut(id, other)) continue;
      const made = this.waiting.get(id) ?? new Map<Head, { candidate: Candidate; epoch: number }>();
      const candidate: Candidate = made.get(member.head)?.candidate ?? {
        id: `${member.epoch + 1}:${id}${this.next++}`,
        base: member.head,
        removes: [],
        returns: id,
        roll: member.roll,
      };
      this.commits.set(candidate.id, candidate);
      this.waiting.set(id, made.set(member.head, { candidate, epoch: member.epoch + 1 }));
      this.again.set(id, this.now + 1000);
      for (const to of this.members.keys()) if (to !== id) this.post(id, to, { type: "joining", candidate });
      return;
    }
  }

  isCut(a: MemberId, b: MemberId): boolean {
    return this.cuts.has(pair(a, b));
  }

  run(time: number, dead: ReadonlySet<MemberId> = new Set()): void {
    for (const end = this.now + time; this.now < end; this.now += 50) {
      const due = this.flights.filter((flight) => flight.due <= this.now).toSorted((a, b) => a.due - b.due);
      this.flights = this.flights.filter((flight) => flight.due > this.now);
      for (const { from, to, event } of due) if (!this.isCut(from, to) && !dead.has(to)) this.give(to, event);
      for (const [id, member] of this.members) {
        if (dead.has(id)) continue;
        if (member === null) this.comeBack(id);
        else this.give(id, { type: "tick" });
      }
    }
  }
}

const actions = (n: number) =>
  fc.array(
    fc.record({
      after: fc.integer({ min: 50, max: 6000 }),
      action: fc.oneof(
        fc.record({ type: fc.constantFrom("crash" as const, "return" as const, "rekey" as const), who: fc.nat(n - 1) }),
        fc.record({ type: fc.constantFrom("cut" as const, "heal" as const), who: fc.nat(n - 1), other: fc.nat(n - 1) }),
      ),
    }),
    { maxLength: 12 },
  );

const world = fc
  .integer({ min: 2, max: 5 })
  .chain((n) =>
    fc.record({ n: fc.constant(n), seed: fc.integer({ min: 1 }), lost: fc.constantFrom(0, 10, 35), story: actions(n) }),
  );

function play(sim: Sim, story: readonly { after: number; action: Action }[]): void {
  const ids = [...sim.members.keys()];
  const dead = new Set<MemberId>();
  for (const { after, action } of story) {
    sim.run(after, dead);
    const who = ids[action.who] as MemberId;
    switch (action.type) {
      case "crash":
        sim.crash(who);
        dead.add(who);
        break;
      case "return":
        dead.delete(who);
        break;
      case "rekey":
        sim.give(who, { type: "want", want: { type: "rekey" } });
        break;
      case "cut":
        if (action.who !== action.other) sim.cuts.add(pair(who, ids[action.other] as MemberId));
        break;
      case "heal":
        sim.cuts.clear();
        break;
      default:
        action satisfies never;
    }
  }
  sim.run(2000, dead);
}

describe("ordering", () => {
  it(`[ML21] no two members ever have two heads for one epoch, none skips one, and after all is well again everyone moves on together (${runs} runs)`, () => {
    fc.assert(
      fc.property(world, ({ n, seed, lost, story }) => {
        const sim = new Sim(n, seed, lost);
        play(sim, story);
        expect(sim.split).toEqual([]);
        expect(sim.skipped).toEqual([]);
        expect(sim.forks).toEqual([]);
        sim.cuts.clear();
        // All members crashed at once leaves nobody to come back to: that is the keeper's founding, not the order's.
        if ([...sim.members.values()].every((member) => member === null)) return;
        sim.run(60_000);
        const then = Math.max(...[...sim.members.values()].map((member) => member?.epoch ?? 0));
        sim.run(60_000);
        const places = new Set([...sim.members.values()].map((member) => member?.head));
        expect(sim.split).toEqual([]);
        expect(sim.sends).toBeGreaterThan(0);
        const epochs = [...sim.members.values()].map((member) => member?.epoch ?? -1);
        expect(Math.min(...epochs)).toBeGreaterThanOrEqual(then + 1);
        expect(places.size).toBeLessThanOrEqual(2); // one may be a message ahead
      }),
      { numRuns: runs },
    );
  }, 600_000);
});

const only = (effects: readonly Effect[], type: Effect["type"]) => effects.filter((effect) => effect.type === type);

describe("ordering, step by step", () => {
  const roll = rollOf(2);
  const start = (me: MemberId, n = 2): Ordering => enter(me, rollOf(n), 4, "root", rekeyEvery, ms(0));
  const commitTo = (id: Head, base = "root", n = 2): Candidate => ({
    id,
    base,
    removes: [],
    returns: null,
    roll: rollOf(n),
  });
  const at = (head = "root", epoch = 4) => ({ epoch, head });
  const through = (s: Ordering, now: number, ...events: Event[]): [Ordering, Effect[]] => {
    let state = s;
    const all: Effect[] = [];
    for (const event of events) {
      const [next, effects] = step(state, event, ms(now));
      state = next;
      all.push(...effects);
    }
    return [state, all];
  };

  it("[ML20] the committer rotates by epoch, and each member's terms are its own", () => {
    const three = rollOf(3);
    expect([0, 1, 2, 3].map((epoch) => nextTerm(three, epoch, "a", -1))).toEqual([0, 2, 1, 0]);
    expect(turn(three, 1, "a", [])).toBe(2);
    expect(turn(three, 1, "a", ["b"])).toBe(1);
  });

  it("[ML20] the committer acts when the epoch is due, the next in line a second later", () => {
    expect(only(through(start("a"), rekeyEvery - 1, { type: "tick" })[1], "make")).toEqual([]);
    expect(only(through(start("a"), rekeyEvery, { type: "tick" })[1], "make").length).toBe(1);
    const [, early] = through(start("b"), rekeyEvery + 999, { type: "tick" });
    expect(early.some((e) => e.type === "say" && e.saying.type === "prepare")).toBe(false);
    const [, late] = through(start("b"), rekeyEvery + 1000, { type: "tick" });
    expect(late.some((e) => e.type === "say" && e.saying.type === "prepare")).toBe(true);
  });

  it("[ML22] with two parties both must accept: one alone stays in its epoch, whatever the time, and its age grows", () => {
    let [state, effects] = through(start("a"), rekeyEvery, { type: "tick" });
    [state, effects] = through(state, rekeyEvery, { type: "made", term: 0, candidate: commitTo("next") });
    expect(only(effects, "receive").length).toBe(1);
    expect(only(effects, "merge")).toEqual([]);
    for (let now: number = rekeyEvery; now < 10 * rekeyEvery; now += 100)
      [state] = through(state, now, { type: "tick" });
    expect(state.epoch).toBe(4);
    expect(epochAge(state, ms(10 * rekeyEvery))).toBe(10 * rekeyEvery);
    const [moved, after] = through(state, 10 * rekeyEvery, {
      type: "vote",
      by: "b",
      from: at(),
      term: 0,
      id: "next",
      candidate: null,
    });
    expect(moved.epoch).toBe(5);
    expect(only(after, "merge").length).toBe(1);
  });

  it("[ML22] with more than two a majority will do, but of two parties one of each", () => {
    const five = new Map([...rollOf(5)].map(([id], i) => [id, `party ${i % 3}`]));
    expect(isQuorum(five, [], ["a", "b"])).toBe(false);
    expect(isQuorum(five, [], ["a", "b", "c"])).toBe(true);
    const lopsided = new Map([
      ["a", "p"],
      ["b", "q"],
      ["c", "p"],
    ]);
    expect(isQuorum(lopsided, [], ["a", "c"])).toBe(false);
    expect(isQuorum(lopsided, [], ["a", "b"])).toBe(true);
    expect(isQuorum(roll, ["b"], ["a"])).toBe(true);
  });

  it("[ML23] receive keys come before the vote is said, and senders wait for the last member, a second at most", () => {
    const three = start("b", 3);
    const [state, effects] = through(three, 0, {
      type: "propose",
      by: "b",
      from: at(),
      term: 0,
      candidate: commitTo("next", "root", 3),
    });
    expect(effects.map((e) => e.type)).toEqual(["say", "receive"]);
    expect(state.epoch).toBe(4);
    const vote = (by: MemberId): Event => ({ type: "vote", by, from: at(), term: 0, id: "next", candidate: null });
    const [moved, decidedBy] = through(state, 100, vote("a"));
    expect(decidedBy.map((e) => e.type)).toEqual(["merge", "say"]);
    expect(moved.sending).toMatchObject({ at: "previous", missing: ["c"], until: 100 + switchWithin });
    expect(only(through(moved, 200, vote("c"))[1], "send")).toEqual([{ type: "send", epoch: 5 }]);
    expect(only(through(moved, 1099, { type: "tick" })[1], "send")).toEqual([]);
    expect(only(through(moved, 1100, { type: "tick" })[1], "send")).toEqual([{ type: "send", epoch: 5 }]);
  });

  it("[ML24] a removal moves and switches at once, at its maker and at whoever hears it", () => {
    const gone: Candidate = { ...commitTo("gone", "root", 3), removes: ["c"], roll: rollOf(2) };
    const [making, asked] = through(start("a", 3), 0, { type: "want", want: { type: "remove", member: "c" } });
    expect(only(asked, "make").length).toBe(1);
    const term = making.stage.at === "making" ? making.stage.term : -1;
    const [moved, effects] = through(making, 0, { type: "made", term, candidate: gone });
    expect(moved.epoch).toBe(5);
    expect(effects.map((e) => e.type)).toEqual(["say", "receive", "merge", "say", "send"]);
    expect(only(effects, "merge")).toEqual([{ type: "merge", id: "gone", urgent: true }]);
    const [heard, more] = through(start("b", 3), 0, { type: "propose", by: "a", from: at(), term, candidate: gone });
    expect(heard.epoch).toBe(5);
    expect(only(more, "send").length).toBe(1);
  });

  it("[ML25] another head for our own epoch is a fork, shown and not followed", () => {
    const [state, effects] = through(start("a"), 0, { type: "status", by: "b", from: at("other") });
    expect(effects).toEqual([{ type: "fork", by: "b", theirs: at("other") }]);
    expect(state.head).toBe("root");
  });

  it("[ML26] what a promise shows to have been accepted is put forward again, never something new", () => {
    const [preparing] = through(start("b"), rekeyEvery + 1000, { type: "tick" });
    const term = preparing.stage.at === "preparing" ? preparing.stage.term : -1;
    const [state, effects] = through(preparing, rekeyEvery + 1000, {
      type: "promise",
      by: "a",
      from: at(),
      term,
      accepted: { term: 0, id: "next" },
      candidate: commitTo("next"),
    });
    expect(effects.map((e) => (e.type === "say" ? e.saying : null)).filter((x) => x?.type === "propose")).toEqual([
      { type: "propose", term, id: "next" },
    ]);
    expect(state.accepted).toEqual({ term, id: "next" });
  });

  it("[ML26] after a promise nothing of a lower term is accepted", () => {
    const [state] = through(start("a"), 0, { type: "prepare", by: "b", from: at(), term: 1 });
    const [same, effects] = through(state, 0, {
      type: "propose",
      by: "a",
      from: at(),
      term: 0,
      candidate: commitTo("x"),
    });
    expect(same.accepted).toBe(null);
    expect(effects.map((e) => (e.type === "say" ? e.saying.type : e.type))).toContain("refusal");
  });

  it("[ML27] a commit that one of two will never accept binds nobody: its wants are dropped and the floor is free", () => {
    let [state] = through(start("a"), 0, { type: "want", want: { type: "add", member: "z", ref: "r" } });
    [state] = through(state, 0, { type: "made", term: 0, candidate: commitTo("bad") });
    expect(state.accepted?.id).toBe("bad");
    const [freed, effects] = through(state, 0, { type: "nack", by: "b", from: at(), id: "bad" });
    expect(freed.accepted).toBe(null);
    expect(only(effects, "dropped").length).toBe(1);
  });

  it("[ML28] a member that came back by itself votes no more as what it was, and its way in waits for no one", () => {
    const back: Candidate = { ...commitTo("back"), returns: "b" };
    const [state, effects] = through(start("a"), 0, { type: "joining", candidate: back });
    expect(state.head).toBe("back");
    expect(only(effects, "merge").length).toBe(1);
  });

  it("[ML28] a member one epoch behind is given the commit, one further behind the way in", () => {
    const s: Ordering = { ...start("a"), epoch: 9, head: "here" };
    const effects = through(s, 0, { type: "status", by: "b", from: at("old", 8) })[1];
    expect(effects).toEqual([{ type: "help", to: "b", from: at("old", 8) }]);
    const asks = through(s, 0, { type: "status", by: "b", from: at("new", 11) })[1];
    expect(asks.map((e) => (e.type === "say" ? [e.to, e.saying.type] : e.type))).toEqual([["b", "need"]]);
  });

  it("[ML29] every waiting stage ends by itself", () => {
    const [making] = through(start("a"), rekeyEvery, { type: "tick" });
    const [voting] = through(making, rekeyEvery, { type: "made", term: 0, candidate: commitTo("n") });
    const [yielding] = through(start("a"), 0, { type: "prepare", by: "b", from: at(), term: 1 });
    const [preparing] = through(start("b"), rekeyEvery + 1000, { type: "tick" });
    for (const s of [making, voting, yielding, preparing]) {
      if (s.stage.at === "quiet") throw new Error("nothing waits");
      const until: Ms = s.stage.until;
      const [later] = through(s, until, { type: "tick" });
      expect(later.stage).not.toBe(s.stage);
    }
  });
});
