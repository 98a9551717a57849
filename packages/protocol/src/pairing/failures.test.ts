import { describe, expect, it } from "vitest";
import { type Instant, after, days, hours, minutes, ms, seconds } from "@parley/base/time";
import type { Means } from "./event.ts";
import { encodePairingMessage } from "./messages.ts";
import { type Pair, type Seat, carry, officer, party, pinnedOf, seats, start } from "./testing/pair.ts";
import { type Pairing } from "./state.ts";
import { deadlineOf, step } from "./step.ts";

const at = (n: number): Instant => after(start, seconds(n));
const states = (pair: Pair) => [pair.offering.state.type, pair.answering.state.type];
const why = (seat: Seat) => (seat.state.type === "ended" ? seat.state.why : seat.state.type);
const press = (seat: Seat, n: number, now: Instant) => seat.feed({ type: "match", officer: officer(n) }, now);

/** Both in `comparing`. */
function exchanged(seed: number, change: Parameters<typeof seats>[1] = {}): Pair {
  const pair = seats(seed, change);
  carry(pair, at(1));
  return pair;
}

/** Drops the messages of this kind, in whichever direction they go. */
const dropping = (tag: number) => (bytes: Uint8Array<ArrayBuffer>) => (bytes[17] === tag ? [] : [bytes]);

describe("the failures of a pairing", () => {
  it.each(["offering", "answering"] as const)("[PR17] words differ, says the %s side: both delete and log", (side) => {
    const pair = exchanged(4);
    pair[side].feed({ type: "differ" }, at(60));
    carry(pair, at(60));
    expect([why(pair.offering), why(pair.answering)]).toEqual(["PAIR_WORDS_DIFFER", "PAIR_WORDS_DIFFER"]);
    expect(pair.offering.last("ended").party).not.toBe(null);
    press(pair.offering, 1, at(61));
    expect(pair.offering.last("refused").error.code).toBe("PAIR_OUT_OF_TURN");
  });
  it("[PR17] words differ after the other side pressed: it deletes too", () => {
    const pair = exchanged(5);
    press(pair.offering, 1, at(60));
    carry(pair, at(60));
    pair.answering.feed({ type: "differ" }, at(70));
    carry(pair, at(70));
    expect([why(pair.offering), why(pair.answering)]).toEqual(["PAIR_WORDS_DIFFER", "PAIR_WORDS_DIFFER"]);
  });
  it("[PR12] another half than was committed to ends it before anything else of it is believed", () => {
    const pair = seats(6);
    const other = seats(7);
    carry(other, at(1), (bytes, from) => (from === "offering" ? [] : [bytes]));
    const [m3] = [other.offering.state].flatMap((s) => (s.type === "revealed" ? [s.own] : []));
    if (m3 === undefined) throw new Error("no M3");
    const ciphertext = new Uint8Array(1120) as Extract<Pairing, { type: "revealed" }>["ciphertext"];
    const bytes = encodePairingMessage({
      offer: pair.answering.state.offer.id,
      body: { type: "m3", half: m3, ciphertext },
    });
    pair.answering.feed({ type: "message", bytes }, at(1));
    expect(why(pair.answering)).toBe("PAIR_COMMIT_MISMATCH");
  });
  it("[PR13] silence for two minutes ends it on the side that has shown nothing that counts", () => {
    const pair = seats(8);
    expect(deadlineOf(pair.answering.state)).toBe(at(120));
    pair.answering.feed({ type: "tick" }, at(119));
    expect(pair.answering.state.type).toBe("asked");
    pair.answering.feed({ type: "tick" }, at(120));
    expect(why(pair.answering)).toBe("PAIR_TIMEOUT");
    const half = seats(9);
    carry(half, at(1), dropping(4));
    expect(states(half)).toEqual(["revealed", "answered"]);
    half.offering.feed({ type: "tick" }, at(122));
    expect(why(half.offering)).toBe("PAIR_TIMEOUT");
    carry(half, at(122));
    expect(why(half.answering)).toBe("PAIR_TIMEOUT");
  });
  it("[PR3] an offer that nobody answers ends when it expires", () => {
    const { offering } = seats(10);
    offering.feed({ type: "tick" }, after(start, ms(hours(4) - 1)));
    expect(offering.state.type).toBe("offered");
    offering.feed({ type: "tick" }, after(start, hours(4)));
    expect(why(offering)).toBe("PAIR_OFFER_EXPIRED");
  });
  it("[PR14] M5 lost: the answering side keeps it as unfinished, and a new connection finishes it", () => {
    const pair = seats(11);
    carry(pair, at(1), dropping(5));
    expect(states(pair)).toEqual(["comparing", "answered"]);
    press(pair.offering, 1, at(60));
    carry(pair, at(60), dropping(6));
    pair.answering.feed({ type: "tick" }, at(121));
    expect(pair.answering.state.type).toBe("unfinished");
    expect(deadlineOf(pair.answering.state)).toBe(after(at(121), days(7)));
    pair.answering.feed({ type: "match", officer: officer(2) }, at(122));
    expect(pair.answering.last("refused").error.code).toBe("PAIR_OUT_OF_TURN");
    pair.answering.feed({ type: "connected" }, at(3600));
    pair.offering.feed({ type: "connected" }, at(3600));
    carry(pair, at(3600));
    expect(states(pair)).toEqual(["unconfirmed", "comparing"]);
    press(pair.answering, 2, at(3700));
    carry(pair, at(3700));
    expect(states(pair)).toEqual(["active", "active"]);
  });
  it("[PR14] M5 lost and nobody comes back: deleted after a week", () => {
    const pair = seats(12);
    carry(pair, at(1), dropping(5));
    pair.answering.feed({ type: "tick" }, at(121));
    pair.answering.feed({ type: "tick" }, after(at(121), days(7)));
    expect(why(pair.answering)).toBe("PAIR_TIMEOUT");
  });
  it("[PR15] the last word lost: the first use of the link proves it, and the record is made whole later", () => {
    const pair = exchanged(13);
    press(pair.offering, 1, at(60));
    carry(pair, at(60));
    press(pair.answering, 2, at(70));
    carry(pair, at(70), dropping(6));
    expect(states(pair)).toEqual(["pressed", "active"]);
    pair.offering.feed({ type: "tick" }, after(start, minutes(31)));
    expect(pair.offering.state.type).toBe("unconfirmed");
    pair.offering.feed({ type: "proven" }, after(start, hours(2)));
    expect(pair.offering.state.type).toBe("active");
    expect(pair.offering.last("paired").theirs).toBe(null);
    // The word that was lost comes after all.
    const said = pair.answering.state.type === "active" ? pair.answering.state.settled : null;
    if (said === null) throw new Error("not active");
    pair.offering.feed({ type: "message", bytes: said }, after(start, hours(3)));
    expect(pair.offering.last("recorded").theirs).toEqual(pair.answering.last("paired").ours);
    pair.offering.feed({ type: "proven" }, after(start, hours(4)));
    expect(pair.offering.effects.filter((e) => e.type === "paired").length).toBe(1);
  });
  it("[PR15] the last word lost: a new connection brings it, and two sides that are done do not answer each other for ever", () => {
    const pair = exchanged(14);
    press(pair.offering, 1, at(60));
    carry(pair, at(60));
    press(pair.answering, 2, at(70));
    carry(pair, at(70), dropping(6));
    pair.offering.feed({ type: "connected" }, at(80));
    carry(pair, at(80));
    expect(states(pair)).toEqual(["active", "active"]);
    expect([pair.offering.out.length, pair.answering.out.length]).toEqual([0, 0]);
  });
  it("[PR18] thirty minutes without our person's word end it; with it, it waits a week for theirs", () => {
    const pair = exchanged(15);
    press(pair.offering, 1, at(60));
    const later = after(at(1), minutes(30));
    pair.offering.feed({ type: "tick" }, later);
    pair.answering.feed({ type: "tick" }, later);
    expect([pair.offering.state.type, why(pair.answering)]).toEqual(["unconfirmed", "PAIR_TIMEOUT"]);
    carry(pair, later);
    expect(why(pair.offering)).toBe("PAIR_TIMEOUT");
  });
  it("[PR19] an event after a deadline finds the deadline passed first", () => {
    const pair = exchanged(16);
    press(pair.offering, 1, after(at(1), minutes(30)));
    expect(why(pair.offering)).toBe("PAIR_TIMEOUT");
    expect(pair.offering.last("refused").error.code).toBe("PAIR_OUT_OF_TURN");
  });
  it("[PR16] the same party with another root is a full stop; with the same root it is linked already; oneself is refused", () => {
    const linkedAs = (pinned: Means["pinned"]) => ({ pinned });
    const other = exchanged(17, { offering: linkedAs(() => pinnedOf(9)) });
    expect([why(other.offering), why(other.answering)]).toEqual(["PAIR_ROOT_CHANGED", "PAIR_CANCELLED"]);
    const theirs = exchanged(18, { answering: linkedAs(() => pinnedOf(9)) });
    expect([why(theirs.offering), why(theirs.answering)]).toEqual(["PAIR_CANCELLED", "PAIR_ROOT_CHANGED"]);
    const same = exchanged(19, { answering: linkedAs(() => pinnedOf(1)) });
    expect(why(same.answering)).toBe("PAIR_ALREADY_LINKED");
    const self = exchanged(20, { offering: { party: party(2).id } });
    expect(why(self.offering)).toBe("PAIR_SELF");
  });
  it("[PR16] two pairings of the same two parties end in one link: the slower one ends when it would come to be", () => {
    let linked: ReturnType<Means["pinned"]> = null;
    const pair = exchanged(26, { offering: { pinned: () => linked } });
    press(pair.answering, 2, at(50));
    carry(pair, at(50));
    linked = pinnedOf(2);
    press(pair.offering, 1, at(60));
    expect(why(pair.offering)).toBe("PAIR_ALREADY_LINKED");
    expect(pair.offering.effects.some((e) => e.type === "paired")).toBe(false);
  });
  it("[PR11] an offer is used once: a second answer is refused, and a repeat of the first gets the same bytes again", () => {
    const pair = seats(21);
    const [m2] = pair.answering.out;
    const stranger = seats(21, { answering: { random: seats(22).answering.means.random } });
    const [second] = stranger.answering.out;
    if (m2 === undefined || second === undefined) throw new Error("no M2");
    const first = pair.offering.feed({ type: "message", bytes: m2 }, at(1));
    const again = pair.offering.feed({ type: "message", bytes: m2 }, at(2));
    expect(again).toEqual(first);
    pair.offering.feed({ type: "message", bytes: second }, at(3));
    expect(pair.offering.last("refused").error.code).toBe("PAIR_OFFER_USED");
    expect(pair.offering.state.type).toBe("revealed");
  });
  it("[PR11] an answer that does not hold together uses nothing up", () => {
    const pair = seats(23);
    const [m2] = pair.answering.out;
    if (m2 === undefined) throw new Error("no M2");
    const bent = m2.slice();
    bent[3000] = (bent[3000] as number) ^ 1;
    pair.offering.feed({ type: "message", bytes: bent }, at(1));
    expect(pair.offering.last("refused").error.code).toBe("PAIR_BUNDLE_INVALID");
    carry(pair, at(2));
    expect(states(pair)).toEqual(["comparing", "comparing"]);
  });
  it("[PR11] a station key that should have been replaced long ago is not paired with", () => {
    const pair = seats(24);
    carry(pair, after(start, ms(days(46))), undefined);
    expect(why(pair.offering)).toBe("PAIR_OFFER_EXPIRED");
    const stale = seats(25, {});
    const [m2] = stale.answering.out;
    if (m2 === undefined || stale.offering.state.type !== "offered") throw new Error("no M2");
    const waiting = { ...stale.offering.state, until: after(start, days(99)) };
    const [, effects] = step(waiting, { type: "message", bytes: m2 }, stale.offering.means, after(start, days(46)));
    expect(effects).toMatchObject([{ type: "refused", error: { code: "PAIR_BUNDLE_INVALID" } }]);
  });
});
