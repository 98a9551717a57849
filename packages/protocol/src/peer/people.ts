// What two stations say to each other about their people: the payloads of signed envelopes of kind `people`. A station that is too
// old to know the kind takes it without effect. Carries [PE6] of docs/spec/people.md.
import type { Bytes } from "@parley/base/bytes";
import { type Of, encode, struct, variant } from "@parley/base/codec";
import type { Result } from "@parley/base/result";
import { decodeAs } from "../decodeAs.ts";
import type { ParleyError } from "../errorCodes.ts";
import { entrySignature } from "../signed/callEntry.ts";
import { peopleWord } from "../signed/people.ts";

export const peoplePayload = variant({
  /** How the sender's people stand, under its station key. */
  word: [1, struct({ word: peopleWord, by: entrySignature })],
});
export type PeoplePayload = Of<typeof peoplePayload>;

export const encodePeople = (it: PeoplePayload): Bytes => encode(peoplePayload, it);

/** MESSAGE_MALFORMED; the envelope bounds the size. */
export function decodePeople(bytes: Uint8Array): Result<PeoplePayload, ParleyError> {
  return decodeAs("people", peoplePayload, bytes);
}
