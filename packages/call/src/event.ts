// What can happen to a line, and what must then be done. Events come from our people and terminals, from the other
// party's signed messages, and from time; effects are data that the station's runner or the terminal carries out.
import type { Ms } from "@parley/base/time";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import type { EndReason, LossReason } from "./state.ts";

/** Signed by the called party's station; `delivered` to `unanswered` in the order a ring can go. */
export type ReceiptKind = "delivered" | "rang" | "seen" | "answered" | "declined" | "unanswered" | "busy";

/** Why a party ends a call on its own, as it tells the other. */
export type HangUpReason = "hungUp" | "cancelled" | "unanswered";

export type Event =
  /** Our person at terminal `by` pressed Call; the station drew the id `call`. */
  | { readonly type: "place"; readonly call: IdText; readonly by: IdText }
  /** Their ring arrived, `spent` after the press. `desks`: our terminals that can ring now, none when none is on; "busy" when all are taken. */
  | {
      readonly type: "ring";
      readonly call: IdText;
      readonly by: IdText;
      readonly spent: Ms;
      readonly desks: readonly IdText[] | "busy";
    }
  /** Our terminal sounds and shows the ring. */
  | { readonly type: "rang"; readonly call: IdText; readonly desk: IdText }
  /** A person at our terminal touched it while it rang. */
  | { readonly type: "seen"; readonly call: IdText; readonly desk: IdText }
  | { readonly type: "answer"; readonly call: IdText; readonly desk: IdText }
  | { readonly type: "decline"; readonly call: IdText; readonly desk: IdText }
  | { readonly type: "hangUp"; readonly call: IdText }
  /** Their receipt, verified. `terminal` is theirs, where one did it. */
  | { readonly type: "receipt"; readonly call: IdText; readonly kind: ReceiptKind; readonly terminal: IdText | null }
  | { readonly type: "theyHungUp"; readonly call: IdText; readonly why: HangUpReason }
  /** Their terminal said to ours, with no station between, that it answered. */
  | { readonly type: "theyAnswered"; readonly call: IdText }
  /** Our terminal opened a frame of theirs: the first, or the first after a loss. */
  | { readonly type: "up"; readonly call: IdText }
  /** Our terminal has not opened one for about a second. */
  | { readonly type: "lost"; readonly call: IdText; readonly why: LossReason }
  /** Let it ring at another of our terminals too; in a call: until somebody joins there, declines, or it is handed back. */
  | { readonly type: "handOver"; readonly call: IdText; readonly to: IdText }
  /** A person at another of our terminals takes the call there, at once. */
  | { readonly type: "take"; readonly call: IdText; readonly desk: IdText }
  /** Theirs moved. */
  | { readonly type: "theyMoved"; readonly call: IdText; readonly to: IdText }
  /** Time has passed; does something only at or after the state's deadline. */
  | { readonly type: "tick" };

export type Effect =
  | { readonly type: "sendRing"; readonly call: IdText; readonly by: IdText }
  | {
      readonly type: "sendReceipt";
      readonly call: IdText;
      readonly kind: ReceiptKind;
      readonly terminal: IdText | null;
    }
  | { readonly type: "sendHangUp"; readonly call: IdText; readonly why: HangUpReason }
  | { readonly type: "sendMoved"; readonly call: IdText; readonly to: IdText }
  /** Start the `attempt`-th try to bring the media back. */
  | { readonly type: "mend"; readonly call: IdText; readonly attempt: number }
  /** A ring that reached nobody, for the record: their call, and why. */
  | { readonly type: "noteMissed"; readonly call: IdText; readonly by: IdText; readonly why: EndReason }
  /** A call that was answered is over: agree its entry with the other station. */
  | { readonly type: "record"; readonly call: IdText; readonly why: EndReason }
  /** The event cannot happen in this state; nothing changed. */
  | { readonly type: "refuse"; readonly code: ErrorCode };
