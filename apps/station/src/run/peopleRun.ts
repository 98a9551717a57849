// Runs the duty of people: one document, written in the transaction that holds its entries and words, so that a restart finds the
// question that stands open and goes on with it. What it is told of an answer was verified at the edge (api/people).
import type { Bytes } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import type { Random } from "@parley/base/random";
import { type Result, certain, fail, ok } from "@parley/base/result";
import { type Cancel, type Clock, type Instant, type Ms, seconds } from "@parley/base/time";
import type { DayMinute } from "@parley/drill/hours";
import { ownRecord } from "@parley/ledger/record";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idOf, idText } from "@parley/protocol/ids";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import { decodePeople, encodePeople } from "@parley/protocol/peer/people";
import type { EntrySignature } from "@parley/protocol/signed/callEntry";
import { type PasskeyAnswer, hereChallenge } from "@parley/protocol/signed/people";
import type { Digest } from "@parley/protocol/signed/hash";
import type { OfficerId } from "@parley/protocol/signed/revocation";
import type { OurPeople, RoomShown, TheirPeople } from "@parley/protocol/terminal/people";
import { decide, nextTick, nobodyAsked, questionOf, roomNow, theirStanding } from "../duty/people.ts";
import type { People, PeopleCommand, PeopleContext, PeopleEffect, PeopleFact, Room } from "../duty/people/port.ts";
import type { PeerLink } from "../peer/peerLink.ts";
import type { Store, Transaction } from "../store/port.ts";
import { fromDoc, toDoc } from "./json.ts";
import type { LinksRun } from "./linksRun.ts";
import { setHours, untilNext } from "./lookAgain.ts";
import { peopleDoc } from "./peopleDoc.ts";
import { type PeopleFactKept, peopleFact, peopleKind } from "./peopleFacts.ts";
import type { After, Writer } from "./writer.ts";

const docKind = "people";
const only = "all";

/** How long nothing is looked at, at most: a linked station that came back is told within that. */
const looksEvery: Ms = seconds(15);

export type PeopleSettings = {
  /** When officers are asked, minutes after midnight of the party's own clock; none: nobody is asked. */
  readonly askAt: readonly DayMinute[];
  /** How long a question may wait for its answer. */
  readonly within: Ms;
};

export type PeopleShown = { readonly ours: OurPeople; readonly lines: readonly TheirPeople[] };

export type PeopleRun = {
  /** What a passkey has to sign for this question; null where it is not the one that can be answered. */
  readonly challenge: (question: IdText) => Digest | null;
  /** An officer's passkey answered that challenge: verified. HERE_NOT_ASKED. */
  readonly here: (
    question: IdText,
    officer: OfficerId,
    name: string,
    answer: PasskeyAnswer,
  ) => Promise<Result<null, ParleyError>>;
  readonly heard: (tx: Transaction, after: After, link: PeerLink, payload: Bytes, age: Ms) => void;
  readonly shown: () => PeopleShown;
  /** Our desks' own tests have come to that: told to linked stations with the next word. */
  readonly room: (room: Room | null) => void;
  readonly start: () => void;
  readonly stop: () => void;
};

export type PeopleRunOptions = {
  readonly store: Store;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly random: Random;
  readonly us: () => PartyId;
  /** The party's own time zone. */
  readonly zone: () => string;
  readonly links: Pick<LinksRun, "all" | "reachable" | "put">;
  readonly settings: PeopleSettings;
  readonly sign: (message: Bytes) => EntrySignature;
  readonly verify: (party: IdText, by: EntrySignature, message: Bytes) => boolean;
  readonly onChange: () => void;
  readonly report: (error: ParleyError) => void;
};

export async function runPeople(options: PeopleRunOptions): Promise<PeopleRun> {
  const { store, writer, clock, random, links, settings, us } = options;
  const found = certain(await store.doc(docKind, only));
  const read = found === null ? ok(nobodyAsked(clock.now())) : fromDoc(peopleDoc, found, docKind);
  // Nobody's part in anything lies there: what cannot be read is asked anew.
  if (!read.ok) options.report(read.error);
  let people: People = read.ok ? read.value : nobodyAsked(clock.now());
  let timer: Cancel = () => undefined;
  let stopped = true;

  const hoursNow = setHours(settings.askAt, options.zone, clock);

  const context = (): PeopleContext => ({
    us: us(),
    links: links.all().flatMap(({ link, party }) => {
      const id = idOf<PartyId>(party, 32);
      return id === null ? [] : [{ link, party: id, reachable: links.reachable(link).up }];
    }),
    hours: hoursNow(),
    within: settings.within,
    newQuestion: () => idText(random(16)),
    sign: options.sign,
    verify: options.verify,
  });

  const within = (tx: Transaction, after: After, command: PeopleCommand): readonly PeopleEffect[] => {
    const decision = decide(people, command, context(), clock.now());
    if (isNews(decision)) tx.put(docKind, only, toDoc(decision.people));
    people = decision.people;
    for (const effect of decision.effects) carry(tx, after, effect);
    after(watchTime);
    after(options.onChange);
    return decision.effects;
  };

  const carry = (tx: Transaction, after: After, effect: PeopleEffect): void => {
    switch (effect.type) {
      case "fact": {
        const now = clock.now();
        tx.append(peopleKind, ownRecord(peopleKind, now, encode(peopleFact, kept(effect.fact, now))));
        return;
      }
      case "tell": {
        const { link, word, by } = effect;
        return links.put(tx, after, link, payloadKinds.people, encodePeople({ type: "word", word, by }));
      }
      case "notAsked":
        return;
      case "report":
        return after(() => options.report(effect.error));
    }
    effect satisfies never;
  };

  /** Whether it changes anything; what does not is not written. */
  const isNews = (decision: { readonly people: People; readonly effects: readonly PeopleEffect[] }): boolean =>
    decision.effects.length > 0 || JSON.stringify(decision.people) !== JSON.stringify(people);

  let shownLast = "";
  const tick = (): void => {
    if (isNews(decide(people, { type: "tick" }, context(), clock.now())))
      void writer.write((tx, after) => void within(tx, after, { type: "tick" }));
    else {
      // What a linked station said may have lapsed: nothing to write, something to show.
      const now = JSON.stringify(shown());
      if (now !== shownLast) options.onChange();
      shownLast = now;
      watchTime();
    }
  };

  const watchTime = (): void => {
    timer();
    if (stopped) return;
    const next = nextTick(people, context());
    timer = clock.wait(untilNext(next, clock.now(), looksEvery), tick);
  };

  const shown = (): PeopleShown => {
    const { question, standing, theirs } = people;
    const now = clock.now();
    return {
      ours: {
        at: standing.at,
        since: standing.since,
        by: standing.at === "ready" ? standing.by : "",
        next: hoursNow().next,
        question:
          question === null ? null : { id: question.id, asked: question.asked, until: question.until, at: question.at },
        room: roomShown(people.room, now),
      },
      lines: Object.entries(theirs).map(([link, it]) => ({
        link,
        ...theirStanding(it, now),
        room: roomShown(it.room, now),
      })),
    };
  };

  return {
    challenge: (question) =>
      people.question?.id === question ? hereChallenge(questionOf(people.question, us())) : null,
    here: async (question, officer, name, answer) => {
      const effects = await writer.write((tx, after) =>
        within(tx, after, { type: "here", question, officer, name, answer }),
      );
      return effects.some(({ type }) => type === "notAsked") ? fail(problem("HERE_NOT_ASKED")) : ok(null);
    },
    heard: (tx, after, link, payload, age) => {
      const heard = decodePeople(payload);
      if (!heard.ok) return after(() => options.report(heard.error));
      const { word, by } = heard.value;
      within(tx, after, { type: "word", link: idText(link.id), word, by, age });
    },
    shown,
    room: (room) => {
      if (JSON.stringify(room) !== JSON.stringify(people.room))
        void writer.write((tx, after) => void within(tx, after, { type: "room", room }));
    },
    start: () => {
      stopped = false;
      tick();
    },
    stop: () => {
      stopped = true;
      timer();
    },
  };
}

const kept = (fact: PeopleFact, at: Instant): PeopleFactKept => ({ ...fact, at });

function roomShown(room: Room | null, now: Instant): RoomShown {
  const it = roomNow(room, now);
  return it === null ? null : { at: it.at, cause: it.cause, since: it.since };
}
