// Who may sign digests: the members of the last epochs, with the keys of their leaves. A digest names group, epoch and leaf,
// and is verified under that leaf's key of that epoch alone. Carries DG3.
import { type Bytes, equal } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import type { GroupEpoch } from "../frame/groupEpoch.ts";
import { type DigestRefusal, type SignedDigest, type Verify, readDigest, refuseDigest } from "../proof/digest.ts";
import type { Member } from "./messages.ts";

/** Epochs whose members are kept: a digest comes a second or so after its epoch, 16 have KIDs of their own. */
const epochsKept = 16;

type Roster = { readonly of: GroupEpoch; readonly keys: Map<number, CryptoKey> };

export class Members {
  private rosters: Roster[] = [];

  /** Adds members to an epoch. Two commits may be put forward for one; the members filed last hold, as their keys do. */
  add(of: GroupEpoch, members: readonly Member[]): void {
    let roster = this.find(of.group, of.epoch);
    if (roster === undefined) {
      roster = { of, keys: new Map() };
      this.rosters = [...this.rosters.slice(1 - epochsKept), roster];
    }
    for (const { leaf, key } of members) roster.keys.set(leaf, key);
  }

  /** Reads a digest and verifies all of it. */
  async verified(
    bytes: Bytes,
  ): Promise<Result<{ readonly of: GroupEpoch; readonly signed: SignedDigest }, DigestRefusal>> {
    const read = readDigest(bytes);
    if (!read.ok) return read;
    const { group, epoch, leaf } = read.value.digest;
    const roster = this.find(group, epoch);
    const key = roster?.keys.get(leaf);
    if (roster === undefined || key === undefined) return fail("unknownSender");
    const verify: Verify = (message, signature) =>
      crypto.subtle.verify({ name: key.algorithm.name }, key, signature, message);
    const refusal = await refuseDigest(read.value, verify);
    return refusal === null ? ok({ of: roster.of, signed: read.value }) : fail(refusal);
  }

  private find(group: Bytes, epoch: number): Roster | undefined {
    return this.rosters.find(({ of }) => of.epoch === epoch && equal(of.group, group));
  }
}
