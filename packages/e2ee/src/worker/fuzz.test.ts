// The two parsers that read what the network sends, frames and media digests, fed with noise and with true ones bent in a few
// places: a million of each with PARLEY_FULL=1, a tenth of that otherwise.
import type { Bytes } from "@parley/base/bytes";
import { describe, expect, it } from "vitest";
import { openFrame, readFrame } from "../frame/open.ts";
import { sealFrame } from "../frame/seal.ts";
import { encoderBytes, epochOf, frameKey } from "../frame/testing.ts";
import { noPrevious, readDigest, signDigest } from "../proof/digest.ts";
import { merkleRoot } from "../proof/merkle.ts";

const count = process.env["PARLEY_FULL"] === "1" ? 1_000_000 : 100_000;

/** A small generator, so that a run can be repeated (Marsaglia's xorshift32). */
function numbers(seed: number): (below: number) => number {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

/** `whole` with one to four bytes changed, perhaps cut short, or as much noise. */
function bent(whole: Bytes, random: (below: number) => number): Bytes {
  if (random(4) === 0) return Uint8Array.from({ length: random(whole.length + 8) }, () => random(256));
  const copy = whole.slice(0, random(3) === 0 ? random(whole.length + 1) : whole.length);
  for (let n = random(4); n >= 0 && copy.length > 0; n--) copy[random(copy.length)] = random(256);
  return copy;
}

describe("fuzz", () => {
  it(`[FR4] ${count} frames: each is parts within its bytes, or one of three reasons`, async () => {
    const random = numbers(20_261_124);
    const [seal, open] = [await frameKey(epochOf(1), 1, 0, "seal"), await frameKey(epochOf(1), 1, 0, "open")];
    const whole = {
      bare: new Uint8Array(await sealFrame(seal, 70_000, "bare", false, encoderBytes(1, 30))),
      vp8: new Uint8Array(await sealFrame(seal, 70_001, "vp8", true, encoderBytes(2, 30))),
    };
    let [read, tried] = [0, 0];
    for (let n = 0; n < count; n++) {
      const layout = n % 2 === 0 ? "bare" : "vp8";
      const bytes = bent(whole[layout], random);
      const parts = readFrame(bytes, layout);
      if (typeof parts === "string") continue;
      read++;
      if (parts.headerAt >= parts.bodyAt || parts.bodyAt + 16 > bytes.length || !Number.isSafeInteger(parts.ctr)) {
        expect.fail(`${bytes.join()} was read as ${JSON.stringify(parts.id)}`);
      }
      const same = bytes.length === whole[layout].length && bytes.every((byte, i) => byte === whole[layout][i]);
      if (same || n % 20 !== 0) continue;
      tried++;
      expect(await openFrame(open, parts)).toBeNull();
    }
    console.log(`${count} bent frames: ${read} read, ${tried} of them tried, 0 opened`);
    expect(read).toBeGreaterThan(count / 10);
  });

  it(`[DG3] ${count} digests: each is refused, or has as many hashes as it says`, async () => {
    const random = numbers(7);
    const hashes = Array.from({ length: 3 }, (_, n) => new Uint8Array(32).fill(n));
    const root = merkleRoot(hashes);
    const digest = {
      group: epochOf(1).group,
      epoch: 1,
      leaf: 0,
      context: 1,
      first: 5,
      count: 3,
      previous: noPrevious,
      root,
    };
    const whole = await signDigest(digest, hashes, () => Promise.resolve(new Uint8Array(64)));
    let read = 0;
    for (let n = 0; n < count; n++) {
      const signed = readDigest(bent(whole, random));
      if (!signed.ok) continue;
      read++;
      if (signed.value.hashes.length !== signed.value.digest.count)
        expect.fail("a digest whose count is not its hashes'");
    }
    console.log(`${count} bent digests: ${read} read`);
    expect(read).toBeGreaterThan(count / 10);
  });
});
