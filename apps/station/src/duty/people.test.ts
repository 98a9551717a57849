import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Instant, type Ms, days, hours, instant, minutes, ms } from "@parley/base/time";
import { around } from "@parley/drill/hours";
import { type LinkId, type PartyId, idText } from "@parley/protocol/ids";
import { maxPeopleWordsAnHour } from "@parley/protocol/limits";
import { decodePeople, encodePeople } from "@parley/protocol/peer/people";
import type { EntrySignature } from "@parley/protocol/signed/callEntry";
import { type PasskeyAnswer, hereChallenge, peopleWordSignable } from "@parley/protocol/signed/people";
import { sha256Of } from "@parley/protocol/signed/hash";
import type { OfficerId } from "@parley/protocol/signed/revocation";
import type { Ed25519Signature } from "@parley/protocol/signed/signature";
import { decide, nextTick, nobodyAsked, questionOf, roomNow, theirStanding } from "./people.ts";
import type { People, PeopleCommand, PeopleContext, PeopleEffect } from "./people/port.ts";

const us = new Uint8Array(32).fill(1) as PartyId;
const them = new Uint8Array(32).fill(2) as PartyId;
const linkId = new Uint8Array(16).fill(9) as LinkId;
const link = idText(linkId);
const ada = new Uint8Array(16).fill(7) as OfficerId;
const answer: PasskeyAnswer = {
  credential: new Uint8Array([1]),
  clientData: new Uint8Array([2]),
  authenticatorData: new Uint8Array([3]),
  signature: new Uint8Array([4]),
};
const morning = instant(Date.parse("2026-11-24T07:00:00Z"));
const within = minutes(30);

/** A signature that says who made it over what, as ideal ones do. */
const signedBy = (party: PartyId, message: Uint8Array<ArrayBuffer>): EntrySignature => ({
  key: sha256Of(party),
  signature: new Uint8Array([...sha256Of(party, message), ...new Uint8Array(32)]) as Ed25519Signature,
});

/** A station that is asked at 08:00 and 20:00 UTC, on its own clock. */
class Station {
  people: People;
  now: Instant;
  setHours: readonly number[] = [480, 1200];
  reachable = true;
  effects: PeopleEffect[] = [];
  private drawn = 0;
  constructor(now: Instant = morning) {
    this.now = now;
    this.people = nobodyAsked(now);
    this.do({ type: "tick" });
  }
  get context(): PeopleContext {
    return {
      us,
      links: [{ link, party: them, reachable: this.reachable }],
      hours: around(this.setHours, () => 0, this.now),
      within,
      newQuestion: () => idText(new Uint8Array(16).fill(++this.drawn)),
      sign: (message) => signedBy(us, message),
      verify: (party, by, message) => {
        const good = signedBy(party === idText(them) ? them : us, message);
        return idText(by.signature) === idText(good.signature) && idText(by.key) === idText(good.key);
      },
    };
  }
  do(command: PeopleCommand): readonly PeopleEffect[] {
    const decision = decide(this.people, command, this.context, this.now);
    this.people = decision.people;
    this.effects.push(...decision.effects);
    return decision.effects;
  }
  /** Time goes by, with every tick that is wanted. */
  pass(time: Ms): void {
    const end = instant(this.now + time);
    for (;;) {
      const next = nextTick(this.people, this.context);
      if (next === null || next > end) break;
      this.now = next > this.now ? next : instant(this.now + 1);
      this.do({ type: "tick" });
    }
    this.now = end;
    this.do({ type: "tick" });
  }
  /** The station's process is away: nothing ticks. */
  sleep(time: Ms): void {
    this.now = instant(this.now + time);
  }
  here(question = this.people.question?.id ?? ""): readonly PeopleEffect[] {
    return this.do({ type: "here", question, officer: ada, name: "Ada", answer });
  }
  facts(type: string): number {
    return this.effects.filter((one) => one.type === "fact" && one.fact.type === type).length;
  }
  words() {
    return this.effects.flatMap((effect) => (effect.type === "tell" ? effect.word : []));
  }
}

describe("people", () => {
  it("[PE1] [PE3] it is asked at each set hour, and an answer in time makes people ready to the end of the next question", () => {
    const at = new Station();
    expect(at.people).toMatchObject({ question: null, standing: { at: "unasked" } });
    at.pass(hours(1));
    expect(at.people.question).toMatchObject({
      due: morning + hours(1),
      at: "open",
      until: morning + hours(1) + within,
    });
    at.pass(minutes(5));
    expect(at.here()).toContainEqual(expect.objectContaining({ type: "fact" }));
    expect(at.people.question).toBeNull();
    expect(at.people.standing).toMatchObject({
      at: "ready",
      since: at.now,
      by: "Ada",
      until: morning + hours(13) + within,
    });
    at.pass(hours(12));
    expect(at.people.question).toMatchObject({ due: morning + hours(13), at: "open" });
    expect(at.people.standing.at).toBe("ready");
  });

  it("[PE3] one that nobody answers is an entry and turns people ready away; answered late they are ready again", () => {
    const at = new Station();
    at.pass(hours(1));
    at.here();
    at.pass(hours(12));
    expect([at.people.standing.at, at.facts("unanswered")]).toEqual(["ready", 0]);
    at.pass(within);
    expect([at.people.standing.at, at.facts("unanswered")]).toEqual(["notReady", 1]);
    expect(at.people.question?.at).toBe("late");
    const since = at.people.standing.since;
    at.pass(hours(12));
    expect(at.people.standing).toEqual({ at: "notReady", since });
    expect(at.facts("unanswered")).toBe(2);
    at.here();
    expect([at.people.standing.at, at.facts("here")]).toEqual(["ready", 2]);
  });

  it("[PE2] after a standstill over set hours it asks once and at once, and an old answer no longer speaks", () => {
    const at = new Station();
    at.pass(hours(1));
    at.here();
    at.sleep(days(40));
    at.do({ type: "tick" });
    expect(at.people.standing.at).toBe("notReady");
    expect(at.effects.filter((effect) => effect.type === "fact")).toHaveLength(1);
    expect(at.people.question).toMatchObject({ at: "open", asked: at.now });
    at.do({ type: "tick" });
    expect(at.here()).toContainEqual(expect.objectContaining({ type: "fact" }));
    expect(at.people.standing.at).toBe("ready");
  });

  it("[PE4] an answer counts for the question that is open, once, and for no other", () => {
    const at = new Station();
    expect(at.here("")).toEqual([{ type: "notAsked" }]);
    at.pass(hours(1));
    const first = at.people.question?.id ?? "";
    at.here(first);
    expect(at.here(first)).toEqual([{ type: "notAsked" }]);
    at.pass(hours(12));
    expect(at.here(first)).toEqual([{ type: "notAsked" }]);
    expect(at.facts("here")).toBe(1);
  });

  it("[PE4] the challenge that a passkey signs is that of every part of the question", () => {
    const at = new Station();
    at.pass(hours(1));
    const { question } = at.people;
    if (question === null) throw new Error("nothing was asked");
    const own = questionOf(question, us);
    const challenges = [
      own,
      { ...own, id: new Uint8Array(16).fill(99) },
      { ...own, party: them },
      { ...own, due: instant(own.due + 1) },
      { ...own, asked: instant(own.asked + 1) },
      { ...own, until: instant(own.until + 1) },
    ].map((one) => idText(hereChallenge(one)));
    expect(new Set(challenges).size).toBe(6);
  });

  it("[PE6] linked stations are told of each change under our signature, and what nobody is there to hear waits in no outbox", () => {
    const at = new Station();
    expect(at.words()).toEqual([]);
    at.pass(hours(1));
    at.here();
    expect(at.words()).toMatchObject([{ at: "ready", ago: 0, party: us, link: linkId, holds: 12.5 * 3600 }]);
    at.reachable = false;
    at.pass(days(3));
    expect(at.words()).toHaveLength(1);
    at.reachable = true;
    at.do({ type: "tick" });
    expect(at.words()).toHaveLength(2);
    expect(at.words()[1]).toMatchObject({ at: "notReady" });
    at.do({ type: "tick" });
    expect(at.words()).toHaveLength(2);
    const told = at.effects.find((effect) => effect.type === "tell");
    if (told?.type !== "tell") throw new Error("nothing was told");
    expect(at.context.verify(idText(us), told.by, peopleWordSignable(told.word))).toBe(true);
  });

  it("[PE7] what they said speaks as long as they said, by our own clock and whatever theirs shows", () => {
    const [a, b] = [new Station(), new Station(instant(morning + days(400)))];
    a.pass(hours(1));
    a.here();
    const [word] = a.words();
    if (word === undefined) throw new Error("nothing was told");
    const from = { ...word, party: them };
    const say = (age: Ms) =>
      b.do({ type: "word", link, word: from, by: signedBy(them, peopleWordSignable(from)), age });
    say(minutes(2));
    const theirs = b.people.theirs[link];
    if (theirs === undefined) throw new Error("nothing was heard");
    expect(theirStanding(theirs, b.now)).toEqual({ at: "ready", since: b.now - minutes(2) });
    expect(b.facts("theirs")).toBe(1);
    expect(theirStanding(theirs, instant(b.now + hours(12) + minutes(32)))).toMatchObject({ at: "ready" });
    expect(theirStanding(theirs, instant(b.now + hours(12) + minutes(33)))).toMatchObject({ at: "silent" });
  });

  it("[PE6] a word about another line, of another party, or not signed by that station moves nothing", () => {
    const at = new Station();
    const good = { link: linkId, party: them, at: "ready", since: morning, ago: 0, holds: 3600, room: null } as const;
    const say = (word: typeof good | (Omit<typeof good, "at"> & { at: "notReady" }), by: EntrySignature) =>
      at.do({ type: "word", link, word, by, age: ms(0) });
    const by = signedBy(them, peopleWordSignable(good));
    say({ ...good, link: new Uint8Array(16) as LinkId }, by);
    say({ ...good, party: us }, by);
    say({ ...good, at: "notReady" }, by);
    say(good, signedBy(us, peopleWordSignable(good)));
    expect(at.people.theirs).toEqual({});
    expect(at.effects.map((effect) => effect.type)).toEqual(["report", "report", "report", "report"]);
    say(good, by);
    expect(at.people.theirs[link]).toMatchObject({ at: "ready" });
  });

  it("[PE6] every byte of a word and of its signature bent is refused, and so is one cut short", () => {
    const at = new Station();
    const word = { link: linkId, party: them, at: "ready", since: morning, ago: 7, holds: 3600, room: null } as const;
    const bytes = encodePeople({ type: "word", word, by: signedBy(them, peopleWordSignable(word)) });
    const hear = (payload: Uint8Array): void => {
      const read = decodePeople(new Uint8Array(payload));
      if (read.ok) at.do({ ...read.value, link, age: ms(0) });
    };
    for (const [i, byte] of bytes.entries()) {
      for (const mask of [0x01, 0x80, 0xff]) hear(Uint8Array.from(bytes, (old, n) => (n === i ? byte ^ mask : old)));
      hear(bytes.subarray(0, i));
    }
    expect(at.people.theirs).toEqual({});
    hear(bytes);
    expect(at.people.theirs[link]).toMatchObject({ at: "ready" });
  });

  it("[PE6] a station that repeats itself without end fills no ledger", () => {
    const at = new Station();
    const word = { link: linkId, party: them, at: "ready", since: morning, ago: 0, holds: 3600, room: null } as const;
    const by = signedBy(them, peopleWordSignable(word));
    for (let i = 0; i < 500; i++) at.do({ type: "word", link, word, by, age: ms(0) });
    expect(at.facts("theirs")).toBe(maxPeopleWordsAnHour);
    at.sleep(hours(1));
    at.do({ type: "word", link, word, by, age: ms(0) });
    expect(at.facts("theirs")).toBe(maxPeopleWordsAnHour + 1);
  });

  it("[PE6] [TS9] how our rooms stand goes with the word, also where nobody is asked, and lapses on the other side by itself", () => {
    const [a, b] = [new Station(), new Station()];
    a.setHours = [];
    const room = { at: "notReady", cause: "cameraBlack", since: a.now, until: instant(a.now + hours(30)) } as const;
    a.do({ type: "room", room });
    a.do({ type: "room", room });
    const [word, ...others] = a.words();
    if (word === undefined) throw new Error("nothing was told");
    expect(others).toEqual([]);
    expect(word).toMatchObject({
      at: "unasked",
      room: { at: "notReady", cause: "cameraBlack", ago: 0, holds: 30 * 3600 },
    });
    const from = { ...word, party: them };
    b.do({ type: "word", link, word: from, by: signedBy(them, peopleWordSignable(from)), age: minutes(1) });
    const heard = b.people.theirs[link]?.room ?? null;
    expect(roomNow(heard, b.now)).toMatchObject({ at: "notReady", cause: "cameraBlack", since: b.now - minutes(1) });
    expect(roomNow(heard, instant(b.now + hours(31)))).toBeNull();
    expect(b.facts("theirs")).toBe(1);
  });

  it("[PE1] where no hours are set nobody is asked, nothing is told, and what was asked before is over", () => {
    const at = new Station();
    at.pass(hours(1));
    at.setHours = [];
    at.do({ type: "tick" });
    expect(at.people).toMatchObject({ question: null, standing: { at: "unasked" } });
    expect(at.words()).toMatchObject([{ at: "unasked", holds: 0 }]);
    const quiet = new Station();
    quiet.setHours = [];
    quiet.people = nobodyAsked(morning);
    quiet.pass(days(30));
    expect(quiet.words()).toEqual([]);
  });

  it("[PE9] a clock that is set leaves nobody ready by an answer from the future, and asks again", () => {
    const at = new Station();
    at.pass(days(365));
    at.pass(hours(1));
    at.here();
    expect(at.people.standing.at).toBe("ready");
    at.now = instant(at.now - days(300));
    at.do({ type: "tick" });
    expect(at.people.standing).toEqual({ at: "notReady", since: at.now });
    at.pass(days(1));
    expect(at.people.question).not.toBeNull();
  });

  it("[PE3] whatever happens, nobody is ready longer than to the end of the next question, and no question is open longer than it may be", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("pass" as const), for: fc.integer({ min: 1, max: 20 * 60 }) }),
      fc.record({ do: fc.constant("sleep" as const), for: fc.integer({ min: 1, max: 40 * 60 }) }),
      fc.record({ do: fc.constant("here" as const), for: fc.constant(0) }),
      fc.record({ do: fc.constant("set" as const), for: fc.integer({ min: -3000, max: 3000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const at = new Station();
        let answered = -1;
        for (const { do: what, for: time } of steps) {
          const asked = at.people.question !== null;
          if (what === "pass") at.pass(minutes(time));
          if (what === "sleep") at.sleep(minutes(time));
          if (what === "set") {
            at.now = instant(at.now + minutes(time));
            at.do({ type: "tick" });
          }
          if (what === "here") {
            const said = at.here();
            if (said.some((effect) => effect.type === "fact" && effect.fact.type === "here")) {
              expect(asked || said.length > 0).toBe(true);
              answered = at.now;
            }
          }
          at.do({ type: "tick" });
          const { question, standing } = at.people;
          if (standing.at === "ready") {
            expect(standing.since).toBe(answered);
            expect(at.now).toBeLessThan(standing.until);
            expect(standing.until - standing.since).toBeLessThanOrEqual(hours(12) + within);
          }
          if (question?.at === "open") expect(at.now).toBeLessThan(question.until);
          expect(JSON.parse(JSON.stringify(at.people))).toEqual(at.people);
        }
      }),
      { numRuns: 300 },
    );
  });
});
