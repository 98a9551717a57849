import type { Bytes } from "@parley/base/bytes";
import { describe, expect, it } from "vitest";
import { epochOf } from "../frame/testing.ts";
import { noPrevious, signDigest } from "../proof/digest.ts";
import { merkleRoot } from "../proof/merkle.ts";
import { Members } from "./members.ts";
import { newSigner } from "./testing.ts";

const hashes = [new Uint8Array(32).fill(1)];

describe("members", () => {
  it("[DG3] a digest counts under the key of its own leaf, in its own group and epoch, and no other", async () => {
    const [signer, stranger] = [await newSigner(), await newSigner()];
    const { group } = epochOf(1);
    const digest = {
      group,
      epoch: 1,
      leaf: 3,
      context: 1,
      first: 0,
      count: 1,
      previous: noPrevious,
      root: merkleRoot(hashes),
    };
    const bytes = await signDigest(
      digest,
      hashes,
      async (message: Bytes) => new Uint8Array(await crypto.subtle.sign("Ed25519", signer.privateKey, message)),
    );
    const told = async (...rosters: [epoch: number, generation: number, leaf: number, key: CryptoKey][]) => {
      const members = new Members();
      for (const [epoch, generation, leaf, key] of rosters) members.add(epochOf(epoch, generation), [{ leaf, key }]);
      const verified = await members.verified(bytes);
      return verified.ok ? verified.value.of : verified.error;
    };
    const [right, wrong] = [signer.publicKey, stranger.publicKey];
    expect(await told([1, 0, 3, right])).toEqual(epochOf(1));
    expect(await told([1, 0, 3, wrong])).toBe("badSignature");
    expect(await told([1, 0, 4, right])).toBe("unknownSender");
    expect(await told([2, 0, 3, right])).toBe("unknownSender");
    expect(await told([1, 1, 3, right])).toBe("unknownSender");
    // Of two commits that were put forward for one epoch the one that was decided is filed last.
    expect(await told([1, 0, 3, wrong], [1, 0, 3, right])).toEqual(epochOf(1));
    expect(await told([1, 0, 3, right], [1, 0, 3, wrong])).toBe("badSignature");
    expect(await told([1, 0, 4, wrong], [1, 0, 3, right])).toEqual(epochOf(1));
  });
  it("[DG10] the members of sixteen epochs are remembered", async () => {
    const { privateKey, publicKey } = await newSigner();
    const members = new Members();
    const digestOf = (epoch: number) =>
      signDigest(
        {
          group: epochOf(1).group,
          epoch,
          leaf: 0,
          context: 1,
          first: 0,
          count: 1,
          previous: noPrevious,
          root: merkleRoot(hashes),
        },
        hashes,
        async (message) => new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, message)),
      );
    for (let epoch = 0; epoch <= 16; epoch++) members.add(epochOf(epoch), [{ leaf: 0, key: publicKey }]);
    const known = async (epoch: number) => (await members.verified(await digestOf(epoch))).ok;
    expect([await known(0), await known(1), await known(16), await known(17)]).toEqual([false, true, true, false]);
  });
});
