// What the duty of alarms is told and answers with, and how it keeps what it knows: data that the runner carries out and stores.
import type { Instant, Ms } from "@parley/base/time";
import type { AlarmKind, Rank, Side } from "@parley/protocol/alarmKinds";
import type { IdText } from "@parley/protocol/ids";
import type { AlarmPayload } from "@parley/protocol/peer/alarm";

/** Whom an alarm goes to, one after the other while nobody takes it up: those who are told first, second persons, the other party. */
export const told = ["first", "second", "party"] as const;
export type Told = (typeof told)[number];

/** What is said of an alarm. `replaced`: it has come once more, or is graver, and is told anew under another name. */
export const whats = ["raised", "acknowledged", "replaced", "ended"] as const;
export type What = (typeof whats)[number];

/** Something that is so now and wants a person. Kind, side, link and `about` are what it is known by from one look to the next. */
export type Condition = {
  readonly kind: AlarmKind;
  readonly rank: Rank;
  /** Null where it is about this station alone; then `lines` are those that suffer from it. */
  readonly link: IdText | null;
  readonly lines: readonly IdText[];
  readonly whose: Side;
  readonly about: string;
  /** A date, a number, a code: may change without being another alarm. */
  readonly value: string;
  /** Which occurrence, of things that happen rather than last: another one opens the alarm anew. */
  readonly mark: string;
  readonly settles: Ms;
};

export type Standing =
  /** So for too short a time to call anybody. */
  | { readonly at: "settling"; readonly until: Instant }
  /** `until`: when it goes further; null where there is nobody further. */
  | { readonly at: "open"; readonly told: Told; readonly until: Instant | null }
  /** `until`: when what only happened is forgotten; null for what lasts. */
  | { readonly at: "acknowledged"; readonly by: string; readonly when: Instant; readonly until: Instant | null }
  | { readonly at: "shelved"; readonly by: string; readonly until: Instant };

export type Alarm = Omit<Condition, "settles"> & {
  readonly id: string;
  readonly origin: "lasts" | "happened";
  readonly since: Instant;
  readonly last: Instant;
  readonly times: number;
  readonly standing: Standing;
  /** Who has heard of it since it opened, and so hears how it ends. */
  readonly reached: readonly Told[];
};

/** What a linked party's station said that nobody there has taken up. `over`: it was taken up, and is quiet until then. */
export type Far = {
  readonly at: "standing" | "over";
  readonly link: IdText;
  readonly id: string;
  readonly kind: string;
  /** As we see it. */
  readonly whose: Side;
  readonly about: string;
  readonly until: Instant;
};

/** Plain JSON. */
export type Alarms = { readonly alarms: readonly Alarm[]; readonly far: readonly Far[] };
export const noAlarms: Alarms = { alarms: [], far: [] };

export type AlarmsContext = {
  /** Whether any way leads to a second person. */
  readonly second: boolean;
  /** How long a grave alarm waits for a person before it goes further. */
  readonly patience: Ms;
  /** A name for an alarm: the same words give the same name, others another. */
  readonly nameOf: (words: string) => string;
};

export type Event =
  /** Everything that is so now. */
  | { readonly type: "found"; readonly conditions: readonly Condition[] }
  /** Something happened that does not last. */
  | { readonly type: "happened"; readonly condition: Condition }
  | { readonly type: "heard"; readonly link: IdText; readonly say: AlarmPayload }
  | { readonly type: "acknowledge"; readonly alarm: string; readonly by: string }
  | { readonly type: "shelve"; readonly alarm: string; readonly by: string; readonly until: Instant }
  | { readonly type: "tick" };

export type Effect =
  | {
      readonly type: "tell";
      readonly to: "first" | "second";
      readonly what: What;
      readonly alarm: Alarm;
    }
  | { readonly type: "party"; readonly link: IdText; readonly say: AlarmPayload }
  /** For the ledger. */
  | { readonly type: "opened" | "acknowledged" | "shelved"; readonly alarm: Alarm }
  | { readonly type: "wentOn"; readonly alarm: Alarm; readonly to: "second" | "party" };

export type Decision = { readonly state: Alarms; readonly effects: readonly Effect[] };
