// The vectors of RFC 5769, and of RFC 8489 appendix B.1 as its erratum 6268 corrects it, are written out here from those RFCs.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, equal, fromHex, fromUtf8, utf8 } from "@parley/base/bytes";
import { maxStunAttributes, maxTurnFrameBytes } from "@parley/protocol/limits";
import { attributeType } from "./attributeTypes.ts";
import { readXorAddress, text, unknownIn, valueOf, xorAddress } from "./attributes.ts";
import { encodeMessage, integrityHolds, integrityOf, longTermKey, unsigned } from "./integrity.ts";
import { type Message, decodeMessage, fingerprintOf, methodNumber, writeMessage } from "./stun.ts";

const bytes = (hex: string) => fromHex(hex.replaceAll(/\s/g, "")) ?? expect.fail("not hex");
function decoded(message: Uint8Array): Message {
  const read = decodeMessage(message);
  return read.ok ? read.value : expect.fail(read.error);
}
const fault = (message: Uint8Array) => {
  const read = decodeMessage(message);
  return read.ok ? "none" : read.error;
};
const holds = (message: Message, key: Uint8Array) => {
  const integrity = integrityOf(message);
  return integrity !== null && integrityHolds(message, integrity, key);
};

const request = bytes(`00010058 2112a442 b7e7a701bc34d686fa87dfae
  80220010 5354554e207465737420636c69656e74 00240004 6e0001ff 80290008 932ff9b151263b36
  00060009 6576746a3a68367659202020 00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004 e57a3bcf`);
const responseIpv4 = bytes(`0101003c 2112a442 b7e7a701bc34d686fa87dfae
  8022000b 7465737420766563746f7220 00200008 0001a147e112a643
  00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004 c07d4c96`);
const responseIpv6 = bytes(`01010048 2112a442 b7e7a701bc34d686fa87dfae
  8022000b 7465737420766563746f7220 00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
  00080014 a382954e4be67bf11784c97c8292c275bfe3ed41 80280004 c8fb0b4c`);
const longTerm = bytes(`00010060 2112a442 78ad3433c6ad72c029da412e
  00060012 e3839ee38388e383aae38383e382afe382b90000
  0015001c 662f2f3439396b39353464364f4c33346f4c39465354767936347341
  0014000b 6578616d706c652e6f726700 00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666`);
const longTermSha256 = bytes(`00010090 2112a442 78ad3433c6ad72c029da412e
  001e0020 4a3cf38fef6992bda952c6780417da0f24819415569e60b205c46e41407f1704
  00150029 6f624d61744a6f733241414143662f2f3439396b3935346436 4f4c33346f4c39465354767936347341000000
  0014000b 6578616d706c652e6f726700 001d0004 00020000
  001c0020 b5c7bf005b6c52a21c51c5e892f81924136296cb927c43149309278cc6518e65`);

const shortKey = utf8("VOkJxbRl1RmTxUk/WvJxBt");
const matrix = "マトリックス";

describe("RFC 5769 test vectors", () => {
  it("[TN1] 2.1 the sample request decodes and verifies", () => {
    const message = decoded(request);
    expect([message.class, message.method, message.attributes.length]).toEqual(["request", "binding", 6]);
    expect(fromUtf8(valueOf(message, "username") ?? new Uint8Array())).toBe("evtj:h6vY");
    expect(holds(message, shortKey)).toBe(true);
    expect(holds(message, utf8("VOkJxbRl1RmTxUk/WvJxBu"))).toBe(false);
  });
  it.each([
    ["2.2", responseIpv4, { family: "ipv4", address: "192.0.2.1", port: 32853 }],
    ["2.3", responseIpv6, { family: "ipv6", address: "2001:db8:1234:5678:11:2233:4455:6677", port: 32853 }],
  ] as const)("[TN1] %s the sample response decodes and verifies", (_section, response, mapped) => {
    const message = decoded(response);
    expect([message.class, message.method]).toEqual(["success", "binding"]);
    const value = valueOf(message, "xorMappedAddress") ?? expect.fail("no address");
    expect(readXorAddress(value, message.transaction)).toEqual(mapped);
    expect(holds(message, shortKey)).toBe(true);
    expect(equal(xorAddress("xorMappedAddress", mapped, message.transaction).value, value)).toBe(true);
  });
  it("[TN1] 2.4 the request with long-term authentication verifies", () => {
    expect(holds(decoded(longTerm), longTermKey(matrix, "example.org", "TheMatrIX"))).toBe(true);
    expect(holds(decoded(longTerm), longTermKey(matrix, "example.org", "TheMatrix"))).toBe(false);
  });
  it("[TN1] 2.1 to 2.3 are written byte for byte from their parts, but for the padding", () => {
    for (const vector of [request, responseIpv4, responseIpv6]) {
      const message = decoded(vector);
      const sealed = attributeType.messageIntegrity;
      const plain = message.attributes.filter(({ type }) => type !== sealed && type !== attributeType.fingerprint);
      const head = { class: message.class, method: "binding", transaction: message.transaction } as const;
      const written = encodeMessage(head, plain, { key: shortKey, fingerprint: true });
      // RFC 5769 pads with spaces where we pad with zeros; beyond that, and what is computed over it, nothing differs.
      const untilIntegrity = vector.length - 32;
      const spaced = written.slice(0, untilIntegrity).map((byte, i) => (vector[i] === 0x20 ? 0x20 : byte));
      expect(spaced).toEqual(vector.slice(0, untilIntegrity));
      expect(holds(decoded(written), shortKey)).toBe(true);
    }
  });
  it("[TN1] 2.4 is written byte for byte from its parts", () => {
    const { transaction } = decoded(longTerm);
    const fields = [
      text("username", matrix),
      text("nonce", "f//499k954d6OL34oL9FSTvy64sA"),
      text("realm", "example.org"),
    ];
    const key = longTermKey(matrix, "example.org", "TheMatrIX");
    expect(
      encodeMessage({ class: "request", method: "binding", transaction }, fields, { key, fingerprint: false }),
    ).toEqual(longTerm);
  });
  it("[TN1] a vector verifies inside a larger buffer, as sockets give it, and stays as it was", () => {
    const larger = Buffer.concat([Buffer.alloc(7, 0xaa), request, Buffer.alloc(9)]);
    const inside = larger.subarray(7, 7 + request.length);
    expect(holds(decoded(inside), shortKey)).toBe(true);
    expect([...larger]).toEqual([...new Uint8Array(7).fill(0xaa), ...request, ...new Uint8Array(9)]);
  });
  it("[TN1] RFC 8489 B.1, with MESSAGE-INTEGRITY-SHA256, verifies under the SHA-256 key of its password algorithm", async () => {
    const key = await crypto.subtle.digest("SHA-256", utf8(`${matrix}:example.org:TheMatrIX`));
    expect(holds(decoded(longTermSha256), new Uint8Array(key))).toBe(true);
    expect(unknownIn(decoded(longTermSha256))).toEqual([0x001e, 0x001d]);
  });
  it("[TN1] wrong by one bit anywhere up to the end of its integrity, no vector verifies", () => {
    const fingerprint = 8;
    for (const [vector, key, behind] of [
      [request, shortKey, fingerprint],
      [responseIpv4, shortKey, fingerprint],
      [longTerm, longTermKey(matrix, "example.org", "TheMatrIX"), 0],
    ] as const)
      for (let bit = 0; bit < (vector.length - behind) * 8; bit++) {
        const bent = vector.slice();
        bent[bit >> 3] = (bent[bit >> 3] as number) ^ (1 << (bit & 7));
        const read = decodeMessage(bent);
        expect([bit, read.ok && holds(read.value, key)]).toEqual([bit, false]);
      }
  });
});

describe("the codec", () => {
  const anyField = fc.record({
    type: fc
      .oneof(fc.nat(0xffff), fc.constantFrom(...Object.values(attributeType)))
      .filter(
        (type) =>
          type !== attributeType.messageIntegrity &&
          type !== attributeType.messageIntegritySha256 &&
          type !== attributeType.fingerprint,
      ),
    value: fc.uint8Array({ maxLength: 60 }),
  });
  const anyHead = fc.record({
    class: fc.constantFrom("request" as const, "indication" as const, "success" as const, "error" as const),
    method: fc.constantFrom(...(Object.keys(methodNumber) as (keyof typeof methodNumber)[])),
    transaction: fc.uint8Array({ minLength: 12, maxLength: 12 }),
  });
  const ending = fc.record({
    key: fc.option(fc.uint8Array({ minLength: 16, maxLength: 16 })),
    fingerprint: fc.boolean(),
  });

  it("[TN1] every message comes back from its encoding, and verifies under its key alone", () => {
    fc.assert(
      fc.property(anyHead, fc.array(anyField, { maxLength: 12 }), ending, (head, fields, end) => {
        const message = decoded(encodeMessage(head, fields, end));
        expect({ ...head, transaction: [...head.transaction] }).toEqual({
          class: message.class,
          method: message.method,
          transaction: [...message.transaction],
        });
        const plain = message.attributes.slice(0, fields.length);
        expect(plain.map(({ type, value }) => [type, [...value]])).toEqual(fields.map((f) => [f.type, [...f.value]]));
        expect(integrityOf(message) === null).toBe(end.key === null);
        if (end.key === null) return;
        expect(holds(message, end.key)).toBe(true);
        expect(
          holds(
            message,
            end.key.map((byte) => byte ^ 1),
          ),
        ).toBe(false);
      }),
    );
  });
  it("[TN1] any bytes decode to a fault or to a message that holds them all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (junk) => {
        const read = decodeMessage(
          concat(new Uint8Array([0, 1, 0, (junk.length - 16) & 0xfc, 0x21, 0x12, 0xa4, 0x42]), junk),
        );
        if (read.ok) expect(read.value.attributes.every(({ at }) => at < read.value.bytes.length)).toBe(true);
      }),
    );
  });
  it("[TN1] a truncation or an extra byte is always a fault", () => {
    fc.assert(
      fc.property(anyHead, fc.array(anyField, { maxLength: 4 }), ending, fc.nat(), (head, fields, end, cut) => {
        const whole = encodeMessage(head, fields, end);
        expect(decodeMessage(whole.slice(0, cut % whole.length)).ok).toBe(false);
        expect(decodeMessage(concat(whole, new Uint8Array(1))).ok).toBe(false);
      }),
    );
  });
  const head = { class: "request", method: "allocate", transaction: new Uint8Array(12) } as const;
  it("[TN2] what is too long, too full or not STUN is refused", () => {
    const one = { type: 0x8022, value: new Uint8Array(0) };
    const many = (n: number) =>
      writeMessage(
        head,
        Array.from({ length: n }, () => one),
      );
    expect(fault(many(maxStunAttributes))).toBe("none");
    expect(fault(many(maxStunAttributes + 1))).toBe("too many attributes");
    expect(fault(writeMessage(head, [{ type: 0x8022, value: new Uint8Array(maxTurnFrameBytes) }]))).toBe("long");
    expect(fault(new Uint8Array(19))).toBe("short");
    const message = writeMessage(head, []);
    expect(fault(Uint8Array.from(message, (byte, i) => (i === 4 ? 0x20 : byte)))).toBe("cookie");
    expect(fault(Uint8Array.from(message, (byte, i) => (i === 0 ? byte | 0x40 : byte)))).toBe("length");
    expect(fault(Uint8Array.from(message, (byte, i) => (i === 3 ? 4 : byte)))).toBe("length");
    expect(
      fault(
        concat(
          Uint8Array.from(message, (byte, i) => (i === 3 ? 2 : byte)),
          new Uint8Array(2),
        ),
      ),
    ).toBe("length");
    const overrun = writeMessage(head, [{ type: 0x8022, value: new Uint8Array(4) }]);
    overrun[23] = 5;
    expect(fault(overrun)).toBe("attribute overruns");
  });
  it("[TN3] what stands behind the integrity is not read, except what may stand there", () => {
    const key = new Uint8Array(16);
    const late = writeMessage(head, [
      { type: attributeType.messageIntegrity, value: new Uint8Array(20) },
      text("username", "late"),
      { type: attributeType.messageIntegritySha256, value: new Uint8Array(32) },
      text("realm", "later"),
    ]);
    const message = decoded(late);
    expect([valueOf(message, "username"), valueOf(message, "realm")]).toEqual([null, null]);
    expect(integrityOf(message)?.type).toBe(attributeType.messageIntegritySha256);
    expect(holds(message, key)).toBe(false);
  });
  it("[TN3] a FINGERPRINT that is wrong, or not the last, makes it no message", () => {
    const whole = encodeMessage(head, [], { key: null, fingerprint: true });
    expect(fault(whole)).toBe("none");
    expect(fault(Uint8Array.from(whole, (byte, i) => (i === whole.length - 1 ? byte ^ 1 : byte)))).toBe("fingerprint");
    const followed = writeMessage(head, [
      { type: attributeType.fingerprint, value: new Uint8Array(4) },
      { type: 0x8022, value: new Uint8Array(0) },
    ]);
    new DataView(followed.buffer).setUint32(24, fingerprintOf(followed.subarray(0, 20)));
    expect(fault(followed)).toBe("fingerprint");
  });
  it("[TN3] an integrity of another length than its hash never holds", () => {
    for (const [type, size] of [
      [attributeType.messageIntegrity, 16],
      [attributeType.messageIntegrity, 0],
      [attributeType.messageIntegritySha256, 16],
      [attributeType.messageIntegritySha256, 36],
    ] as const)
      expect(holds(decoded(writeMessage(head, [{ type, value: new Uint8Array(size) }])), new Uint8Array(16))).toBe(
        false,
      );
  });
  it("[TN1] a message of a method we do not know has no method", () => {
    const unknown = encodeMessage(head, [], unsigned);
    unknown[1] = 0x0e;
    expect(decoded(unknown).method).toBeNull();
  });
});
