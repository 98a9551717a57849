// The duty of people: at set hours it asks whether an officer is here, takes the one answer that a passkey gave to that very question,
// and turns "people ready" away where none came. It tells the linked stations how our people stand and keeps what they say of theirs.
// It decides and does nothing. Carries [PE1]-[PE9] of docs/spec/people.md. What was answered never speaks longer than to the end of
// the next question, whether or not anybody was there to ask it.
import { type Instant, type Ms, after, hours, instant, minutes, ms, seconds } from "@parley/base/time";
import { problem } from "@parley/protocol/errorCodes";
import { type IdText, type LinkId, type PartyId, idOf, idText } from "@parley/protocol/ids";
import { maxPeopleWordsAnHour } from "@parley/protocol/limits";
import { type HereQuestion, type PeopleWord, peopleWordSignable } from "@parley/protocol/signed/people";
import type {
  People,
  PeopleCommand,
  PeopleContext,
  PeopleDecision,
  PeopleEffect,
  Question,
  Room,
  Standing,
  Theirs,
} from "./people/port.ts";

/** A wall clock that was set back by more than this has made what we kept a thing of the future: it is asked anew. */
const clockSetBack: Ms = hours(1);

/** How much later than it said a linked station's next word may come: it looks every few seconds and its envelopes are durable. */
const wordGrace: Ms = minutes(5);

export const nobodyAsked = (now: Instant): People => ({
  question: null,
  standing: { at: "unasked", since: now },
  askedFor: null,
  room: null,
  word: 0,
  told: {},
  theirs: {},
});

/** What `command` changes at `now`. Total; a word that does not fit moves nothing. */
export function decide(people: People, command: PeopleCommand, context: PeopleContext, now: Instant): PeopleDecision {
  const effects: PeopleEffect[] = [];
  let next = ask(lapse(sane(people, now), context, now, effects), context, now, effects);
  switch (command.type) {
    case "tick":
      break;
    case "room":
      if (JSON.stringify(next.room) !== JSON.stringify(command.room))
        next = { ...next, room: command.room, word: next.word + 1 };
      break;
    case "here":
      next = here(next, command, context, now, effects);
      break;
    case "word":
      next = heard(next, command, context, now, effects);
      break;
    default:
      command satisfies never;
  }
  return { people: tell(next, context, now, effects), effects };
}

/** The next moment at which `decide` wants a tick; null where nothing has a time. */
export function nextTick({ question, standing, theirs }: People, { hours: { next } }: PeopleContext): Instant | null {
  const times = [
    ...(next === null ? [] : [next]),
    ...(question?.at === "open" ? [question.until] : []),
    ...(standing.at === "ready" ? [standing.until] : []),
    ...Object.values(theirs).flatMap(({ until }) => until ?? []),
  ];
  return times.length === 0 ? null : instant(Math.min(...times));
}

/** How a linked station's people stand now: what it said last, while that speaks ([PE7]). */
export function theirStanding(
  theirs: Theirs,
  now: Instant,
): { readonly at: Theirs["at"] | "silent"; readonly since: Instant } {
  const { at, since, until } = theirs;
  return until !== null && now >= until ? { at: "silent", since: until } : { at, since };
}

/** How a side's rooms stand now; null once what was found is too old to speak. */
export const roomNow = (room: Room | null, now: Instant): Room | null =>
  room !== null && now < room.until && now >= room.since - clockSetBack ? room : null;

/** The question as it is signed and kept. */
export const questionOf = ({ id, due, asked, until }: Question, us: PartyId): HereQuestion => ({
  id: certainId(id),
  party: us,
  due,
  asked,
  until,
});

const certainId = (text: IdText): LinkId => {
  const id = idOf<LinkId>(text, 16);
  if (id === null) throw new Error(`${text} is not an id of ours`);
  return id;
};

/** What lies far in the future was written by a clock that was wrong: an answer from there proves nothing, and a question is asked anew. */
function sane(people: People, now: Instant): People {
  const isAhead = (at: Instant): boolean => at > after(now, clockSetBack);
  const { question, standing, askedFor } = people;
  return {
    ...people,
    question: question !== null && isAhead(question.asked) ? null : question,
    standing: isAhead(standing.since) ? { at: "notReady", since: now } : standing,
    askedFor: askedFor !== null && isAhead(askedFor) ? now : askedFor,
    word: isAhead(standing.since) ? people.word + 1 : people.word,
  };
}

/** What its time is over for: an open question, and an answer that nothing followed. */
function lapse(people: People, context: PeopleContext, now: Instant, effects: PeopleEffect[]): People {
  let it = people;
  const { question, standing } = it;
  if (question?.at === "open" && now >= question.until) {
    effects.push({ type: "fact", fact: { type: "unanswered", question: questionOf(question, context.us) } });
    effects.push({ type: "report", error: problem("PEOPLE_UNANSWERED") });
    it = notReady({ ...it, question: { ...question, at: "late" } }, now);
  }
  if (standing.at === "ready" && now >= standing.until && it.standing.at === "ready") it = notReady(it, now);
  return it;
}

const notReady = (people: People, now: Instant): People => ({
  ...people,
  standing: people.standing.at === "notReady" ? people.standing : { at: "notReady", since: now },
  word: people.word + 1,
});

/** Asks for the newest set hour that has come, if it was not asked for yet: also after a standstill, and then once ([PE2]). */
function ask(people: People, context: PeopleContext, now: Instant, effects: PeopleEffect[]): People {
  const { last } = context.hours;
  if (last === null) {
    if (people.question === null && people.standing.at === "unasked") return people;
    return {
      ...people,
      question: null,
      askedFor: null,
      standing: { at: "unasked", since: now },
      word: people.word + 1,
    };
  }
  if (people.askedFor === null) return { ...people, askedFor: now };
  if (last <= people.askedFor) return people;
  // Where questions come closer than they may wait, the older one is over with the newer.
  const before = people.question?.at === "open" ? lapse(people, context, people.question.until, effects) : people;
  const question: Question = {
    id: context.newQuestion(),
    due: last,
    asked: now,
    until: after(now, context.within),
    at: "open",
  };
  return { ...before, question, askedFor: last };
}

type Here = PeopleCommand & { readonly type: "here" };

function here(people: People, command: Here, context: PeopleContext, now: Instant, effects: PeopleEffect[]): People {
  const { question } = people;
  const { next } = context.hours;
  if (question?.id !== command.question || next === null) {
    effects.push({ type: "notAsked" });
    return people;
  }
  const { officer, answer, name } = command;
  effects.push({ type: "fact", fact: { type: "here", question: questionOf(question, context.us), officer, answer } });
  const standing: Standing = { at: "ready", since: now, until: after(next, context.within), by: name };
  return { ...people, question: null, standing, word: people.word + 1 };
}

type Word = PeopleCommand & { readonly type: "word" };

function heard(people: People, command: Word, context: PeopleContext, now: Instant, effects: PeopleEffect[]): People {
  const { link, word, by, age } = command;
  const of = context.links.find((it) => it.link === link);
  const refuse = (why: string): People => {
    effects.push({ type: "report", error: problem("PEOPLE_UNFIT", why) });
    return people;
  };
  if (of === undefined || idText(word.link) !== link || idText(word.party) !== idText(of.party))
    return refuse("about another line");
  if (!context.verify(idText(of.party), by, peopleWordSignable(word))) return refuse("not signed by that station");
  const before = people.theirs[link]?.hour;
  const isSameHour = before !== undefined && now >= before.began && now < after(before.began, hours(1));
  const hour = isSameHour ? { ...before, words: before.words + 1 } : { began: now, words: 1 };
  if (hour.words > maxPeopleWordsAnHour) return refuse("too many words in an hour");
  const written = after(now, ms(0 - age));
  const since = (ago: number): Instant => instant(Math.max(0, after(written, ms(0 - seconds(ago)))));
  const until = (holds: number): Instant => after(after(written, seconds(holds)), wordGrace);
  const { room } = word;
  const theirs: Theirs = {
    at: word.at,
    since: since(word.ago),
    until: word.at === "unasked" ? null : until(word.holds),
    room: room === null ? null : { at: room.at, cause: room.cause, since: since(room.ago), until: until(room.holds) },
    hour,
  };
  // That nobody is asked and nothing is tested there proves nothing.
  if (word.at !== "unasked" || room !== null) effects.push({ type: "fact", fact: { type: "theirs", word, by } });
  return { ...people, theirs: { ...people.theirs, [link]: theirs } };
}

/** Tells each linked station that is there what it was not told yet; what nobody is there to hear waits in no outbox ([PE6]). */
function tell(people: People, context: PeopleContext, now: Instant, effects: PeopleEffect[]): People {
  const isLinked = (link: IdText): boolean => context.links.some((it) => it.link === link);
  const due = context.links.filter(({ link, reachable }) => reachable && (people.told[link] ?? 0) !== people.word);
  for (const { link } of due) {
    const word = wordOf(people, link, context, now);
    effects.push({ type: "tell", link, word, by: context.sign(peopleWordSignable(word)) });
  }
  const told = { ...people.told, ...Object.fromEntries(due.map(({ link }) => [link, people.word])) };
  const kept = <T>(of: Readonly<Record<IdText, T>>) =>
    Object.fromEntries(Object.entries(of).filter(([link]) => isLinked(link)));
  return { ...people, told: kept(told), theirs: kept(people.theirs) };
}

const wholeSeconds = (length: number): number => Math.min(0xffffffff, Math.max(0, Math.ceil(length / 1000)));

function wordOf(
  { standing, question, room: kept }: People,
  link: IdText,
  context: PeopleContext,
  now: Instant,
): PeopleWord {
  const { next } = context.hours;
  const room = roomNow(kept, now);
  // The next word comes at the latest when the open question, or the next one, is over.
  const nextOver = question?.at === "open" ? question.until : after(next ?? now, context.within);
  const over = standing.at === "ready" ? standing.until : nextOver;
  return {
    link: certainId(link),
    party: context.us,
    at: standing.at,
    since: standing.since,
    ago: wholeSeconds(now - standing.since),
    holds: standing.at === "unasked" ? 0 : wholeSeconds(over - now),
    room:
      room === null
        ? null
        : {
            at: room.at,
            cause: room.cause,
            ago: wholeSeconds(now - room.since),
            holds: wholeSeconds(room.until - now),
          },
  };
}
