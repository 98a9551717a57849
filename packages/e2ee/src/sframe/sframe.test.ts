import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decrypt, encrypt } from "./cipher.ts";
import { Counter, counterLimit } from "./counter.ts";
import { maxHeaderBytes, readHeader, writeHeader } from "./header.ts";
import { contextCount, contextOf, contexts, keyIdOf, keyIdParts, maxLegs } from "./keyId.ts";
import { ReplayWindow, windowSize } from "./replay.ts";
import { deriveFrameKey, importBaseKey } from "./schedule.ts";

const uint64 = fc.bigInt(0n, (1n << 64n) - 1n).map((n) => (n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n));
const baseKey = (fill: number) => importBaseKey(new Uint8Array(32).fill(fill));

describe("header", () => {
  it("[SF1] every pair of values comes back, at any offset, and is as short as it can be", () => {
    fc.assert(
      fc.property(fc.oneof(uint64, fc.nat(300)), fc.oneof(uint64, fc.nat(300)), fc.nat(20), (kid, ctr, at) => {
        const out = new Uint8Array(at + maxHeaderBytes);
        const length = writeHeader(out, at, kid, ctr);
        expect(readHeader(out, at)).toEqual({ kid, ctr, length });
        const bytesOf = (n: number | bigint) => (n < 8 ? 0 : Math.ceil(n.toString(16).length / 2));
        expect(length).toBe(1 + bytesOf(kid) + bytesOf(ctr));
      }),
    );
  });
  it("[SF1] any bytes are null or a header with exactly those bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (noise) => {
        const read = readHeader(noise);
        if (read === null) return;
        const again = new Uint8Array(maxHeaderBytes);
        expect(writeHeader(again, 0, read.kid, read.ctr)).toBe(read.length);
        expect([...again.subarray(0, read.length)]).toEqual([...noise.subarray(0, read.length)]);
      }),
    );
  });
  it("[SF1] a value that is not in its shortest form is refused", () => {
    for (const long of [
      [0x80, 7],
      [0x08, 7],
      [0x90, 0, 9],
      [0x09, 0, 9],
    ])
      expect(readHeader(new Uint8Array(long))).toBeNull();
  });
});

describe("KID", () => {
  it("[SF3] the examples of RFC 9605 section 5.2 with S = 8", () => {
    expect([keyIdOf(0, 3, 14), keyIdOf(0, 7, 14), keyIdOf(0, 20, 14)]).toEqual([0x3e, 0x7e, 0x14e]);
    expect([keyIdOf(0, 3, 15), keyIdOf(0, 5, 15)]).toEqual([0x3f, 0x5f]);
  });
  it("[SF3] parts come back, and no two of (context, leaf, epoch & 15) share a KID", () => {
    fc.assert(
      fc.property(fc.nat(contextCount - 1), fc.nat(255), fc.nat(10_000), (context, leaf, epoch) => {
        expect(keyIdParts(keyIdOf(context, leaf, epoch))).toEqual({ context, leaf, epochBits: epoch & 15 });
      }),
    );
    expect(keyIdParts(contextCount * 4096)).toBeNull();
    expect(keyIdParts(1n << 63n)).toBeNull();
  });
  it("[SF3] each stream of each leg has a context of its own", () => {
    const names = Object.keys(contexts) as (keyof typeof contexts)[];
    const all = Array.from({ length: maxLegs }, (_, leg) => names.map((name) => contextOf(name, leg))).flat();
    expect(new Set(all).size).toBe(names.length * maxLegs);
    expect(Math.max(...all)).toBeLessThan(contextCount);
    expect(() => contextOf("camera", maxLegs)).toThrow(RangeError);
    for (const bad of [-1, 256, 1.5]) expect(() => keyIdOf(0, bad, 0)).toThrow(RangeError);
    expect(() => keyIdOf(contextCount, 0, 0)).toThrow(RangeError);
    expect(() => keyIdOf(0, 0, -1)).toThrow(RangeError);
  });
});

describe("counter", () => {
  it("[SF4] gives each value once, in order, through 2^32", () => {
    const counter = new Counter(2 ** 32 - 2);
    expect([counter.take(), counter.take(), counter.take(), counter.ahead]).toEqual([
      2 ** 32 - 2,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 32 + 1,
    ]);
  });
  it("[SF5] refuses for ever at its limit", () => {
    const counter = new Counter(counterLimit - 1);
    expect(counter.take()).toBe(counterLimit - 1);
    expect([counter.take(), counter.take()]).toEqual([null, null]);
    for (const bad of [-1, 0.5, counterLimit + 1]) expect(() => new Counter(bad)).toThrow(RangeError);
  });
});

describe("replay window", () => {
  it("[SF7] a replayed counter is refused and moves nothing", () => {
    const window = new ReplayWindow();
    expect(window.accept(5)).toBe("fresh");
    expect([window.inspect(5), window.accept(5), window.accept(4), window.accept(4)]).toEqual([
      "replayed",
      "replayed",
      "fresh",
      "replayed",
    ]);
  });
  it("[SF6] inspect moves nothing, however far ahead it is asked about", () => {
    const window = new ReplayWindow();
    window.accept(0);
    expect(window.inspect(2 ** 40)).toBe("fresh");
    expect(window.inspect(1)).toBe("fresh");
    expect(window.accept(1)).toBe("fresh");
  });
  it("[SF8] the newest 512 are told apart, older ones are refused", () => {
    const window = new ReplayWindow();
    window.accept(10_000);
    expect(window.inspect(10_000 - windowSize + 1)).toBe("fresh");
    expect(window.inspect(10_000 - windowSize)).toBe("tooOld");
  });
  it("[SF7] agrees with a list of everything accepted, also across 2^32", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 2 ** 32 - 300),
        fc.array(fc.oneof(fc.nat(1500), fc.nat(40)), { maxLength: 300 }),
        (from, steps) => {
          const window = new ReplayWindow();
          const accepted = new Set<number>();
          let newest = -1;
          for (const step of steps) {
            const ctr = from + step;
            const due = ctr <= newest - windowSize ? "tooOld" : accepted.has(ctr) ? "replayed" : "fresh";
            expect(window.inspect(ctr)).toBe(due);
            expect(window.accept(ctr)).toBe(due);
            if (due === "fresh") accepted.add(ctr);
            newest = Math.max(newest, ctr);
          }
        },
      ),
    );
  });
});

describe("cipher", () => {
  it("[SF4] the nonce takes in every bit of the counter: no two counters seal alike, 2^32 apart included", async () => {
    const key = await deriveFrameKey(await baseKey(1), 1, "seal");
    const counters = [0, 1, 255, 256, 2 ** 24, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40, counterLimit - 1];
    const none = new Uint8Array(0);
    // Started together on purpose: the shared nonce buffer must have been copied by each call before the next fills it.
    const sealed = await Promise.all(counters.map((ctr) => encrypt(key, ctr, none, new Uint8Array(40))));
    expect(new Set(sealed.map((s) => Buffer.from(s).toString("hex"))).size).toBe(counters.length);
    const opening = await deriveFrameKey(await baseKey(1), 1, "open");
    const opened = await Promise.all(
      counters.map((ctr, i) => decrypt(opening, ctr, none, new Uint8Array(sealed[i] as ArrayBuffer))),
    );
    for (const plain of opened) expect(new Uint8Array(plain)).toEqual(new Uint8Array(40));
  });
  it("[SF2] another KID or another base key is another key and another salt", async () => {
    const [one, two, other] = await Promise.all([
      deriveFrameKey(await baseKey(1), 1, "seal"),
      deriveFrameKey(await baseKey(1), 2, "open"),
      deriveFrameKey(await baseKey(2), 1, "open"),
    ]);
    expect(new Set([one, two, other].map((k) => k.salt.join())).size).toBe(3);
    const sealed = new Uint8Array(await encrypt(one, 0, new Uint8Array(1), new Uint8Array(9)));
    for (const key of [two, other]) await expect(decrypt(key, 0, new Uint8Array(1), sealed)).rejects.toThrow();
    await expect(crypto.subtle.exportKey("raw", one.key)).rejects.toThrow();
  });
});
