// Whether somebody is there, beside whether the machines are: two verdicts, never one, each with its age, ours and theirs apart
// ([PE7] [PE8] of docs/spec/people.md). And the question that our own officer is asked.
import { type Instant, between, instant } from "@parley/base/time";
import type { ToTerminal } from "@parley/protocol/terminal/messages";
import type { Place } from "../words/place.ts";
import { type Say, ago, name, say } from "../words/say.ts";
import { type LineState, type Mark, type Side, since } from "./line.ts";

export type PeopleFacts = Extract<ToTerminal, { type: "people" }>;

/** `untold`: their station has said nothing of its people. `silent`: what it said is too old to speak for them. */
export type PeopleState = {
  readonly at: "unasked" | "ready" | "notReady" | "silent" | "untold";
  readonly since: Instant;
  /** Who answered, where it is one of ours; else empty. */
  readonly by: string;
};

export type LinePeople = { readonly ours: PeopleState; readonly theirs: PeopleState };

/** The question that stands open at our consoles. */
export type HereAsked = {
  readonly question: string;
  readonly asked: Instant;
  readonly until: Instant;
  readonly at: "open" | "late";
};

const untold: PeopleState = { at: "untold", since: instant(0), by: "" };

/** What is known of people on a line; null where our station has said nothing of any, as an older one does. */
export function linePeople(facts: PeopleFacts | null, link: string): LinePeople {
  const theirs = facts?.lines.find((it) => it.link === link);
  return {
    ours: facts === null ? untold : { at: facts.ours.at, since: instant(facts.ours.since), by: facts.ours.by },
    theirs: theirs === undefined ? untold : { at: theirs.at, since: instant(theirs.since), by: "" },
  };
}

export function hereAsked(facts: PeopleFacts | null): HereAsked | null {
  const question = facts?.ours.question ?? null;
  if (question === null) return null;
  const { id, asked, until, at } = question;
  return { question: id, asked: instant(asked), until: instant(until), at };
}

/** The mark of people beside that of the machines: what nobody has proven is hollow, never green. */
export function peopleMark(state: PeopleState, whose: Side): Mark {
  switch (state.at) {
    case "ready":
      return { shape: "disc", tone: "ready", word: say("people.ready") };
    case "notReady":
      return { shape: whose === "ours" ? "square" : "hollowSquare", tone: "fault", word: say("people.notReady") };
    case "unasked":
    case "silent":
    case "untold":
      return { shape: "hollow", tone: "quiet", word: say("people.unproven") };
  }
  state.at satisfies never;
}

/** Whose people, since when, and how that is known. */
export function peopleSentence(state: PeopleState, whose: Side, here: Place, now: Instant): Say {
  return say(`people.${state.at}.why`, {
    whose,
    by: name(state.by),
    ago: ago(between(state.since, now)),
    since: since(state.since, here, now),
  });
}

/** The same in a few words, for the desk: it is the officer's to mend, and the principal's to know. */
export const peopleShort = (state: PeopleState, whose: Side, now: Instant): Say =>
  say(`people.${state.at}.short`, { whose, ago: ago(between(state.since, now)) });

/** The machines' half of a line's state, for where both halves stand beside each other. */
export const machineSentence = (state: LineState, now: Instant): Say =>
  state.at === "ready" ? say("machine.ready", { ago: ago(between(state.provenAt, now)) }) : say(`machine.${state.at}`);
