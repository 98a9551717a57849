// Every key that frames of this call may be opened with, filed by KID; one table for all streams, so that a frame cannot be
// replayed from one connection into the next. Exactly one key answers to a KID: the newest epoch with those four bits.
// Carries FR9 to FR12. Keys and windows change in place; the table has one owner, the worker.
import { equal } from "@parley/base/bytes";
import { type Ms, ms } from "@parley/base/time";
import { epochSpan, keyIdOf, keyIdParts } from "../sframe/keyId.ts";
import { ReplayWindow } from "../sframe/replay.ts";
import type { FrameKey } from "../sframe/schedule.ts";
import { type GroupEpoch, isNewer } from "./groupEpoch.ts";

/** An old epoch's key dies this long after the last frame that it opened, */
export const quietLife: Ms = ms(3_000);
/** and this long after it grew old, whatever it still opens. */
export const longestLife: Ms = ms(10_000);

/** Frames this many epochs ahead of the newest key of their sender are held; others are nobody's. */
export const epochsAhead = 3;

/** Keys of older epochs than so many before the agreed one are dead at once, so that none answers to the KID of one that is due. */
const epochsKept = epochSpan - epochsAhead - 1;

type Life = { readonly at: "current" } | { readonly at: "old"; readonly since: Ms };

export type ReceiveKey = {
  readonly of: GroupEpoch;
  readonly context: number;
  readonly leaf: number;
  readonly key: FrameKey;
  readonly window: ReplayWindow;
  life: Life;
  /** When it last opened a frame; null before the first. */
  lastGood: Ms | null;
};

export type NewKey = { readonly context: number; readonly leaf: number; readonly key: FrameKey };

/** What is to be done with a frame of a KID: opened, held for a key that is due, or dropped. */
export type Answer =
  | { readonly type: "key"; readonly key: ReceiveKey }
  | { readonly type: "due" }
  | { readonly type: "tooLate" }
  /** Its leaf was a member and is no more. */
  | { readonly type: "gone" }
  | { readonly type: "unknown" };

const due: Answer = { type: "due" };
const tooLate: Answer = { type: "tooLate" };
const gone: Answer = { type: "gone" };
const unknown: Answer = { type: "unknown" };

export class ReceiveKeys {
  private readonly byKid = new Map<number, ReceiveKey>();
  /** Other keys that were filed for the epoch of the one that answers: each keeps its window, should it be filed again. */
  private readonly others = new Map<number, readonly ReceiveKey[]>();
  /** The newest epoch installed for each leaf that is a member. */
  private readonly newest = new Map<number, GroupEpoch>();
  /** Leaves that were members once; one that is again has an entry in `newest`. */
  private readonly goneLeaves = new Set<number>();
  private agreedEpoch: GroupEpoch | null = null;

  /** The newest epoch that all members have acknowledged, or null before the first: until then nobody is blamed. */
  get agreed(): GroupEpoch | null {
    return this.agreedEpoch;
  }

  /**
   * Files an epoch's keys. A key that would take the place of a newer one, or of itself, is left out. Two commits may be put
   * forward for one epoch, and the key of the one that is filed last answers: it is the one that was decided.
   */
  install(of: GroupEpoch, keys: readonly NewKey[]): void {
    for (const { context, leaf, key } of keys) {
      if (key.kid !== keyIdOf(context, leaf, of.epoch)) throw new Error("a key under a KID that is not its own");
      const there = this.byKid.get(key.kid);
      if (there !== undefined && isNewer(there.of, of)) continue;
      const rivals = there !== undefined && !isNewer(of, there.of) ? [there, ...(this.others.get(key.kid) ?? [])] : [];
      const same = rivals.find((rival) => equal(rival.key.salt, key.salt));
      if (same !== undefined && same === there) continue;
      const window = new ReplayWindow();
      const fresh: ReceiveKey = { of, context, leaf, key, window, life: { at: "current" }, lastGood: null };
      this.byKid.set(key.kid, same ?? fresh);
      if (rivals.length === 0) this.others.delete(key.kid);
      else
        this.others.set(
          key.kid,
          rivals.filter((rival) => rival !== same),
        );
      const newest = this.newest.get(leaf);
      if (newest === undefined || isNewer(of, newest)) this.newest.set(leaf, of);
    }
  }

  /** All members have acknowledged this epoch: the keys of older ones begin to die. */
  agree(of: GroupEpoch, now: Ms): void {
    if (this.agreedEpoch !== null && !isNewer(of, this.agreedEpoch)) return;
    this.agreedEpoch = of;
    this.age((key) => isNewer(of, key.of), now);
    // Before their KIDs come round to epochs that are due.
    for (const [kid, key] of this.byKid)
      if (isNewer(of, key.of) && of.epoch - key.of.epoch > epochsKept) this.drop(kid);
  }

  /** A member is gone: nothing of its is opened or held any more. From `heir` on its leaf is another's, whose keys stay. */
  forget(leaf: number, heir: GroupEpoch | null): void {
    if (heir !== null) this.newest.set(leaf, heir);
    else if (this.newest.delete(leaf)) this.goneLeaves.add(leaf);
    for (const [kid, key] of this.byKid) {
      if (key.leaf !== leaf) continue;
      if (heir === null || isNewer(heir, key.of)) this.drop(kid);
      else this.others.delete(kid);
    }
  }

  /** The one answer for a KID; never a second key to try. */
  find(kid: number, now: Ms): Answer {
    const key = this.byKid.get(kid);
    if (key !== undefined) {
      if (now < diesAt(key)) return { type: "key", key };
      this.drop(kid);
    }
    const id = keyIdParts(kid);
    const newest = id === null ? undefined : this.newest.get(id.leaf);
    if (id === null || newest === undefined) return id !== null && this.goneLeaves.has(id.leaf) ? gone : unknown;
    const ahead = (id.epochBits - (newest.epoch % epochSpan) + epochSpan) % epochSpan;
    return ahead >= 1 && ahead <= epochsAhead ? due : tooLate;
  }

  /** Whether frames of this leaf and context could be opened, in any epoch. */
  carries(leaf: number, context: number): boolean {
    for (const key of this.byKid.values()) if (key.leaf === leaf && key.context === context) return true;
    return false;
  }

  /** Notes that a key has opened a frame; the first one under a new epoch makes its sender's older keys old. */
  heard(key: ReceiveKey, now: Ms): void {
    if (key.lastGood === null) this.age((other) => other.leaf === key.leaf && isNewer(key.of, other.of), now);
    key.lastGood = now;
  }

  /** Deletes what has died. Called every second or so, so that dead keys do not lie about while nothing arrives. */
  sweep(now: Ms): void {
    for (const [kid, key] of this.byKid) if (now >= diesAt(key)) this.drop(kid);
  }

  private drop(kid: number): void {
    this.byKid.delete(kid);
    this.others.delete(kid);
  }

  get size(): number {
    return this.byKid.size;
  }

  private age(which: (key: ReceiveKey) => boolean, now: Ms): void {
    for (const key of this.byKid.values())
      if (key.life.at === "current" && which(key)) key.life = { at: "old", since: now };
  }
}

function diesAt(key: ReceiveKey): number {
  if (key.life.at === "current") return Infinity;
  const { since } = key.life;
  return Math.min(Math.max(since, key.lastGood ?? since) + quietLife, since + longestLife);
}
