// What the duty of people is told and answers with, and what it keeps: the open question, how our own people stand, and what each
// linked station last said of its own. Data that the runner carries out and stores.
import type { Bytes } from "@parley/base/bytes";
import type { Instant, Ms } from "@parley/base/time";
import type { Around } from "@parley/drill/hours";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { IdText, PartyId } from "@parley/protocol/ids";
import type { EntrySignature } from "@parley/protocol/signed/callEntry";
import type { HereQuestion, PasskeyAnswer, PeopleWord } from "@parley/protocol/signed/people";
import type { RoomCause, RoomWord } from "@parley/protocol/signed/selfTest";
import type { OfficerId } from "@parley/protocol/signed/revocation";

/** A question that can be answered. `late`: its time is over, which is in the ledger, and nobody has answered yet. */
export type Question = {
  readonly id: IdText;
  readonly due: Instant;
  readonly asked: Instant;
  readonly until: Instant;
  readonly at: "open" | "late";
};

export type Standing =
  | { readonly at: "unasked"; readonly since: Instant }
  /** An officer answered; that speaks until then, and no longer. */
  | { readonly at: "ready"; readonly since: Instant; readonly until: Instant; readonly by: string }
  | { readonly at: "notReady"; readonly since: Instant };

/** How a side's rooms stand by its desks' own tests, by our own clock: that speaks until then. */
export type Room = {
  readonly at: RoomWord;
  readonly cause: RoomCause | null;
  readonly since: Instant;
  readonly until: Instant;
};

/** What a linked station last said, by our own clock: it speaks until then; null for ever. */
export type Theirs = {
  readonly at: PeopleWord["at"];
  readonly since: Instant;
  readonly until: Instant | null;
  readonly room: Room | null;
  /** How many of its words came in the hour that began then. */
  readonly hour: { readonly began: Instant; readonly words: number };
};

/** Plain JSON. */
export type People = {
  readonly question: Question | null;
  readonly standing: Standing;
  /** The newest set hour for which it was asked; hours before the first start are nobody's. */
  readonly askedFor: Instant | null;
  /** Of our own side; null where no desk was tested. */
  readonly room: Room | null;
  /** Counts what there is to tell, and how far each link has been told. */
  readonly word: number;
  readonly told: Readonly<Record<IdText, number>>;
  readonly theirs: Readonly<Record<IdText, Theirs>>;
};

export type PeopleLink = { readonly link: IdText; readonly party: PartyId; readonly reachable: boolean };

export type PeopleContext = {
  readonly us: PartyId;
  readonly links: readonly PeopleLink[];
  /** The set hours around now. */
  readonly hours: Around;
  /** How long a question may wait for its answer. */
  readonly within: Ms;
  readonly newQuestion: () => IdText;
  readonly sign: (message: Bytes) => EntrySignature;
  readonly verify: (party: IdText, by: EntrySignature, message: Bytes) => boolean;
};

export type PeopleCommand =
  | { readonly type: "tick" }
  /** Our desks' own tests have come to that. */
  | { readonly type: "room"; readonly room: Room | null }
  /** An officer's passkey has answered the challenge of this very question; whoever says so has verified it. */
  | {
      readonly type: "here";
      readonly question: IdText;
      readonly officer: OfficerId;
      readonly name: string;
      readonly answer: PasskeyAnswer;
    }
  /** What a linked station said, `age` after it wrote it. */
  | {
      readonly type: "word";
      readonly link: IdText;
      readonly word: PeopleWord;
      readonly by: EntrySignature;
      readonly age: Ms;
    };

/** What goes into the ledger. */
export type PeopleFact =
  | {
      readonly type: "here";
      readonly question: HereQuestion;
      readonly officer: OfficerId;
      readonly answer: PasskeyAnswer;
    }
  | { readonly type: "unanswered"; readonly question: HereQuestion }
  | { readonly type: "theirs"; readonly word: PeopleWord; readonly by: EntrySignature };

export type PeopleEffect =
  | { readonly type: "fact"; readonly fact: PeopleFact }
  | { readonly type: "tell"; readonly link: IdText; readonly word: PeopleWord; readonly by: EntrySignature }
  /** The question of a `here` is not the one that stands open. */
  | { readonly type: "notAsked" }
  | { readonly type: "report"; readonly error: ParleyError };

export type PeopleDecision = { readonly people: People; readonly effects: readonly PeopleEffect[] };
