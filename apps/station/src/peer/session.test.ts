import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Ms, ms } from "@parley/base/time";
import { goodbyeReasons } from "@parley/protocol/peer/hello";
import { begin, deadline, step } from "./session.ts";
import type { Conn, Greeting, SessionEffect, SessionEvent, SessionState, Side, Step } from "./sessionState.ts";
import { delayBefore } from "./timing.ts";

const greeting: Greeting = { version: 1 };

/** A session with its clock and dice in the test's hands. */
function machine(leads: Side, dice = 0.5) {
  let now = 0;
  let fresh = 0;
  const at = () => ({ now: ms(now), dice, fresh: ++fresh });
  const effects: SessionEffect[] = [];
  let state: SessionState = { leads, at: "closed" };
  const take = ([next, done]: Step): readonly SessionEffect[] => {
    state = next;
    effects.push(...done);
    return done;
  };
  take(begin(leads, at()));
  return {
    state: () => state,
    effects,
    now: () => now,
    do: (event: SessionEvent) => take(step(state, event, at())),
    /** Lets time pass up to the next deadline and ticks there. */
    tick: () => {
      now = Math.max(now, deadline(state) ?? now);
      return take(step(state, { type: "tick" }, at()));
    },
    pass: (n: number) => {
      now += n;
      return take(step(state, { type: "tick" }, at()));
    },
    conn: (): Conn => {
      if (state.at === "down" && state.dial.at !== "backingOff") return state.dial.conn;
      if (state.at === "up") return state.open.conn;
      throw new Error(`no connection while ${state.at}`);
    },
    incoming: (conn: Conn) => take(step(state, { type: "accepted", conn, greeting }, at())),
    connect: () => {
      if (state.at === "down" && state.dial.at === "backingOff") {
        now = state.dial.until;
        take(step(state, { type: "tick" }, at()));
      }
      if (state.at !== "down" || state.dial.at === "backingOff") throw new Error("not dialling");
      const { conn } = state.dial;
      take(step(state, { type: "dialled", conn }, at()));
      take(step(state, { type: "greeted", conn, greeting }, at()));
      return conn;
    },
  };
}

const ping = (effects: readonly SessionEffect[]) => effects.find((effect) => effect.type === "ping");

describe("session", () => {
  it("[LK22] the leader dials at once, the other within 0.3 s", () => {
    expect(machine("here").effects).toMatchObject([{ type: "dial" }]);
    const other = machine("there");
    expect(other.effects).toEqual([]);
    expect(deadline(other.state())).toBe(250);
    expect(other.tick()).toMatchObject([{ type: "dial" }]);
  });

  it("[LK22] waits double from half a second to half a minute, each shortened by up to half, and dials never end", () => {
    const waits = (dice: number) => [1, 2, 3, 4, 5, 6, 7, 8, 99].map((n) => delayBefore(n, true, dice));
    expect(waits(0)).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    expect(waits(0.999999).map((n) => n + 1)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    const m = machine("here");
    for (let dials = 1; dials <= 5000; dials++) {
      m.do({ type: "lost", conn: m.conn(), code: "PEER_UNREACHABLE" });
      expect(m.tick()).toMatchObject([{ type: "dial" }]);
    }
    expect(m.state()).toMatchObject({ at: "down", since: 0, code: "PEER_UNREACHABLE", dial: { attempt: 5000 } });
  });

  it("[LK22] a dial that hangs, at either stage, is given up", () => {
    const m = machine("here");
    const first = m.conn();
    expect(m.tick()).toEqual([{ type: "drop", conn: first, reason: "silent" }]);
    expect(m.now()).toBe(20_000);
    m.tick();
    const second = m.conn();
    m.do({ type: "dialled", conn: second });
    expect(m.tick()).toEqual([{ type: "drop", conn: second, reason: "silent" }]);
    expect(m.state()).toMatchObject({ at: "down", code: "PEER_TIMED_OUT" });
  });

  it("[LK23] when the network is back, whatever it does is cut short by a dial at once", () => {
    const m = machine("here");
    const stale = m.conn();
    const fromDial = m.do({ type: "networkIsBack" });
    expect(fromDial).toMatchObject([{ type: "drop", conn: stale }, { type: "dial" }]);
    for (let n = 0; n < 9; n++) {
      m.do({ type: "lost", conn: m.conn(), code: "PEER_UNREACHABLE" });
      m.tick();
    }
    m.do({ type: "lost", conn: m.conn(), code: "PEER_UNREACHABLE" });
    expect((deadline(m.state()) ?? 0) - m.now()).toBeGreaterThan(10_000);
    expect(m.do({ type: "networkIsBack" })).toMatchObject([{ type: "dial" }]);
  });

  it("[LK23] when the network is back, an open connection has 2 s to show life", () => {
    const dead = machine("here");
    const conn = dead.connect();
    const asked = dead.do({ type: "networkIsBack" });
    expect(asked).toMatchObject([{ type: "ping", conn }]);
    const before = dead.now();
    expect(dead.tick()).toMatchObject([{ type: "drop", conn }]);
    expect(dead.now() - before).toBe(2000);
    const alive = machine("here");
    const kept = alive.connect();
    const nonce = ping(alive.do({ type: "networkIsBack" }))?.nonce ?? -1;
    alive.do({ type: "pong", conn: kept, nonce });
    expect(alive.state()).toMatchObject({ at: "up", open: { conn: kept, pulse: { at: "calm" } } });
  });

  it("[LK24] pings every 20 s, takes only the answer to the last one, and gives up after 10 s of silence", () => {
    const m = machine("here");
    const conn = m.connect();
    expect(m.tick()).toMatchObject([{ type: "ping", conn }]);
    expect(m.now()).toBe(15_000); // Half to whole of the first interval, by the dice.
    const nonce = ping(m.effects)?.nonce ?? -1;
    m.pass(40);
    m.do({ type: "pong", conn, nonce: nonce + 1 });
    expect(m.state()).toMatchObject({ open: { pulse: { at: "asked" } } });
    m.do({ type: "pong", conn, nonce });
    expect(m.state()).toMatchObject({ open: { pulse: { at: "calm" }, roundTrip: 40 } });
    m.tick();
    expect(m.now()).toBe(35_040);
    expect(m.tick()).toMatchObject([{ type: "drop", conn, reason: "silent" }, { type: "dial" }]);
    expect(m.now()).toBe(45_040);
  });

  it("[LK25] after a connection that lived, the leader dials at once and the other soon; after one that did not, both wait longer", () => {
    for (const [leads, wait] of [
      ["here", 0],
      ["there", 250],
    ] as const) {
      const m = machine(leads);
      const conn = m.connect();
      m.pass(10_000);
      const lost = m.do({ type: "lost", conn, code: "PEER_LOST" });
      if (wait === 0) expect(lost).toMatchObject([{ type: "dial" }]);
      else expect((deadline(m.state()) ?? 0) - m.now()).toBe(wait);
    }
    const flapping = machine("here");
    const waits: number[] = [];
    for (let n = 0; n < 5; n++) {
      const conn = flapping.connect();
      flapping.pass(100);
      flapping.do({ type: "goodbye", conn, reason: "malformed" });
      waits.push((deadline(flapping.state()) ?? 0) - flapping.now());
    }
    expect(waits).toEqual([375, 750, 1500, 3000, 6000]);
  });

  it("[LK27] the leader's dial replaces the other's, at both ends", () => {
    const leader = machine("here");
    const own = leader.conn();
    expect(leader.incoming(100)).toMatchObject([{ type: "greet", conn: 100, as: "answerer" }, { type: "begin" }]);
    leader.do({ type: "dialled", conn: own });
    const won = leader.do({ type: "greeted", conn: own, greeting });
    expect(won).toMatchObject([
      { type: "drop", conn: 100, reason: "duplicate" },
      { type: "begin", conn: own },
    ]);
    const other = machine("there");
    const theirs = other.connect();
    expect(other.incoming(200)).toMatchObject([
      { type: "drop", conn: theirs, reason: "duplicate" },
      { type: "greet", conn: 200 },
      { type: "begin", conn: 200 },
    ]);
  });

  it("[LK27] of the same dialler the newer stays, and one who does not lead gives up its own dial", () => {
    const m = machine("there");
    m.tick();
    const own = m.conn();
    expect(m.incoming(100)).toMatchObject([
      { type: "drop", conn: own },
      { type: "greet" },
      { type: "begin", conn: 100 },
    ]);
    expect(m.incoming(101)).toMatchObject([
      { type: "drop", conn: 100 },
      { type: "greet" },
      { type: "begin", conn: 101 },
    ]);
  });

  it("[LK28] a connection of the peer waits while the open one is asked: it is let in after 2 s, or turned away", () => {
    const dead = machine("here");
    const old = dead.connect();
    dead.pass(1);
    expect(dead.incoming(100)).toMatchObject([{ type: "ping", conn: old }]);
    const before = dead.now();
    expect(dead.tick()).toMatchObject([
      { type: "drop", conn: old },
      { type: "greet", conn: 100 },
      { type: "begin", conn: 100 },
    ]);
    expect(dead.now() - before).toBe(2000);
    const alive = machine("here");
    const kept = alive.connect();
    const nonce = ping(alive.incoming(100))?.nonce ?? -1;
    expect(alive.do({ type: "pong", conn: kept, nonce })).toEqual([{ type: "drop", conn: 100, reason: "duplicate" }]);
  });

  it("[LK37] frozen is frozen: nothing dials, nobody is let in, until it is thawed", () => {
    const m = machine("here");
    const conn = m.connect();
    expect(m.do({ type: "freeze", code: "PEER_RESTORED" })).toEqual([{ type: "drop", conn, reason: "restored" }]);
    expect(m.incoming(100)).toEqual([{ type: "drop", conn: 100, reason: "restored" }]);
    expect(m.do({ type: "networkIsBack" })).toEqual([]);
    expect(deadline(m.state())).toBeNull();
    expect(m.do({ type: "thaw" })).toMatchObject([{ type: "dial" }]);
  });

  it("[LK37] who is only told that one of the two has forgotten says that, and accuses nobody", () => {
    const m = machine("here");
    const conn = m.connect();
    m.do({ type: "goodbye", conn, reason: "restored" });
    expect(m.state()).toMatchObject({ at: "down", code: "PEER_PASTS_DIFFER" });
  });

  it("[LK30] renewing ends what is open and dials anew", () => {
    const m = machine("here");
    const conn = m.connect();
    expect(m.do({ type: "renew" })).toMatchObject([{ type: "drop", conn, reason: "keyRolled" }, { type: "dial" }]);
  });

  const someEvent = fc.record({
    type: fc.constantFrom<SessionEvent["type"][]>(
      "dialled",
      "greeted",
      "accepted",
      "lost",
      "goodbye",
      "refused",
      "pong",
      "tick",
      "tick",
      "networkIsBack",
      "renew",
      "freeze",
      "thaw",
      "close",
    ),
    which: fc.nat(7),
    reason: fc.constantFrom(...goodbyeReasons),
    pass: fc.constantFrom(0, 1, 250, 2000, 10_000, 15_000, 40_000),
    dice: fc.double({ min: 0, max: 0.999, noNaN: true }),
    close: fc.nat(8),
  });

  it("[LK26] [LK29] any events in any order: every state but the last two has a deadline, and every connection is held once or dropped", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.constantFrom<Side[]>("here", "there"), fc.array(someEvent, { maxLength: 60 }), (leads, script) => {
        let now: Ms = ms(0);
        let fresh = 0;
        const live = new Set<Conn>();
        const begun = new Set<Conn>();
        let state = { leads, at: "closed" } as SessionState;
        const take = ([next, effects]: Step): void => {
          state = next;
          for (const effect of effects) {
            if (effect.type === "dial") live.add(effect.conn);
            else expect([effect.type, live.has(effect.conn)]).toEqual([effect.type, true]);
            if (effect.type === "begin") begun.add(effect.conn);
            if (effect.type !== "drop") continue;
            live.delete(effect.conn);
            begun.delete(effect.conn);
          }
        };
        const held = (): Conn[] => {
          if (state.at === "down") return state.dial.at === "backingOff" ? [] : [state.dial.conn];
          if (state.at !== "up") return [];
          return [state.open.conn, state.dial?.conn, state.contender?.conn].filter((conn) => conn !== undefined);
        };
        take(begin(leads, { now, dice: 0.5, fresh: ++fresh }));
        for (const { type, which, reason, pass, dice, close } of script) {
          now = ms(now + pass);
          const at = { now, dice, fresh: ++fresh };
          const conns = [...live];
          const conn = conns[which % Math.max(1, conns.length)] ?? 999_999;
          const before = state.at;
          if (type === "accepted") {
            live.add(++fresh);
            take(step(state, { type, conn: fresh, greeting }, at));
          } else if (type === "lost") {
            live.delete(conn);
            begun.delete(conn);
            take(step(state, { type, conn, code: "PEER_LOST" }, at));
          } else if (type === "pong") {
            const asked = state.at === "up" && state.open.pulse.at === "asked" ? state.open.pulse.nonce : 0;
            take(step(state, { type, conn, nonce: which === 0 ? 0 : asked }, at));
          } else if (type === "close") {
            if (close === 0) take(step(state, { type }, at));
          } else if (type === "freeze") take(step(state, { type, code: "PEER_RESTORED" }, at));
          else if (type === "refused") take(step(state, { type, conn, reason, code: "PEER_FORGED" }, at));
          else if (type === "goodbye") take(step(state, { type, conn, reason }, at));
          else if (type === "greeted") take(step(state, { type, conn, greeting }, at));
          else if (type === "dialled") take(step(state, { type, conn }, at));
          else take(step(state, { type }, at));
          seen.add(`${before} ${type}`);
          expect(live).toEqual(new Set(held()));
          expect(held().length).toBe(live.size);
          expect(begun.size).toBeLessThanOrEqual(1);
          if (state.at === "up") expect(begun.has(state.open.conn)).toBe(true);
          if (state.at === "closed" || state.at === "frozen") expect(deadline(state)).toBeNull();
          else expect(deadline(state)).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 2000 },
    );
    // Every event was tried in every state.
    expect(seen.size).toBe(4 * 13);
  });
});
