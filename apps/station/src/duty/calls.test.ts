import { instant, ms } from "@parley/base/time";
import type { Line } from "@parley/call/state";
import { describe, expect, it } from "vitest";
import { type Calls, type CallsContext, type Command, type Decision, noCalls } from "./calls/port.ts";
import { decide, nextDeadline } from "./calls.ts";

const link = "link";
const call = "call";
const now = instant(1_000_000);

const desk = (terminal: string, online = true) => ({ terminal, name: `Name of ${terminal}`, online });
const context = (desks = [desk("d1"), desk("d2")]): CallsContext => ({
  desks,
  generations: new Map([[link, [0]]]),
  newCall: () => call,
  stopped: () => null,
});

const from = (terminal: string, message: (Command & { from: "terminal" })["message"]): Command => ({
  from: "terminal",
  terminal,
  message,
});
const peer = (message: (Command & { from: "peer" })["message"]): Command => ({ from: "peer", link, message });
const ring = (id = call): Command =>
  peer({ type: "ring", call: id, caller: { terminal: "far", name: "Far desk" }, generations: [0], spent: ms(0) });
const receipt = (kind: "delivered" | "rang" | "seen"): Command =>
  peer({ type: "receipt", call, kind, terminal: null, generation: 0, answerer: null });

/** Takes the commands one second after the other, and returns what the last one decided. */
function after(commands: readonly Command[], its = context()): Decision {
  let calls: Calls = noCalls;
  let last: Decision | null = null;
  for (const [n, command] of commands.entries()) {
    last = decide(calls, command, its, instant(now + n * 1000));
    calls = last.calls;
  }
  if (last === null) throw new Error("nothing was decided");
  return last;
}

const told = ({ toTerminals }: Decision, type: string) =>
  toTerminals.filter(({ message }) => message.type === type).map(({ to, message }) => ({ to, ...message }));
const lineOf = ({ calls }: Decision): Line | undefined => calls.links[link]?.line;

describe("the duty of calls", () => {
  it("[CA18] each receipt is told once as it comes, and again to whoever comes later, with the time of the first", () => {
    const place = from("d1", { type: "place", link });
    const rang = after([place, receipt("delivered"), receipt("rang")]);
    expect(told(rang, "receipt")).toEqual([
      { to: null, type: "receipt", call, kind: "rang", at: now + 2000, now: now + 2000 },
    ]);
    expect(told(after([place, receipt("delivered"), receipt("delivered")]), "receipt")).toEqual([]);
    const back = after([place, receipt("delivered"), receipt("rang"), { from: "presence", terminal: "d1" }]);
    expect(told(back, "receipt")).toMatchObject([
      { to: "d1", kind: "delivered", at: now + 1000, now: now + 3000 },
      { to: "d1", kind: "rang", at: now + 2000, now: now + 3000 },
    ]);
  });

  it("[CA27] a call that is asked for at another terminal places nothing: that one rings for it, and whoever asked is told", () => {
    const asked = after([from("d1", { type: "place", link, from: "d2" })]);
    expect(told(asked, "asked")).toEqual(["d2", "d1"].map((to) => ({ to, type: "asked", link, terminal: "d2" })));
    expect([lineOf(asked), asked.toPeers, asked.events]).toEqual([undefined, [], []]);
    const pressed = after([from("d1", { type: "place", link, from: "d2" }), from("d2", { type: "place", link })]);
    expect(lineOf(pressed)).toMatchObject({ at: "ringing", side: "calling", ours: "d2" });
  });

  it("[CA27] nobody is asked to call on a line in use, at a terminal that is away or in a call", () => {
    const ask = from("d1", { type: "place", link, from: "d2" });
    const codes = (decision: Decision) => told(decision, "refused");
    expect(codes(after([ring(), ask]))).toMatchObject([{ to: "d1", code: "LINE_IN_USE" }]);
    expect(codes(after([from("d2", { type: "place", link }), ask]))).toMatchObject([{ code: "TERMINAL_IN_USE" }]);
    expect(codes(after([ask], context([desk("d1"), desk("d2", false)])))).toMatchObject([{ code: "TERMINAL_UNKNOWN" }]);
  });

  it("[CA19] every terminal learns by name who has the call, whom it is offered to, and who is at the far end", () => {
    const answer = from("d2", { type: "answer", call });
    const names = (decision: Decision) => told(decision, "line").map((line) => "names" in line && line.names);
    const far = { terminal: "far", name: "Far desk" };
    const two = { terminal: "d2", name: "Name of d2" };
    expect(names(after([ring(), answer]))).toEqual([[two, far]]);
    const offered = after([ring(), answer, from("d2", { type: "handOver", call, to: "d1" })]);
    expect(names(offered)).toEqual([[two, { terminal: "d1", name: "Name of d1" }, far]]);
    // The place that is asked to join is let in before anybody joins there, so that the move has no gap.
    expect(told(offered, "admit").map(({ to }) => to)).toContain("d1");
  });

  it("[CA19] a place without anybody to take a call neither rings nor keeps the others from being busy, until it is one", () => {
    const closed = context([desk("d1"), desk("console", false)]);
    expect(lineOf(after([ring()], closed))).toMatchObject({ desks: ["d1"] });
    expect(lineOf(after([ring(), { from: "presence", terminal: "console" }], closed))).toMatchObject({ desks: ["d1"] });
    const open = context([desk("d1"), desk("console")]);
    const first = after([ring()], closed);
    const later = decide(first.calls, { from: "presence", terminal: "console" }, open, now);
    expect(lineOf(later)).toMatchObject({ desks: ["d1", "console"] });
  });

  it("[CA20] a missed ring stands on the line, is told to who comes later, and goes with the next call", () => {
    const gaveUp = peer({ type: "hangUp", call, why: "cancelled" });
    const missed = after([ring(), gaveUp]);
    expect(told(missed, "line")).toMatchObject([{ to: null, missed: now + 1000 }]);
    expect(missed.events).toContainEqual({ type: "missed", link, call, by: "far", why: "cancelled" });
    const come: Command = { from: "presence", terminal: "d2" };
    expect(told(after([ring(), gaveUp, come]), "line")).toMatchObject([{ to: "d2", missed: now + 1000 }]);
    // Another ring of theirs leaves it, their answered call or one of ours takes it away.
    expect(told(after([ring(), gaveUp, ring("again")]), "line")).toMatchObject([{ missed: now + 1000 }]);
    const answered = after([ring(), gaveUp, ring("again"), from("d1", { type: "answer", call: "again" })]);
    expect(told(answered, "line")).toMatchObject([{ missed: null }]);
    expect(told(after([ring(), gaveUp, from("d1", { type: "place", link })]), "line")).toMatchObject([
      { missed: null },
    ]);
  });

  it("[CA10] [CA20] a second caller is told that every place is taken, and that is told where the places are", () => {
    const other = {
      ...context([desk("d1")]),
      generations: new Map([
        [link, [0]],
        ["other", [0]],
      ]),
    };
    const busy: Command = {
      from: "peer",
      link: "other",
      message: { type: "ring", call: "second", caller: { terminal: "x", name: "X" }, generations: [0], spent: ms(0) },
    };
    const decision = after([ring(), from("d1", { type: "answer", call }), busy], other);
    expect(decision.toPeers).toMatchObject([{ link: "other", message: { type: "receipt", kind: "busy" } }]);
    expect(told(decision, "line")).toMatchObject([{ link: "other", line: { at: "idle" }, missed: now + 2000 }]);
  });

  describe("a ring whose minute is over while a terminal of it is away", () => {
    const minute = instant(now + 61_000);
    const time: Command = { from: "time" };
    const away = (...terminals: string[]) =>
      context([desk("d1"), desk("d2")].map((one) => ({ ...one, online: !terminals.includes(one.terminal) })));
    const go = (calls: Calls, command: Command, its: CallsContext, at: number) =>
      decide(calls, command, its, instant(at));

    it("[CA24] is not given up by its caller until that terminal may have come and said what it knows", () => {
      const { calls } = after([from("d1", { type: "place", link })]);
      const over = go(calls, time, away("d1"), minute);
      expect([over.calls.links[link]?.line.at, over.toPeers]).toEqual(["ringing", []]);
      expect(nextDeadline(over.calls)).toBe(minute + 120_000);
      // Nobody came.
      expect(lineOf(go(over.calls, time, away("d1"), minute + 120_000))?.at).toBe("ended");
      const back = go(over.calls, { from: "presence", terminal: "d1" }, context(), minute + 30_000);
      expect(nextDeadline(back.calls)).toBe(minute + 35_000);
      expect(lineOf(go(back.calls, time, context(), minute + 35_000))?.at).toBe("ended");
      // It came, and they speak.
      const speaks = go(back.calls, from("d1", { type: "theyAnswered", call }), context(), minute + 31_000);
      const later = go(speaks.calls, time, context(), minute + 90_000);
      expect([lineOf(later), later.toPeers]).toMatchObject([{ at: "ringing", reach: "answered" }, []]);
      // A caller who is there gives the ring up on the minute.
      expect(lineOf(go(calls, time, context(), minute))?.at).toBe("ended");
    });

    it("[CA24] rings nowhere any more for the party that was called, and is answered where it had been", () => {
      const { calls } = after([ring()]);
      const over = go(calls, time, away("d2"), minute);
      expect(lineOf(over)).toMatchObject({ at: "ringing", desks: ["d2"] });
      expect(over.toPeers).toEqual([]);
      // Nobody who comes hears of it.
      const back = go(over.calls, { from: "presence", terminal: "d2" }, context(), minute + 1000);
      expect([back.toTerminals, nextDeadline(back.calls)]).toEqual([[], minute + 6000]);
      expect(go(over.calls, { from: "presence", terminal: "d1" }, context(), minute + 1000).toTerminals).toEqual([]);
      const answered = go(back.calls, from("d2", { type: "answer", call }), context(), minute + 2000);
      expect(lineOf(answered)).toMatchObject({ at: "keying", ours: "d2" });
      expect(go(back.calls, time, context(), minute + 6000).events).toMatchObject([{}, { type: "missed" }]);
      expect(lineOf(go(calls, time, context(), minute))?.at).toBe("ended");
    });
  });

  it("[CA25] a terminal that heard the far one end the call ends it for its station, which tells nobody and keeps the record", () => {
    const answered = [ring(), from("d1", { type: "answer", call })];
    const over = after([...answered, from("d1", { type: "theyHungUp", call })]);
    expect(lineOf(over)).toMatchObject({ at: "ended", why: "theyHungUp" });
    expect([over.toPeers, over.events]).toMatchObject([[], [{ type: "finished", why: "theyHungUp" }]]);
    expect(lineOf(after([...answered, from("d2", { type: "theyHungUp", call })]))?.at).toBe("keying");
    expect(after([...answered, from("d1", { type: "theyHungUp", call: "gone" })]).toTerminals).toEqual([]);
  });
});
