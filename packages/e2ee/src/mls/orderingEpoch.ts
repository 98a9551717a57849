// How a member comes to an epoch and leaves it: a fresh state for each, and what must happen at the turn. Receivers have the
// new keys by then; senders wait for the last of the others, a second at most, and after a removal not at all.
import { type Ms, ms, seconds } from "@parley/base/time";
import { type Candidate, type Head, type MemberId, type Roll, takeover } from "./ballot.ts";
import type { Effect, Ordering, Place, Saying, Step, Want } from "./orderingState.ts";

/** How often a member says where it is while nothing happens. */
export const heartbeat = seconds(5);
/** Senders switch at the latest this long after the epoch moved. */
export const switchWithin = seconds(1);
export const at = (now: Ms, d: number): Ms => ms(now + d);
const place = (s: Ordering): Place => ({ epoch: s.epoch, head: s.head });
export const say = (s: Ordering, to: MemberId | null, saying: Saying): Effect => ({
  type: "say",
  to,
  from: place(s),
  saying,
});
/** The same step with effects that come first. */
export const preceded = ([state, effects]: Step, ...before: readonly Effect[]): Step => [
  state,
  [...before, ...effects],
];

/** A member that has just come to an epoch, by founding, joining or merging. */
export function enter(me: MemberId, roll: Roll, epoch: number, head: Head, rekeyEvery: Ms, now: Ms): Ordering {
  return {
    me,
    roll,
    epoch,
    head,
    began: now,
    rekeyEvery,
    promised: 0,
    accepted: null,
    candidates: new Map(),
    votes: [],
    against: [],
    lapsed: [],
    wants: [],
    offered: null,
    carry: null,
    attempt: 0,
    stage: { at: "quiet" },
    sending: { at: "current" },
    heartbeatAt: at(now, takeover),
    askAgainAt: now,
  };
}

/** How long this epoch has lasted; people see it once it is older than `rekeyEvery`. */
export const epochAge = (s: Ordering, now: Ms): Ms => ms(now - s.began);

/** The group moves. Those wants stay that the commit did not meet. */
export function merge(s: Ordering, candidate: Candidate, now: Ms): Step {
  const { id, removes, roll } = candidate;
  const urgent = removes.length > 0;
  const has = new Set(s.votes.filter((vote) => vote.id === id).map((vote) => vote.by));
  const missing = [...roll.keys()].filter((member) => s.roll.has(member) && !has.has(member) && member !== s.me);
  const waits = !urgent && missing.length > 0;
  const met = s.offered?.id === id ? s.offered.wants : [];
  const state: Ordering = {
    ...enter(s.me, roll, s.epoch + 1, id, s.rekeyEvery, now),
    wants: s.wants.filter((wanted) => !met.includes(wanted) && isOpen(wanted, roll)),
    sending: waits ? { at: "previous", missing, until: at(now, switchWithin) } : { at: "current" },
  };
  const send: readonly Effect[] = waits ? [] : [{ type: "send", epoch: state.epoch }];
  return [state, [{ type: "merge", id, urgent }, say(state, null, { type: "status" }), ...send]];
}

/** Whether a want is still to be met by those who are members now; a re-key was met by whatever moved the epoch. */
function isOpen(wanted: Want, roll: Roll): boolean {
  if (wanted.type === "rekey") return false;
  if (wanted.type === "renew") return true;
  return roll.has(wanted.member) === (wanted.type === "remove");
}
