// What a line is doing, as one party sees it: the states of the one machine that stations, terminals, drills and the
// simulator step (CA rules of docs/spec/call.md). Ids are text here, so that a state is plain JSON and ids compare with ===.
import type { Instant } from "@parley/base/time";
import type { IdText } from "@parley/protocol/ids";

/** Which side pressed Call. */
export type Side = "calling" | "called";

/** How far a ring has come, as the called party's signed receipts say; each includes the ones before it. The last one is not
 * signed: their terminal has told ours that it answered, and their station's receipt is under way. */
export type Reach = "sent" | "delivered" | "rang" | "seen" | "answered";

/** Why a call is over. `lost` never appears: a lost path is mended for as long as the call is open. */
export type EndReason =
  | "hungUp" // our person pressed End
  | "theyHungUp" // theirs did
  | "cancelled" // the caller gave up before an answer
  | "declined"
  | "unanswered" // it rang for its whole time
  | "notDelivered" // the ring never reached their station
  | "busy" // no desk of theirs was free
  | "superseded"; // their station rang anew, so for them the old call is gone

/** Why the far side is not seen or heard just now. */
export type LossReason = "notYetUp" | "noPackets" | "terminalGone" | "keysStale";

type InCall = {
  readonly call: IdText;
  readonly side: Side;
  /** The terminal at which our person sits. */
  readonly ours: IdText;
  /** The terminal at which theirs sits. */
  readonly theirs: IdText;
  readonly answered: Instant;
  /** A terminal of ours to which the call is handed: it rings there, and the call stays where it is until somebody joins. */
  readonly offered?: IdText | undefined;
  /** Our own ring, which this call took the place of by crossing it: it rings on if theirs was over by then ([CA23]). */
  readonly instead?: Crossed | undefined;
};

/** A ring that was placed at `by` and crossed another; its minute ends at `until`. */
export type Crossed = { readonly call: IdText; readonly by: IdText; readonly until: Instant };

export type Calling = {
  readonly at: "ringing";
  readonly side: "calling";
  readonly call: IdText;
  readonly ours: IdText;
  readonly reach: Reach;
  readonly until: Instant;
};

export type Called = {
  readonly at: "ringing";
  readonly side: "called";
  readonly call: IdText;
  readonly theirs: IdText;
  /** The desks that were free when the ring came; those that declined have left the list. */
  readonly desks: readonly IdText[];
  readonly reach: Reach;
  readonly until: Instant;
};

/** Answered, and not yet seen or heard. */
export type Keying = { readonly at: "keying"; readonly until: Instant } & InCall;
export type Live = { readonly at: "live"; readonly since: Instant } & InCall;
/** Was to be live and is not; `until` starts the next attempt, never the end. */
export type Mending = {
  readonly at: "mending";
  readonly why: LossReason;
  readonly lost: Instant;
  readonly attempt: number;
  readonly until: Instant;
} & InCall;

/** Over; shown until `until`, then the line is idle again. `answered` is null when nobody did. */
export type Ended = {
  readonly at: "ended";
  readonly call: IdText;
  readonly side: Side;
  readonly why: EndReason;
  /** The terminal of ours that had the call, or called; absent when it only rang. */
  readonly held?: IdText | undefined;
  readonly answered: Instant | null;
  readonly ended: Instant;
  readonly until: Instant;
};

export type Idle = { readonly at: "idle" };

export type Line = Idle | Calling | Called | Keying | Live | Mending | Ended;

export const idle: Idle = { at: "idle" };

/** The state in which a person is at this end of an answered call. */
export const isInCall = (line: Line): line is Keying | Live | Mending =>
  line.at === "keying" || line.at === "live" || line.at === "mending";

/** Whether our person of an answered call is at `terminal`. */
export const sitsAt = (line: Line, terminal: IdText): boolean => isInCall(line) && line.ours === terminal;

/** Whether our `terminal` is asked to take a call that another terminal of ours has. */
export const offeredTo = (line: Line, terminal: IdText): boolean => isInCall(line) && line.offered === terminal;

/** Whether our `terminal` rings: for the other party's ring, or for a call that is handed to it. */
export const ringsAt = (line: Line, terminal: IdText): boolean =>
  offeredTo(line, terminal) || (line.at === "ringing" && line.side === "called" && line.desks.includes(terminal));

/** Whether our `terminal` takes part in the line's call: it sits in it, called, or rings. */
export const takesPart = (line: Line, terminal: IdText): boolean =>
  sitsAt(line, terminal) ||
  ringsAt(line, terminal) ||
  (line.at === "ringing" && line.side === "calling" && line.ours === terminal);

/** The call that occupies the line, or null: what makes a terminal or a link busy. */
export const openCall = (line: Line): IdText | null => (line.at === "idle" || line.at === "ended" ? null : line.call);

/** The time by which something happens by itself, or null when only an event can change the state. */
export const deadline = (line: Line): Instant | null => (line.at === "idle" || line.at === "live" ? null : line.until);
