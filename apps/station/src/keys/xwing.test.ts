import { describe, expect, it } from "vitest";
import { XWing } from "@noble/post-quantum/hybrid.js";
import { equal } from "@parley/base/bytes";
import type { KemCiphertext, KemKey } from "@parley/protocol/pairing/kem";
import { nodeKem } from "./xwing.ts";

const seedOf = (n: number) => new Uint8Array(32).fill(n);

describe("X-Wing on Node's primitives", () => {
  it("agrees with an independent implementation: keys, and secrets both ways", () => {
    for (let n = 1; n <= 8; n++) {
      const ours = nodeKem.publicKeyOf(seedOf(n));
      const theirs = XWing.keygen(seedOf(n));
      expect(equal(ours, theirs.publicKey)).toBe(true);
      const made = nodeKem.encapsulate(ours);
      if (made === null) throw new Error("a good key was refused");
      expect(made.ciphertext.length).toBe(1120);
      expect(equal(XWing.decapsulate(made.ciphertext, theirs.secretKey), made.secret)).toBe(true);
      const other = XWing.encapsulate(theirs.publicKey);
      const opened = nodeKem.decapsulate(seedOf(n), new Uint8Array(other.cipherText) as KemCiphertext);
      expect(opened !== null && equal(opened, other.sharedSecret)).toBe(true);
    }
  });
  it("a bent ciphertext gives another secret, a low-order point none", () => {
    const key = nodeKem.publicKeyOf(seedOf(9));
    const made = nodeKem.encapsulate(key);
    if (made === null) throw new Error("a good key was refused");
    for (const at of [0, 1087, 1088, 1118]) {
      const bent = made.ciphertext.slice() as KemCiphertext;
      bent[at] = (bent[at] ?? 0) ^ 1;
      const opened = nodeKem.decapsulate(seedOf(9), bent);
      expect(opened !== null && equal(opened, made.secret)).toBe(false);
    }
    const low = key.slice() as KemKey;
    low.fill(0, 1184);
    expect(nodeKem.encapsulate(low)).toBe(null);
    const outOfRange = key.slice() as KemKey;
    outOfRange.fill(0xff, 0, 1152);
    expect(nodeKem.encapsulate(outOfRange)).toBe(null);
  });
});
