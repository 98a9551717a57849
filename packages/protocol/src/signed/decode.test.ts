// Whatever bytes arrive, decoding gives a value with exactly those bytes or an error, never a throw.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat } from "@parley/base/bytes";
import { type Codec, decode, encode } from "@parley/base/codec";
import { carry, seats, start } from "../pairing/testing/pair.ts";
import { pairingMessage } from "../pairing/messages.ts";
import { catchUp } from "./catchUp.ts";
import { chain } from "./chain.ts";
import { isName, name, stationAddress, timeZone } from "./fields.ts";
import { notice } from "./notice.ts";
import { epoch, testParty, testTerminal } from "./testing/party.ts";
import { bundle, pin } from "./pin.ts";
import { rootIdOf } from "./root.ts";

const party = testParty(8);
const messages: Uint8Array<ArrayBuffer>[] = [];
carry(seats(1), start, (bytes) => {
  messages.push(bytes);
  return [bytes];
});
const caught = { card: party.card(), certificate: party.certificate, successions: [party.succession(1)] };
const [root] = party.roots;
if (root === undefined) throw new Error("no root");

/** What the bytes say, written again; null when they are no encoding. */
type Sample = {
  readonly bytes: readonly Uint8Array<ArrayBuffer>[];
  readonly again: (input: Uint8Array) => Uint8Array | null;
};
const sample = <T>(codec: Codec<T>, ...bytes: readonly Uint8Array<ArrayBuffer>[]): Sample => ({
  bytes,
  again: (input) => {
    const read = decode(codec, input);
    return read.ok ? encode(codec, read.value) : null;
  },
});

const samples: Record<string, Sample> = {
  chain: sample(
    chain,
    encode(chain, {
      root: rootIdOf(root.publicKey),
      station: { type: "certificate", it: party.certificate },
      terminal: testTerminal(party, party.stationKey(0), epoch),
    }),
  ),
  bundle: sample(bundle, encode(bundle, party.bundle(2))),
  "catch-up": sample(catchUp, encode(catchUp, caught)),
  notice: sample(notice, encode(notice, { type: "changed", catchUp: caught })),
  "pairing message": sample(pairingMessage, ...messages),
  pin: sample(pin),
};

describe("decoding", () => {
  it.each(Object.keys(samples))("of a %s is total, and one value has one encoding", (kind) => {
    const found = samples[kind];
    if (found === undefined) throw new Error("no sample");
    const { bytes, again } = found;
    for (const whole of bytes) expect(again(whole)).toEqual(whole);
    const bent = fc
      .tuple(
        fc.constantFrom(...bytes, new Uint8Array(40)),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
        fc.nat(9000),
      )
      .map(([whole, changes, length]) => {
        const copy = whole.slice(0, Math.max(1, length % 3 === 0 ? length : whole.length));
        for (const [at, x] of changes) copy[at % copy.length] = x;
        return copy;
      });
    const junk = fc.uint8Array({ maxLength: 300 }).map((b) => concat(b));
    fc.assert(
      fc.property(fc.oneof(bent, junk), (input) => {
        const read = again(input);
        if (read !== null) expect(read).toEqual(input);
      }),
      { numRuns: 300 },
    );
  });
});

describe("fields that people read", () => {
  it("a name is not empty, not padded, and holds nothing that could make it read as another", () => {
    for (const good of ["Northmark", "Île-de-Mer", "北標", "أستوفار", "R. O'Neil"])
      expect([good, isName(good)]).toEqual([good, true]);
    for (const bad of ["", " x", "x ", "a\u0000b", "a\nb", "\u202eabc", "a\u200bb", "a\u2066b", "\ufeffx"])
      expect([bad, isName(bad)]).toEqual([bad, false]);
    expect(decode(name, new Uint8Array([1, 32])).ok).toBe(false);
  });
  it("zones and addresses are of their form", () => {
    const zone = (z: string) => decode(timeZone, concat(new Uint8Array([z.length]), new TextEncoder().encode(z))).ok;
    for (const good of ["Europe/Lisbon", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
      expect([good, zone(good)]).toEqual([good, true]);
    for (const bad of ["", "/x", "Europe/", "a b", "../etc"]) expect([bad, zone(bad)]).toEqual([bad, false]);
    const host = (h: string) =>
      decode(stationAddress, concat(new Uint8Array([h.length]), new TextEncoder().encode(h), new Uint8Array([1, 2])))
        .ok;
    for (const good of ["a.example", "192.0.2.1", "2001:db8::1"]) expect([good, host(good)]).toEqual([good, true]);
    for (const bad of ["", "a/b", "a@b", "a b"]) expect([bad, host(bad)]).toEqual([bad, false]);
  });
});
