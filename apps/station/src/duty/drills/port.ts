// What the duty of drills is told and answers with, and how it keeps what it knows of each link and of each drill that is not over:
// data that the runner carries out and stores.
import type { Bytes } from "@parley/base/bytes";
import type { Instant, Ms } from "@parley/base/time";
import type { Turn } from "@parley/drill/schedule";
import type { Who } from "@parley/drill/steps";
import type { StationSignature } from "@parley/ledger/entry";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { IdText, PartyId } from "@parley/protocol/ids";
import type { DrillPayload } from "@parley/protocol/peer/drill";
import type { EntrySignature } from "@parley/protocol/signed/callEntry";
import type { DrillPart, DrillSession, DrillVerdict } from "@parley/protocol/signed/drillReport";
import type { Kept } from "@parley/protocol/signed/kept";
import type { DrillLeft, Found, LineDrills } from "@parley/protocol/terminal/drill";

export type Tick = LineDrills["ticks"][number];
export type Verdict = NonNullable<LineDrills["verdict"]>;

/** What is known of a link's drills. Plain JSON. */
export type LinkDrills = {
  /** When we rehearse next, and when the far side is expected to. */
  readonly next: Instant;
  readonly expected: Instant;
  readonly verdict: Verdict | null;
  /** Of each session the newest, from which that follows. */
  readonly sessions: Partial<Readonly<Record<DrillSession, Verdict>>>;
  /** What a direct session found wrong that only the direction in which we were `role` goes through, until that way is held again. */
  readonly oneWay: { readonly role: Who; readonly verdict: Verdict } | null;
  /** The session that we have asked them to expect, and the one that they have asked us to. */
  readonly asked: { readonly session: DrillSession; readonly until: Instant } | null;
  readonly coming: { readonly session: DrillSession; readonly until: Instant } | null;
  /** By which way the newest direct session went, as far as it was ours. */
  readonly route: "none" | "direct" | "relay";
  /** What their station ran when it last signed a report, and when it was that it did not answer about a session. */
  readonly theirs: IdText | null;
  readonly deaf: { readonly station: IdText | null; readonly until: Instant } | null;
  /** What our station ran, and the browsers that took part, in drills since it last changed. */
  readonly station: IdText | null;
  readonly browsers: readonly string[];
  readonly changed: Instant | null;
  /** Oldest first. */
  readonly ticks: readonly Tick[];
};

export type Base = {
  readonly link: IdText;
  readonly call: IdText;
  readonly role: Who;
  readonly session: DrillSession;
  readonly terminal: IdText | null;
  readonly browser: string;
  readonly began: Instant;
  readonly until: Instant;
};

/** A drill that is not over. Plain JSON. */
export type Run =
  /** Under way at a terminal of ours. */
  | (Base & {
      readonly at: "under";
      readonly found: Found | null;
      readonly ours: "measuring" | "measured" | "over";
      readonly theirs: "measuring" | "measured";
      readonly early: Kept | null;
    })
  /** The line is over; the terminal's last word is awaited. */
  | (Base & { readonly at: "lastWord"; readonly found: Found | null; readonly early: Kept | null })
  /** We called: our part went out. */
  | (Base & { readonly at: "report"; readonly part: string })
  /** They called: our own part waits for theirs. */
  | (Base & { readonly at: "part"; readonly own: string })
  /** They called: the report went out under our signature. */
  | (Base & { readonly at: "countersignature"; readonly kept: Kept })
  /** They called, and it was given up: a part of theirs that was under way then is none of a drill. */
  | (Base & { readonly at: "yielded" });

/** At most one drill at a time is under way at a station; others may wait for signatures. */
export type Drills = { readonly links: Readonly<Record<IdText, LinkDrills>>; readonly runs: readonly Run[] };

export const noDrills: Drills = { links: {}, runs: [] };

export type DrillTerminal = {
  readonly terminal: IdText;
  readonly browser: string;
  /** Besides the direct one, those that its page can hold as the caller. */
  readonly sessions: readonly DrillSession[];
};

export type DrillLink = {
  readonly link: IdText;
  readonly party: PartyId;
  readonly turn: Turn;
  readonly reachable: boolean;
  /** Whether its secret may be used. */
  readonly usable: boolean;
  /** Whether a person uses it now. */
  readonly inUse: boolean;
};

export type DrillsContext = {
  readonly us: PartyId;
  readonly links: readonly DrillLink[];
  /** Terminals that could take part now: on, idle, and their page knows drills. */
  readonly idle: readonly DrillTerminal[];
  /** SHA-256 over what the station runs, base64url. */
  readonly station: IdText;
  readonly period: Ms;
  /** Bounds of how long it rings and how long the pictures go, milliseconds. */
  readonly ringFor: readonly [number, number];
  readonly talkFor: readonly [number, number];
  /** A whole number from 0 to below its bound. */
  readonly draw: (bound: number) => number;
  /** Those that a drill of ours has. */
  readonly sessions: readonly DrillSession[];
  readonly newCall: () => IdText;
  readonly sign: (message: Bytes) => EntrySignature;
  readonly verify: (party: PartyId, by: EntrySignature, message: Bytes) => boolean;
};

export type FromPeer = Exclude<DrillPayload, { type: "call" }>;

export type DrillsCommand =
  | { readonly type: "tick" }
  /** Somebody wants a drill now. */
  | { readonly type: "now"; readonly link: IdText }
  /** The call that a `place` of ours made. */
  | {
      readonly type: "placed";
      readonly link: IdText;
      readonly terminal: IdText;
      readonly session: DrillSession;
      readonly call: IdText;
    }
  /** A drill's ring of theirs. */
  | { readonly type: "ring"; readonly link: IdText; readonly call: IdText }
  | {
      readonly type: "found";
      readonly terminal: IdText;
      readonly call: IdText;
      readonly at: "measured" | "over";
      readonly found: Found;
    }
  /** Its terminal takes no part, or none any more. */
  | { readonly type: "left"; readonly terminal: IdText; readonly call: IdText; readonly why: DrillLeft }
  /** A terminal is there again after it was away. */
  | { readonly type: "came"; readonly terminal: IdText }
  /** The station has begun anew: what was under way is nobody's. */
  | { readonly type: "restarted" }
  /** The drill's line has left the call. */
  | { readonly type: "lineOver"; readonly call: IdText }
  | { readonly type: "peer"; readonly link: IdText; readonly message: FromPeer }
  /** Persons use these links and terminals now. */
  | { readonly type: "wanted"; readonly links: readonly IdText[]; readonly terminals: readonly IdText[] };

export type DrillsEffect =
  | { readonly type: "place"; readonly link: IdText; readonly terminal: IdText; readonly session: DrillSession }
  /** The ring is passed on to the line, at that terminal. */
  | { readonly type: "takeRing"; readonly terminal: IdText }
  | { readonly type: "hangUp"; readonly call: IdText }
  | { readonly type: "send"; readonly link: IdText; readonly message: FromPeer }
  | {
      readonly type: "plan";
      readonly terminal: IdText;
      readonly call: IdText;
      readonly ringFor: number;
      readonly talkFor: number;
      readonly session: DrillSession;
      readonly again: boolean;
    }
  | {
      readonly type: "tell";
      readonly terminal: IdText;
      readonly what: "drillMeasured" | "drillGivenUp";
      readonly call: IdText;
    }
  /** For the ledger: both have signed `body`, a drillReport. */
  | { readonly type: "joint"; readonly body: Bytes; readonly signatures: readonly StationSignature[] }
  /** For the ledger: the far side signed nothing. */
  | {
      readonly type: "alone";
      readonly link: IdText;
      readonly call: IdText;
      readonly role: Who;
      readonly session: DrillSession;
      readonly part: DrillPart;
      readonly verdict: DrillVerdict;
    }
  | { readonly type: "missed"; readonly link: IdText; readonly expected: Instant }
  /** For whoever waits for this link's drill: null when it was given up. */
  | { readonly type: "over"; readonly link: IdText; readonly verdict: Verdict | null }
  | { readonly type: "refused"; readonly error: ParleyError };

export type DrillsDecision = { readonly drills: Drills; readonly effects: readonly DrillsEffect[] };
