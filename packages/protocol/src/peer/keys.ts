// What two stations say to each other about the next generation of their link's secret: the payloads of signed envelopes
// (peer/envelope) of kind `keys`. No secret travels: each side computes it, and these words show that they are the same.
import { type Of, fixed, struct, variant } from "@parley/base/codec";
import { entrySignature } from "../signed/callEntry.ts";
import { linkEntry } from "../signed/linkEntry.ts";

export const keysPayload = variant({
  /** From the link's leading station: the entry that it would settle, its signature, and proof that it holds the secret. */
  propose: [1, struct({ entry: linkEntry, confirmation: fixed(32), by: entrySignature })],
  /** From the other: it holds the same secret and has kept it. */
  accept: [2, struct({ entry: linkEntry, confirmation: fixed(32), by: entrySignature })],
  /** From the other: it has no such secret and never will. */
  lack: [3, struct({ entry: linkEntry })],
});
export type KeysPayload = Of<typeof keysPayload>;
