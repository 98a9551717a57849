import { describe, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import { type Instant, after, hours, seconds } from "@parley/base/time";
import { equal } from "@parley/base/bytes";
import { type Pin } from "../signed/pin.ts";
import { keyIdOf } from "../signed/root.ts";
import { encodeAsk, proveAsk, rekeyDoor } from "./ask.ts";
import { decodePairingMessage } from "./messages.ts";
import { decodeOffer, encodeOffer } from "./offer.ts";
import { importOffer, makeOffer } from "./start.ts";
import type { At, Pairing } from "./state.ts";
import {
  type Pair,
  Seat,
  carry,
  meansOf,
  officer,
  party,
  pinnedOf,
  rekeySeats,
  seats,
  seededRandom,
  start,
} from "./testing/pair.ts";
import { step } from "./step.ts";

const at = (n: number): Instant => after(start, seconds(n));
const states = (pair: Pair) => [pair.offering.state.type, pair.answering.state.type];
const why = (seat: Seat) => (seat.state.type === "ended" ? seat.state.why : seat.state.type);
const due = (state: Pairing): At<"wordsDue"> => {
  if (state.type !== "wordsDue") throw new Error(`${state.type}, and words were due`);
  return state;
};

describe("a link that is keyed again", () => {
  it("[RK1] both sides have one new secret under a new link as soon as both roots' keys have signed; words are due and no secret stays", () => {
    const pair = rekeySeats(41);
    carry(pair, at(1));
    expect(states(pair)).toEqual(["wordsDue", "wordsDue"]);
    const [one, two] = [pair.offering.last("rekeyed"), pair.answering.last("rekeyed")];
    expect(one.secret).toEqual(two.secret);
    expect(one.link).toEqual(two.link);
    expect(due(pair.offering.state).words).toEqual(due(pair.answering.state).words);
    for (const seat of [pair.offering, pair.answering])
      expect(JSON.stringify(Object.values(seat.state).map(String))).not.toContain(String(one.secret));
    const again = rekeySeats(42);
    carry(again, at(1));
    expect(equal(again.offering.last("rekeyed").link, one.link)).toBe(false);
    expect(equal(again.offering.last("rekeyed").secret, one.secret)).toBe(false);
  });

  it("[RK2] the words are compared by each side when it can; where they differ the secret goes", () => {
    const pair = rekeySeats(43);
    carry(pair, at(1));
    pair.offering.feed({ type: "match", officer: officer(1) }, after(start, hours(999)));
    expect(pair.offering.state.type).toBe("rekeyed");
    expect(pair.offering.last("compared").words).toBe("match");
    pair.answering.feed({ type: "differ" }, after(start, hours(999)));
    expect(why(pair.answering)).toBe("PAIR_WORDS_DIFFER");
    expect(pair.answering.last("compared").words).toBe("differ");
  });

  it("[RK3] only under the roots that are pinned: an unknown party, another root, a revoked, older or forked key end it", () => {
    const bent = (change: (pin: Pin) => Pin) => ({ pinned: () => change(pinnedOf(1)) });
    const ends = (answering: Parameters<typeof rekeySeats>[1] & object): string => {
      const pair = rekeySeats(44, answering);
      carry(pair, at(1));
      expect(pair.offering.effects.some(({ type }) => type === "rekeyed")).toBe(false);
      return why(pair.answering);
    };
    const line = pinnedOf(1).line;
    expect(ends({ answering: { pinned: () => null } })).toBe("REKEY_UNFIT");
    expect(ends({ answering: { pinned: () => pinnedOf(9) } })).toBe("PAIR_ROOT_CHANGED");
    expect(ends({ answering: bent((pin) => ({ ...pin, line: { ...line, serial: 7 } })) })).toBe("REKEY_UNFIT");
    expect(ends({ answering: { pinned: () => pinnedOf(1, 2) } })).toBe("REKEY_UNFIT");
    const revoked = [keyIdOf(line.key)];
    expect(ends({ answering: bent((pin) => ({ ...pin, revokedKeys: revoked })) })).toBe("REKEY_UNFIT");
    const forked = { ...line, entries: [new Uint8Array(32) as (typeof line.entries)[number]] };
    expect(ends({ answering: bent((pin) => ({ ...pin, line: forked })) })).toBe("REKEY_UNFIT");
  });

  it("[RK3] an offer for a new link keys none again, and one to key again makes no new link", () => {
    const plain = seats(45, { offering: { pinned: () => pinnedOf(2) }, answering: { pinned: () => pinnedOf(1) } });
    carry(plain, at(1));
    expect(why(plain.answering)).toBe("PAIR_CANCELLED");
    const unknown = rekeySeats(46, { offering: { pinned: () => null } });
    carry(unknown, at(1));
    expect(unknown.offering.state.type).toBe("offered");
    const three = meansOf(party(3), seededRandom(5), { pinned: () => pinnedOf(1) });
    const offered = makeOffer(party(1).bundle(0), hours(1), meansOf(party(1), seededRandom(6)), start, party(2).id);
    const taken = importOffer(encodeOffer(offered.offer), party(3).bundle(0), three, start);
    expect(taken).toMatchObject({ ok: false, error: { code: "REKEY_UNFIT" } });
  });

  it("[RK4] a lost last message is asked for again until it comes, and every message again changes nothing", () => {
    const pair = rekeySeats(47);
    const seen: Uint8Array<ArrayBuffer>[] = [];
    carry(pair, at(1), (bytes) => {
      seen.push(bytes);
      return bytes[17] === 5 ? [] : [bytes];
    });
    expect(states(pair)).toEqual(["wordsDue", "answered"]);
    pair.answering.feed({ type: "tick" }, at(200));
    expect(pair.answering.state.type).toBe("unfinished");
    pair.answering.feed({ type: "connected" }, after(start, hours(60)));
    carry(pair, after(start, hours(60)));
    expect(states(pair)).toEqual(["wordsDue", "wordsDue"]);
    const before = [pair.offering.effects.length, pair.answering.effects.length];
    for (const bytes of seen)
      for (const seat of [pair.offering, pair.answering]) seat.feed({ type: "message", bytes }, at(5));
    const fresh = [pair.offering, pair.answering].map((seat, i) => seat.effects.slice(before[i]));
    expect(fresh.flat().every(({ type }) => type === "refused")).toBe(true);
    expect(states(pair)).toEqual(["wordsDue", "wordsDue"]);
  });

  it("[RK5] whoever changes a bit of any message on the way, or answers as a third party, gets no link keyed", () => {
    const clean: Uint8Array<ArrayBuffer>[] = [];
    carry(rekeySeats(48), at(1), (bytes) => {
      clean.push(bytes);
      return [bytes];
    });
    expect(clean.length).toBe(4);
    for (let n = 0; n < clean.length; n++) {
      const length = clean[n]?.length ?? 0;
      for (const place of [18, 60, Math.floor(length / 2), length - 40, length - 1]) {
        const pair = rekeySeats(48);
        let count = 0;
        carry(pair, at(1), (bytes) => {
          if (count++ !== n) return [bytes];
          const bent = bytes.slice();
          bent[place] = (bent[place] ?? 0) ^ 4;
          return [bent];
        });
        const rekeyed = [pair.offering, pair.answering].filter((s) => s.effects.some((e) => e.type === "rekeyed"));
        // Of the last message only its reader can tell; the other side is asked for it again.
        expect([n, place, rekeyed.length]).toEqual([n, place, n === 3 ? 1 : 0]);
        expect(pair.answering.effects.some((e) => e.type === "rekeyed")).toBe(false);
      }
    }
    const pair = rekeySeats(49);
    const { offer } = pair.offering.state;
    const third = meansOf(party(3), seededRandom(50), { pinned: () => pinnedOf(1), party: party(2).id });
    const { state, effects } = certain(importOffer(encodeOffer(offer), party(3).bundle(0), third, start));
    const middle: Pair = { offering: pair.offering, answering: new Seat(state, third, effects) };
    carry(middle, at(1));
    expect(pair.offering.state.type).toBe("offered");
  });

  it("[RK6] an ask names its offer and proves its party from the pinned root; anything else, or a bent bit, is refused", () => {
    const [one, two] = [meansOf(party(1), seededRandom(51)), meansOf(party(2), seededRandom(52))];
    const offered = makeOffer(party(1).bundle(0), hours(4), one, start, party(2).id);
    const { offer } = offered;
    if (offer.type !== "rekey") throw new Error("not to key again");
    const bytes = encodeAsk(offer, party(1).bundle(0), one.signer);
    const codeOf = (asked: Uint8Array<ArrayBuffer>, pinned: (typeof two)["pinned"], when = at(1)): string => {
      const read = decodePairingMessage(asked);
      if (!read.ok || read.value.body.type !== "ask") return "not an ask";
      const proven = proveAsk(read.value.body, { ...two, pinned }, when);
      return proven.ok ? "proven" : proven.error.code;
    };
    expect(codeOf(bytes, () => pinnedOf(1))).toBe("proven");
    expect(codeOf(bytes, () => null)).toBe("REKEY_UNFIT");
    expect(codeOf(bytes, () => pinnedOf(9))).toBe("ID_ROOT_CHANGED");
    expect(codeOf(bytes, () => pinnedOf(1), after(start, hours(5)))).toBe("PAIR_OFFER_EXPIRED");
    expect(codeOf(encodeAsk(offer, party(1).bundle(0), party(3).stationKey(0)), () => pinnedOf(1))).toBe(
      "SIGNATURE_INVALID",
    );
    for (let place = 20; place < bytes.length; place += 97) {
      const bent = bytes.slice();
      bent[place] = (bent[place] ?? 0) ^ 1;
      expect([place, codeOf(bent, () => pinnedOf(1))]).not.toEqual([place, "proven"]);
    }
    expect(equal(rekeyDoor(party(1).id, party(2).id), rekeyDoor(party(2).id, party(1).id))).toBe(false);
    expect(certain(decodeOffer(encodeOffer(offer), at(1)))).toEqual(offer);
  });

  it("[RK6] a waiting ask ends by itself", () => {
    const { offer } = rekeySeats(53).offering.state;
    const invited: Pairing = { type: "invited", offer, party: party(1).id, until: after(start, hours(1)) };
    const means = meansOf(party(2), seededRandom(1));
    expect(step(invited, { type: "tick" }, means, after(start, hours(1)))[0]).toMatchObject({
      type: "ended",
      why: "PAIR_OFFER_EXPIRED",
    });
  });
});
