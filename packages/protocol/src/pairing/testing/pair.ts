// Two parties at a pairing, for tests: the real machine on both sides, seeded randomness, an independent X-Wing, and a
// wire between them that a test may cut, bend or sit on.
import { XWing } from "@noble/post-quantum/hybrid.js";
import type { Bytes } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { certain } from "@parley/base/result";
import { type Instant, hours } from "@parley/base/time";
import { type Pin, proveBundle } from "../../signed/pin.ts";
import { testVerify } from "../../signed/testing/keys.ts";
import { type TestParty, epoch, testParty } from "../../signed/testing/party.ts";
import type { Digest } from "../../signed/hash.ts";
import type { OfficerId, Presence } from "../../signed/revocation.ts";
import type { Means, PairingEffect, PairingEvent } from "../event.ts";
import type { Kem, KemCiphertext, KemKey } from "../kem.ts";
import { encodeOffer } from "../offer.ts";
import { importOffer, makeOffer } from "../start.ts";
import type { Pairing } from "../state.ts";
import { step } from "../step.ts";

export function seededRandom(seed: number): Random {
  let state = (seed * 2654435761) % 0x7fffffff || 1;
  return (length) => Uint8Array.from({ length }, () => (state = (state * 48271) % 0x7fffffff) & 0xff);
}

export const testKem = (random: Random): Kem => ({
  publicKeyOf: (seed) => new Uint8Array(XWing.keygen(seed).publicKey) as KemKey,
  encapsulate: (publicKey) => {
    try {
      // A copy, since this implementation (noble 0.5.2) wipes the public key that it is given.
      const { cipherText, sharedSecret } = XWing.encapsulate(publicKey.slice(), random(64));
      return { ciphertext: new Uint8Array(cipherText) as KemCiphertext, secret: new Uint8Array(sharedSecret) };
    } catch {
      return null;
    }
  },
  decapsulate: (seed, ciphertext) => {
    try {
      return new Uint8Array(XWing.decapsulate(ciphertext, XWing.keygen(seed).secretKey));
    } catch {
      return null;
    }
  },
});

export const officer = (n: number): Presence => ({
  officer: new Uint8Array(16).fill(n) as OfficerId,
  assertion: new Uint8Array(32).fill(n) as Digest,
});

const parties = new Map<number, TestParty>();
/** Party number `n`, made once for all tests of a file. */
export function party(n: number): TestParty {
  const it = parties.get(n) ?? testParty(n);
  parties.set(n, it);
  return it;
}

export function meansOf(it: TestParty, random: Random, change: Partial<Means> = {}): Means {
  const signer = it.stationKey(0);
  const kem = testKem(random);
  return { random, kem, verify: testVerify, signer, party: it.id, pinned: () => null, ...change };
}

export const start: Instant = epoch;

/** Party `n` as others have pinned it, with its `k`-th station key. */
export const pinnedOf = (n: number, k = 0): Pin =>
  certain(certain(proveBundle(party(n).bundle(k), start)).prove(testVerify));

/** Two parties that have pinned each other key their link again: party 1 offers; nothing has been carried yet. */
export function rekeySeats(seed: number, change: { offering?: Partial<Means>; answering?: Partial<Means> } = {}): Pair {
  const one = meansOf(party(1), seededRandom(2 * seed + 1), { pinned: () => pinnedOf(2), ...change.offering });
  const two = meansOf(party(2), seededRandom(2 * seed + 2), { pinned: () => pinnedOf(1), ...change.answering });
  const offered = makeOffer(party(1).bundle(0), hours(4), one, start, party(2).id);
  const asked = certain(importOffer(encodeOffer(offered.offer), party(2).bundle(0), two, start));
  return { offering: new Seat(offered, one), answering: new Seat(asked.state, two, asked.effects) };
}

/** One side: feeds events to its machine and keeps all that it asked for. */
export class Seat {
  state: Pairing;
  readonly means: Means;
  readonly out: Bytes[] = [];
  readonly effects: PairingEffect[] = [];
  constructor(state: Pairing, means: Means, effects: readonly PairingEffect[] = []) {
    this.state = state;
    this.means = means;
    this.keep(effects);
  }
  private keep(effects: readonly PairingEffect[]) {
    for (const effect of effects) {
      if (effect.type === "send") this.out.push(effect.bytes);
      else this.effects.push(effect);
    }
  }
  feed(event: PairingEvent, now: Instant): readonly PairingEffect[] {
    const [state, effects] = step(this.state, event, this.means, now);
    this.state = state;
    this.keep(effects);
    return effects;
  }
  /** What the last event asked for of this kind, or a failed test. */
  last<K extends PairingEffect["type"]>(type: K): Extract<PairingEffect, { type: K }> {
    for (const effect of this.effects.toReversed()) if (isOf(effect, type)) return effect;
    throw new Error(`no effect ${type}; state ${this.state.type}`);
  }
}

const isOf = <K extends PairingEffect["type"]>(e: PairingEffect, type: K): e is Extract<PairingEffect, { type: K }> =>
  e.type === type;

export type Wire = (bytes: Bytes, from: "offering" | "answering") => readonly Bytes[];
export const straight: Wire = (bytes) => [bytes];

export type Pair = { readonly offering: Seat; readonly answering: Seat };

/** The offer of party 1 (or as given), imported by party 2; nothing has been carried yet. */
export function seats(seed: number, change: { offering?: Partial<Means>; answering?: Partial<Means> } = {}): Pair {
  const one = meansOf(party(1), seededRandom(2 * seed + 1), change.offering);
  const two = meansOf(party(2), seededRandom(2 * seed + 2), change.answering);
  const offered = makeOffer(party(1).bundle(0), hours(4), one, start);
  const asked = importOffer(encodeOffer(offered.offer), party(2).bundle(0), two, start);
  if (!asked.ok) throw new Error(asked.error.code);
  return { offering: new Seat(offered, one), answering: new Seat(asked.value.state, two, asked.value.effects) };
}

/** Carries messages until there are none, or `steps` are done. */
export function carry(pair: Pair, now: Instant, wire: Wire = straight, steps = 100): void {
  for (let n = 0; n < steps; n++) {
    const from = pair.answering.out.length > 0 ? "answering" : "offering";
    const bytes = pair[from].out.shift();
    if (bytes === undefined) return;
    const to = pair[from === "answering" ? "offering" : "answering"];
    for (const sent of wire(bytes, from)) to.feed({ type: "message", bytes: sent }, now);
  }
  throw new Error("the two sides never come to rest");
}
