// The state of the order of commits at one member, what can happen to it, and what must then be done. Times are of the
// monotonic clock. The bytes of commits are elsewhere; here they go by the head they lead to.
import type { Ms } from "@parley/base/time";
import type { Accepted, Candidate, Head, MemberId, Roll, Vote } from "./ballot.ts";

/** Something this member wants from the next commit it makes. `ref` names a key package that its caller holds. */
export type Want =
  | { readonly type: "add"; readonly member: MemberId; readonly ref: string }
  | { readonly type: "remove"; readonly member: MemberId }
  | { readonly type: "renew" }
  | { readonly type: "rekey" };

export type Stage =
  /** Nothing is on its way. */
  | { readonly at: "quiet" }
  /** We hold the floor of `term` once a quorum has promised it. */
  | {
      readonly at: "preparing";
      readonly term: number;
      readonly promises: ReadonlyMap<MemberId, Accepted | null>;
      readonly until: Ms;
    }
  /** Our commit for `term` is being made. */
  | { readonly at: "making"; readonly term: number; readonly wants: readonly Want[]; readonly until: Ms }
  /** A commit was accepted by us and waits for the others. */
  | { readonly at: "voting"; readonly term: number; readonly id: Head; readonly until: Ms }
  /** Another has a higher term; we try again then. */
  | { readonly at: "yielding"; readonly until: Ms };

/** Which key our frames are sealed with: this epoch's, or still the last one's until the others are ready or time is up. */
export type Sending =
  { readonly at: "current" } | { readonly at: "previous"; readonly missing: readonly MemberId[]; readonly until: Ms };

export type Ordering = {
  readonly me: MemberId;
  readonly roll: Roll;
  readonly epoch: number;
  readonly head: Head;
  /** When we came to this epoch. */
  readonly began: Ms;
  readonly rekeyEvery: Ms;
  /** The highest term that we gave our word to: we accept nothing below it. */
  readonly promised: number;
  readonly accepted: Accepted | null;
  /** Commits that lead on from here and were checked, by head. */
  readonly candidates: ReadonlyMap<Head, Candidate>;
  readonly votes: readonly Vote[];
  /** Members who said that they will never accept a commit, because it is malformed or against their party's rules. */
  readonly against: readonly { readonly by: MemberId; readonly id: Head }[];
  /** Members whose former self is gone: proven by a commit from outside that only they can sign. */
  readonly lapsed: readonly MemberId[];
  readonly wants: readonly Want[];
  /** The commit that we made for some of them, while it is not decided. */
  readonly offered: { readonly id: Head; readonly wants: readonly Want[] } | null;
  /** A commit from outside that whoever's turn it is should bring in, and since when it waits. */
  readonly carry: { readonly id: Head; readonly since: Ms } | null;
  readonly attempt: number;
  readonly stage: Stage;
  readonly sending: Sending;
  readonly heartbeatAt: Ms;
  /** Not before then do we ask again for what we missed. */
  readonly askAgainAt: Ms;
};

/** Where a member says it is. */
export type Place = { readonly epoch: number; readonly head: Head };

export type Event =
  | { readonly type: "tick" }
  | { readonly type: "want"; readonly want: Want }
  /** The commit that `make` asked for. */
  | { readonly type: "made"; readonly term: number; readonly candidate: Candidate }
  /** It could not be made; what was wanted is dropped. */
  | { readonly type: "notMade"; readonly term: number }
  /** A commit from outside, checked. */
  | { readonly type: "joining"; readonly candidate: Candidate }
  /** Everything below was signed by `by`, who is a member of our epoch, at the place `from`. */
  | { readonly type: "prepare"; readonly by: MemberId; readonly from: Place; readonly term: number }
  | {
      readonly type: "promise";
      readonly by: MemberId;
      readonly from: Place;
      readonly term: number;
      readonly accepted: Accepted | null;
      /** What it accepted, checked; null when that is nothing. */
      readonly candidate: Candidate | null;
    }
  | { readonly type: "refusal"; readonly by: MemberId; readonly from: Place; readonly term: number }
  | {
      readonly type: "propose";
      readonly by: MemberId;
      readonly from: Place;
      readonly term: number;
      readonly candidate: Candidate;
    }
  | {
      readonly type: "vote";
      readonly by: MemberId;
      readonly from: Place;
      readonly term: number;
      readonly id: Head;
      /** The commit itself, checked, where it came along. */
      readonly candidate: Candidate | null;
    }
  | { readonly type: "nack"; readonly by: MemberId; readonly from: Place; readonly id: Head }
  /** `by` asks for what we have accepted. */
  | { readonly type: "need"; readonly by: MemberId; readonly from: Place }
  | { readonly type: "status"; readonly by: MemberId; readonly from: Place }
  /** A commit that `by` says was decided at our epoch, checked. */
  | { readonly type: "decided"; readonly by: MemberId; readonly candidate: Candidate }
  /** The commit that was put forward as `id` cannot be ours. */
  | { readonly type: "malformed"; readonly id: Head }
  /** Frames under an epoch that we do not know. */
  | { readonly type: "unknownEpoch" };

export type Saying =
  | { readonly type: "prepare"; readonly term: number }
  | { readonly type: "promise"; readonly term: number; readonly accepted: Accepted | null }
  | { readonly type: "refusal"; readonly term: number }
  | { readonly type: "propose"; readonly term: number; readonly id: Head }
  /** `whole`: with the commit itself. */
  | { readonly type: "vote"; readonly term: number; readonly id: Head; readonly whole: boolean }
  | { readonly type: "nack"; readonly id: Head }
  | { readonly type: "need" }
  | { readonly type: "status" };

export type Effect =
  /** `to` null: everyone. */
  | { readonly type: "say"; readonly to: MemberId | null; readonly from: Place; readonly saying: Saying }
  /** Make a commit of all `wants`; an empty list re-keys. */
  | { readonly type: "make"; readonly term: number; readonly wants: readonly Want[] }
  /** Be ready to open frames of the epoch that `id` leads to. */
  | { readonly type: "receive"; readonly id: Head }
  /** The group moves to `id`. `urgent`: someone was removed; the old keys go at once. */
  | { readonly type: "merge"; readonly id: Head; readonly urgent: boolean }
  /** Seal frames with the key of `epoch` from now on. */
  | { readonly type: "send"; readonly epoch: number }
  /** `to` is behind us: what it misses, or a way in. */
  | { readonly type: "help"; readonly to: MemberId; readonly from: Place }
  /** Two heads for one epoch: this group is at its end. */
  | { readonly type: "fork"; readonly by: MemberId; readonly theirs: Place }
  /** What could not be made. */
  | { readonly type: "dropped"; readonly wants: readonly Want[] };

export type Step = readonly [Ordering, readonly Effect[]];
