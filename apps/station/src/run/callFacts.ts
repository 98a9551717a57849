// What the ledger keeps of a call as it goes: rings that were missed, receipts of both sides, and its end as our station saw
// it. The entry that both stations sign follows from the last (signed/callEntry).
import { type Of, oneOf, optional, struct, text, uint32, variant } from "@parley/base/codec";
import type { Instant } from "@parley/base/time";
import { type CallId, type LinkId, type TerminalId, callId, idOf, linkId, terminalId } from "@parley/protocol/ids";
import { maxNameBytes } from "@parley/protocol/limits";
import { receiptKinds, signedReceipt, wireInstant } from "@parley/protocol/peer/call";
import type { CallsEvent } from "../duty/calls.ts";

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
});
export type CallFact = Of<typeof callFact>;

const link = (id: string): LinkId => known<LinkId>(id);
const call = (id: string): CallId => known<CallId>(id);
const terminal = (id: string): TerminalId => known<TerminalId>(id);

function known<T extends LinkId | CallId | TerminalId>(id: string): T {
  const bytes = idOf<T>(id, 16);
  if (bytes === null) throw new Error(`${id} is not an id of ours`);
  return bytes;
}

/** The event as the ledger keeps it, written at `at`; receipts are kept as they were signed (recordRun) instead. */
export function factOf(event: Exclude<CallsEvent, { type: "receipt" }>, at: Instant): CallFact {
  switch (event.type) {
    case "missed":
      return {
        type: "missed",
        link: link(event.link),
        call: call(event.call),
        by: terminal(event.by),
        why: event.why,
        at,
      };
    case "finished": {
      const { side, answered, ended, epochs, why } = event;
      const ours = { ...event.ours, terminal: terminal(event.ours.terminal) };
      const theirs = { ...event.theirs, terminal: terminal(event.theirs.terminal) };
      return {
        type: "finished",
        link: link(event.link),
        call: call(event.call),
        side,
        ours,
        theirs,
        answered,
        ended,
        epochs,
        why,
      };
    }
  }
  return event satisfies never;
}
