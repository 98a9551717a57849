// Everything that a terminal knows, as plain data: what its station said, what its call is doing, what its devices are.
// The run/ room keeps it current; deskScreen and consoleScreen turn it into what a person sees.
import type { AlarmShown } from "@parley/protocol/terminal/alarm";
import type { Instant } from "@parley/base/time";
import { type Line, idle, isInCall, openCall, sitsAt } from "@parley/call/state";
import type { LineCheck } from "@parley/protocol/terminal/check";
import type { House, LedgerRow } from "@parley/protocol/terminal/console";
import type { LineDrills } from "@parley/protocol/terminal/drill";
import type { ToTerminal } from "@parley/protocol/terminal/messages";
import type { Section } from "./actions.ts";
import type { Microphone, Picture } from "./call.ts";
import type { Passkey } from "./console.ts";
import type { Devices } from "./desk.ts";
import type { PeopleFacts } from "./people.ts";
import type { ReadinessFacts } from "./readiness.ts";
import type { Refusal } from "./refusal.ts";

export type Welcome = Extract<ToTerminal, { type: "welcome" }>;
export type LinkFacts = Welcome["links"][number];

/** Whether this browser is a terminal of its station. */
export type EnrolmentFacts =
  | { readonly at: "unknown" }
  | {
      readonly at: "none";
      readonly entry: "asking" | "sending" | "wrongCode" | "expiredCode" | "usedCode" | "stationAway";
    }
  | { readonly at: "waiting"; readonly terminal: string; readonly compare: string; readonly since: Instant }
  | { readonly at: "enrolled" };

/** Our own call, as far as this terminal carries it. */
export type OwnCall = {
  readonly link: string;
  readonly call: string;
  readonly keys: "agreeing" | "agreed";
  /** Whether the other side was seen here in this call. */
  readonly seen: "yes" | "no";
  readonly epoch: { readonly since: Instant; readonly state: "waiting" | "confirmed" };
  readonly microphone: Microphone;
  readonly theirMicrophone: "open" | "muted" | "lost" | "unknown";
  readonly picture: Picture;
  readonly selfPicture: Picture;
  readonly screen: "none" | "ours" | "theirs";
  readonly route: "direct" | "relay" | "searching";
  /** Since when, here: a page that comes into the middle of a call has only begun to look. */
  readonly routeSince: Instant;
  readonly roundTrip: number | null;
  readonly alarms: readonly { readonly what: "unsealedFrames" | "forgedFrames"; readonly since: Instant }[];
};

export type Facts = {
  readonly now: Instant;
  /** Which of the two pages this is: a desk, or an officer's console (also while it is on its way to be one). */
  readonly page: "desk" | "console";
  readonly began: Instant;
  /** Whether the page was opened with an officer's one-time code. */
  readonly officerCode: "given" | "asked";
  readonly station: { readonly at: "here" } | { readonly at: "away"; readonly since: Instant };
  readonly party: string | null;
  readonly enrolment: EnrolmentFacts;
  /** Why the station let this page go for good, or null. */
  readonly fault: "removed" | "openElsewhere" | "codeChanged" | "browserTooOld" | "storageLost" | null;
  readonly welcome: Welcome | null;
  /** The state of each link's line, by link id; a link that is not here is idle. */
  readonly lines: Readonly<Record<string, { readonly line: Line; readonly since: Instant }>>;
  /** When a ring on that link was missed that no call has followed, by link. */
  readonly missed: Readonly<Record<string, Instant | null>>;
  /** The link that a person chose to have before them, of several. */
  readonly chosen: string | null;
  /** A call that an officer asked for at another terminal of ours, which rings for it: this one, or the one that was asked. */
  readonly asked: { readonly link: string; readonly terminal: string; readonly since: Instant } | null;
  /** When each receipt of the line's ring was heard of, by call. */
  readonly receipts: Readonly<Record<string, Partial<Record<"delivered" | "rang" | "seen" | "answered", Instant>>>>;
  /** How far the record of each call has come, by call: as what entry of our ledger, and whose word that is. */
  readonly records: Readonly<
    Record<string, { readonly at: "waiting" | "signedByBoth" | "differs"; readonly entry: number }>
  >;
  /** What each line's rehearsals have come to, by link. */
  readonly drills: Readonly<Record<string, LineDrills>>;
  /** How people stand, ours and those of other sides; null where the station says nothing of them. */
  readonly people: PeopleFacts | null;
  /** What the station's last check of each line found, by link. */
  readonly checks: Readonly<Record<string, LineCheck>>;
  readonly call: OwnCall | null;
  readonly devices: Devices;
  /** Whether a person sets this terminal's devices up just now. */
  readonly setUp: "open" | "closed";
  /** Whether the browser lets this page be heard; one press or key anywhere frees it. */
  readonly sound: "free" | "blocked";
  /** What the station refused a person here a moment ago. */
  readonly refused: Refusal | null;
  readonly selfPicture: Picture;
  /** The names of terminals in a call, ours and theirs, by id. */
  readonly names: Readonly<Record<string, string>>;
  readonly door: { readonly officers: "none" | "some"; readonly officer: string | null } | null;
  readonly passkey: Passkey;
  readonly section: Section;
  readonly readiness: ReadinessFacts;
  readonly house: House | null;
  /** For a signed-in officer's console; none before the station has said any. */
  readonly alarms: readonly AlarmShown[];
  readonly ledger: {
    readonly entries: readonly LedgerRow[];
    readonly total: number;
    readonly older: "more" | "loading" | "none";
  };
};

/** The line of a call that this terminal has part in, answered; null for one that only rings or is offered here. */
const inCallHere = ({ lines, welcome }: Facts, link: string): Line | null => {
  const line = lines[link]?.line;
  return line !== undefined && welcome !== null && isInCall(line) && sitsAt(line, welcome.terminal) ? line : null;
};

/** Whether this terminal has part in that call and a person has answered, here or there. */
export const isAnswered = (facts: Facts, call: string): boolean =>
  Object.keys(facts.lines).some((link) => openCall(inCallHere(facts, link) ?? idle) === call);

/** Whether a call has just been answered, or its first picture has just opened: the picture comes first then. */
export const pictureComes = (before: Facts, after: Facts): boolean =>
  Object.keys(after.lines).some((link) => {
    const [was, is] = [inCallHere(before, link), inCallHere(after, link)];
    return is !== null && (was === null || (was.at === "keying" && is.at === "live"));
  });
