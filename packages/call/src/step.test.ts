import { type Instant, after, instant, ms, seconds } from "@parley/base/time";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyingLasts, ringLasts } from "./deadlines.ts";
import type { Effect, Event } from "./event.ts";
import { type Line, deadline, idle, isInCall, openCall, ringsAt, sitsAt } from "./state.ts";
import { step } from "./step.ts";

const calls = ["A", "B", "C"] as const;
const desks = ["d1", "d2"] as const;
const anyCall = fc.constantFrom(...calls);
const anyDesk = fc.constantFrom(...desks);
const anyFar = fc.constantFrom("f1", "f2");

const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ type: fc.constant("place" as const), call: anyCall, by: anyDesk }),
  fc.record({
    type: fc.constant("ring" as const),
    call: anyCall,
    by: anyFar,
    spent: fc.constantFrom(0, 30_000, 59_999, 60_000, 90_000).map(ms),
    desks: fc.oneof(fc.subarray([...desks]), fc.constant("busy" as const)),
  }),
  fc.record({
    type: fc.constantFrom("rang" as const, "seen" as const, "answer" as const, "decline" as const),
    call: anyCall,
    desk: anyDesk,
  }),
  fc.record({ type: fc.constantFrom("hangUp" as const, "up" as const, "theyAnswered" as const), call: anyCall }),
  fc.record({
    type: fc.constant("receipt" as const),
    call: anyCall,
    kind: fc.constantFrom("delivered", "rang", "seen", "answered", "declined", "unanswered", "busy"),
    terminal: fc.option(anyFar),
  }),
  fc.record({
    type: fc.constant("theyHungUp" as const),
    call: anyCall,
    why: fc.constantFrom("hungUp", "cancelled", "unanswered"),
  }),
  fc.record({
    type: fc.constant("lost" as const),
    call: anyCall,
    why: fc.constantFrom("notYetUp", "noPackets", "terminalGone"),
  }),
  fc.record({ type: fc.constant("handOver" as const), call: anyCall, to: anyDesk }),
  fc.record({ type: fc.constant("take" as const), call: anyCall, desk: anyDesk }),
  fc.record({ type: fc.constant("theyMoved" as const), call: anyCall, to: anyFar }),
  fc.constant({ type: "tick" as const }),
);

const history = fc.array(fc.tuple(anyEvent, fc.constantFrom(0, 10, 1000, 20_000, 60_000)), { maxLength: 25 });
const t0 = instant(1_000_000);

/** Runs a history and returns every state, its event, and all effects. */
function run(
  events: readonly (readonly [Event, number])[],
): { at: Line; event: Event; from: Line; effects: readonly Effect[]; now: Instant }[] {
  let line: Line = idle;
  let now = t0;
  return events.map(([event, pause]) => {
    now = after(now, ms(pause));
    const from = line;
    const [next, effects] = step(line, event, now);
    line = next;
    return { at: next, event, from, effects, now };
  });
}

/** Reduced by default; `PARLEY_FULL=1` runs the full count. */
const times = process.env["PARLEY_FULL"] === "1" ? 40 : 1;
const runs = { numRuns: 3000 * times };

describe("step", () => {
  it("[CA1] is total: any event in any state gives a state and effects", () => {
    fc.assert(
      fc.property(history, (h) => {
        for (const { at } of run(h)) expect(at.at).toBeTypeOf("string");
      }),
      runs,
    );
  });

  it("[CA2] every waiting state has a deadline that a tick at that time moves, and a tick before it does not", () => {
    fc.assert(
      fc.property(history, (h) => {
        for (const { at } of run(h)) {
          const until = deadline(at);
          if (until === null) continue;
          expect(step(at, { type: "tick" }, after(until, ms(-1)))).toEqual([at, []]);
          const [next] = step(at, { type: "tick" }, until);
          expect(next).not.toEqual(at);
        }
      }),
      runs,
    );
  });

  it("[CA3] a ring of 60 s or more never rings and is noted as missed", () => {
    const [line, effects] = step(idle, { type: "ring", call: "A", by: "f1", spent: ringLasts, desks: ["d1"] }, t0);
    expect(line).toEqual(idle);
    expect(effects).toEqual([
      { type: "sendReceipt", call: "A", kind: "unanswered", terminal: null },
      { type: "noteMissed", call: "A", by: "f1", why: "unanswered" },
    ]);
    const [ringing] = step(idle, { type: "ring", call: "A", by: "f1", spent: seconds(50), desks: ["d1"] }, t0);
    expect(deadline(ringing)).toBe(after(t0, seconds(10)));
  });

  it("[CA4] the first answer wins, and the second desk is told", () => {
    const [ringing] = step(idle, { type: "ring", call: "A", by: "f1", spent: ms(0), desks: ["d1", "d2"] }, t0);
    const [one, effects] = step(ringing, { type: "answer", call: "A", desk: "d2" }, t0);
    expect(one).toMatchObject({ at: "keying", ours: "d2", theirs: "f1", until: after(t0, keyingLasts) });
    expect(effects).toEqual([{ type: "sendReceipt", call: "A", kind: "answered", terminal: "d2" }]);
    expect(step(one, { type: "answer", call: "A", desk: "d1" }, t0)).toEqual([
      one,
      [{ type: "refuse", code: "ANSWERED_ELSEWHERE" }],
    ]);
    expect(step(one, { type: "answer", call: "A", desk: "d2" }, t0)).toEqual([one, []]);
  });

  it("[CA5] an event repeated at once changes nothing more and sends nothing more", () => {
    fc.assert(
      fc.property(history, (h) => {
        for (const { at, event, now } of run(h)) {
          if (event.type === "place" || event.type === "tick") continue; // a second press is refused; time has [CA2]
          const [again, effects] = step(at, event, now);
          if (event.type === "ring" && openCall(at) !== event.call) continue; // busy and late rings are answered each time they come
          expect(again).toEqual(at);
          expect(effects.filter((effect) => effect.type !== "refuse")).toEqual([]);
        }
      }),
      runs,
    );
  });

  it("[CA7] a word about a call that is over changes nothing", () => {
    fc.assert(
      fc.property(history, anyEvent, (h, event) => {
        const last = run(h).at(-1);
        if (last === undefined || event.type === "place" || event.type === "ring" || event.type === "tick") return;
        if (openCall(last.at) === event.call) return;
        const [line, effects] = step(last.at, event, last.now);
        expect(line).toEqual(last.at);
        expect(effects.every((effect) => effect.type === "refuse")).toBe(true);
      }),
      runs,
    );
  });

  it("[CA9] only a hang-up or a new ring ends an answered call", () => {
    fc.assert(
      fc.property(history, (h) => {
        for (const { from, at, event } of run(h)) {
          if (isInCall(from) && openCall(at) !== from.call)
            expect(["hangUp", "theyHungUp", "ring"]).toContain(event.type);
        }
      }),
      runs,
    );
  });

  it("[CA23] a ring of ours that crossed one which was over by then rings on, and is said again", () => {
    const [calling] = step(idle, { type: "place", call: "B", by: "d1" }, t0);
    const ring: Event = { type: "ring", call: "A", by: "f1", spent: ms(0), desks: ["d2"] };
    const [crossed, said] = step(calling, ring, after(t0, seconds(5)));
    expect(crossed).toMatchObject({ at: "keying", call: "A", ours: "d1", theirs: "f1" });
    expect(said.map(({ type }) => type)).toEqual(["sendReceipt", "sendReceipt"]);
    const over: Event = { type: "theyHungUp", call: "A", why: "cancelled" };
    const [again, effects] = step(crossed, over, after(t0, seconds(6)));
    expect(again).toEqual(calling);
    expect(effects).toEqual([
      { type: "record", call: "A", why: "theyHungUp" },
      { type: "sendRing", call: "B", by: "d1" },
    ]);
    // Its minute is still its own, and whoever ends the call ends that ring too.
    const withdrawn = { type: "sendHangUp", call: "B", why: "cancelled" };
    const [late, lateSaid] = step(crossed, over, after(t0, ringLasts));
    expect([late.at, lateSaid.at(-1)]).toEqual(["ended", withdrawn]);
    expect(step(crossed, { type: "hangUp", call: "A" }, t0)[1].at(-1)).toEqual(withdrawn);
    // Once the far side is seen it is in that call, and nothing else rings.
    const [live, seen] = step(crossed, { type: "up", call: "A" }, t0);
    expect(seen).toEqual([withdrawn]);
    expect(step(live, over, t0)).toMatchObject([{ at: "ended" }, [{ type: "record" }]]);
  });

  it("[CA9] a caller's ring that their terminal says is answered is not given up, and ends by their station or a person", () => {
    const [calling] = step(idle, { type: "place", call: "A", by: "d1" }, t0);
    const [heardOf] = step(calling, { type: "theyAnswered", call: "A" }, t0);
    expect(heardOf).toEqual({ ...calling, reach: "answered" });
    const [waits, nothing] = step(heardOf, { type: "tick" }, after(t0, ringLasts));
    expect([waits, nothing]).toEqual([{ ...heardOf, until: after(t0, ms(2 * ringLasts)) }, []]);
    const receipt: Event = { type: "receipt", call: "A", kind: "answered", terminal: "f1" };
    expect(step(waits, receipt, t0)[0]).toMatchObject({ at: "keying", theirs: "f1" });
    expect(step(waits, { ...receipt, kind: "unanswered" }, t0)[0]).toMatchObject({ at: "ended", why: "unanswered" });
    expect(step(waits, { type: "hangUp", call: "A" }, t0)[0]).toMatchObject({ at: "ended", why: "cancelled" });
  });

  it("[CA16] a call that is handed on stays where it is until somebody joins there, or takes it", () => {
    const live: Line = {
      at: "live",
      call: "A",
      side: "called",
      ours: "d1",
      theirs: "f1",
      answered: t0,
      since: t0,
    };
    const [offered, said] = step(live, { type: "handOver", call: "A", to: "d2" }, t0);
    expect(offered).toEqual({ ...live, offered: "d2" });
    expect(said).toEqual([]);
    expect([ringsAt(offered, "d2"), ringsAt(offered, "d1"), sitsAt(offered, "d1")]).toEqual([true, false, true]);
    // Loss, mending and the other side's own moves leave it offered.
    const [mending] = step(offered, { type: "lost", call: "A", why: "noPackets" }, t0);
    const [again] = step(mending, { type: "theyMoved", call: "A", to: "f2" }, t0);
    expect(step(again, { type: "up", call: "A" }, t0)[0]).toMatchObject({ at: "live", offered: "d2", theirs: "f2" });
    for (const event of [
      { type: "decline", call: "A", desk: "d2" },
      { type: "handOver", call: "A", to: "d1" },
    ] as const)
      expect(step(offered, event, t0)).toEqual([live, []]);
    const joined = { at: "keying", call: "A", side: "called", ours: "d2", theirs: "f1", answered: t0 };
    const toThem = [{ type: "sendMoved", call: "A", to: "d2" }];
    const [there, effects] = step(offered, { type: "answer", call: "A", desk: "d2" }, t0);
    expect(there).toEqual({ ...joined, until: after(t0, keyingLasts) });
    expect(effects).toEqual(toThem);
    // One that was not asked cannot join, but a person there can take it.
    expect(step(offered, { type: "answer", call: "A", desk: "d3" }, t0)).toEqual([
      offered,
      [{ type: "refuse", code: "ANSWERED_ELSEWHERE" }],
    ]);
    expect(step(live, { type: "take", call: "A", desk: "d2" }, t0)).toEqual([
      { ...joined, until: after(t0, keyingLasts) },
      toThem,
    ]);
  });

  it("[CA10] a ring that finds every terminal taken is answered busy and noted", () => {
    const [line, effects] = step(idle, { type: "ring", call: "A", by: "f1", spent: ms(0), desks: "busy" }, t0);
    expect(line).toEqual(idle);
    expect(effects).toEqual([
      { type: "sendReceipt", call: "A", kind: "busy", terminal: null },
      { type: "noteMissed", call: "A", by: "f1", why: "busy" },
    ]);
  });

  it("[CA11] an answered call is recorded exactly when it ends, and a ring that was missed is noted exactly then", () => {
    fc.assert(
      fc.property(history, (h) => {
        for (const { from, at, effects } of run(h)) {
          const records = effects.filter((effect) => effect.type === "record");
          const ended = isInCall(from) && openCall(at) !== from.call;
          expect(records.length).toBe(ended ? 1 : 0);
          const wasRinging = from.at === "ringing" && from.side === "called";
          const missed = effects.filter(
            (effect) => effect.type === "noteMissed" && wasRinging && effect.call === from.call,
          );
          if (wasRinging && openCall(at) !== from.call) expect(missed.length).toBe(1);
        }
      }),
      runs,
    );
  });
});

describe("two parties", () => {
  type Message = { to: 0 | 1; event: Event };
  /** What one party's effects are to the other, as events. */
  const heard = (effect: Effect): Event | null => {
    switch (effect.type) {
      case "sendRing":
        return { type: "ring", call: effect.call, by: effect.by, spent: ms(0), desks: ["d1", "d2"] };
      case "sendReceipt":
        return { type: "receipt", call: effect.call, kind: effect.kind, terminal: effect.terminal };
      case "sendHangUp":
        return { type: "theyHungUp", call: effect.call, why: effect.why };
      case "sendMoved":
        return { type: "theyMoved", call: effect.call, to: effect.to };
      default:
        return null;
    }
  };
  const press = fc.oneof(
    fc.record({
      type: fc.constantFrom("answer" as const, "decline" as const, "seen" as const, "rang" as const, "take" as const),
      desk: anyDesk,
    }),
    fc.record({ type: fc.constantFrom("hangUp" as const, "up" as const, "lost" as const) }),
    fc.record({ type: fc.constant("handOver" as const), to: anyDesk }),
    fc.record({ type: fc.constant("place" as const), by: anyDesk }),
    fc.record({ type: fc.constant("deliver" as const) }),
    fc.record({ type: fc.constant("repeat" as const) }),
    fc.record({ type: fc.constant("wait" as const), time: fc.constantFrom(1000, 30_000) }),
  );

  it("[CA6] [CA8] whatever people press, once every message has arrived both are in the same call with each other, or in none", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(0 as const, 1 as const), press), { maxLength: 40 }), (presses) => {
        const lines: [Line, Line] = [idle, idle];
        const wires: [Message[], Message[]] = [[], []]; // to party 0, to party 1: in order, as the station link keeps it
        let last: Message | null = null;
        let now = t0;
        let drawn = 0;
        const happen = (who: 0 | 1, event: Event): void => {
          const [line, effects] = step(lines[who], event, now);
          lines[who] = line;
          for (const effect of effects) {
            const told = heard(effect);
            const to = who === 0 ? 1 : 0;
            if (told !== null) wires[to].push({ to, event: told });
          }
        };
        const deliver = (who: 0 | 1): boolean => {
          const message = wires[who].shift();
          if (message === undefined) return false;
          last = message;
          happen(who, message.event);
          return true;
        };
        for (const [who, p] of presses) {
          const call = openCall(lines[who]) ?? "none";
          switch (p.type) {
            case "place":
              happen(who, { type: "place", call: `${(drawn * 7) % 10}-${drawn++}`, by: p.by });
              break;
            case "deliver":
              deliver(who);
              break;
            case "repeat": // a repeated delivery is dropped by the link; here even an undropped one must do no harm
              if (last !== null && (last as Message).event.type === "receipt")
                happen((last as Message).to, (last as Message).event);
              break;
            case "wait":
              now = after(now, ms(p.time));
              happen(0, { type: "tick" });
              happen(1, { type: "tick" });
              break;
            case "lost":
              happen(who, { type: "lost", call, why: "noPackets" });
              break;
            case "handOver":
              happen(who, { type: "handOver", call, to: p.to });
              break;
            case "hangUp":
            case "up":
              happen(who, { type: p.type, call });
              break;
            default:
              happen(who, { type: p.type, call, desk: p.desk });
          }
        }
        while (deliver(0) || deliver(1));
        const [a, b] = lines;
        if (isInCall(a) || isInCall(b)) {
          expect(openCall(a)).toBe(openCall(b));
          if (isInCall(a) && isInCall(b)) {
            expect(a.theirs).toBe(b.ours);
            expect(b.theirs).toBe(a.ours);
            expect(a.side).not.toBe(b.side);
          }
        }
      }),
      { numRuns: 5000 * times },
    );
  });
});
