import { utf8 } from "@parley/base/bytes";
import { instant } from "@parley/base/time";
import type { PartyId } from "@parley/protocol/ids";
import { maxEntryBodyBytes, maxEventBytes } from "@parley/protocol/limits";
import type { Digest } from "@parley/protocol/signed/hash";
import type { Ed25519Signature } from "@parley/protocol/signed/signature";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Entry, type JointKind, decodeEntry, encodeEntry, jointKinds, jointMessage } from "./entry.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((b) => new Uint8Array(b));
const head = {
  index: fc.nat(2 ** 40),
  time: fc.nat(2 ** 45).map(instant),
  body: fc.uint8Array({ maxLength: 200 }).map((b) => new Uint8Array(b)),
};
const signature = fc.record({
  party: bytes(32).map((b) => b as PartyId),
  key: bytes(32).map((b) => b as Digest),
  signature: bytes(64).map((b) => b as Ed25519Signature),
});
const anyEntry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({
    type: fc.constant("own" as const),
    ...head,
    kind: fc.constantFrom("a", "terminal.enrolled", "link2.up"),
  }),
  fc.record({
    type: fc.constant("joint" as const),
    ...head,
    kind: fc.constantFrom<JointKind>("call", "drill"),
    signatures: fc.array(signature, { maxLength: 8 }),
  }),
);

describe("[LG1] an entry has one encoding", () => {
  it("comes back from it", () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        expect(decodeEntry(encodeEntry(entry))).toEqual({ ok: true, value: entry });
      }),
    );
  });

  it("and other bytes are no entry or another one", () => {
    fc.assert(
      fc.property(anyEntry, fc.nat(), fc.integer({ min: 1, max: 255 }), (entry, at, x) => {
        const bent = encodeEntry(entry);
        bent[at % bent.length] = (bent[at % bent.length] as number) ^ x;
        const read = decodeEntry(bent);
        if (read.ok) expect(encodeEntry(read.value)).toEqual(bent);
        if (read.ok) expect(read.value).not.toEqual(entry);
        expect(decodeEntry(bent.slice(0, -1)).ok).toBe(false);
      }),
    );
  });

  it("kinds are dotted words, bodies bounded, and the largest entry is an event that a store takes", () => {
    const own = { type: "own" as const, index: 0, time: instant(0), kind: "a", body: new Uint8Array(0) };
    for (const kind of ["", "A", "a.", "a..b", "a b", "é", "a".repeat(41)])
      expect(() => encodeEntry({ ...own, kind })).toThrow(RangeError);
    const shouted = encodeEntry(own);
    shouted[shouted.indexOf(0x61)] = 0x41;
    expect(decodeEntry(shouted).ok).toBe(false);
    expect(() => encodeEntry({ ...own, body: new Uint8Array(maxEntryBodyBytes + 1) })).toThrow(RangeError);
    const largest = encodeEntry({
      ...own,
      type: "joint",
      kind: "drill",
      body: new Uint8Array(maxEntryBodyBytes),
      signatures: Array.from({ length: 8 }, () => ({
        party: new Uint8Array(32) as PartyId,
        key: new Uint8Array(32) as Digest,
        signature: new Uint8Array(64) as Ed25519Signature,
      })),
    });
    expect(largest.length).toBeLessThanOrEqual(maxEventBytes);
    expect(decodeEntry(new Uint8Array(maxEventBytes + 1)).ok).toBe(false);
  });
});

describe("[LG2] joint entries", () => {
  it("are signed under the label of their kind, no two kinds the same", () => {
    const body = utf8("body");
    expect(jointMessage("call", body)).toEqual(utf8("parley call entry v1\0body"));
    expect(new Set(Object.values(jointKinds)).size).toBe(Object.keys(jointKinds).length);
  });
});
