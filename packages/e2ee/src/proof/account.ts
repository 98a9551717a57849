// The sender's account of what it sealed: hashes by counter, cut into digests once a second. Pure bookkeeping; hashing and
// signing are done by the worker. Every frame that was sealed is in exactly one digest. Carries DG1, DG2 and DG5.
import { type Bytes, equal } from "@parley/base/bytes";
import type { Ms } from "@parley/base/time";
import { maxDigestFrames } from "@parley/protocol/limits";
import { type GroupEpoch, epochText } from "../frame/groupEpoch.ts";
import { type MediaDigest, digestHash, noPrevious } from "./digest.ts";
import { merkleRoot } from "./merkle.ts";

/** A frame waits at most this long for its digest: with a worker that looks every quarter second that is 700 ms. */
const cutAfter = 450;

/** What one leaf sealed in one context and epoch and has not yet accounted for. */
type Open = {
  readonly of: GroupEpoch;
  readonly leaf: number;
  readonly context: number;
  readonly hashes: Map<number, Bytes>;
  /** When the oldest of them was noted. */
  readonly since: Ms;
};

type Last = { readonly group: Bytes; readonly hash: Bytes };

export type Unsigned = { readonly digest: MediaDigest; readonly hashes: readonly Bytes[] };

export class Account {
  private readonly open = new Map<string, Open>();
  /** The last digest of each leaf and context. */
  private readonly last = new Map<string, Last>();

  /** A frame was sealed, and `hash` is SHA-256 of it from its SFrame header on. */
  note(of: GroupEpoch, leaf: number, context: number, ctr: number, hash: Bytes, now: Ms): void {
    const name = `${epochText(of)}/${leaf}/${context}`;
    let open = this.open.get(name);
    if (open === undefined) {
      open = { of, leaf, context, hashes: new Map(), since: now };
      this.open.set(name, open);
    }
    open.hashes.set(ctr, hash);
  }

  /** The digests that are due at `now`, in the order in which they must be sent; `all` leaves nothing open. */
  cut(now: Ms, all = false): readonly Unsigned[] {
    const digests: Unsigned[] = [];
    for (const [name, open] of this.open) {
      if (!all && now - open.since < cutAfter && open.hashes.size < maxDigestFrames) continue;
      this.open.delete(name);
      for (const run of runsOf(open.hashes)) digests.push(this.digestOf(open, run));
    }
    return digests;
  }

  private digestOf({ of, leaf, context }: Open, { first, hashes }: Run): Unsigned {
    const name = `${leaf}/${context}`;
    const last = this.last.get(name);
    const previous = last !== undefined && equal(last.group, of.group) ? last.hash : noPrevious;
    const count = hashes.length;
    const { group, epoch } = of;
    const digest = { group, epoch, leaf, context, first, count, previous, root: merkleRoot(hashes) };
    this.last.set(name, { group, hash: digestHash(digest) });
    return { digest, hashes };
  }
}

type Run = { readonly first: number; readonly hashes: Bytes[] };

/** The counters without a hole, in order, none longer than a digest. */
function runsOf(hashes: ReadonlyMap<number, Bytes>): readonly Run[] {
  const runs: Run[] = [];
  for (const [ctr, hash] of [...hashes].toSorted(([a], [b]) => a - b)) {
    const run = runs.at(-1);
    const follows = run !== undefined && ctr === run.first + run.hashes.length && run.hashes.length < maxDigestFrames;
    if (follows) run.hashes.push(hash);
    else runs.push({ first: ctr, hashes: [hash] });
  }
  return runs;
}
