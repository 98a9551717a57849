import { describe, expect, it } from "vitest";
import { concat, equal } from "@parley/base/bytes";
import { type Result, certain } from "@parley/base/result";
import { type Instant, after, days, hours, minutes, ms, seconds } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { idText } from "@parley/protocol/ids";
import { checkMatch } from "@parley/protocol/pairing/messages";
import type { OfferId } from "@parley/protocol/pairing/offer";
import type { OfficerId, Presence } from "@parley/protocol/signed/revocation";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { testVerify } from "@parley/protocol/signed/testing/keys";
import { testKem } from "@parley/protocol/pairing/testing/pair";
import { bundleOf } from "../identity/home.ts";
import { TestStation, epoch, shown } from "../identity/testing/station.ts";
import {
  type PairingCommand,
  type PairingDecision,
  type Pairings,
  decide,
  decodePairing,
  encodePairing,
  holdsKey,
  isLive,
  isWaiting,
  nextDeadline,
  noPairings,
} from "./pairing.ts";
import { type PairingLedgerEvent, decodePairingEvent, encodePairingEvent } from "./events.ts";
import { viewOf } from "./view.ts";

const stations = [new TestStation("Northmark", 21).setUp(), new TestStation("Estovar", 22).setUp()] as const;
const by = (n: number): Presence => ({
  officer: new Uint8Array(16).fill(n) as OfficerId,
  assertion: shown(n).assertion,
});

/** One station's pairings, with what they asked for. */
class Desk {
  readonly station: TestStation;
  pairings: Pairings = noPairings;
  now: Instant = epoch;
  readonly out: Uint8Array<ArrayBuffer>[] = [];
  readonly events: PairingLedgerEvent[] = [];
  readonly done: PairingDecision["effects"][number]["effect"][] = [];
  constructor(station: TestStation) {
    this.station = station;
  }
  tell(command: PairingCommand): Result<PairingDecision, ParleyError> {
    const { random, signer, home } = this.station;
    const pinned = () => null;
    const means = { random, kem: testKem(random), verify: testVerify, signer, party: home.pin.card.party, pinned };
    const decision = decide(this.pairings, command, { ...means, bundle: bundleOf(home) }, this.now);
    if (!decision.ok) return decision;
    // What a restart would know: the sealed documents' bytes.
    this.pairings = new Map(
      [...decision.value.pairings].map(([key, kept]) => [key, certain(decodePairing(encodePairing(kept)))]),
    );
    for (const event of decision.value.events) this.events.push(certain(decodePairingEvent(encodePairingEvent(event))));
    for (const { effect } of decision.value.effects)
      if (effect.type === "send") this.out.push(effect.bytes);
      else this.done.push(effect);
    return decision;
  }
  codeOf(command: PairingCommand): string {
    const kept = this.tell(command);
    return kept.ok ? "ok" : kept.error.code;
  }
  at(offer: OfferId) {
    const kept = this.pairings.get(idText(offer));
    if (kept === undefined) throw new Error("no such pairing");
    return kept;
  }
}

function carry(one: Desk, two: Desk): void {
  for (let n = 0; n < 50; n++) {
    const [from, to] = two.out.length > 0 ? [two, one] : [one, two];
    const bytes = from.out.shift();
    if (bytes === undefined) return;
    to.tell({ type: "message", bytes });
  }
  throw new Error("the two never come to rest");
}

function begun(): { one: Desk; two: Desk; offer: OfferId; text: string } {
  const [one, two] = [new Desk(stations[0]), new Desk(stations[1])];
  const { reply } = certain(one.tell({ type: "offer", lifetime: hours(4), by: by(1) }));
  if (reply === null) throw new Error("no offer");
  certain(two.tell({ type: "import", text: reply.text, by: by(2) }));
  return { one, two, ...reply };
}

describe("the duty of pairing", () => {
  it("[PR20] two stations pair over restarts at every step; the ledger gets facts and the two signed words, and no secret", () => {
    const { one, two, offer } = begun();
    expect([holdsKey(one.pairings), isLive(one.pairings, offer), isWaiting(two.pairings, offer)]).toEqual([
      true,
      true,
      true,
    ]);
    carry(one, two);
    const [a, b] = [viewOf(one.at(offer)), viewOf(two.at(offer))];
    expect(a.compare).toEqual(b.compare);
    expect(a.compare?.words.every((word) => wordlist.includes(word))).toBe(true);
    expect([a.at, a.peer?.name, b.peer?.name]).toEqual(["comparing", "Estovar", "Northmark"]);
    certain(one.tell({ type: "match", offer, by: by(1) }));
    carry(one, two);
    certain(two.tell({ type: "match", offer, by: by(2) }));
    carry(one, two);
    const of = (desk: Desk) => {
      const event = desk.events.find((e) => e.type === "paired");
      const effect = desk.done.find((e) => e.type === "paired");
      if (event === undefined || effect === undefined) throw new Error("not paired");
      return { event, effect };
    };
    const [first, second] = [of(one), of(two)];
    expect(equal(first.effect.secret, second.effect.secret)).toBe(true);
    expect(first.event.ours).toEqual(second.event.theirs);
    expect(first.event.theirs).toEqual(second.event.ours);
    expect(equal(first.event.transcript, second.event.transcript)).toBe(true);
    const theirs = first.event.theirs;
    if (theirs === null) throw new Error("no word of theirs");
    expect(testVerify(checkMatch(theirs, stations[1].signer.publicKey))).toBe(true);
    expect([one, two].map((d) => d.events.map((e) => e.type))).toEqual([
      ["offered", "paired"],
      ["imported", "paired"],
    ]);
    for (const desk of [one, two])
      for (const event of desk.events)
        expect(Buffer.from(encodePairingEvent(event)).includes(first.effect.secret)).toBe(false);
    expect([holdsKey(one.pairings), isLive(one.pairings, offer), isWaiting(one.pairings, offer)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(one.codeOf({ type: "forget", offer })).toBe("ok");
    expect(isLive(one.pairings, offer)).toBe(false);
  });
  it('[PR17] an officer\'s "They differ" ends kept on both sides, and both ledgers say by whom', () => {
    const { one, two, offer } = begun();
    carry(one, two);
    certain(two.tell({ type: "differ", offer, by: by(2) }));
    carry(one, two);
    const ended = [one, two].map((d) => d.events.find((e) => e.type === "ended"));
    expect(ended.map((e) => [e?.why, e?.by === null])).toEqual([
      ["PAIR_WORDS_DIFFER", true],
      ["PAIR_WORDS_DIFFER", false],
    ]);
    expect(ended.map((e) => e?.party !== null)).toEqual([true, true]);
    expect([viewOf(one.at(offer)).compare, isLive(one.pairings, offer)]).toEqual([null, false]);
    expect(one.codeOf({ type: "match", offer, by: by(1) })).toBe("PAIR_OUT_OF_TURN");
  });
  it("[PR13] time is asked for at the next deadline, and passes for each pairing on its own", () => {
    const { one, two } = begun();
    const second = certain(one.tell({ type: "offer", lifetime: minutes(5), by: by(1) })).reply;
    expect(nextDeadline(one.pairings)).toBe(after(epoch, minutes(5)));
    expect(nextDeadline(two.pairings)).toBe(after(epoch, minutes(2)));
    one.now = after(epoch, ms(minutes(5) - 1));
    certain(one.tell({ type: "tick" }));
    expect(one.events.filter((e) => e.type === "ended").length).toBe(0);
    one.now = after(epoch, minutes(5));
    certain(one.tell({ type: "tick" }));
    expect(one.events.filter((e) => e.type === "ended").map((e) => e.why)).toEqual(["PAIR_OFFER_EXPIRED"]);
    expect(second !== null && isLive(one.pairings, second.offer)).toBe(false);
    one.now = after(epoch, days(2));
    certain(one.tell({ type: "tick" }));
    expect(nextDeadline(one.pairings)).toBe(null);
  });
  it("[PR11] an offer is imported once, a message of no pairing is refused, and one under way is not forgotten", () => {
    const { one, two, offer, text } = begun();
    expect(two.codeOf({ type: "import", text, by: by(2) })).toBe("PAIR_OFFER_USED");
    expect(one.codeOf({ type: "import", text, by: by(1) })).toBe("PAIR_SELF");
    expect(two.codeOf({ type: "forget", offer })).toBe("PAIR_OUT_OF_TURN");
    expect(two.codeOf({ type: "cancel", offer: concat(new Uint8Array(16)) as OfferId, by: by(2) })).toBe(
      "PAIR_UNKNOWN",
    );
    expect(two.codeOf({ type: "message", bytes: new Uint8Array([9]) })).toBe("MESSAGE_MALFORMED");
    one.pairings = noPairings;
    const [m2] = two.out;
    if (m2 === undefined) throw new Error("no M2");
    expect(one.codeOf({ type: "message", bytes: m2 })).toBe("PAIR_UNKNOWN");
    expect(two.codeOf({ type: "cancel", offer, by: by(2) })).toBe("ok");
    expect(viewOf(two.at(offer))).toMatchObject({ at: "ended", why: "PAIR_CANCELLED", until: null });
  });
  it("[PR14] a connection that broke in the middle is made again and the exchange goes on where it was", () => {
    const { one, two, offer } = begun();
    two.out.splice(0);
    two.now = after(epoch, seconds(30));
    certain(two.tell({ type: "connected", offer }));
    certain(one.tell({ type: "connected", offer }));
    carry(one, two);
    expect([one.at(offer).type, two.at(offer).type]).toEqual(["comparing", "comparing"]);
  });
  it("[PR4] no pairing before `parley init`, and none with a line of keys that does not fit", () => {
    const { random, signer, home } = stations[0];
    const { party } = home.pin.card;
    const means = { random, kem: testKem(random), verify: testVerify, signer, party, pinned: () => null };
    const command = { type: "offer", lifetime: hours(1), by: by(1) } as const;
    expect(decide(noPairings, command, { ...means, bundle: null }, epoch)).toMatchObject({
      error: { code: "ID_NOT_SET_UP" },
    });
    const [entry] = stations[0].home.successions;
    expect(entry).toBe(undefined);
    stations[0].now = after(epoch, days(30));
    stations[0].ask({ type: "tick" }, "done");
    const [rolled] = stations[0].home.successions;
    if (rolled === undefined) throw new Error("no succession");
    const bundle = { ...bundleOf(stations[0].home), successions: Array.from({ length: 171 }, () => rolled) };
    expect(decide(noPairings, command, { ...means, bundle }, epoch)).toMatchObject({
      error: { code: "PAIR_LINE_TOO_LONG" },
    });
  });
});
