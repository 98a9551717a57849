import { SocketAddress } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressBytes, addressText, endpointOf } from "./address.ts";

const kernelText = (text: string) => new SocketAddress({ address: text, family: "ipv6", port: 1 }).address;
const sparse = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.constant(1), fc.constant(0xffff), fc.nat(0xffff)), {
    minLength: 8,
    maxLength: 8,
  })
  .map((words) => Uint8Array.from(words.flatMap((word) => [word >> 8, word & 255])));

describe("addresses", () => {
  it("[TN4] an IPv6 address has the very text that the kernel gives for it, and comes back from it", () => {
    fc.assert(
      fc.property(sparse, (bytes) => {
        const text = addressText(bytes);
        expect(text).toBe(kernelText(text));
        expect(addressBytes(text)).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });
  it("[TN4] an IPv4 address comes back from its text", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
        expect(addressBytes(addressText(bytes))).toEqual(Uint8Array.from(bytes));
      }),
    );
  });
  it.each([
    ["::", "::"],
    ["1::", "1::"],
    ["::1", "::1"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["::FFFF:1.2.3.4", "::ffff:1.2.3.4"],
    ["64:ff9b::1.2.3.4", "64:ff9b::102:304"],
  ])("[TN4] every text of one address becomes one text: %s", (written, canonical) => {
    expect(endpointOf(written, 9)).toEqual({ family: "ipv6", address: canonical, port: 9 });
  });
  it("[TN4] what is no address, or has a zone, is null", () => {
    for (const bad of [
      "",
      "1.2.3",
      "1.2.3.256",
      "01.2.3.4",
      ":::",
      "1::2::3",
      "fe80::1%eth0",
      "1.2.3.4::",
      "localhost",
    ])
      expect([bad, addressBytes(bad)]).toEqual([bad, null]);
  });
});
