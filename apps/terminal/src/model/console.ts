// Everything that the duty officer's console can show. The door (first officer, sign-in, fault) comes before anything else;
// behind it the five rooms share one frame: the state of the lines, the call that rings or runs, and what needs a person.
import { type Instant, between } from "@parley/base/time";
import { type Say, moment, name, say } from "../words/say.ts";
import type { EnrolRole, Section } from "./actions.ts";
import { type Alarm, openAlarms } from "./alarm.ts";
import type { CallFacts, Ends, Receipts, Route } from "./call.ts";
import { type Devices, type EndReason, type FaultCode, type RecordState, endSentence } from "./desk.ts";
import type { Line, Party } from "./line.ts";
import type { HereAsked } from "./people.ts";
import type { Readiness } from "./readiness.ts";
import type { Refusal } from "./refusal.ts";
import type { TerminalTest } from "./room.ts";
import type { Rekey } from "./rekey.ts";

/** Where a passkey ceremony stands; the browser's own window is open in `asking`. */
export type Passkey =
  | { readonly at: "ready" }
  | { readonly at: "asking" }
  | { readonly at: "failed"; readonly why: "cancelled" | "unknown" | "unsupported" | "wrongCode" | "stationAway" };

/** Where a call is held on our side: at a terminal of ours, by its name, or at this console. */
export type Seat = { readonly at: "here" } | { readonly at: "terminal"; readonly name: string };

export type ConsoleCall =
  | {
      readonly at: "ringingIn";
      readonly id: string;
      readonly line: string;
      readonly ends: Ends;
      readonly since: Instant;
      readonly deskRings: boolean;
      readonly keys: "agreed" | "agreeing";
    }
  | {
      readonly at: "ringingOut";
      readonly id: string;
      readonly line: string;
      readonly ends: Ends;
      readonly since: Instant;
      readonly receipts: Receipts;
    }
  | {
      readonly at: "connecting";
      readonly id: string;
      readonly line: string;
      readonly ends: Ends;
      readonly since: Instant;
    }
  | {
      readonly at: "inCall";
      readonly id: string;
      readonly line: string;
      readonly facts: CallFacts;
      readonly seat: Seat;
      readonly handover: Handover;
      readonly receipts: Receipts;
    }
  | {
      readonly at: "holding";
      readonly id: string;
      readonly line: string;
      readonly facts: CallFacts;
      readonly seat: Seat;
      readonly since: Instant;
      readonly whose: "ours" | "theirs" | "unknown";
      readonly path: Route;
    }
  | {
      readonly at: "ended";
      readonly id: string;
      readonly line: string;
      readonly ends: Ends;
      readonly why: EndReason;
      readonly began: Instant | null;
      readonly endedAt: Instant;
      readonly receipts: Receipts | null;
      readonly record: RecordState;
    };

/** A call on its way from one of our terminals to another; it is never dropped in between. */
export type Handover =
  { readonly at: "none" } | { readonly at: "offered"; readonly to: string; readonly since: Instant };

export type TerminalRow = {
  readonly id: string;
  readonly name: string;
  readonly role: "desk" | "console" | "rehearser";
  readonly enrolled: Instant;
  readonly presence:
    | { readonly at: "here" }
    | { readonly at: "away"; readonly since: Instant }
    | { readonly at: "inCall"; readonly with: string };
  /** When its credential runs out if nothing renews it, and when it is renewed by itself. */
  readonly credential: { readonly renews: Instant; readonly until: Instant };
  readonly code: "current" | "older" | "unknown";
  /** Its newest test of its own room; null before the first. */
  readonly test: TerminalTest | null;
  readonly removal:
    { readonly at: "none" } | { readonly at: "secondOfficerDue"; readonly by: string; readonly since: Instant };
};

export type EnrolCode = {
  readonly id: string;
  readonly role: EnrolRole;
  readonly name: string;
  readonly code: string;
  readonly address: string;
  readonly expires: Instant;
};

export type EnrolRequest = {
  readonly id: string;
  readonly role: EnrolRole;
  readonly name: string;
  readonly compare: string;
  readonly browser: string;
  readonly asked: Instant;
  readonly approval: Passkey;
};

export type OfficerRow = {
  readonly id: string;
  readonly name: string;
  readonly passkeys: number;
  readonly lastSeen: Instant | null;
};

/** A terminal that a call can be handed to. */
export type HandTarget = { readonly id: string; readonly name: string };

export const pairingFailures = [
  "wordsDiffer",
  "commitMismatch",
  "timedOut",
  "alreadyLinked",
  "otherRoot",
  "badOffer",
  "ownOffer",
  "unreachable",
  "versionApart",
  "theyRefused",
] as const;

export type Pairing =
  | { readonly at: "none"; readonly importing: "ready" | "reading" | "badOffer" }
  | { readonly at: "offered"; readonly link: string; readonly fileName: string; readonly expires: Instant }
  | { readonly at: "exchanging"; readonly address: string; readonly since: Instant }
  | {
      readonly at: "words";
      readonly them: Party;
      readonly words: readonly [string, string, string, string];
      readonly ours: "waiting" | "match";
      readonly theirs: "waiting" | "match";
      /** Null where the line is in use already, and the words never lapse. */
      readonly until: Instant | null;
    }
  | { readonly at: "active"; readonly them: Party; readonly since: Instant }
  | { readonly at: "unconfirmed"; readonly them: Party; readonly since: Instant }
  | { readonly at: "failed"; readonly why: (typeof pairingFailures)[number]; readonly them: string | null };

export type LedgerEntry = {
  readonly seq: number;
  readonly at: Instant;
  readonly what: Say;
  /** The party that this entry is shared with, or null for our own business. */
  readonly them: Party | null;
  readonly proof: "signedByBoth" | "witnessed" | "waiting" | "ours" | "differs";
};

/** How far an entry is proven; an entry of our own business does not name who witnessed it. */
export function proofSentence(entry: LedgerEntry): Say {
  if (entry.proof === "witnessed" && entry.them === null) return say("proof.witnessedBySome");
  return say(`proof.${entry.proof}`, { them: name(entry.them?.name ?? "") });
}

export type ConsoleOn = {
  readonly at: "on";
  readonly now: Instant;
  readonly us: Party;
  readonly officer: string;
  readonly section: Section;
  readonly lines: readonly Line[];
  readonly calls: readonly ConsoleCall[];
  readonly devices: Devices;
  readonly sound: "free" | "blocked";
  readonly refused: Refusal | null;
  /** A terminal of ours rings for somebody to call from there, as this console asked. */
  readonly asked: { readonly terminal: string; readonly them: string } | null;
  readonly handTargets: readonly HandTarget[];
  readonly terminals: readonly TerminalRow[];
  readonly codes: readonly EnrolCode[];
  readonly requests: readonly EnrolRequest[];
  readonly officers: readonly OfficerRow[];
  readonly pairing: Pairing;
  /** Lines whose secret has to be made anew or compared; see model/rekey. */
  readonly rekeys: readonly Rekey[];
  readonly ledger: {
    readonly entries: readonly LedgerEntry[];
    readonly total: number;
    readonly older: "more" | "loading" | "none";
  };
  readonly readiness: Readiness;
  readonly alarms: readonly Alarm[];
  /** Whether our own officer is asked to say "I am here", and how far the passkey's ceremony is. */
  readonly here: { readonly asked: HereAsked | null; readonly passkey: Passkey };
  readonly station: { readonly at: "here" } | { readonly at: "away"; readonly since: Instant };
};

export type ConsoleScreen =
  | { readonly at: "starting"; readonly since: Instant; readonly now: Instant }
  /** `given`: the code came with the address that this page was opened with, and is not shown. */
  | { readonly at: "bootstrap"; readonly party: string; readonly code: "given" | "asked"; readonly passkey: Passkey }
  /** `call`: one that goes on here, as after a reload, while nobody is signed in. */
  | {
      readonly at: "signIn";
      readonly us: Party;
      readonly now: Instant;
      readonly passkey: Passkey;
      readonly call: { readonly id: string; readonly them: string; readonly began: Instant } | null;
    }
  | {
      readonly at: "fault";
      readonly code: FaultCode;
      readonly since: Instant;
      readonly now: Instant;
      readonly us: Party | null;
    }
  | ConsoleOn;

/** The number beside a section's name, of things in it that wait for a person; 0 shows nothing. */
export function waiting(screen: ConsoleOn, section: Section): number {
  switch (section) {
    case "lines":
      return needing(screen.lines);
    case "call":
      return screen.calls.filter((call) => call.at === "ringingIn").length;
    case "terminals":
      return screen.requests.length + screen.terminals.filter((row) => row.removal.at === "secondOfficerDue").length;
    case "pairing":
      return screen.pairing.at === "words" && screen.pairing.ours === "waiting" ? 1 : 0;
    // Lines that need a person are counted beside them.
    case "readiness":
    case "ledger":
      return 0;
    case "alarms":
      return openAlarms(screen.alarms).length;
  }
  section satisfies never;
}

/** How many lines are in a state that a person can mend. */
const needing = (lines: readonly Line[]): number =>
  lines.filter(({ state }) => state.at === "notReady" || state.at === "degraded").length;

/** "5 standing lines. 1 needs you." */
export function linesSummary(lines: readonly Line[]): Say {
  return say("lines.summary", { n: lines.length, need: needing(lines) });
}

export const endsOf = (call: ConsoleCall): Ends => ("facts" in call ? call.facts.ends : call.ends);

/** One line that says where a call stands, for the card beside every section. */
export function callSentence(call: ConsoleCall, now: Instant): Say {
  const them = name(endsOf(call).them.name);
  switch (call.at) {
    case "ringingIn":
      return say("call.ringingIn", { them, lasted: { lasted: between(call.since, now) } });
    case "ringingOut":
      return say("call.ringingOut", { them, lasted: { lasted: between(call.since, now) } });
    case "connecting":
      return say("call.connecting", { them, lasted: { lasted: between(call.since, now) } });
    case "inCall":
      return say("call.inCall", { them, lasted: { lasted: between(call.facts.began, now) } });
    case "holding":
      return say(`holding.${call.whose}`, { them, lasted: { lasted: between(call.since, now) } });
    case "ended":
      return endSentence(call.why, call.ends.them);
  }
  call satisfies never;
}

/** "Renews by itself Thu 26 Nov 09:00; good until Mon 30 Nov 09:00." */
export function credentialSentence(row: TerminalRow, us: Party): Say {
  return say("terminals.credential", {
    renews: moment(row.credential.renews, us.place, "day"),
    until: moment(row.credential.until, us.place, "day"),
  });
}
