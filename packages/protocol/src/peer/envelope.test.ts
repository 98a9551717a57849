import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bytes, concat, equal, hex } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { ms } from "@parley/base/time";
import type { EnvelopeId, LinkId, PartyId } from "../ids.ts";
import { envelopeOverheadBytes, maxEnvelopeBytes, maxEnvelopePayloadBytes } from "../limits.ts";
import { type Envelope, decodeEnvelope, encodeEnvelope, envelopeSignedBytes, spentOf } from "./envelope.ts";

const bytes = (n: number) => fc.uint8Array({ minLength: n, maxLength: n }).map((b): Bytes => new Uint8Array(b));
const anyEnvelope: fc.Arbitrary<Envelope> = fc.record({
  version: fc.nat(0xffff),
  id: bytes(16).map((b) => b as EnvelopeId),
  link: bytes(16).map((b) => b as LinkId),
  from: bytes(32).map((b) => b as PartyId),
  to: bytes(32).map((b) => b as PartyId),
  sequence: fc.nat(2 ** 48 - 1),
  spent: fc.nat(2 ** 48 - 1),
  kind: fc.nat(0xffff),
  payload: fc.uint8Array({ maxLength: 100 }).map((b): Bytes => new Uint8Array(b)),
  signature: bytes(64),
});
const filled = (n: number, value: number): Bytes => new Uint8Array(n).fill(value);
const example: Envelope = {
  version: 1,
  id: filled(16, 0x11) as EnvelopeId,
  link: filled(16, 0x22) as LinkId,
  from: filled(32, 0x33) as PartyId,
  to: filled(32, 0x44) as PartyId,
  sequence: 0x0506,
  spent: 0x0708,
  kind: 0x090a,
  payload: new Uint8Array([0xaa, 0xbb]),
  signature: filled(64, 0x55),
};

describe("envelope", () => {
  it("is what it was after the wire, and has one encoding", () => {
    fc.assert(
      fc.property(anyEnvelope, (value) => {
        const wire = encodeEnvelope(value);
        const back = certain(decodeEnvelope(wire));
        expect(back).toEqual(value);
        expect(equal(encodeEnvelope(back), wire)).toBe(true);
      }),
    );
  });

  it("lies on the wire as written down, field by field", () => {
    const fields = [
      "0001",
      "11".repeat(16),
      "22".repeat(16),
      "33".repeat(32),
      "44".repeat(32),
      "000000000506",
      "000000000708",
      "090a",
      "000002aabb",
    ];
    expect(hex(encodeEnvelope(example))).toBe(fields.join("") + "55".repeat(64));
    expect(hex(envelopeSignedBytes(example))).toBe(
      hex(new TextEncoder().encode("parley envelope v1")) + "00" + fields.join(""),
    );
  });

  it("[LK2] every field but the signature is in the signed bytes", () => {
    fc.assert(
      fc.property(anyEnvelope, anyEnvelope, (a, b) => {
        for (const name of Object.keys(a) as (keyof Envelope)[]) {
          const mixed: Envelope = { ...a, [name]: b[name] };
          const same = equal(encodeEnvelope(mixed), encodeEnvelope(a)) || name === "signature";
          expect([name, equal(envelopeSignedBytes(mixed), envelopeSignedBytes(a))]).toEqual([name, same]);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("[LK1] the largest fits its bound exactly; a byte more is refused unparsed, and cannot be written", () => {
    const largest = { ...example, payload: filled(maxEnvelopePayloadBytes, 1) };
    const wire = encodeEnvelope(largest);
    expect(wire.length).toBe(maxEnvelopeBytes);
    expect(wire.length - largest.payload.length).toBe(envelopeOverheadBytes);
    expect(decodeEnvelope(wire).ok).toBe(true);
    expect(decodeEnvelope(concat(wire, filled(1, 0)))).toMatchObject({ ok: false, error: { at: maxEnvelopeBytes } });
    expect(() => encodeEnvelope({ ...example, payload: filled(maxEnvelopePayloadBytes + 1, 1) })).toThrow(RangeError);
  });

  it("[LK1] any bytes decode or are refused, and what decodes encodes to the same bytes", () => {
    const base = encodeEnvelope(example);
    const mutated = fc.tuple(fc.nat(base.length - 1), fc.nat(255), fc.nat(base.length)).map(([at, value, cut]) => {
      const copy = base.slice(0, cut === 0 ? base.length : cut);
      if (at < copy.length) copy[at] = value;
      return copy;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), mutated), (input) => {
        const decoded = decodeEnvelope(input);
        if (decoded.ok) expect(equal(encodeEnvelope(decoded.value), new Uint8Array(input))).toBe(true);
      }),
      { numRuns: 2000 },
    );
    for (let n = 0; n < base.length; n++) expect(decodeEnvelope(base.subarray(0, n)).ok).toBe(false);
  });

  it("[LK33] time spent is whole, never negative, and stays within its field", () => {
    expect([-5, 0, 1.9, 2 ** 60].map((n) => spentOf(ms(n)))).toEqual([0, 0, 1, 2 ** 48 - 1]);
  });
});
