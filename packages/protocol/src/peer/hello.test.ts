import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bytes, equal } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import type { EnvelopeId, LinkId, PartyId } from "../ids.ts";
import { maxEnvelopePayloadBytes, maxHelloBytes, maxSuccessionsBytes } from "../limits.ts";
import {
  type LinkFrame,
  commonVersion,
  decodeFirstFrame,
  decodeLinkFrame,
  encodeLinkFrame,
  type End,
  goodbyeReasons,
  helloSignedBytes,
  maxLinkFrameBytes,
  pairingOpening,
  pairingOpeningBytes,
} from "./hello.ts";

const filled = (n: number, value: number): Bytes => new Uint8Array(n).fill(value);
const hello = {
  oldest: 1,
  newest: 2,
  link: filled(16, 1) as LinkId,
  from: filled(32, 2) as PartyId,
  to: filled(32, 3) as PartyId,
  taken: 7,
  successions: filled(5, 4),
  signature: filled(64, 5),
};
const envelope = {
  version: 1,
  id: filled(16, 1) as EnvelopeId,
  link: filled(16, 2) as LinkId,
  from: filled(32, 3) as PartyId,
  to: filled(32, 4) as PartyId,
  sequence: 1,
  spent: 0,
  kind: 1,
  payload: filled(3, 5),
  signature: filled(64, 6),
};
const frames: readonly LinkFrame[] = [
  { type: "hello", ...hello },
  { type: "envelope", envelope },
  { type: "ack", upTo: 2 ** 48 - 1 },
  { type: "ping", nonce: 2 ** 32 - 1 },
  { type: "pong", nonce: 0 },
  ...goodbyeReasons.map((reason) => ({ type: "goodbye", oldest: 1, newest: 1, reason }) as const),
];

describe("link frames", () => {
  it("are what they were after the wire", () => {
    for (const frame of frames) expect(certain(decodeLinkFrame(encodeLinkFrame(frame)))).toEqual(frame);
  });

  it("the largest envelope and the largest hello fit their bounds exactly", () => {
    const large: LinkFrame = {
      type: "envelope",
      envelope: { ...envelope, payload: filled(maxEnvelopePayloadBytes, 0) },
    };
    expect(encodeLinkFrame(large).length).toBe(maxLinkFrameBytes);
    const long: LinkFrame = { type: "hello", ...hello, successions: filled(maxSuccessionsBytes, 0) };
    expect(encodeLinkFrame(long).length).toBeLessThanOrEqual(maxHelloBytes);
    expect(decodeFirstFrame(encodeLinkFrame(long)).ok).toBe(true);
    expect(decodeLinkFrame(encodeLinkFrame(long)).ok).toBe(false);
    expect(decodeFirstFrame(filled(maxHelloBytes + 1, 0)).ok).toBe(false);
  });

  it("[LK6] a first message is a hello or a goodbye, and nothing else", () => {
    for (const frame of frames)
      expect([frame.type, decodeFirstFrame(encodeLinkFrame(frame)).ok]).toEqual([
        frame.type,
        frame.type === "hello" || frame.type === "goodbye",
      ]);
  });

  it("[LK6] any bytes decode or are refused, and what decodes encodes to the same bytes", () => {
    const near = fc.constantFrom(...frames.map(encodeLinkFrame)).chain((wire) =>
      fc.tuple(fc.nat(wire.length - 1), fc.nat(255), fc.integer({ min: -3, max: 3 })).map(([at, value, longer]) => {
        const copy = new Uint8Array(wire.length + longer);
        copy.set(wire.subarray(0, copy.length));
        if (at < copy.length) copy[at] = value;
        return copy;
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), near), (input) => {
        for (const read of [decodeFirstFrame, decodeLinkFrame]) {
          const decoded = read(input);
          if (decoded.ok) expect(equal(encodeLinkFrame(decoded.value), new Uint8Array(input))).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("[LK8] the signed bytes differ with the end, the binding and every field", () => {
    const { signature: _, ...body } = hello;
    const of = (end: End, binding: Bytes, value: typeof body) =>
      Buffer.from(helloSignedBytes(end, binding, value)).toString("hex");
    const all = [
      of("dialler", filled(32, 0), body),
      of("answerer", filled(32, 0), body),
      of("dialler", filled(32, 1), body),
      of("dialler", filled(32, 0), { ...body, oldest: 0 }),
      of("dialler", filled(32, 0), { ...body, newest: 3 }),
      of("dialler", filled(32, 0), { ...body, link: filled(16, 9) as LinkId }),
      of("dialler", filled(32, 0), { ...body, from: filled(32, 9) as PartyId }),
      of("dialler", filled(32, 0), { ...body, to: filled(32, 9) as PartyId }),
      of("dialler", filled(32, 0), { ...body, taken: 8 }),
      of("dialler", filled(32, 0), { ...body, successions: filled(6, 4) }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it("[LK11] the version is the newest that both speak, or none", () => {
    const of = (a: [number, number], b: [number, number]) =>
      commonVersion({ oldest: a[0], newest: a[1] }, { oldest: b[0], newest: b[1] });
    expect(of([1, 2], [2, 3])).toBe(2);
    expect(of([2, 3], [1, 2])).toBe(2);
    expect(of([1, 1], [1, 1])).toBe(1);
    expect(of([1, 1], [2, 3])).toBeNull();
    expect(of([3, 4], [1, 2])).toBeNull();
    expect(of([5, 2], [1, 9])).toBeNull();
    const range = fc.tuple(fc.nat(9), fc.nat(9));
    fc.assert(
      fc.property(range, range, (a, b) => {
        const version = of(a, b);
        expect(version).toBe(of(b, a));
        const both = (n: number) => a[0] <= n && n <= a[1] && b[0] <= n && n <= b[1];
        const best = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0].find(both) ?? null;
        expect(version).toBe(best);
      }),
    );
  });

  it("[LK18] a pairing connection's first message has one size", () => {
    const wire = encode(pairingOpening, { oldest: 1, newest: 1, offer: filled(16, 7) });
    expect(wire.length).toBe(pairingOpeningBytes);
    expect(decode(pairingOpening, wire.subarray(1)).ok).toBe(false);
  });
});
