// What the ledger keeps of a call as it goes: rings that were missed, receipts of both sides, and its end as our station saw
// it. The entry that both stations sign follows from the last (signed/callEntry).
import { type Of, encode, oneOf, optional, struct, text, uint32, variant } from "@parley/base/codec";
import type { Instant } from "@parley/base/time";
import { ownRecord } from "@parley/ledger/record";
import { callId, linkId, terminalId } from "@parley/protocol/ids";
import { maxNameBytes } from "@parley/protocol/limits";
import { receiptKinds, signedReceipt, wireInstant } from "@parley/protocol/peer/call";
import type { CallsEvent } from "../duty/calls/port.ts";
import type { Transaction } from "../store/port.ts";
import { ownCall, ownLink, ownTerminal } from "./ownIds.ts";

/** The kind of the ledger's entries about calls: facts of ours, and what both stations signed. */
export const callKind = "call";

const ends = oneOf(
  "hungUp",
  "theyHungUp",
  "cancelled",
  "declined",
  "unanswered",
  "notDelivered",
  "busy",
  "superseded",
  "notConfirmed",
);
const place = struct({ terminal: terminalId, name: text(maxNameBytes) });

export const callFact = variant({
  missed: [1, struct({ link: linkId, call: callId, by: terminalId, why: ends, at: wireInstant })],
  receipt: [
    2,
    struct({
      link: linkId,
      call: callId,
      kind: oneOf(...receiptKinds),
      terminal: optional(terminalId),
      whose: oneOf("ours", "theirs"),
      at: wireInstant,
    }),
  ],
  finished: [
    3,
    struct({
      link: linkId,
      call: callId,
      side: oneOf("calling", "called"),
      ours: place,
      theirs: place,
      answered: wireInstant,
      ended: wireInstant,
      epochs: uint32,
      why: ends,
    }),
  ],
  /** A receipt as its station signed it: "it rang", provable. Since these are kept, `receipt` is read and no longer written. */
  proof: [4, signedReceipt],
  /** Our answer crossed with their giving up: for them there was no call, so this one has no entry of both. */
  crossed: [5, struct({ link: linkId, call: callId, at: wireInstant })],
  /** A ring of ours that came to nothing; `reach` as their station's receipts have it. */
  rang: [
    6,
    struct({
      link: linkId,
      call: callId,
      ours: place,
      reach: oneOf("sent", "delivered", "rang", "seen", "answered"),
      why: ends,
      at: wireInstant,
    }),
  ],
});
export type CallFact = Of<typeof callFact>;

/** The event as the ledger keeps it, written at `at`; receipts are kept as they were signed (recordRun) instead. */
function factOf(event: Exclude<CallsEvent, { type: "receipt" }>, at: Instant): CallFact {
  switch (event.type) {
    case "missed":
      return {
        type: "missed",
        link: ownLink(event.link),
        call: ownCall(event.call),
        by: ownTerminal(event.by),
        why: event.why,
        at,
      };
    case "finished": {
      const { side, answered, ended, epochs, why } = event;
      const ours = { ...event.ours, terminal: ownTerminal(event.ours.terminal) };
      const theirs = { ...event.theirs, terminal: ownTerminal(event.theirs.terminal) };
      return {
        type: "finished",
        link: ownLink(event.link),
        call: ownCall(event.call),
        side,
        ours,
        theirs,
        answered,
        ended,
        epochs,
        why,
      };
    }
    case "rang": {
      const { reach, why } = event;
      const ours = { ...event.ours, terminal: ownTerminal(event.ours.terminal) };
      return { type: "rang", link: ownLink(event.link), call: ownCall(event.call), ours, reach, why, at };
    }
  }
  return event satisfies never;
}

/** Puts the event into the ledger, and says where. */
export const appendFact = (tx: Transaction, event: Exclude<CallsEvent, { type: "receipt" }>, at: Instant): number =>
  tx.append(callKind, ownRecord(callKind, at, encode(callFact, factOf(event, at))));
