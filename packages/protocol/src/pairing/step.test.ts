import { describe, expect, it } from "vitest";
import { equal } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { type Instant, after, hours, minutes, seconds } from "@parley/base/time";
import type { Means, PairingEvent } from "./event.ts";
import { encodePairingMessage } from "./messages.ts";
import { type Pair, type Seat, carry, officer, party, rekeySeats, seats, start } from "./testing/pair.ts";
import { type Pairing, pairing } from "./state.ts";
import { deadlineOf, step } from "./step.ts";

const at = (n: number): Instant => after(start, seconds(n));
const states = (pair: Pair) => [pair.offering.state.type, pair.answering.state.type];
const press = (seat: Seat, n: number, now: Instant) => seat.feed({ type: "match", officer: officer(n) }, now);

/** Both in `comparing`. */
function exchanged(seed: number, change: Parameters<typeof seats>[1] = {}): Pair {
  const pair = seats(seed, change);
  carry(pair, at(1));
  return pair;
}

/** Drops the messages of this kind, in whichever direction they go. */
const dropping = (tag: number) => (bytes: Uint8Array<ArrayBuffer>) => (bytes[17] === tag ? [] : [bytes]);

describe("a pairing between two stations", () => {
  it("[PR10] ends with one link, one secret and the same words on both sides, once both people have pressed", () => {
    const { offering, answering, ...rest } = exchanged(1);
    const pair = { offering, answering, ...rest };
    if (offering.state.type !== "comparing" || answering.state.type !== "comparing") throw new Error("not comparing");
    expect(equal(offering.state.agreed.words, answering.state.agreed.words)).toBe(true);
    press(offering, 1, at(60));
    carry(pair, at(60));
    expect(states(pair)).toEqual(["pressed", "comparing"]);
    press(answering, 2, at(90));
    carry(pair, at(90));
    expect(states(pair)).toEqual(["active", "active"]);
    const [one, two] = [offering.last("paired"), answering.last("paired")];
    expect(equal(one.link, two.link) && equal(one.secret, two.secret)).toBe(true);
    expect([one.peer.card.name, two.peer.card.name]).toEqual(["Party 2", "Party 1"]);
    expect(encode(pairing, offering.state).length).toBeLessThan(60_000);
  });
  it("[PR20] leaves both sides with the same two signed words over the same transcript", () => {
    const pair = exchanged(2);
    press(pair.answering, 2, at(50));
    press(pair.offering, 1, at(60));
    carry(pair, at(60));
    const [one, two] = [pair.offering.last("paired"), pair.answering.last("paired")];
    expect(one.ours).toEqual(two.theirs);
    expect(two.ours).toEqual(one.theirs);
    expect(equal(one.transcript, two.transcript)).toBe(true);
    expect(equal(one.ours.body.officer.officer, officer(1).officer)).toBe(true);
  });
  it("[PR9] an active or ended pairing holds no secret any more", () => {
    const pair = exchanged(3);
    if (pair.offering.state.type !== "comparing") throw new Error("not comparing");
    const { secret } = pair.offering.state.agreed;
    const holds = (state: Pairing, what = secret) => Buffer.from(encode(pairing, state)).includes(what);
    expect(holds(pair.offering.state)).toBe(true);
    press(pair.offering, 1, at(60));
    press(pair.answering, 2, at(60));
    carry(pair, at(60));
    expect([holds(pair.offering.state), holds(pair.answering.state)]).toEqual([false, false]);
    const other = exchanged(3);
    if (other.offering.state.type !== "comparing") throw new Error("not comparing");
    const second = other.offering.state.agreed.secret;
    other.offering.feed({ type: "differ" }, at(60));
    carry(other, at(60));
    expect([holds(other.offering.state, second), holds(other.answering.state, second)]).toEqual([false, false]);
  });
});

describe("step is total", () => {
  /** A state of each kind, as the machine itself came to it, and messages of each kind that fit none but their own. */
  function everyState(): Readonly<Record<Pairing["type"], { readonly state: Pairing; readonly means: Means }>> {
    const of = (seat: Seat) => ({ state: seat.state, means: seat.means });
    const fresh = seats(31);
    const lostM4 = seats(31);
    carry(lostM4, at(1), dropping(4));
    const lostM5 = seats(31);
    carry(lostM5, at(1), dropping(5));
    const unfinished = of(lostM5.answering);
    const both = exchanged(31);
    const comparing = of(both.answering);
    press(both.offering, 1, at(2));
    const pressed = of(both.offering);
    const [unconfirmed] = step(pressed.state, { type: "tick" }, pressed.means, after(at(2), minutes(31)));
    const done = exchanged(31);
    press(done.offering, 1, at(2));
    press(done.answering, 2, at(2));
    carry(done, at(2));
    const [ended] = step(fresh.offering.state, { type: "cancel" }, fresh.offering.means, at(1));
    const rekeyed = rekeySeats(31);
    const invited: Pairing = {
      type: "invited",
      offer: rekeyed.offering.state.offer,
      party: party(1).id,
      until: after(at(1), hours(1)),
    };
    carry(rekeyed, at(1));
    const due = of(rekeyed.answering);
    const [compared] = step(due.state, { type: "match", officer: officer(2) }, due.means, at(2));
    return {
      invited: { ...due, state: invited },
      wordsDue: due,
      rekeyed: { ...due, state: compared },
      offered: of(fresh.offering),
      asked: of(fresh.answering),
      revealed: of(lostM4.offering),
      answered: of(lostM5.answering),
      unfinished: { ...unfinished, state: step(unfinished.state, { type: "tick" }, unfinished.means, at(200))[0] },
      comparing,
      pressed,
      unconfirmed: { ...pressed, state: unconfirmed },
      active: of(done.offering),
      ended: { ...of(fresh.offering), state: ended },
    };
  }
  const kinds = [
    "tick",
    "connected",
    "match",
    "differ",
    "cancel",
    "proven",
    "junk",
    "m2",
    "m3",
    "m4",
    "m5",
    "matched",
    "end",
  ];

  /** Well-formed messages of every kind, for the offer of seed 31, out of another run of it with other keys. */
  function foreign(): Readonly<Record<string, Uint8Array<ArrayBuffer>>> {
    const pair = seats(31, { answering: { random: seats(32).answering.means.random } });
    const said: Record<string, Uint8Array<ArrayBuffer>> = {};
    const wire = (bytes: Uint8Array<ArrayBuffer>) => {
      const tag = bytes[17] as number;
      said[tag < 6 ? `m${tag}` : "matched"] = bytes;
      return [bytes];
    };
    carry(pair, at(1), wire);
    press(pair.offering, 1, at(2));
    carry(pair, at(2), wire);
    said["end"] = encodePairingMessage({
      offer: pair.offering.state.offer.id,
      body: { type: "end", why: "cancelled" },
    });
    return said;
  }

  it("[PR19] over every state and event: it moves, or refuses and moves nothing; each waiting state has a deadline", () => {
    const samples = everyState();
    const messages = foreign();
    const eventOf = (kind: string): PairingEvent => {
      const bytes = messages[kind];
      if (bytes !== undefined) return { type: "message", bytes };
      if (kind === "junk") return { type: "message", bytes: new Uint8Array([1, 2, 3]) };
      if (kind === "match") return { type: "match", officer: officer(3) };
      return { type: kind as "tick" | "connected" | "differ" | "cancel" | "proven" };
    };
    const rows: string[] = [];
    for (const [name, { state, means }] of Object.entries(samples)) {
      expect(state.type).toBe(name);
      const waits = !["active", "ended", "wordsDue", "rekeyed"].includes(name);
      expect([name, deadlineOf(state) !== null]).toEqual([name, waits]);
      const row = kinds.map((kind) => {
        const [next, effects] = step(state, eventOf(kind), means, at(3));
        const refused = effects.some((e) => e.type === "refused");
        if (refused) expect([name, kind, next === state]).toEqual([name, kind, true]);
        if (!refused && next.type !== state.type) return next.type;
        return refused ? "-" : "same";
      });
      rows.push([name, ...row].join(" "));
      expect(decode(pairing, encode(pairing, state))).toEqual({ ok: true, value: state });
    }
    //                 tick connected match differ cancel proven junk m2 m3 m4 m5 matched end
    expect(rows).toEqual([
      "invited same same - - ended - - - - - - - -",
      "wordsDue same same rekeyed ended - - - - - - - - -",
      "rekeyed same same - - - - - - - - - - -",
      "offered same same - - ended - - revealed - - - - -",
      "asked same same - - ended - - - ended - - - ended",
      "revealed same same - - ended - - - - ended - - ended",
      "answered same same - - ended - - - - - ended - ended",
      "unfinished same same - - ended - - - - - ended - ended",
      "comparing same same pressed ended ended - - - - - - - ended",
      "pressed same same - ended ended active - - - - - - ended",
      "unconfirmed same same - ended ended active - - - - - - ended",
      "active same same - - - same - - - - - - -",
      "ended same same - - - - - - - - - - -",
    ]);
  });
});
