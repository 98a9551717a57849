import { concat } from "@parley/base/bytes";
import { ms } from "@parley/base/time";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { counterLimit } from "../sframe/counter.ts";
import { keyIdOf } from "../sframe/keyId.ts";
import { layoutOf } from "./layout.ts";
import { openFrame, readFrame } from "./open.ts";
import { ReceiveKeys, longestLife, quietLife } from "./receiveKeys.ts";
import { sealFrame } from "./seal.ts";
import { Sealer } from "./sealer.ts";
import { encoderBytes, epochOf, frameKey } from "./testing.ts";

const parts = (bytes: ArrayBuffer | Uint8Array<ArrayBuffer>, layout: "bare" | "vp8" = "bare") => {
  const read = readFrame(new Uint8Array(bytes), layout);
  return typeof read === "string" ? expect.fail(read) : read;
};

describe("layout", () => {
  it("[FR2] VP9, Opus and RED go bare, VP8 behind made-up bytes, nothing else at all", () => {
    expect(["video/VP9", "audio/opus", "audio/red", "video/VP8", "video/AV1", "video/H264", ""].map(layoutOf)).toEqual([
      "bare",
      "bare",
      "bare",
      "vp8",
      null,
      null,
      null,
    ]);
  });
  it("[FR1] any frame comes back exactly, in either layout, and its bytes say nothing but key or not", async () => {
    const [seal, open] = [await frameKey(epochOf(1), 1, 2, "seal"), await frameKey(epochOf(1), 1, 2, "open")];
    let ctr = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.constantFrom("bare" as const, "vp8" as const),
        fc.boolean(),
        async (noise, layout, isKey) => {
          const plain = new Uint8Array(noise);
          const sealed = await sealFrame(seal, ctr++, layout, isKey, plain);
          const read = parts(sealed, layout);
          expect(read.headerAt).toBe(layout === "bare" ? 0 : isKey ? 10 : 3);
          expect(read.id).toEqual({ context: 1, leaf: 2, epochBits: 1 });
          expect(new Uint8Array((await openFrame(open, read)) ?? expect.fail("did not open"))).toEqual(plain);
        },
      ),
    );
    const [a, b] = [
      await sealFrame(seal, 0, "vp8", true, encoderBytes(1)),
      await sealFrame(seal, 9, "vp8", true, encoderBytes(2)),
    ];
    expect(new Uint8Array(a).slice(0, 10)).toEqual(new Uint8Array(b).slice(0, 10));
  });
  it("[FR1] every byte is authenticated: no bent bit opens, the made-up bytes included", async () => {
    const [seal, open] = [await frameKey(epochOf(1), 1, 2, "seal"), await frameKey(epochOf(1), 1, 2, "open")];
    let bent = 0;
    for (const layout of ["bare", "vp8"] as const) {
      const sealed = new Uint8Array(await sealFrame(seal, 70_000, layout, true, encoderBytes(1, 40)));
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const other = sealed.slice();
        other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
        const read = readFrame(other, layout);
        if (typeof read !== "string") expect(await openFrame(open, read)).toBeNull();
        bent++;
      }
    }
    console.log(`${bent} bit flips, 0 opened`);
    expect(bent).toBe((62 + 72) * 8);
  });
  it("[FR4] any bytes at all read as parts or as a reason", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom("bare" as const, "vp8" as const),
        (noise, layout) => {
          const read = readFrame(new Uint8Array(noise), layout);
          if (typeof read === "string") expect(["zeroLength", "truncated", "bogusKid"]).toContain(read);
          else expect(read.bodyAt + 16).toBeLessThanOrEqual(noise.length);
        },
      ),
    );
    expect(readFrame(new Uint8Array(0), "bare")).toBe("zeroLength");
    expect(readFrame(new Uint8Array(17), "bare")).not.toBeTypeOf("string");
    expect(readFrame(new Uint8Array(16), "bare")).toBe("truncated");
    // Counters beyond the limit are nobody's, since the nonce would not be exact: 2^48, 2^56.
    for (const header of [
      [0x0e, 1, 0, 0, 0, 0, 0, 0],
      [0x0f, 1, 0, 0, 0, 0, 0, 0, 0],
    ])
      expect(readFrame(concat(new Uint8Array(header), new Uint8Array(16)), "bare")).toBe("bogusKid");
  });
});

describe("sealer", () => {
  const at = (n: number) => ms(n);
  it("[FR5] before the first key every frame is dropped, and so is an empty one at any time", async () => {
    const sealer = new Sealer();
    expect(sealer.seal("bare", true, encoderBytes(1), at(0))).toBe("noKey");
    sealer.install(epochOf(1), await frameKey(epochOf(1), 0, 0, "seal"), at(0), at(0));
    expect(sealer.seal("bare", true, new Uint8Array(0), at(0))).toBe("emptyFrame");
    expect(sealer.seal("bare", true, encoderBytes(1), at(0))).toMatchObject({ ctr: 0, kid: 1 });
  });
  it("[FR6] switches when told, and by itself when its time is up, never earlier", async () => {
    const sealer = new Sealer();
    const key = (epoch: number) => frameKey(epochOf(epoch), 0, 0, "seal");
    sealer.install(epochOf(1), await key(1), at(0), at(0));
    sealer.install(epochOf(2), await key(2), at(1000), at(0));
    expect(sealer.epoch(at(999))?.epoch).toBe(1);
    sealer.switchTo(epochOf(1));
    expect(sealer.epoch(at(999))?.epoch).toBe(1);
    expect(sealer.epoch(at(1000))?.epoch).toBe(2);
    sealer.install(epochOf(3), await key(3), at(9000), at(1001));
    sealer.switchTo(epochOf(3));
    expect(sealer.epoch(at(1001))?.epoch).toBe(3);
    sealer.install(epochOf(4), await key(4), at(1002), at(1002)); // a removal: at once
    expect(sealer.epoch(at(1002))?.epoch).toBe(4);
  });
  it("[FR7] a key is installed once in a sealer's life, under whatever epoch", async () => {
    const sealer = new Sealer();
    const key = await frameKey(epochOf(1), 0, 0, "seal");
    expect(sealer.install(epochOf(1), key, at(0), at(0)).ok).toBe(true);
    expect(sealer.install(epochOf(1), key, at(0), at(0))).toEqual({ ok: false, error: "epochNotNewer" });
    expect(sealer.install(epochOf(0), await frameKey(epochOf(0), 0, 0, "seal"), at(0), at(0)).ok).toBe(false);
    expect(sealer.install(epochOf(17), key, at(0), at(0))).toEqual({ ok: false, error: "keySeenBefore" });
    expect(sealer.install(epochOf(0, 1), await frameKey(epochOf(0, 1), 0, 0, "seal"), at(0), at(0)).ok).toBe(true);
  });
  it("[FR8] counters run on by one through 2^32, overlapping calls included, and stop at the limit", async () => {
    const sealer = new Sealer();
    sealer.install(epochOf(1), await frameKey(epochOf(1), 0, 0, "seal"), at(0), at(0), 2 ** 32 - 3);
    const open = await frameKey(epochOf(1), 0, 0, "open");
    const sealing = Array.from({ length: 6 }, (_, i) => sealer.seal("bare", false, encoderBytes(i), at(0)));
    for (const [i, sealed] of sealing.entries()) {
      if (typeof sealed === "string") return expect.fail(sealed);
      const read = parts(await sealed.frame);
      expect(read.ctr).toBe(2 ** 32 - 3 + i);
      expect(new Uint8Array((await openFrame(open, read)) ?? expect.fail("closed"))).toEqual(encoderBytes(i));
    }
    sealer.install(epochOf(2), await frameKey(epochOf(2), 0, 0, "seal"), at(0), at(0), counterLimit);
    expect(sealer.seal("bare", false, encoderBytes(1), at(0))).toBe("counterSpent");
  });
});

describe("receive keys", () => {
  const install = async (keys: ReceiveKeys, epoch: number, leaf = 1, generation = 0) => {
    const of = epochOf(epoch, generation);
    keys.install(of, [{ context: 0, leaf, key: await frameKey(of, 0, leaf, "open") }]);
  };
  const find = (keys: ReceiveKeys, epoch: number, now: number, leaf = 1) => keys.find(keyIdOf(0, leaf, epoch), ms(now));

  it("[FR9] one KID has one key: epoch & 15 comes round, and the newer one evicts the older for good", async () => {
    const keys = new ReceiveKeys();
    await install(keys, 5);
    await install(keys, 21);
    expect(keys.size).toBe(1);
    expect(find(keys, 5, 0)).toMatchObject({ type: "key", key: { of: { epoch: 21 } } });
    await install(keys, 5);
    expect(find(keys, 5, 0)).toMatchObject({ type: "key", key: { of: { epoch: 21 } } });
    const mine = find(keys, 21, 0);
    await install(keys, 21); // again: the window must not begin anew
    expect(find(keys, 21, 0)).toEqual(mine);
  });
  it("[FR10] the next three epochs of a known leaf are due; others, and every KID of a stranger, are not", async () => {
    const keys = new ReceiveKeys();
    await install(keys, 14);
    expect([14, 15, 16, 17, 18, 13].map((epoch) => find(keys, epoch, 0).type)).toEqual([
      "key",
      "due",
      "due",
      "due",
      "tooLate",
      "tooLate",
    ]);
    expect(find(keys, 15, 0, 2).type).toBe("unknown");
    keys.forget(1, null);
    expect([14, 15].map((epoch) => find(keys, epoch, 0).type)).toEqual(["gone", "gone"]);
    await install(keys, 15); // the leaf has a new member
    expect([14, 15].map((epoch) => find(keys, epoch, 0).type)).toEqual(["tooLate", "key"]);
  });
  it("[FR23] of a removed member's keys none stays, and those of whoever has its leaf from that epoch on do", async () => {
    const keys = new ReceiveKeys();
    await install(keys, 14);
    await install(keys, 15); // of the newcomer
    keys.forget(1, epochOf(15));
    expect([14, 15, 16].map((epoch) => find(keys, epoch, 0).type)).toEqual(["tooLate", "key", "due"]);
  });
  it("[FR12] of two groups of one lineage the one with the greater id is the later, whatever its epochs' numbers", async () => {
    const greater = { ...epochOf(2), group: new Uint8Array([0x68, 0]) };
    const keys = new ReceiveKeys();
    await install(keys, 18);
    keys.agree(epochOf(18), ms(0));
    keys.install(greater, [{ context: 0, leaf: 1, key: await frameKey(greater, 0, 1, "open", 5) }]);
    keys.agree(greater, ms(0));
    expect([find(keys, 2, 0), keys.agreed]).toMatchObject([{ type: "key", key: { of: greater } }, greater]);
    const sealer = new Sealer();
    for (const of of [epochOf(18), greater])
      expect(sealer.install(of, await frameKey(of, 1, 1, "seal"), ms(0), ms(0))).toMatchObject({ ok: true });
    expect(sealer.epoch(ms(0))).toEqual(greater);
    expect(sealer.install(epochOf(19), await frameKey(epochOf(19), 1, 1, "seal"), ms(0), ms(0))).toMatchObject({
      ok: false,
    });
  });
  it("[FR10] an older epoch's keys that come late move nothing back", async () => {
    const keys = new ReceiveKeys();
    await install(keys, 14);
    await install(keys, 12);
    expect([12, 14, 17].map((epoch) => find(keys, epoch, 0).type)).toEqual(["key", "key", "due"]);
    keys.agree(epochOf(14), ms(0));
    keys.agree(epochOf(12), ms(0));
    expect(keys.agreed?.epoch).toBe(14);
  });
  it("[FR11] an old key dies 3 s after its last good frame and 10 s at most after it grew old", async () => {
    const keys = new ReceiveKeys();
    await install(keys, 1);
    await install(keys, 2);
    const old = find(keys, 1, 0);
    if (old.type !== "key") return expect.fail(old.type);
    keys.heard(old.key, ms(50_000)); // however long: nobody has agreed on 2 yet
    expect(find(keys, 1, 99_999).type).toBe("key");
    keys.agree(epochOf(2), ms(100_000));
    expect(find(keys, 1, 100_000 + quietLife - 1).type).toBe("key");
    for (let t = 101_000; t <= 109_000; t += 1000) keys.heard(old.key, ms(t));
    expect(find(keys, 1, 100_000 + longestLife - 1).type).toBe("key");
    keys.sweep(ms(100_000 + longestLife));
    expect(keys.size).toBe(1);
    expect(find(keys, 1, 100_000 + longestLife).type).toBe("tooLate");
    expect(find(keys, 2, 10 ** 9).type).toBe("key");
  });
  it("[FR11] the first good frame under a newer epoch makes its sender's older keys old, and nobody else's", async () => {
    const keys = new ReceiveKeys();
    for (const leaf of [1, 2]) {
      await install(keys, 1, leaf);
      await install(keys, 2, leaf);
    }
    const next = find(keys, 2, 0);
    if (next.type !== "key") return expect.fail(next.type);
    keys.heard(next.key, ms(1000));
    keys.heard(next.key, ms(3000));
    expect([find(keys, 1, 3999).type, find(keys, 1, 4000).type]).toEqual(["key", "tooLate"]);
    expect(find(keys, 1, 10 ** 6, 2).type).toBe("key");
  });
  it("[FR12] a fresh group's epochs come after every epoch of the one before", async () => {
    const keys = new ReceiveKeys();
    await install(keys, 37);
    await install(keys, 5, 1, 1);
    expect(find(keys, 5, 0)).toMatchObject({ type: "key", key: { of: { generation: 1, epoch: 5 } } });
    expect(find(keys, 6, 0).type).toBe("due");
    const other = { context: 0, leaf: 1, key: await frameKey(epochOf(5), 0, 1, "open") };
    expect(() => keys.install(epochOf(6), [other])).toThrow("a key under a KID that is not its own");
  });
});
