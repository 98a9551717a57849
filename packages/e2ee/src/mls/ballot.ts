// What members decide about one epoch, and by which vote. Each epoch's successor is a value on which the members agree by
// single-decree Paxos: a term belongs to one member, a value once accepted by a quorum is the only one a later term may
// propose. So a dead station, a crash or a partition can delay an epoch but never split it. Pure arithmetic over names.
import type { Ms } from "@parley/base/time";
import type { IdText } from "@parley/protocol/ids";

/** A member, named by its terminal: one terminal has one leaf. */
export type MemberId = IdText;

/** Names one epoch with its whole history: the hex of its confirmed transcript hash (RFC 9420 section 8.2). */
export type Head = string;

/** The members of one epoch in the order of their ids, each with its party. */
export type Roll = ReadonlyMap<MemberId, IdText>;

/** A commit that was checked against our epoch, as the vote sees it. `id` is the head it leads to. */
export type Candidate = {
  readonly id: Head;
  /** The head it leads on from. */
  readonly base: Head;
  readonly removes: readonly MemberId[];
  /** The member that made it from outside to come back, whose former self therefore votes no more; null for all others. */
  readonly returns: MemberId | null;
  /** Those who are members afterwards. */
  readonly roll: Roll;
};

/** A vote: `by` accepted `id` in `term`. */
export type Vote = { readonly by: MemberId; readonly term: number; readonly id: Head };

export type Accepted = { readonly term: number; readonly id: Head };

/** After how long the next in line takes over from a committer that does nothing. */
export const takeover = 1000 as Ms;

/** Whose term it is: rotates with the epoch, so that every member commits, and with the term, so that every member can take over. */
export function committer(roll: Roll, epoch: number, term: number): MemberId {
  const ids = [...roll.keys()];
  return ids[(epoch + term) % ids.length] as MemberId;
}

/** The first term after `above` that belongs to `me`; term 0 comes after -1. */
export function nextTerm(roll: Roll, epoch: number, me: MemberId, above: number): number {
  if (!roll.has(me)) throw new Error("a term for someone who is no member");
  for (let term = above + 1; ; term++) if (committer(roll, epoch, term) === me) return term;
}

/** How many members, the lapsed not counted, come before `me` in this epoch's order of committers; 0 is the committer itself. */
export function turn(roll: Roll, epoch: number, me: MemberId, lapsed: readonly MemberId[]): number {
  let before = 0;
  const own = nextTerm(roll, epoch, me, -1);
  for (let term = 0; term < own; term++) if (!lapsed.includes(committer(roll, epoch, term))) before++;
  return before;
}

/**
 * Whether `yes` suffices among `roll` without those in `without`: more than half and, while two parties are left, at
 * least one of each. Two quorums of one epoch always share a member, also where one of them leaves one member out.
 */
export function isQuorum(roll: Roll, without: readonly MemberId[], yes: Iterable<MemberId>): boolean {
  const voters = [...roll].filter(([id]) => !without.includes(id));
  const voted = new Set<MemberId>(yes);
  const parties = new Set(voters.map(([, party]) => party));
  const inFavour = voters.filter(([id]) => voted.has(id));
  if (2 * inFavour.length <= voters.length) return false;
  return parties.size !== 2 || new Set(inFavour.map(([, party]) => party)).size === 2;
}

/** The candidate that has a quorum in one term, or null. `lapsed` are members known to have lost their memory. */
export function decided(
  roll: Roll,
  lapsed: readonly MemberId[],
  candidates: ReadonlyMap<Head, Candidate>,
  votes: readonly Vote[],
): Candidate | null {
  for (const vote of votes) {
    const candidate = candidates.get(vote.id);
    if (candidate === undefined) continue;
    const same = votes.filter((other) => other.id === vote.id && other.term === vote.term);
    if (
      isQuorum(
        roll,
        [...lapsed, ...candidate.removes],
        same.map((other) => other.by),
      )
    )
      return candidate;
  }
  return null;
}

/** Whether `candidate` can never be decided, because too many have said that they will not accept it. */
export function isDead(
  roll: Roll,
  lapsed: readonly MemberId[],
  candidate: Candidate,
  against: readonly { readonly by: MemberId; readonly id: Head }[],
): boolean {
  const noes = against.filter((each) => each.id === candidate.id).map((each) => each.by);
  const rest = [...roll.keys()].filter((id) => !noes.includes(id));
  return noes.length > 0 && !isQuorum(roll, [...lapsed, ...candidate.removes], rest);
}
