// A man in the middle of a pairing: he has the whole path, keys and a party of his own, and knows what everybody may
// know. What he must never get is both sides active; where both get as far as comparing, their words differ.
import { afterAll, describe, expect, it } from "vitest";
import { type Bytes, equal, hex } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { hours, seconds, after } from "@parley/base/time";
import { type Bundle, bundle } from "../signed/pin.ts";
import type { Ed25519Key } from "../signed/signature.ts";
import type { KemCiphertext, KemKey } from "./kem.ts";
import { type PairingBody, decodePairingMessage, encodePairingMessage } from "./messages.ts";
import { encodeOffer } from "./offer.ts";
import { type Pair, Seat, type Wire, carry, meansOf, party, seats, seededRandom, start } from "./testing/pair.ts";
import { importOffer, makeOffer } from "./start.ts";
import { wordsOf } from "./words.ts";

const list = Array.from({ length: 2048 }, (_, i) => `w${i}`);
const now = after(start, seconds(1));
const tally = { abort: 0, "words differ": 0, "never began": 0 };
afterAll(() => {
  const all = Object.values(tally).reduce((a, b) => a + b, 0);
  console.log(`${all} attacks in the middle: ${JSON.stringify(tally)}, 0 got through`);
});

/** What became of both sides when their people do what they must: compare, and press what they see. */
function outcome(pair: Pair): keyof typeof tally {
  const [a, b] = [pair.offering.state, pair.answering.state];
  if (a.type === "comparing" && b.type === "comparing") {
    const same = wordsOf(a.agreed.words, list).join() === wordsOf(b.agreed.words, list).join();
    expect(same).toBe(false);
    expect(equal(a.agreed.words, b.agreed.words)).toBe(false);
    pair.offering.feed({ type: "differ" }, now);
    pair.answering.feed({ type: "differ" }, now);
    expect([pair.offering.state.type, pair.answering.state.type]).toEqual(["ended", "ended"]);
    return "words differ";
  }
  // One side alone may compare or wait; its person finds nobody who has words to compare, and time ends it.
  const late = after(start, hours(24 * 9));
  for (const seat of [pair.offering, pair.answering]) {
    for (let i = 0; i < 3; i++) seat.feed({ type: "tick" }, late);
    expect(seat.state.type).toBe("ended");
    expect(seat.effects.some((e) => e.type === "paired")).toBe(false);
  }
  return a.type === "offered" && b.type === "asked" ? "never began" : "abort";
}

const count = (pair: Pair) => {
  const result = outcome(pair);
  tally[result]++;
  return result;
};

/** Messages as he may rewrite them; null lets the original pass. */
const rewriting =
  (rewrite: (body: PairingBody) => PairingBody | null): Wire =>
  (bytes) => {
    const read = decodePairingMessage(bytes);
    if (!read.ok) throw new Error("a message of ours that does not decode");
    const body = rewrite(read.value.body);
    return [body === null ? bytes : encodePairingMessage({ offer: read.value.offer, body })];
  };

/** His own party, under the name of whom he plays. */
const mallory = (as: number): Bundle => ({ ...party(3).bundle(0), lineage: [party(3).card({ name: `Party ${as}` })] });
const hisMeans = (seed: number) => meansOf(party(3), seededRandom(70_000 + seed));

/** He plays the answering side to the offering one and the offering side to the answering one, each with a pairing of his own. */
function fullMiddle(seed: number): Pair {
  const { offering } = seats(seed);
  const toOffering = importOffer(encodeOffer(offering.state.offer), mallory(2), hisMeans(seed), start);
  const means = hisMeans(seed + 1);
  const offered = makeOffer(mallory(1), hours(4), means, start);
  // The offer that reaches the answering side is his, though it has the right name and says the right address.
  const offer = { ...offered.offer, name: "Party 1", stations: offering.state.offer.stations };
  const two = meansOf(party(2), seededRandom(2 * seed + 2));
  const asked = importOffer(encodeOffer(offer), party(2).bundle(0), two, start);
  if (!toOffering.ok || !asked.ok) throw new Error("he cannot even begin");
  const his = {
    offering: new Seat({ ...offered, offer }, means),
    answering: new Seat(toOffering.value.state, hisMeans(seed), toOffering.value.effects),
  };
  const answering = new Seat(asked.value.state, two, asked.value.effects);
  carry({ offering, answering: his.answering }, now);
  carry({ offering: his.offering, answering }, now);
  return { offering, answering };
}

describe("a man in the middle of a pairing", () => {
  it("[PR7] who only passes messages on learns nothing that the link's secret is made of", () => {
    const pair = seats(40);
    const seen: string[] = [];
    carry(pair, now, (bytes) => {
      seen.push(hex(bytes));
      return [bytes];
    });
    const [a, b] = [pair.offering.state, pair.answering.state];
    if (a.type !== "comparing" || b.type !== "comparing") throw new Error("a straight wire failed");
    expect(equal(a.agreed.words, b.agreed.words)).toBe(true);
    for (const secret of [a.agreed.secret, b.agreed.secret]) expect(seen.join().includes(hex(secret))).toBe(false);
  });

  it("[PR5] who pairs with each side in the other's name gets both to compare, and their words differ", () => {
    for (let seed = 0; seed < 8; seed++) expect(count(fullMiddle(100 + seed))).toBe("words differ");
  });

  it("[PR12] who waits for the other half before he makes up his own is caught by his commitment", () => {
    for (let seed = 0; seed < 4; seed++) {
      const pair = seats(200 + seed);
      const wire = rewriting((body) => {
        if (body.type !== "m3") return null;
        return { ...body, half: { ...body.half, nonce: new Uint8Array(32).fill(seed + 1) } };
      });
      carry(pair, now, wire);
      expect(pair.answering.state).toMatchObject({ type: "ended", why: "PAIR_COMMIT_MISMATCH" });
      count(pair);
    }
  });

  const hisSeed = new Uint8Array(32).fill(66);
  const his = hisMeans(1);
  const hisKey: KemKey = his.kem.publicKeyOf(hisSeed);
  const hisBundle = (as: number): Bytes => encode(bundle, mallory(as));
  const sealedTo = (key: KemKey): KemCiphertext => {
    const sealed = his.kem.encapsulate(key);
    if (sealed === null) throw new Error("a good key was refused");
    return sealed.ciphertext;
  };
  const junk = (n: number) => new Uint8Array(n).fill(1);
  const replays = seats(300);
  const recorded: PairingBody[] = [];
  carry(replays, now, (bytes) => {
    const read = decodePairingMessage(bytes);
    if (read.ok) recorded.push(read.value.body);
    return [bytes];
  });
  const old = <K extends PairingBody["type"]>(type: K) => {
    const body = recorded.find((b): b is Extract<PairingBody, { type: K }> => b.type === type);
    if (body === undefined) throw new Error(`no ${type} was recorded`);
    return body;
  };

  const attacks: Record<string, (body: PairingBody) => PairingBody | null> = {
    "M2: his nonce": (b) => (b.type === "m2" ? { ...b, half: { ...b.half, nonce: junk(32) } } : null),
    "M2: his key": (b) => (b.type === "m2" ? { ...b, half: { ...b.half, key: hisKey } } : null),
    "M2: his identity": (b) => (b.type === "m2" ? { ...b, half: { ...b.half, bundle: hisBundle(2) } } : null),
    "M2: wholly his": (b) =>
      b.type === "m2" ? { ...b, half: { nonce: junk(32), bundle: hisBundle(2), key: hisKey } } : null,
    "M2: of an earlier pairing": (b) => (b.type === "m2" ? old("m2") : null),
    "M3: his key": (b) => (b.type === "m3" ? { ...b, half: { ...b.half, key: hisKey } } : null),
    "M3: his identity": (b) => (b.type === "m3" ? { ...b, half: { ...b.half, bundle: hisBundle(1) } } : null),
    "M3: a ciphertext of his": (b) => (b.type === "m3" ? { ...b, ciphertext: sealedTo(hisKey) } : null),
    "M3: of an earlier pairing": (b) => (b.type === "m3" ? old("m3") : null),
    "M4: a ciphertext of his": (b) => (b.type === "m4" ? { ...b, ciphertext: sealedTo(hisKey) } : null),
    "M4: his signature": (b) =>
      b.type === "m4" ? { ...b, signature: his.signer.sign("parley pair v1 answer", junk(40)) } : null,
    "M4: no MAC": (b) => (b.type === "m4" ? { ...b, mac: junk(32) } : null),
    "M4: of an earlier pairing": (b) => (b.type === "m4" ? old("m4") : null),
    "M5: his signature": (b) =>
      b.type === "m5" ? { ...b, signature: his.signer.sign("parley pair v1 finish", junk(40)) } : null,
    "M5: no MAC": (b) => (b.type === "m5" ? { ...b, mac: junk(32) } : null),
    "M5: M4's proof": (b) =>
      b.type === "m5" ? { type: "m5", signature: old("m4").signature, mac: old("m4").mac } : null,
    "M5: of an earlier pairing": (b) => (b.type === "m5" ? old("m5") : null),
  };
  it.each(Object.keys(attacks))("[PR8] %s: nobody pairs", (name) => {
    const attack = attacks[name];
    if (attack === undefined) throw new Error("no such attack");
    for (let seed = 0; seed < 2; seed++) {
      const pair = seats(400 + seed);
      carry(pair, now, rewriting(attack));
      expect(["abort", "never began"]).toContain(count(pair));
    }
  });

  it("[PR8] an offer with another address, expiry or name under the same commitment: nobody pairs", () => {
    const changes = [
      { stations: [{ host: "192.0.2.66", port: 1 }] },
      { expires: after(start, hours(5)) },
      { name: "Party 3" },
      { stationKey: his.signer.publicKey.slice(0, 32) as Ed25519Key },
    ];
    for (const change of changes) {
      const { offering } = seats(510);
      const two = meansOf(party(2), seededRandom(1022));
      const text = encodeOffer({ ...offering.state.offer, ...change });
      const asked = importOffer(text, party(2).bundle(0), two, start);
      if (!asked.ok) throw new Error("the offer does not even read");
      const pair = { offering, answering: new Seat(asked.value.state, two, asked.value.effects) };
      carry(pair, now);
      if ("name" in change || "stationKey" in change)
        expect(pair.answering.state).toMatchObject({ type: "ended", why: "PAIR_BUNDLE_INVALID" });
      expect(count(pair)).toBe("abort");
    }
  });

  it("[PR8] who shows the true identity of another party cannot prove its station key", () => {
    const pair = seats(500);
    const stolen = importOffer(encodeOffer(pair.offering.state.offer), party(2).bundle(0), his, start);
    if (!stolen.ok) throw new Error("he cannot even begin");
    const middle = new Seat(stolen.value.state, his, stolen.value.effects);
    carry({ offering: pair.offering, answering: middle }, now);
    expect(pair.offering.state).toMatchObject({ type: "ended", why: "PAIR_PROOF_INVALID" });
    count(pair);
  });

  it("[PR8] the offering side's own messages sent back to it prove nothing", () => {
    const pair = seats(501);
    carry(pair, now, (bytes, from) => {
      const read = decodePairingMessage(bytes);
      if (!read.ok || from === "answering") return [bytes];
      const { body, offer } = read.value;
      if (body.type === "m3")
        pair.offering.feed(
          { type: "message", bytes: encodePairingMessage({ offer, body: { type: "m2", half: body.half } }) },
          now,
        );
      return [bytes];
    });
    expect(pair.offering.effects.filter((e) => e.type === "refused").length).toBeGreaterThan(0);
  });

  it("[PR8] one bent byte anywhere in M2 to M5: nobody pairs, or the message counts for nothing", () => {
    const step = process.env["PARLEY_FULL"] === "1" ? 61 : 977;
    const lengths: Partial<Record<string, number>> = {};
    carry(seats(600), now, (bytes) => {
      lengths[String(bytes[17])] = bytes.length;
      return [bytes];
    });
    let bent = 0;
    for (const [tag, length] of Object.entries(lengths))
      for (let at = 18; at < (length ?? 0); at += step) {
        const pair = seats(600);
        carry(pair, now, (bytes) => {
          if (String(bytes[17]) !== tag) return [bytes];
          const copy = bytes.slice();
          copy[at] = (copy[at] as number) ^ 0x10;
          return [copy];
        });
        expect([tag, at, ["abort", "never began"].includes(count(pair))]).toEqual([tag, at, true]);
        bent++;
      }
    console.log(`${bent} pairings with one byte bent (every ${step}th of each message), 0 got through`);
    expect(bent).toBeGreaterThan(30);
  });
});
