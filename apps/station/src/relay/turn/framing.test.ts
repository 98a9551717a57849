import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat } from "@parley/base/bytes";
import { maxTurnFrameBytes } from "@parley/protocol/limits";
import { decodeChannelData, deframe, encodeChannelData, firstChannel, kindOf, lastChannel } from "./framing.ts";
import { encodeMessage } from "./integrity.ts";

const anyData = fc.uint8Array({ maxLength: 50 });
const anyNumber = fc.integer({ min: firstChannel, max: lastChannel });
const anyFrame = fc.oneof(
  fc.tuple(anyNumber, anyData).map(([number, data]) => encodeChannelData(number, data, true)),
  fc.tuple(fc.uint8Array({ minLength: 12, maxLength: 12 }), anyData).map(([transaction, value]) =>
    encodeMessage({ class: "indication", method: "send", transaction }, [{ type: 0x13, value }], {
      key: null,
      fingerprint: false,
    }),
  ),
);

/** Feeds a stream in pieces of those lengths (the last repeated). */
function cut(stream: Uint8Array, lengths: readonly number[]) {
  const frames: Uint8Array[] = [];
  let rest: Uint8Array = new Uint8Array(0);
  for (let at = 0, i = 0; at < stream.length; i++) {
    const length = lengths[Math.min(i, lengths.length - 1)] as number;
    const step = deframe(rest, stream.subarray(at, at + length));
    if (!step.ok) return step.error;
    frames.push(...step.value.frames);
    rest = step.value.rest;
    at += length;
  }
  return { frames: frames.map((frame) => [...frame]), rest: rest.length };
}

describe("ChannelData", () => {
  it("[TN1] comes back from its frame, padded or not", () => {
    fc.assert(
      fc.property(anyNumber, anyData, fc.boolean(), (number, data, onStream) => {
        const frame = encodeChannelData(number, data, onStream);
        if (onStream) expect(frame.length % 4).toBe(0);
        const read = decodeChannelData(frame) ?? expect.fail("null");
        expect([read.number, [...read.data]]).toEqual([number, [...data]]);
      }),
    );
  });
  it("[TN2] that claims more bytes than came is null", () => {
    expect(decodeChannelData(new Uint8Array([0x40, 0, 0, 5, 1, 2, 3, 4]))).toBeNull();
    expect(decodeChannelData(new Uint8Array([0x40, 0, 0]))).toBeNull();
    expect(decodeChannelData(new Uint8Array([0x40, 0, 0, 0]))?.data.length).toBe(0);
  });
  it("[TN2] the first byte tells a frame's kind, and most bytes tell that it is none", () => {
    const kinds = Array.from({ length: 256 }, (_, first) => kindOf(first));
    expect(kinds.filter((kind) => kind === "stun").length).toBe(4);
    expect(kinds.filter((kind) => kind === "channelData").length).toBe(16);
    const at = (first: number) => kinds[first];
    expect([0, 3, 0x40, 0x4f].map(at)).toEqual(["stun", "stun", "channelData", "channelData"]);
    expect([4, 0x3f, 0x50, 0x80, 0xff].map(at)).toEqual(Array.from({ length: 5 }, () => "other"));
  });
});

describe("a stream", () => {
  it("[TN5] gives the same frames however it is cut", () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 20 }),
        (frames, lengths) => {
          const whole = { frames: frames.map((frame) => [...frame]), rest: 0 };
          expect(cut(concat(...frames), lengths)).toEqual(whole);
          expect(cut(concat(...frames), [1])).toEqual(whole);
        },
      ),
    );
  });
  it("[TN5] keeps an unfinished frame for later", () => {
    const frame = encodeChannelData(0x4000, new Uint8Array(10), true);
    expect(cut(concat(frame, frame.subarray(0, 9)), [100])).toEqual({ frames: [[...frame]], rest: 9 });
  });
  it("[TN5] that is out of step, or announces too long a frame, is a fault at once", () => {
    expect(cut(new Uint8Array([0x80]), [1])).toBe("not a frame");
    expect(cut(concat(encodeChannelData(0x4000, new Uint8Array(3), true), new Uint8Array([0xff])), [100])).toBe(
      "not a frame",
    );
    expect(cut(new Uint8Array([0x40, 0, 0xff, 0xff]), [4])).toBe("too long");
    expect(cut(new Uint8Array([0, 1, maxTurnFrameBytes >> 8, maxTurnFrameBytes & 0xfc]), [4])).toBe("too long");
    expect(cut(new Uint8Array([0, 1, 0, 3]), [4])).toBe("not a frame");
  });
  it("[TN5] never holds more than one frame's bytes, whatever it is fed", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 }), (chunks) => {
        let rest: Uint8Array = new Uint8Array(0);
        for (const chunk of chunks) {
          const step = deframe(rest, chunk);
          if (!step.ok) return;
          rest = step.value.rest;
          expect(rest.length).toBeLessThan(maxTurnFrameBytes);
        }
      }),
    );
  });
});
