import { describe, expect, it } from "vitest";
import { equal } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { after, hours, minutes, ms } from "@parley/base/time";
import type { Digest } from "../signed/hash.ts";
import { meansOf, party, seededRandom, start } from "./testing/pair.ts";
import { decodeOffer, encodeOffer } from "./offer.ts";
import { fitsPairing, importOffer, makeOffer } from "./start.ts";
import { matchesWhole, wholeText, wordsOf } from "./words.ts";
import { wordsDigest } from "./secrets.ts";

const means = meansOf(party(1), seededRandom(1));
const made = makeOffer(party(1).bundle(0), hours(1), means, start);
const text = encodeOffer(made.offer);

describe("an offer", () => {
  it("[PR1] is one text for link, QR code and file; what stands before its last # and around it is ignored", () => {
    console.log(`an offer: ${text.length} characters`);
    expect(text.length).toBeLessThan(400);
    for (const form of [
      text,
      `\n ${text} \n`,
      `https://console.example/pair#${text.split("#")[1]}`,
      text.split("#")[1],
    ])
      expect(certain(decodeOffer(form ?? "", start))).toEqual(made.offer);
  });
  it("[PR2] cut short, bent, or too long, it says so at once", () => {
    const code = (t: string) => {
      const read = decodeOffer(t, start);
      return read.ok ? "ok" : read.error.code;
    };
    for (let length = 0; length < text.length; length++)
      expect([length, code(text.slice(0, length))]).toEqual([length, "PAIR_OFFER_UNREADABLE"]);
    let bent = 0;
    for (let at = "parley:pair#".length; at < text.length; at++) {
      const other = text[at] === "A" ? "B" : "A";
      expect([at, code(text.slice(0, at) + other + text.slice(at + 1))]).toEqual([at, "PAIR_OFFER_UNREADABLE"]);
      bent++;
    }
    console.log(`${bent} offers with one character changed, 0 read`);
    expect(code("#".repeat(10_000))).toBe("PAIR_OFFER_UNREADABLE");
    expect(code(encodeOffer({ ...made.offer, expires: after(start, hours(49)) }))).toBe("PAIR_OFFER_UNREADABLE");
  });
  it("[PR3] is read until it expires and not after, and lives a day at most", () => {
    expect(decodeOffer(text, after(start, hours(1))).ok).toBe(true);
    expect(decodeOffer(text, after(start, ms(hours(1) + 1)))).toMatchObject({ error: { code: "PAIR_OFFER_EXPIRED" } });
    expect(makeOffer(party(1).bundle(0), hours(1000), means, start).until).toBe(after(start, hours(24)));
  });
  it("[PR9] draws new keys each time, and is not for its own station", () => {
    const again = makeOffer(party(1).bundle(0), hours(1), means, start);
    expect(equal(again.offer.commitment, made.offer.commitment)).toBe(false);
    expect(equal(again.seed, made.seed)).toBe(false);
    const own = importOffer(text, party(1).bundle(0), means, start);
    expect(own).toMatchObject({ ok: false, error: { code: "PAIR_SELF" } });
    expect(importOffer("nonsense", party(2).bundle(0), means, after(start, minutes(1))).ok).toBe(false);
  });
  it("[PR4] a bundle of more than 170 hand-overs does not fit; the root signs once more before", () => {
    const bundle = party(1).bundle(1);
    const [entry] = bundle.successions;
    if (entry === undefined) throw new Error("a succession was due");
    expect(fitsPairing({ ...bundle, successions: Array.from({ length: 170 }, () => entry) })).toBe(true);
    expect(fitsPairing({ ...bundle, successions: Array.from({ length: 171 }, () => entry) })).toBe(false);
  });
});

describe("the words", () => {
  const list = Array.from({ length: 2048 }, (_, i) => `w${i}`);
  const digest = new Uint8Array(32) as Digest;
  it("[PR6] are the first 44 bits, most significant first, and nothing after them", () => {
    expect(wordsOf(digest, list)).toEqual(["w0", "w0", "w0", "w0"]);
    digest.set([0b10000000, 0b00100000, 0b00001000, 0b00000001, 0b10000000, 0b01000000]);
    expect(wordsOf(digest, list)).toEqual(["w1025", "w2", "w3", "w4"]);
    digest.fill(0xff, 6);
    const before = wordsOf(digest, list);
    digest.fill(0, 6);
    expect(wordsOf(digest, list)).toEqual(before);
    expect(() => wordsOf(digest, list.slice(1))).toThrow(RangeError);
  });
  it("[PR6] the whole digest compares by code, and no other passes", () => {
    const other = digest.slice() as Digest;
    other[31] = 1;
    expect(matchesWhole(digest, ` ${wholeText(digest)}\n`)).toBe(true);
    expect(matchesWhole(digest, wholeText(other))).toBe(false);
  });
  it("[PR5] depend on each nonce, identity and key of both sides, and on their order", () => {
    const [a, b] = [made.own, makeOffer(party(2).bundle(0), hours(1), meansOf(party(2), seededRandom(9)), start).own];
    const seen = new Set<string>();
    const add = (...halves: Parameters<typeof wordsDigest>) => seen.add(wholeText(wordsDigest(...halves)));
    add(a, b);
    add(b, a);
    add({ ...a, nonce: b.nonce }, b);
    add({ ...a, bundle: b.bundle }, b);
    add({ ...a, key: b.key }, b);
    add(a, { ...b, nonce: a.nonce });
    add(a, { ...b, bundle: a.bundle });
    add(a, { ...b, key: a.key });
    expect(seen.size).toBe(8);
  });
});
