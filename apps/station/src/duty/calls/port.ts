// What the duty of calls is told and answers with, and how it keeps its lines: data that the runner carries out and stores.
// Ids are text in here, so that all of it is plain JSON.
import type { Instant, Ms } from "@parley/base/time";
import type { Event, HangUpReason, ReceiptKind } from "@parley/call/event";
import { type EndReason, type Line, type Reach, idle } from "@parley/call/state";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";

/** One of our terminals, as far as calls care. */
export type Desk = { readonly terminal: IdText; readonly name: string; readonly online: boolean };

/** What the duty may know of the rest of the station: read, never written. */
export type CallsContext = {
  readonly desks: readonly Desk[];
  /** Generations of each link's secret that may be used, newest first; one without any must be keyed anew before it calls. */
  readonly generations: ReadonlyMap<IdText, readonly number[]>;
  /** Why a link has none that may be used, where its secret is not the reason. */
  readonly stopped: (link: IdText) => ErrorCode | null;
  /** A fresh call id. */
  readonly newCall: () => IdText;
};

/** One link's line, and what of its call the line itself does not hold. */
export type LinkCalls = {
  readonly line: Line;
  /** The generation of the link secret that the call uses, once both sides know it. */
  readonly generation: number | null;
  /** The terminal that pressed Call, ours or theirs; it founds the call's keys. Empty before the first call. */
  readonly caller: IdText;
  /** Names of far terminals that were presented to us during this call. */
  readonly far: Readonly<Record<IdText, string>>;
  /** The highest epoch that a terminal of ours reported. */
  readonly epoch: number;
  /** When each receipt of our ring was heard of. */
  readonly reached: Readonly<Partial<Record<Reached, Instant>>>;
  /** When a ring of theirs was missed that no call has followed. */
  readonly missed: Instant | null;
  /** A ring whose minute is over while a terminal of it is away, which may have it answered: it is given up then ([CA24]). */
  readonly lapses: Instant | null;
};

/** The receipts that say how far a ring has come. */
export type Reached = (typeof reachedKinds)[number];
export const reachedKinds = ["delivered", "rang", "seen", "answered"] as const;
export const isReached = (kind: ReceiptKind): kind is Reached => reachedKinds.some((it) => it === kind);

/** The lines of all links that ever had a call; plain JSON. */
export type Calls = { readonly links: Readonly<Record<IdText, LinkCalls>> };

export const noCalls: Calls = { links: {} };
export const noLink: LinkCalls = {
  line: idle,
  generation: null,
  caller: "",
  far: {},
  epoch: 0,
  reached: {},
  missed: null,
  lapses: null,
};

export type FromTerminal =
  /** `from`: another terminal of ours, which is asked to call. */
  | { readonly type: "place"; readonly link: IdText; readonly from?: IdText | undefined }
  | { readonly type: "rang" | "seen" | "answer" | "decline" | "take" | "hangUp" | "up"; readonly call: IdText }
  /** Said by the far terminal to this one. */
  | { readonly type: "theyAnswered"; readonly call: IdText }
  | { readonly type: "theyHungUp"; readonly call: IdText }
  | { readonly type: "lost"; readonly call: IdText; readonly why: (Event & { type: "lost" })["why"] }
  | { readonly type: "handOver"; readonly call: IdText; readonly to: IdText }
  | { readonly type: "signal"; readonly call: IdText; readonly to: IdText; readonly body: string }
  | { readonly type: "epoch"; readonly call: IdText; readonly epoch: number };

export type Named = { readonly terminal: IdText; readonly name: string };

type Ring = {
  readonly type: "ring";
  readonly call: IdText;
  readonly caller: Named;
  readonly generations: readonly number[];
};

/** What stations say to each other after a ring, the same both ways. */
type AfterRing =
  | {
      readonly type: "receipt";
      readonly call: IdText;
      readonly kind: ReceiptKind;
      readonly terminal: IdText | null;
      readonly generation: number | null;
      readonly answerer: Named | null;
    }
  | { readonly type: "hangUp"; readonly call: IdText; readonly why: HangUpReason }
  | { readonly type: "moved"; readonly call: IdText; readonly to: Named }
  | {
      readonly type: "signal";
      readonly call: IdText;
      readonly from: IdText;
      readonly to: IdText;
      readonly body: string;
    };

/** The far station's words, verified and with ids as text; a ring came `spent` after the press. */
export type FromPeer = (Ring & { readonly spent: Ms }) | AfterRing;

export type Command =
  | { readonly from: "terminal"; readonly terminal: IdText; readonly message: FromTerminal }
  | { readonly from: "peer"; readonly link: IdText; readonly message: FromPeer }
  /** A terminal has come: it rings along, or is told what it missed. */
  | { readonly from: "presence"; readonly terminal: IdText }
  /** The party at the other end was cut off: whatever is open on the line ends at once. */
  | { readonly from: "cutOff"; readonly link: IdText }
  | { readonly from: "time" };

/** What to say to the station at the other end of `link`; the runner signs, numbers and keeps it. */
export type ToPeer = Ring | AfterRing;

export type ToTerminal =
  /** `now`: by the clock that the line's times are told in; `names` of the terminals in it; `missed`: LinkCalls. */
  | {
      readonly type: "line";
      readonly link: IdText;
      readonly line: Line;
      readonly now: Instant;
      readonly names: Named[];
      readonly missed: Instant | null;
    }
  | {
      readonly type: "admit";
      readonly link: IdText;
      readonly call: IdText;
      readonly side: "calling" | "called";
      /** The terminal that pressed Call. */
      readonly caller: IdText;
      readonly generation: number;
      readonly far: readonly Named[];
    }
  /** `terminal` is asked to call on this link. */
  | { readonly type: "asked"; readonly link: IdText; readonly terminal: IdText }
  | { readonly type: "signal"; readonly call: IdText; readonly from: IdText; readonly body: string }
  | {
      readonly type: "receipt";
      readonly call: IdText;
      readonly kind: Reached;
      readonly at: Instant;
      readonly now: Instant;
    }
  | { readonly type: "refused"; readonly code: ErrorCode };

/** A fact for the ledger. */
export type CallsEvent =
  | {
      readonly type: "missed";
      readonly link: IdText;
      readonly call: IdText;
      readonly by: IdText;
      readonly why: EndReason | "notConfirmed";
    }
  | {
      readonly type: "receipt";
      readonly link: IdText;
      readonly call: IdText;
      readonly kind: ReceiptKind;
      readonly terminal: IdText | null;
      readonly whose: "ours" | "theirs";
    }
  /** A ring of ours came to nothing. */
  | {
      readonly type: "rang";
      readonly link: IdText;
      readonly call: IdText;
      readonly ours: Named;
      readonly reach: Reach;
      readonly why: EndReason;
    }
  | {
      readonly type: "finished";
      readonly link: IdText;
      readonly call: IdText;
      readonly side: "calling" | "called";
      readonly ours: Named;
      readonly theirs: Named;
      readonly answered: Instant;
      readonly ended: Instant;
      readonly epochs: number;
      readonly why: EndReason;
    };

export type Decision = {
  readonly calls: Calls;
  readonly toPeers: readonly { readonly link: IdText; readonly message: ToPeer }[];
  /** `to` null means every terminal of ours that is on line. */
  readonly toTerminals: readonly { readonly to: IdText | null; readonly message: ToTerminal }[];
  readonly events: readonly CallsEvent[];
};
