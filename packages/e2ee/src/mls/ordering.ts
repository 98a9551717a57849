// The order of commits in a call without a server that orders them: one pure step, total over state and event. A commit
// becomes the next epoch when a quorum has accepted it in one term (ballot.ts says why that cannot split); receivers are
// ready before senders switch; only a removal does not wait. Rules ML20 to ML29 of docs/spec/keys.md. It never throws,
// and two epochs of one number come to be only by a removal, which then shows as a fork.
import { type Ms, seconds } from "@parley/base/time";
import {
  type Accepted,
  type Candidate,
  type Head,
  type MemberId,
  committer,
  decided,
  isDead,
  isQuorum,
  nextTerm,
  takeover,
  turn,
} from "./ballot.ts";
import { at, heartbeat, merge, preceded, say } from "./orderingEpoch.ts";
import type { Effect, Event, Ordering, Place, Step, Want } from "./orderingState.ts";

/** The longest pause between two tries for an epoch that does not come. */
const longestPause = seconds(8);

export function step(s: Ordering, event: Event, now: Ms): Step {
  switch (event.type) {
    case "tick":
      return tick(s, now);
    case "want":
      return want(s, event.want, now);
    case "made":
      return made(s, event.term, event.candidate, now);
    case "notMade":
      if (s.stage.at !== "making" || s.stage.term !== event.term) return [s, []];
      return [{ ...s, wants: [], stage: { at: "quiet" } }, [{ type: "dropped", wants: s.wants }]];
    case "joining":
      return event.candidate.base === s.head ? joining(s, event.candidate, now) : [s, []];
    case "decided":
      return event.candidate.base === s.head ? merge(s, event.candidate, now) : [s, []];
    case "malformed":
      return preceded(opposed(s, s.me, event.id), say(s, null, { type: "nack", id: event.id }));
    case "unknownEpoch":
      return ask(s, null, now);
    default:
      return event.from.head === s.head ? here(s, event, now) : elsewhere(s, event, now);
  }
}

type Spoken = Extract<Event, { from: Place }>;

/** Word from a member at our own epoch. */
function here(s: Ordering, event: Spoken, now: Ms): Step {
  switch (event.type) {
    case "prepare":
      return prepared(s, event.by, event.term, now);
    case "promise": {
      const known = know(s, event.candidate);
      const { accepted, by } = event;
      return promised(accepted === null ? known : withVote(known, by, accepted), by, event.term, accepted, now);
    }
    case "refusal":
      if (s.stage.at !== "preparing" && s.stage.at !== "voting") return [s, []];
      return [
        { ...s, promised: Math.max(s.promised, event.term), stage: { at: "yielding", until: at(now, pause(s)) } },
        [],
      ];
    case "propose":
      if (committer(s.roll, s.epoch, event.term) !== event.by) return [s, []];
      return voted(know(s, event.candidate), event.by, event.term, event.candidate.id, now);
    case "vote":
      return voted(know(s, event.candidate), event.by, event.term, event.id, now);
    case "nack":
      return opposed(s, event.by, event.id);
    case "need":
      if (s.accepted === null) return [s, []];
      return [s, [say(s, event.by, { type: "vote", ...s.accepted, whole: true })]];
    case "status":
      return ready(s, event.by, now);
    default:
      return event satisfies never;
  }
}

/** Word from a member at another epoch, or at another history of ours. */
function elsewhere(s: Ordering, event: Spoken, now: Ms): Step {
  const { by, from } = event;
  if (event.type === "vote" && event.id === s.head) return ready(s, by, now);
  if (from.epoch === s.epoch) return [s, [{ type: "fork", by, theirs: from }]];
  if (from.epoch < s.epoch) {
    // Other words from there may just be late; who is behind says so every second.
    const isBehind = event.type === "status" || event.type === "need";
    return [s, isBehind ? [{ type: "help", to: by, from }] : []];
  }
  const candidate = s.candidates.get(from.head);
  if (from.epoch === s.epoch + 1 && candidate !== undefined) return merge(s, candidate, now);
  return ask(s, by, now);
}

function ask(s: Ordering, of: MemberId | null, now: Ms): Step {
  if (now < s.askAgainAt) return [s, []];
  return [{ ...s, askAgainAt: at(now, takeover) }, [say(s, of, { type: "need" })]];
}

/** `by` is where we are: it can open our frames, and it can be reached, so that a long pause is over. */
function ready(s: Ordering, by: MemberId, now: Ms): Step {
  const stage = s.attempt > 1 && "until" in s.stage ? { ...s.stage, until: at(now, takeover) } : s.stage;
  const state: Ordering = { ...s, stage, attempt: Math.min(s.attempt, 1) };
  if (state.sending.at === "current") return [state, []];
  const missing = state.sending.missing.filter((id) => id !== by);
  return missing.length === 0 ? switched(state) : [{ ...state, sending: { ...state.sending, missing } }, []];
}

const switched = (s: Ordering): Step => [{ ...s, sending: { at: "current" } }, [{ type: "send", epoch: s.epoch }]];

const know = (s: Ordering, candidate: Candidate | null): Ordering =>
  candidate === null || candidate.base !== s.head
    ? s
    : { ...s, candidates: new Map(s.candidates).set(candidate.id, candidate) };

const withVote = (s: Ordering, by: MemberId, { term, id }: Accepted): Ordering => ({
  ...s,
  votes: [...s.votes.filter((vote) => vote.by !== by || vote.term !== term), { by, term, id }],
});

/** Someone will never accept `id`. Where that rules it out, it binds nobody any more, and what it was made for is given up. */
function opposed(s: Ordering, by: MemberId, id: Head): Step {
  const state: Ordering = { ...s, against: [...s.against, { by, id }] };
  const candidate = state.candidates.get(id);
  if (candidate === undefined || !isDead(s.roll, s.lapsed, candidate, state.against)) return [state, []];
  const offered = s.offered?.id === id ? s.offered.wants : [];
  const freed: Ordering = {
    ...state,
    accepted: s.accepted?.id === id ? null : s.accepted,
    wants: s.wants.filter((wanted) => !offered.includes(wanted)),
    offered: s.offered?.id === id ? null : s.offered,
    carry: s.carry?.id === id ? null : s.carry,
  };
  return [freed, offered.length > 0 ? [{ type: "dropped", wants: offered }] : []];
}

const isDue = (s: Ordering, now: Ms): boolean => now >= s.began + s.rekeyEvery;

/** When we try for the next epoch: at once for what we want ourselves, in our turn for what all want. */
function claimAt(s: Ordering): number {
  if (s.wants.length > 0) return Number.NEGATIVE_INFINITY;
  const shared = Math.min(s.began + s.rekeyEvery, s.carry?.since ?? Number.POSITIVE_INFINITY);
  return shared + turn(s.roll, s.epoch, s.me, s.lapsed) * takeover;
}

function tick(s: Ordering, now: Ms): Step {
  const effects: Effect[] = [];
  let state = s;
  if (state.sending.at === "previous" && now >= state.sending.until) {
    const [next, more] = switched(state);
    state = next;
    effects.push(...more);
  }
  if (now >= state.heartbeatAt) {
    state = { ...state, heartbeatAt: at(now, state.stage.at === "quiet" ? heartbeat : takeover) };
    const { accepted, stage } = state;
    const isVoting = stage.at === "voting" && accepted !== null;
    effects.push(say(state, null, isVoting ? { type: "vote", ...accepted, whole: false } : { type: "status" }));
  }
  if (now < (state.stage.at === "quiet" ? claimAt(state) : state.stage.until)) return [state, effects];
  const cause = state.wants.length > 0 || state.carry !== null || state.accepted !== null || isDue(state, now);
  return preceded(cause ? claim(state, now) : [{ ...state, stage: { at: "quiet" } }, []], ...effects);
}

/** The pause after try number `attempt`: doubling, and spread over the members so that two do not meet again and again. */
function pause(s: Ordering): number {
  const ids = [...s.roll.keys()];
  const spread = (ids.indexOf(s.me) + s.attempt) % ids.length;
  return Math.min(takeover * 2 ** Math.min(s.attempt, 3), longestPause) + (spread * takeover) / ids.length;
}

/** Takes the floor. Term 0 is its committer's without asking, and a removal does not ask; every other term needs promises. */
function claim(s: Ordering, now: Ms): Step {
  const isRemoval = s.wants.some((wanted) => wanted.type === "remove");
  const isFirst = s.promised === 0 && s.accepted === null && committer(s.roll, s.epoch, 0) === s.me;
  if (isFirst) return produce(s, 0, null, now);
  const term = nextTerm(s.roll, s.epoch, s.me, s.promised);
  if (isRemoval) return make(s, term, now);
  const asking: Ordering = {
    ...s,
    promised: term,
    attempt: s.attempt + 1,
    stage: { at: "preparing", term, promises: new Map(), until: at(now, pause(s)) },
  };
  return preceded(promised(asking, s.me, term, s.accepted, now), say(s, null, { type: "prepare", term }));
}

const make = (s: Ordering, term: number, now: Ms): Step => [
  { ...s, stage: { at: "making", term, wants: s.wants, until: at(now, longestPause) } },
  [{ type: "make", term, wants: s.wants }],
];

/** Puts forward what an earlier term may have decided, else what waits outside, else a commit of our own. */
function produce(s: Ordering, term: number, bound: Accepted | null, now: Ms): Step {
  const id = bound?.id ?? s.carry?.id;
  if (id === undefined)
    return s.wants.length > 0 || isDue(s, now) ? make(s, term, now) : [{ ...s, stage: { at: "quiet" } }, []];
  const candidate = s.candidates.get(id);
  // Not to know what another accepted would leave us free to split the epoch; so we wait until we do.
  if (candidate === undefined) return [{ ...s, stage: { at: "yielding", until: at(now, takeover) } }, []];
  return preceded(accept(s, term, candidate, now), say(s, null, { type: "propose", term, id }));
}

function accept(s: Ordering, term: number, candidate: Candidate, now: Ms): Step {
  const { id, removes } = candidate;
  const wait = pause(s) + turn(s.roll, s.epoch, s.me, s.lapsed) * takeover;
  const state: Ordering = {
    ...withVote(know(s, candidate), s.me, { term, id }),
    promised: term,
    accepted: { term, id },
    stage: { at: "voting", term, id, until: at(now, wait) },
  };
  const next = removes.length > 0 ? merge(state, candidate, now) : count(state, now);
  return preceded(next, { type: "receive", id });
}

function count(s: Ordering, now: Ms): Step {
  const candidate = decided(s.roll, s.lapsed, s.candidates, s.votes);
  return candidate === null ? [s, []] : merge(s, candidate, now);
}

function want(s: Ordering, wanted: Want, now: Ms): Step {
  const state: Ordering = { ...s, wants: [...s.wants, wanted] };
  return s.stage.at === "quiet" || wanted.type === "remove" ? claim(state, now) : [state, []];
}

function made(s: Ordering, term: number, candidate: Candidate, now: Ms): Step {
  if (s.stage.at !== "making" || s.stage.term !== term || candidate.base !== s.head) return [s, []];
  const { id, removes } = candidate;
  const { wants } = s.stage;
  if (term < s.promised && removes.length === 0)
    return [{ ...s, stage: { at: "yielding", until: at(now, pause(s)) } }, []];
  const state: Ordering = { ...s, offered: { id, wants } };
  return preceded(accept(state, term, candidate, now), say(s, null, { type: "propose", term, id }));
}

/** A member came back from outside: its former self votes no more, which may decide what was waiting for it. */
function joining(s: Ordering, candidate: Candidate, now: Ms): Step {
  const { id, returns } = candidate;
  const lapsed = returns === null || s.lapsed.includes(returns) ? s.lapsed : [...s.lapsed, returns];
  const [counted, effects] = count({ ...know(s, candidate), lapsed }, now);
  if (counted.head !== s.head) return [counted, effects];
  const state: Ordering = { ...counted, carry: { id, since: s.carry?.since ?? now } };
  return state.stage.at === "quiet" && now >= claimAt(state)
    ? preceded(claim(state, now), ...effects)
    : [state, effects];
}

function prepared(s: Ordering, by: MemberId, term: number, now: Ms): Step {
  if (committer(s.roll, s.epoch, term) !== by) return [s, []];
  if (term < s.promised) return [s, [say(s, by, { type: "refusal", term: s.promised })]];
  const state: Ordering = { ...s, promised: term, stage: { at: "yielding", until: at(now, pause(s)) } };
  return [state, [say(s, by, { type: "promise", term, accepted: s.accepted })]];
}

function promised(s: Ordering, by: MemberId, term: number, accepted: Accepted | null, now: Ms): Step {
  const [state, effects] = count(s, now);
  if (state.head !== s.head || state.stage.at !== "preparing" || state.stage.term !== term) return [state, effects];
  const promises = new Map(state.stage.promises).set(by, accepted);
  if (!isQuorum(s.roll, s.lapsed, promises.keys())) return [{ ...state, stage: { ...state.stage, promises } }, effects];
  let bound: Accepted | null = null;
  for (const each of promises.values()) {
    const candidate = each === null ? undefined : state.candidates.get(each.id);
    if (candidate !== undefined && isDead(s.roll, s.lapsed, candidate, s.against)) continue;
    if (each !== null && each.term > (bound?.term ?? -1)) bound = each;
  }
  return preceded(produce(state, term, bound, now), ...effects);
}

/** A vote for `id`, which we follow when we may: it shows that the holder of `term` put it forward. */
function voted(s: Ordering, by: MemberId, term: number, id: Head, now: Ms): Step {
  const state = withVote(s, by, { term, id });
  const candidate = state.candidates.get(id);
  if (candidate === undefined) return ask(state, by, now);
  if (candidate.removes.length > 0) return preceded(accept(state, term, candidate, now), voteSaid(s, term, id));
  if (state.accepted !== null && state.accepted.term >= term) return count(state, now);
  if (term < state.promised) return preceded(count(state, now), say(s, by, { type: "refusal", term: state.promised }));
  return preceded(accept(state, term, candidate, now), voteSaid(s, term, id));
}

const voteSaid = (s: Ordering, term: number, id: Head): Effect =>
  say(s, null, { type: "vote", term, id, whole: false });
