// What two stations say to each other about a call: the payloads of signed envelopes (peer/envelope). Receipts carry a
// signature of their own, since "it rang" must be provable long after the envelope is gone.
import type { Bytes } from "@parley/base/bytes";
import {
  type Codec,
  type Of,
  encode,
  fixed,
  list,
  mapped,
  oneOf,
  opaque,
  optional,
  struct,
  text,
  uint32,
  uint48,
  variant,
} from "@parley/base/codec";
import { type Instant, instant } from "@parley/base/time";
import { callId, linkId, partyId, terminalId } from "../ids.ts";
import { maxEntryBodyBytes, maxGenerations, maxNameBytes, maxSignalBytes } from "../limits.ts";
import { entrySignature } from "../signed/callEntry.ts";
import { type Digest, labelled, sha256Of } from "../signed/hash.ts";

/** A wall-clock time of the one who writes it; never compared with another machine's. */
export const wireInstant: Codec<Instant> = mapped(uint48, instant, (t) => t);

const signature: Codec<Bytes> = fixed(64);

/** Domain label of the signature over a receipt. */
export const receiptLabel = "parley receipt v1";

export const receiptKinds = ["delivered", "rang", "seen", "answered", "declined", "unanswered", "busy"] as const;

/** What the called party says a ring has come to; signed by its station key under `receiptLabel`. */
export const receipt = struct({
  call: callId,
  link: linkId,
  by: partyId,
  kind: oneOf(...receiptKinds),
  terminal: optional(terminalId),
  at: wireInstant,
});
export type Receipt = Of<typeof receipt>;

/** A receipt with its signature, as it proves what it says to whoever knows the station key. */
export const signedReceipt = struct({ receipt, signature });
export type SignedReceipt = Of<typeof signedReceipt>;

/** Names a signed receipt in a call's entry: SHA-256(label || 0x00 || receipt || signature). */
export const receiptHash = (it: SignedReceipt): Digest => sha256Of(labelled(receiptLabel, encode(signedReceipt, it)));

/** A terminal as it is named to the other side; what proves it travels between the terminals themselves. */
const named = struct({ terminal: terminalId, name: text(maxNameBytes) });
export type Named = Of<typeof named>;

export const callPayload = variant({
  /** Our person at `caller` presses Call. The generations of the link secret that we hold, newest first. */
  ring: [1, struct({ call: callId, caller: named, generations: list(uint32, maxGenerations) })],
  /** `generation` with `delivered`: the one that both hold and this call uses. `answerer` with `answered`. */
  receipt: [2, struct({ receipt, signature, generation: optional(uint32), answerer: optional(named) })],
  hangUp: [3, struct({ call: callId, why: oneOf("hungUp", "cancelled", "unanswered") })],
  /** Our person has moved to another terminal of ours. */
  moved: [4, struct({ call: callId, to: named })],
  /** From a terminal of ours to one of theirs: opaque to both stations, signed and sealed by the terminals. */
  signal: [5, struct({ call: callId, from: terminalId, to: terminalId, body: opaque(maxSignalBytes) })],
  /** The calling side's account of a finished call, an encoded signed/callEntry callAccount, signed. */
  account: [6, struct({ account: opaque(maxEntryBodyBytes), by: entrySignature })],
  /** The called side's answer: the entry, with its own part in it, signed. */
  entry: [7, struct({ entry: opaque(maxEntryBodyBytes), by: entrySignature })],
  /** Or, where the accounts differ, its own account, signed. */
  differs: [8, struct({ account: opaque(maxEntryBodyBytes), by: entrySignature })],
  /** The calling side's signature over that very entry. */
  countersigned: [9, struct({ call: callId, by: entrySignature })],
});
export type CallPayload = Of<typeof callPayload>;

export const encodeReceipt = (value: Receipt): Bytes => encode(receipt, value);
