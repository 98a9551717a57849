import { type Bytes, concat, equal } from "@parley/base/bytes";
import { ms } from "@parley/base/time";
import { maxDigestFrames } from "@parley/protocol/limits";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { epochOf } from "../frame/testing.ts";
import { Account, type Unsigned } from "./account.ts";
import { digestHash, noPrevious, readDigest, refuseDigest, signDigest } from "./digest.ts";
import { merkleRoot } from "./merkle.ts";
import { Watch, claimWithin } from "./watch.ts";

const sha = (...parts: Uint8Array[]): Bytes =>
  new Uint8Array(
    createHash("sha256")
      .update(concat(...parts))
      .digest(),
  );
const hashOf = (n: number): Bytes => sha(new Uint8Array([n, n >> 8]));
const at = (n: number) => ms(n);

/** RFC 6962 section 2.1, word for word. */
function plainRoot(leaves: readonly Bytes[]): Bytes {
  const [only] = leaves;
  if (only !== undefined && leaves.length === 1) return sha(new Uint8Array([0]), only);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha(new Uint8Array([1]), plainRoot(leaves.slice(0, k)), plainRoot(leaves.slice(k)));
}

describe("Merkle root", () => {
  it("[DG2] is RFC 6962's for every number of leaves to 70, and needs one", () => {
    const leaves = Array.from({ length: 70 }, (_, n) => hashOf(n));
    for (let n = 1; n <= 70; n++)
      expect(equal(merkleRoot(leaves.slice(0, n)), plainRoot(leaves.slice(0, n)))).toBe(true);
    expect(() => merkleRoot([])).toThrow(RangeError);
  });
});

describe("account", () => {
  it("[DG1] [DG5] every frame is in exactly one digest, runs have no hole, each names the one before", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(900), { minLength: 1, maxLength: 400 }),
        fc.array(fc.nat(400), { maxLength: 6 }),
        (counters, cuts) => {
          const account = new Account();
          const digests: Unsigned[] = [];
          counters.forEach((ctr, i) => {
            account.note(epochOf(1), 3, 1, ctr, hashOf(ctr), at(0));
            if (cuts.includes(i)) digests.push(...account.cut(at(0), true));
          });
          digests.push(...account.cut(at(10_000)));
          const claimed = digests.flatMap(({ digest, hashes }) =>
            hashes.map((hash, i) => [digest.first + i, hash] as const),
          );
          expect(claimed.map(([ctr]) => ctr).toSorted((a, b) => a - b)).toEqual(counters.toSorted((a, b) => a - b));
          for (const [ctr, hash] of claimed) expect(equal(hash, hashOf(ctr))).toBe(true);
          let previous = noPrevious;
          for (const { digest, hashes } of digests) {
            expect([digest.count, digest.leaf, digest.context]).toEqual([hashes.length, 3, 1]);
            expect(equal(digest.previous, previous)).toBe(true);
            previous = digestHash(digest);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
  it("[DG5] is cut within half a second, at once when full, and apart by epoch, group and context", () => {
    const account = new Account();
    account.note(epochOf(1), 0, 0, 0, hashOf(0), at(0));
    expect(account.cut(at(400))).toHaveLength(0);
    expect(account.cut(at(500))).toHaveLength(1);
    expect(account.cut(at(9_999))).toHaveLength(0);
    for (let n = 0; n < maxDigestFrames + 1; n++) account.note(epochOf(1), 0, 0, n + 1, hashOf(n), at(1_000));
    expect(account.cut(at(1_000)).map(({ digest }) => digest.count)).toEqual([maxDigestFrames, 1]);
    for (const of of [epochOf(2), epochOf(2, 1)])
      for (const context of [0, 1]) account.note(of, 0, context, 0, hashOf(1), at(2_000));
    const apart = account.cut(at(3_000)).map(({ digest }) => digest);
    expect(apart).toHaveLength(4);
    expect(apart.map(({ previous }) => equal(previous, noPrevious))).toEqual([false, true, true, true]);
  });
});

const sign = (message: Bytes) => Promise.resolve(concat(sha(message), sha(message)));
const verify = async (message: Bytes, signature: Bytes) => equal(await sign(message), signature);

describe("signed digest", () => {
  const one = ({ digest, hashes }: Unsigned) => signDigest(digest, hashes, sign);
  const cut = (frames: number): Unsigned => {
    const account = new Account();
    for (let n = 0; n < frames; n++) account.note(epochOf(7), 2, 1, n, hashOf(n), at(0));
    return account.cut(at(1_000))[0] ?? expect.fail("nothing cut");
  };
  it("[DG3] [DG4] comes back as it went; its size is 32 bytes a frame and 210 more", async () => {
    for (const frames of [1, 30, 50, maxDigestFrames]) {
      const unsigned = cut(frames);
      const bytes = await one(unsigned);
      expect(bytes.length).toBeLessThan(32 * frames + 210);
      const read = readDigest(bytes);
      if (!read.ok) return expect.fail(read.error);
      expect(read.value.digest).toEqual(unsigned.digest);
      expect(await refuseDigest(read.value, verify)).toBeNull();
    }
    console.log(
      `digest sizes: 30 frames ${(await one(cut(30))).length} bytes, 50 frames ${(await one(cut(50))).length} bytes`,
    );
  });
  it("[DG3] hashes that the root does not cover, too many, too few or none are refused", async () => {
    const { digest, hashes } = cut(5);
    const refusal = async (d: typeof digest, h: readonly Bytes[]) => {
      const read = readDigest(await signDigest(d, h, sign));
      return read.ok ? refuseDigest(read.value, verify) : read.error;
    };
    expect(await refusal(digest, hashes)).toBeNull();
    expect(await refusal(digest, [...hashes].reverse())).toBe("rootDiffers");
    expect(await refusal(digest, hashes.slice(1))).toBe("malformed");
    expect(await refusal({ ...digest, count: 4 }, hashes.slice(1))).toBe("rootDiffers");
    expect(readDigest(new Uint8Array(100_000))).toEqual({ ok: false, error: "malformed" });
    await expect(signDigest({ ...digest, count: 0 }, [], sign)).resolves.toSatisfy((b: Bytes) => !readDigest(b).ok);
  });
});

describe("watch", () => {
  const claimOf = (first: number, hashes: readonly Bytes[], previous = noPrevious, context = 1) => ({
    digest: {
      group: epochOf(1).group,
      epoch: 1,
      leaf: 0,
      context,
      first,
      count: hashes.length,
      previous,
      root: merkleRoot(hashes),
    },
    signature: new Uint8Array(64),
    hashes,
  });
  const saw = (watch: Watch, ctr: number, hash: Bytes, now: number, context = 1) =>
    watch.saw(epochOf(1), 0, context, ctr, hash, at(now)).map(({ why }) => why);

  it("[DG6] a claimed frame is silent, whether it or its claim comes first", () => {
    const watch = new Watch();
    expect(saw(watch, 0, hashOf(0), 0)).toEqual([]);
    expect(watch.claim(epochOf(1), claimOf(0, [hashOf(0), hashOf(1)]), at(1))).toEqual([]);
    expect(saw(watch, 1, hashOf(1), 2)).toEqual([]);
    expect(watch.tick(at(100_000))).toEqual([]);
  });
  it("[DG8] another hash than the claimed one is told, either way round, at once and then every 3 s", () => {
    const watch = new Watch();
    saw(watch, 0, hashOf(9), 0);
    expect(watch.claim(epochOf(1), claimOf(0, [hashOf(0), hashOf(1)]), at(1))).toMatchObject([
      { why: "otherFrame", frames: 1 },
    ]);
    expect(saw(watch, 1, hashOf(9), 2)).toEqual([]); // told a millisecond ago
    expect(watch.tick(at(3_000))).toEqual([]);
    expect(watch.tick(at(3_001))).toMatchObject([{ why: "otherFrame", frames: 2 }]);
    expect(watch.tick(at(9_000))).toEqual([]);
  });
  it("[DG7] a claim of another context, epoch or counter covers nothing", () => {
    const watch = new Watch();
    saw(watch, 0, hashOf(0), 0);
    watch.claim(epochOf(1), claimOf(0, [hashOf(0)], noPrevious, 0), at(1));
    watch.claim(epochOf(2), claimOf(0, [hashOf(0)]), at(1));
    watch.claim(epochOf(1), claimOf(1, [hashOf(0)], hashOf(1)), at(1));
    expect(watch.tick(at(claimWithin - 1))).toEqual([]);
    expect(watch.tick(at(claimWithin))).toMatchObject([{ why: "unclaimed", leaf: 0, context: 1, frames: 1 }]);
  });
  it("[DG9] one counter claimed twice differently, or two digests after the same one, are told; the same digest again is not", () => {
    const watch = new Watch();
    const first = claimOf(0, [hashOf(0)]);
    expect([...watch.claim(epochOf(1), first, at(0)), ...watch.claim(epochOf(1), first, at(0))]).toEqual([]);
    const other = claimOf(0, [hashOf(7)], digestHash(first.digest));
    expect(watch.claim(epochOf(1), other, at(0))).toMatchObject([{ why: "claimedTwice" }]);
    const fresh = new Watch();
    fresh.claim(epochOf(1), first, at(0));
    expect(fresh.claim(epochOf(1), claimOf(1, [hashOf(1)]), at(0))).toMatchObject([{ why: "claimedTwice" }]);
  });
  it("[DG9] the first digest of a fresh group follows nothing, and is no fork", () => {
    const watch = new Watch();
    watch.claim(epochOf(1), claimOf(0, [hashOf(0)]), at(0));
    const { digest, ...rest } = claimOf(0, [hashOf(5)]);
    const next = { ...rest, digest: { ...digest, group: epochOf(1, 1).group } };
    expect(watch.claim(epochOf(1, 1), next, at(0))).toEqual([]);
  });
  it("[DG10] claims are kept for 1,024 counters, unclaimed frames for half a minute, and epochs as long as they await claims", () => {
    const watch = new Watch();
    watch.claim(epochOf(1), claimOf(0, [hashOf(0)]), at(0));
    watch.claim(epochOf(1), claimOf(1_023, [hashOf(1)], hashOf(1)), at(0));
    expect(saw(watch, 0, hashOf(9), 0)).toEqual(["otherFrame"]);
    watch.claim(epochOf(1), claimOf(1_024, [hashOf(1)], hashOf(2)), at(0));
    expect(saw(watch, 0, hashOf(9), 5_000)).toEqual([]);
    expect(watch.tick(at(5_000 + claimWithin))).toMatchObject([{ why: "unclaimed" }]);
    watch.tick(at(5_000 + claimWithin + 30_000));
    expect(watch.claim(epochOf(1), claimOf(0, [hashOf(9)], hashOf(3)), at(90_000))).toEqual([]);

    const epochs = new Watch();
    epochs.saw(epochOf(1), 0, 1, 0, hashOf(0), at(0));
    for (let epoch = 2; epoch < 12; epoch++)
      epochs.claim(epochOf(epoch), claimOf(0, [hashOf(epoch)], hashOf(epoch)), at(0));
    expect(epochs.tick(at(claimWithin))).toMatchObject([{ why: "unclaimed", frames: 1 }]);
  });
  it("[DG10] a flood of frames that nobody claims is bounded and told", () => {
    const watch = new Watch();
    const told: string[] = [];
    for (let n = 0; n < 3_000; n++) told.push(...saw(watch, n, hashOf(n), 0));
    expect(told).toEqual(["unclaimed"]);
    expect(watch.tick(at(4_000))).toMatchObject([{ why: "unclaimed", frames: 3_000 }]);
  });
});
