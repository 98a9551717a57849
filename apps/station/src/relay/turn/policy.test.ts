import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressText, endpointOf } from "./address.ts";
import { type Policy, contains, decideReach, isReserved, rangeOf } from "./policy.ts";

const open: Policy = { allowed: [], own: new Set() };
const reach = (policy: Policy, text: string) => decideReach(policy, endpointOf(text, 0)?.address ?? text);
const allowing = (...texts: readonly string[]): Policy => ({
  allowed: texts.map((text) => rangeOf(text) ?? expect.fail(text)),
  own: new Set(["127.0.0.1", "2a00:1:2::3", "203.0.113.9"]),
});

describe("ranges", () => {
  it("contain exactly the addresses that share their first bits", () => {
    const four = fc.uint8Array({ minLength: 4, maxLength: 4 });
    const value = (bytes: Uint8Array) => new DataView(bytes.buffer).getUint32(0);
    fc.assert(
      fc.property(four, four, fc.integer({ min: 0, max: 32 }), (a, b, length) => {
        const shift = 2 ** (32 - length);
        const same = Math.floor(value(a) / shift) === Math.floor(value(b) / shift);
        expect(contains({ bytes: a, length }, b)).toBe(same);
      }),
    );
  });
  it("are refused when they are none", () => {
    for (const bad of ["", "10.0.0.0/33", "10/8", "::/129", "1.2.3.4/", "1.2.3.4/8/8", "x/8", "10.0.0.0/-1"])
      expect([bad, rangeOf(bad)]).toEqual([bad, null]);
  });
});

describe("whom the relay may reach", () => {
  it.each(
    (
      "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1 " +
      "172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.7 " +
      "224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255"
    ).split(" "),
  )("[TN20] IPv4 %s is denied", (text) => expect(reach(open, text)).toBe("denied"));
  it.each(
    (
      ":: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:10.0.0.1 64:ff9b::8.8.8.8 64:ff9b::127.0.0.1 64:ff9b:1::1 " +
      "100::1 2001::1 2001:10::1 2001:db8::1 2002:7f00:1::1 3fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1 " +
      "ff0e::1 4000::1"
    ).split(" "),
  )("[TN20] IPv6 %s is denied", (text) => expect(reach(open, text)).toBe("denied"));
  it.each(["8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255"])(
    "[TN20] the public IPv4 address %s is reached",
    (text) => expect(reach(open, text)).toBe("peer"),
  );
  it.each([
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.1",
    "192.169.0.0",
    "223.255.255.255",
    "2a00:1450::1",
    "2001:4860::8",
  ])("[TN20] the public address %s is reached", (text) => expect(reach(open, text)).toBe("peer"));
  it("[TN21] a setting opens what it names and nothing beside it", () => {
    const policy = allowing("10.1.0.0/16", "::1/128");
    expect(reach(policy, "10.1.2.3")).toBe("peer");
    expect(reach(policy, "10.2.0.1")).toBe("denied");
    expect(reach(policy, "::1")).toBe("peer");
    expect(reach(policy, "::2")).toBe("denied");
  });
  it("[TN21] an IPv6 range opens no IPv4 address that is embedded in it and denied by itself", () => {
    expect(reach(allowing("::/0"), "::ffff:10.0.0.1")).toBe("denied");
    expect(reach(allowing("64:ff9b::/96"), "64:ff9b::169.254.169.254")).toBe("denied");
    expect(reach(allowing("64:ff9b::/96"), "64:ff9b::8.8.8.8")).toBe("peer");
    expect(reach(allowing("::/0", "10.0.0.0/8"), "::ffff:10.0.0.1")).toBe("peer");
  });
  it("[TN22] an own relayed address is reached as a relay only, be it reserved or public, unless a setting opens it", () => {
    expect(reach(allowing(), "127.0.0.1")).toBe("ownRelay");
    expect(reach(allowing(), "2a00:1:2::3")).toBe("ownRelay");
    expect(reach(allowing(), "127.0.0.2")).toBe("denied");
    expect(reach(allowing("127.0.0.0/8"), "127.0.0.1")).toBe("peer");
  });
  it("[TN20] no IPv6 address outside 2000::/3 is ever public", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        if (((bytes[0] as number) & 0xe0) !== 0x20) expect(isReserved(bytes)).toBe(true);
        if (isReserved(bytes)) expect(reach(open, addressText(bytes))).toBe("denied");
      }),
    );
  });
});
