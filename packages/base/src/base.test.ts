import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64url, compare, concat, equal, fromBase64url, fromHex, hex, utf8 } from "./bytes.ts";
import * as c from "./codec.ts";
import { below } from "./random.ts";

const bytes = (max = 64) => fc.uint8Array({ maxLength: max }).map((b) => new Uint8Array(b));

describe("bytes", () => {
  it("hex and base64url come back as they went, and agree with Node's", () => {
    fc.assert(
      fc.property(bytes(), (b) => {
        expect(fromHex(hex(b))).toEqual(b);
        expect(fromBase64url(base64url(b))).toEqual(b);
        expect(base64url(b)).toBe(Buffer.from(b).toString("base64url"));
      }),
    );
  });
  it("base64url has one form for each value: padding, other alphabets and stray bits are refused", () => {
    for (const bad of ["A", "AB==", "A+", "A/", "AB", "AAB", "A A"])
      expect([bad, fromBase64url(bad)]).toEqual([bad, null]);
    expect(fromBase64url("AA")).toEqual(new Uint8Array([0]));
  });
  it("compare orders like equal says, and a prefix comes first", () => {
    fc.assert(
      fc.property(bytes(4), bytes(4), (a, b) => {
        expect(compare(a, b) === 0).toBe(equal(a, b));
      }),
    );
    expect(compare(utf8("ab"), utf8("abc"))).toBe(-1);
  });
});

const message = c.variant({
  ring: [1, c.struct({ call: c.fixed(4), name: c.text(30), spent: c.uint32 })],
  notes: [2, c.struct({ notes: c.list(c.opaque(20), 5), last: c.optional(c.uint48), big: c.uint64, yes: c.bool })],
});

const anyMessage = fc.oneof(
  fc.record({
    type: fc.constant("ring" as const),
    call: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((b) => new Uint8Array(b)),
    name: fc.string({ maxLength: 7, unit: "grapheme" }).filter((s) => utf8(s).length <= 30),
    spent: fc.nat(),
  }),
  fc.record({
    type: fc.constant("notes" as const),
    notes: fc.array(bytes(20), { maxLength: 5 }),
    last: fc.option(fc.nat(2 ** 40)),
    big: fc.bigInt(0n, (1n << 64n) - 1n),
    yes: fc.boolean(),
  }),
);

describe("codec", () => {
  it("every value comes back from its encoding", () => {
    fc.assert(
      fc.property(anyMessage, (m) => {
        expect(c.decode(message, c.encode(message, m))).toEqual({ ok: true, value: m });
      }),
    );
  });
  it("any bytes decode to an error, or to a value with exactly those bytes", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          bytes(80),
          anyMessage.map((m) => c.encode(message, m)),
        ),
        fc.nat(100),
        fc.nat(255),
        (b, at, x) => {
          const bent = b.slice();
          if (bent.length > 0) bent[at % bent.length] = x;
          const read = c.decode(message, bent);
          if (read.ok) expect(c.encode(message, read.value)).toEqual(bent);
        },
      ),
    );
  });
  it("a truncation or an extra byte is always an error", () => {
    fc.assert(
      fc.property(anyMessage, (m) => {
        const whole = c.encode(message, m);
        expect(c.decode(message, whole.slice(0, -1)).ok).toBe(false);
        expect(c.decode(message, concat(whole, new Uint8Array(1))).ok).toBe(false);
      }),
    );
  });
  it("bounds hold on both sides", () => {
    expect(() => c.encode(c.opaque(3), new Uint8Array(4))).toThrow(RangeError);
    expect(c.decode(c.opaque(3), new Uint8Array([4, 1, 2, 3, 4]))).toEqual({
      ok: false,
      error: { reason: "4 bytes, not 0 to 3", at: 1 },
    });
    expect(() => c.encode(c.uint8, 256)).toThrow(RangeError);
    expect(c.decode(c.text(4), new Uint8Array([1, 0xff])).ok).toBe(false);
    expect(c.decode(c.oneOf("a", "b"), new Uint8Array([2])).ok).toBe(false);
  });
});

describe("random", () => {
  it("below draws from the whole range and nothing outside it", () => {
    let state = 1;
    const random = (n: number) => Uint8Array.from({ length: n }, () => (state = (state * 48271) % 0x7fffffff) & 0xff);
    const seen = new Set(Array.from({ length: 500 }, () => below(random, 7)));
    expect(seen).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
  });
});
