// The receiver's check: every frame that was opened must be claimed, by its hash, in one digest of the sender whose stream it
// came in. A frame with another hash was made by somebody else with the group's key; a frame that nobody claims in time is
// taken for that. Either blames the stream. Time is passed in. Carries DG6 to DG10.
import { type Bytes, concat, equal, hex } from "@parley/base/bytes";
import { type Ms, ms } from "@parley/base/time";
import { type GroupEpoch, epochText } from "../frame/groupEpoch.ts";
import { type SignedDigest, digestHash } from "./digest.ts";

/** A frame must be claimed within this; with a worker that looks every quarter second the alarm is up within 3 s. */
export const claimWithin: Ms = ms(2_000);

/**
 * Where digests that came were late, as from a machine that has much else to do, frames are given as long as the newest of them took and
 * this much more, and never more than so long altogether. A delay is taken for that only once an alarm has said so and claims that fit
 * have taken it back: whoever holds digests up to hide a forgery is seen first, and has no more than that.
 */
const lateGrace: Ms = ms(1_000);
export const claimAtMost: Ms = ms(10_000);

/** Claims are kept for this many counters behind the newest: twice the replay window, beyond which nothing opens. */
const claimsKept = 1024;

/** Frames that may await their digest in one stream and epoch; more than this in 2.5 s is a flood. */
const awaitedKept = 1024;

/** An unclaimed frame is remembered this much longer, milliseconds, so that a digest that was only late takes the alarm back. */
const overdueKept = 30_000;

/** An alarm that goes on is repeated this often. */
const repeatAfter: Ms = ms(3_000);

/** Epochs of one stream whose claims are kept: those whose keys may still open frames, and one more. */
const epochsKept = 4;

export type Forgery =
  /** A digest of the sender has another hash for this counter. */
  | "otherFrame"
  /** No digest of the sender claims this counter. */
  | "unclaimed"
  /** Two digests of the sender claim one counter differently, or follow the same digest: its key signs in two places. */
  | "claimedTwice";

export type WatchAlarm = {
  readonly type: "forgery";
  readonly leaf: number;
  readonly context: number;
  readonly why: Forgery;
  /** How many frames so far for this reason. */
  readonly frames: number;
};

/** All frames that were unclaimed have been claimed since, or their sender was loaded anew before it could: nobody forged. */
export type WatchClear = { readonly type: "claimedLate"; readonly leaf: number; readonly context: number };

type Awaited = { readonly hash: Bytes; readonly since: Ms; told: "waiting" | "overdue" };

type Epoch = { newest: number; readonly claims: Map<number, Bytes>; readonly awaited: Map<number, Awaited> };

/** How often one reason was seen in a stream, and what of it has been told. */
type Seen = { frames: number; told: number; quietUntil: Ms };

type Stream = {
  readonly leaf: number;
  readonly context: number;
  readonly epochs: Map<string, Epoch>;
  /** By the digest that they follow, the last digests: a second one after the same is evidence. */
  readonly followers: Map<string, string>;
  readonly seen: Map<Forgery, Seen>;
  /** How long a frame may wait for its claim, by how late the last ones came. */
  patience: Ms;
};

const newStream = (leaf: number, context: number): Stream => ({
  leaf,
  context,
  epochs: new Map(),
  followers: new Map(),
  seen: new Map(),
  patience: claimWithin,
});

export class Watch {
  private readonly streams = new Map<number, Stream>();

  /** A frame was opened, and `hash` is SHA-256 of it from its SFrame header on. */
  saw(of: GroupEpoch, leaf: number, context: number, ctr: number, hash: Bytes, now: Ms): readonly WatchAlarm[] {
    const stream = this.streamOf(leaf, context);
    const epoch = epochOf(stream, of);
    const claimed = epoch.claims.get(ctr);
    if (claimed === undefined && epoch.awaited.size < awaitedKept) {
      epoch.awaited.set(ctr, { hash, since: now, told: "waiting" });
      return [];
    }
    if (claimed === undefined) note(stream, "unclaimed");
    else if (!equal(claimed, hash)) note(stream, "otherFrame");
    return toTell(stream, now);
  }

  /** A digest of this sender whose signature verified. One that was seen before changes nothing. */
  claim(of: GroupEpoch, signed: SignedDigest, now: Ms): readonly (WatchAlarm | WatchClear)[] {
    const { digest, hashes } = signed;
    const stream = this.streamOf(digest.leaf, digest.context);
    const wasOverdue = overdue(stream);
    if (forks(stream, signed)) note(stream, "claimedTwice");
    const epoch = epochOf(stream, of);
    let late = 0;
    for (const [i, hash] of hashes.entries())
      late = Math.max(late, claimOne(stream, epoch, digest.first + i, hash, now));
    stream.patience = late <= claimWithin ? claimWithin : ms(Math.min(claimAtMost, late + lateGrace));
    excuse(stream, now);
    forgetOld(epoch, digest.first + hashes.length - 1);
    const alarms = toTell(stream, now);
    if (!wasOverdue || overdue(stream)) return alarms;
    return [...alarms, { type: "claimedLate", leaf: stream.leaf, context: stream.context }];
  }

  /** Alarms for the frames whose time is up, and those that go on. */
  tick(now: Ms): readonly WatchAlarm[] {
    const alarms: WatchAlarm[] = [];
    for (const stream of this.streams.values()) {
      for (const epoch of stream.epochs.values()) countOverdue(stream, epoch, now);
      alarms.push(...toTell(stream, now));
    }
    return alarms;
  }

  /** A member is gone, and what it sent is no longer shown. */
  forget(leaf: number): void {
    for (const [name, stream] of this.streams) if (stream.leaf === leaf) this.streams.delete(name);
  }

  /** The member at this leaf has come in anew: its digests begin again, and nobody is blamed for the frames of its last second. */
  returned(leaf: number): readonly WatchClear[] {
    const gone = [...this.streams.values()].filter((stream) => stream.leaf === leaf);
    this.forget(leaf);
    return gone
      .filter(({ seen }) => seen.has("unclaimed") && seen.size === 1)
      .map(({ context }) => ({ type: "claimedLate", leaf, context }));
  }

  private streamOf(leaf: number, context: number): Stream {
    const name = context * 2 ** 8 + leaf;
    let stream = this.streams.get(name);
    if (stream === undefined) this.streams.set(name, (stream = newStream(leaf, context)));
    return stream;
  }
}

function note(stream: Stream, why: Forgery): void {
  const seen = stream.seen.get(why) ?? { frames: 0, told: 0, quietUntil: ms(0) };
  seen.frames++;
  stream.seen.set(why, seen);
}

/** What is new in a stream, each reason at once and then not again for `repeatAfter`. */
function toTell(stream: Stream, now: Ms): readonly WatchAlarm[] {
  const alarms: WatchAlarm[] = [];
  for (const [why, seen] of stream.seen) {
    if (seen.frames === seen.told || now < seen.quietUntil) continue;
    seen.told = seen.frames;
    seen.quietUntil = ms(now + repeatAfter);
    alarms.push({ type: "forgery", leaf: stream.leaf, context: stream.context, why, frames: seen.frames });
  }
  return alarms;
}

/** For how long that frame had waited, milliseconds; 0 where it did not come, or was another. */
function claimOne(stream: Stream, epoch: Epoch, ctr: number, hash: Bytes, now: Ms): number {
  const before = epoch.claims.get(ctr);
  if (before !== undefined) {
    if (!equal(before, hash)) note(stream, "claimedTwice");
    return 0;
  }
  epoch.claims.set(ctr, hash);
  const awaited = epoch.awaited.get(ctr);
  if (awaited === undefined) return 0;
  epoch.awaited.delete(ctr);
  if (equal(awaited.hash, hash)) return now - awaited.since;
  note(stream, "otherFrame");
  return 0;
}

/** What is no later than the claims that have just come is waited for again. */
function excuse(stream: Stream, now: Ms): void {
  for (const { awaited } of stream.epochs.values())
    for (const one of awaited.values()) if (now < one.since + stream.patience) one.told = "waiting";
}

function countOverdue(stream: Stream, epoch: Epoch, now: Ms): void {
  for (const [ctr, awaited] of epoch.awaited) {
    const until = awaited.since + stream.patience;
    if (now >= until + overdueKept) epoch.awaited.delete(ctr);
    if (awaited.told === "overdue" || now < until) continue;
    awaited.told = "overdue";
    note(stream, "unclaimed");
  }
}

const overdue = (stream: Stream): boolean =>
  [...stream.epochs.values()].some((e) => [...e.awaited.values()].some(({ told }) => told === "overdue"));

function epochOf(stream: Stream, of: GroupEpoch): Epoch {
  const name = epochText(of);
  const there = stream.epochs.get(name);
  if (there !== undefined) return there;
  const epoch: Epoch = { newest: -1, claims: new Map(), awaited: new Map() };
  stream.epochs.set(name, epoch);
  // Map keeps the order of insertion, so the first is the oldest. One that still awaits claims is never let go.
  for (const [oldest, { awaited }] of stream.epochs)
    if (stream.epochs.size > epochsKept && awaited.size === 0) stream.epochs.delete(oldest);
  return epoch;
}

function forgetOld(epoch: Epoch, newest: number): void {
  epoch.newest = Math.max(epoch.newest, newest);
  for (const ctr of epoch.claims.keys()) if (ctr <= epoch.newest - claimsKept) epoch.claims.delete(ctr);
}

/** Whether another digest already follows the one that this follows. */
function forks(stream: Stream, { digest }: SignedDigest): boolean {
  const [after, self] = [hex(concat(digest.group, digest.previous)), hex(digestHash(digest))];
  const other = stream.followers.get(after);
  if (other !== undefined) return other !== self;
  stream.followers.set(after, self);
  for (const [oldest] of stream.followers) if (stream.followers.size > 32) stream.followers.delete(oldest);
  return false;
}
