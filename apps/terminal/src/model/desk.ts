// Everything that the principal's desk can show, as one tagged union with the data of each state. A desk has one line and
// one button. Nothing here admits anyone: no code, address or secret is ever part of a screen that stands open in a room.
import { type Instant, between } from "@parley/base/time";
import { type Say, name, say } from "../words/say.ts";
import type { CallFacts, Ends, Picture, Receipts, Route } from "./call.ts";
import { type Cause, causeClause } from "./cause.ts";
import type { Line, Party } from "./line.ts";
import type { Refusal } from "./refusal.ts";
import type { Trouble } from "./trouble.ts";

/** What this terminal found out about its own room and paths, each by itself. */
export type Check =
  | { readonly at: "good"; readonly checked: Instant }
  | { readonly at: "bad"; readonly cause: Cause }
  | { readonly at: "untested" };

export type Room = {
  readonly camera: Check;
  readonly microphone: Check;
  readonly speaker: Check;
  readonly direct: Check;
  readonly relay: Check;
};

export type Device = { readonly id: string; readonly label: string };
/** `speaker` carries the call, `ringer` the ring. */
export const deviceKinds = ["camera", "microphone", "speaker", "ringer"] as const;
export type DeviceKind = (typeof deviceKinds)[number];
export type Devices = {
  readonly [K in DeviceKind]: {
    readonly all: readonly Device[];
    readonly chosen: string | null;
    readonly trouble: Trouble | null;
    /** When it was last found good here, or null. */
    readonly worked: Instant | null;
  };
} & {
  /** The loudness at the microphone just now, 0 to 1. */
  readonly level: number;
};

export type EndReason =
  | "byUs"
  | "byThem"
  | "notDelivered"
  | "noDesk"
  | "unanswered"
  | "declined"
  | "busy"
  | "cancelled"
  | "missed"
  | "declinedHere"
  | "removed"
  | "refused";

/** The ledger's entry of a finished call: signed by both, or still waiting for the other side's signature. */
export type RecordState =
  | { readonly at: "signedByBoth"; readonly entry: number }
  | { readonly at: "waiting"; readonly entry: number }
  | { readonly at: "differs"; readonly entry: number }
  | { readonly at: "none" };

export type FaultCode =
  "stationAway" | "removed" | "openElsewhere" | "codeChanged" | "browserTooOld" | "storageLost" | "noLine";

export type Standing = {
  readonly now: Instant;
  readonly us: Party;
  /** "Desk, room 3" */
  readonly terminal: string;
  readonly sound: "free" | "blocked";
  readonly refused: Refusal | null;
};

export type DeskScreen =
  | { readonly at: "starting"; readonly since: Instant; readonly now: Instant }
  | {
      readonly at: "notEnrolled";
      readonly entry: "asking" | "sending" | "wrongCode" | "expiredCode" | "usedCode" | "stationAway";
    }
  | {
      readonly at: "enrolling";
      readonly terminal: string;
      /** Shown here and on the console, so that the officer approves this screen and no other. */
      readonly compare: string;
      readonly since: Instant;
      readonly now: Instant;
    }
  | ({ readonly at: "setup"; readonly devices: Devices; readonly self: Picture } & Standing)
  /** `lines`: all that this desk may call on, of which `line` is before the person now. */
  | ({ readonly at: "idle"; readonly line: Line; readonly lines: readonly Line[]; readonly room: Room } & Standing)
  /** Another terminal of ours has the line's call: one that is to be answered over there, or one under way. */
  | ({
      readonly at: "elsewhere";
      readonly call: string;
      readonly ends: Ends;
      readonly what: "ring" | "call";
      readonly where: string;
      readonly since: Instant;
      readonly lines: readonly Line[];
      readonly line: Line;
    } & Standing)
  | ({
      readonly at: "ringingOut";
      readonly call: string;
      readonly ends: Ends;
      readonly since: Instant;
      readonly receipts: Receipts;
    } & Standing)
  | ({
      readonly at: "ringingIn";
      readonly call: string;
      readonly ends: Ends;
      readonly since: Instant;
      /** `handover`: our own officer has them on the line and brings the principal in; `asked`: wants them called from here. */
      readonly how: "call" | "handover" | "asked";
      readonly self: Picture;
      readonly keys: "agreed" | "agreeing";
    } & Standing)
  | ({
      readonly at: "connecting";
      readonly call: string;
      readonly ends: Ends;
      readonly since: Instant;
      /** `moved`: the call was under way, and their person goes on at another terminal. */
      readonly step: "keys" | "path" | "picture" | "moved";
    } & Standing)
  | ({ readonly at: "inCall"; readonly call: CallFacts } & Standing)
  | ({
      readonly at: "holding";
      readonly call: CallFacts;
      readonly since: Instant;
      readonly whose: "ours" | "theirs" | "unknown";
      readonly path: Route;
    } & Standing)
  | ({
      readonly at: "ended";
      readonly ends: Ends;
      readonly why: EndReason;
      /** When it began, or null when it never came to a call. */
      readonly began: Instant | null;
      readonly endedAt: Instant;
      readonly record: RecordState;
      /** When the screen goes back to the line by itself. */
      readonly until: Instant;
    } & Standing)
  | {
      readonly at: "fault";
      readonly code: FaultCode;
      readonly since: Instant;
      readonly now: Instant;
      readonly us: Party | null;
    };

/** What the call button says under itself when a call would go less far than a whole one; null when nothing is amiss. */
export function callNote(room: Room): Say | null {
  const bad = (["camera", "microphone", "speaker"] as const)
    .map((part) => room[part])
    .find((check) => check.at === "bad");
  return bad?.at === "bad" ? say("desk.goesOn", { cause: causeClause(bad.cause) }) : null;
}

/** "Holding for Estovar, 0:42. They are off the line; you are not heard." */
export function holdingSentence(screen: Extract<DeskScreen, { at: "holding" }>): Say {
  return say(`holding.${screen.whose}`, {
    them: name(screen.call.ends.them.name),
    lasted: { lasted: between(screen.since, screen.now) },
  });
}

/** Where the call is that is not here. */
export function elsewhereSentence({ what, where, ends }: Extract<DeskScreen, { at: "elsewhere" }>): Say {
  return say(`elsewhere.${what}`, { them: name(ends.them.name), terminal: name(where) });
}

export function endSentence(why: EndReason, them: Party): Say {
  return say(`ended.${why}`, { them: name(them.name) });
}
