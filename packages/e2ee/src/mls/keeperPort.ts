// What goes into the keeper of a call's keys and what comes out: two closed unions of plain data, so that it can live in a
// worker behind postMessage. Keys come out only as `installKeys`, for the frame cipher that shares the worker; the page
// gets nothing it could open a frame with.
import type { Bytes } from "@parley/base/bytes";
import type { Instant, Ms } from "@parley/base/time";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import type { CallId, IdText } from "@parley/protocol/ids";
import type { LeafCredential } from "./credential.ts";
import type { Engine, Identity } from "./group.ts";
import type { CallPsk } from "./psk.ts";

/** The two clocks at the moment of an input: `elapsed` for all that waits, `wall` for the lifetime of key packages. */
export type Moment = { readonly elapsed: Ms; readonly wall: Instant };

export type KeeperConfig = {
  readonly engine: Engine;
  readonly identity: Identity;
  readonly call: CallId;
  /** The call's PSK, or null in a call of more than two parties. */
  readonly psk: CallPsk | null;
  /** Who may take part, each terminal with its party, the caller's terminal first: the order in which they found a group. */
  readonly roster: readonly { readonly terminal: IdText; readonly party: IdText }[];
  /** Whether this terminal enters a call that just began, or comes back to one that others may be in. */
  readonly entering: "new" | "again";
  readonly rekeyEvery: Ms;
};

export type KeeperInput =
  | { readonly type: "start" }
  /** Time has passed; at least every 100 ms. */
  | { readonly type: "tick" }
  /** From the keeper at `from`, by whatever way. */
  | { readonly type: "message"; readonly from: IdText; readonly bytes: Bytes }
  /** Another terminal may take part. */
  | { readonly type: "admit"; readonly terminal: IdText; readonly party: IdText }
  /** A terminal goes at once; `cutOff`: for the rest of the call. */
  | { readonly type: "remove"; readonly terminal: IdText; readonly cutOff: boolean }
  | { readonly type: "rekey" }
  /** Our credential was renewed: the same terminal and key, another chain. */
  | { readonly type: "renew"; readonly credential: LeafCredential }
  /** The frame cipher holds frames under an epoch that it has no keys for. */
  | { readonly type: "unknownEpoch" }
  | { readonly type: "end" };

/** One member as the frame cipher and the page see it. */
export type KeptMember = { readonly leaf: number; readonly terminal: IdText; readonly party: IdText };

/** An epoch as frames number it: `epoch` runs on over the groups of one call; (`group`, `epoch`) never comes twice. */
export type FrameEpoch = { readonly group: Bytes; readonly epoch: number };

export type KeeperOutput =
  | { readonly type: "toTerminal"; readonly to: IdText; readonly bytes: Bytes }
  /** Be able to open frames of this epoch from every member but ourselves; of two for one epoch the later holds. */
  | {
      readonly type: "installKeys";
      readonly at: FrameEpoch;
      readonly baseKey: Bytes;
      readonly ownLeaf: number;
      readonly members: readonly KeptMember[];
    }
  /** Seal with this epoch from the next frame on. */
  | { readonly type: "sendWith"; readonly at: FrameEpoch; readonly ownLeaf: number }
  /** Open nothing from these leaves any more, under any epoch before `at`. */
  | { readonly type: "blind"; readonly at: FrameEpoch; readonly members: readonly KeptMember[] }
  /** These have come in anew, from outside: who sat there before sends and vouches for nothing any more. */
  | { readonly type: "returned"; readonly members: readonly KeptMember[] }
  /** The call has moved to a new epoch, for the record and the page. */
  | {
      readonly type: "moved";
      readonly at: FrameEpoch;
      readonly lineage: number;
      readonly members: readonly KeptMember[];
    }
  /** For our station: from it and the link's secret follows the next one. From the first epoch that held both parties. */
  | { readonly type: "linkExport"; readonly at: FrameEpoch; readonly secret: Bytes }
  /** We are out of the call's keys, by the hand of the member at leaf `by`; null: our own terminal runs a second time. */
  | { readonly type: "removed"; readonly by: number | null }
  /** The members were split over one epoch; both branches, as signed by them. A fresh group follows by itself. */
  | { readonly type: "forked"; readonly at: FrameEpoch; readonly evidence: Bytes }
  | { readonly type: "alarm"; readonly code: ErrorCode; readonly by: IdText | null; readonly detail: string };

/** What people may see: since when the keys are what they are, and whether they should have changed by now. */
export type KeeperStatus =
  | { readonly at: "outside"; readonly since: Ms }
  | { readonly at: "inside"; readonly epoch: FrameEpoch; readonly age: Ms; readonly overdue: boolean }
  | { readonly at: "gone" };
