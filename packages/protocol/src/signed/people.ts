// An officer's "I am here": the question that a station asks at set hours, the passkey's answer that is bound to it and to nothing
// else, and the word by which stations tell each other whether their people are ready. Carries [PE4]-[PE6] of docs/spec/people.md.
import type { Bytes } from "@parley/base/bytes";
import { type Of, encode, fixed, oneOf, opaque, optional, struct, uint32 } from "@parley/base/codec";
import { linkId, partyId } from "../ids.ts";
import {
  maxAuthenticatorDataBytes,
  maxClientDataBytes,
  maxCredentialIdBytes,
  maxPasskeySignatureBytes,
} from "../limits.ts";
import { signedInstant } from "./fields.ts";
import { type Digest, hashOf, labelled } from "./hash.ts";
import { labels } from "./labels.ts";
import { roomStanding } from "./selfTest.ts";

/** `id` is drawn for each question, so that its challenge can be guessed by nobody and is never that of another. */
export const hereQuestion = struct({
  id: fixed<Bytes>(16),
  /** Whose station asks. */
  party: partyId,
  /** The set hour, when it was asked, and by when it was to be answered; the station's wall clock. */
  due: signedInstant,
  asked: signedInstant,
  until: signedInstant,
});
export type HereQuestion = Of<typeof hereQuestion>;

/** What a passkey signs to answer it: the challenge of its WebAuthn ceremony. 32 bytes. */
export const hereChallenge = (question: HereQuestion): Digest => hashOf(labels.here, hereQuestion, question);

/** A WebAuthn assertion as it came (level 3, section 5.2.2): whoever has the passkey's public key can verify it again. */
export const passkeyAnswer = struct({
  credential: opaque(maxCredentialIdBytes),
  clientData: opaque(maxClientDataBytes),
  authenticatorData: opaque(maxAuthenticatorDataBytes),
  signature: opaque(maxPasskeySignatureBytes),
});
export type PasskeyAnswer = Of<typeof passkeyAnswer>;

/** Domain label of the station's Ed25519 signature over its word. */
export const peopleWordLabel = "parley people word v1";

export const peopleStandings = ["unasked", "ready", "notReady"] as const;

/** A station's word about its own people, on one link. It names no officer. */
export const peopleWord = struct({
  link: linkId,
  party: partyId,
  /** `unasked`: no hours are set there, or none has come yet. */
  at: oneOf(...peopleStandings),
  /** Since when, by its wall clock, and how many seconds before the word was written: clocks are not compared. */
  since: signedInstant,
  ago: uint32,
  /** Seconds after its writing within which another word comes; 0 where none is to come. */
  holds: uint32,
  /** How its desks found their own rooms; null where none was tested or that is too long ago. */
  room: optional(roomStanding),
});
export type PeopleWord = Of<typeof peopleWord>;

export const peopleWordSignable = (word: PeopleWord): Bytes => labelled(peopleWordLabel, encode(peopleWord, word));
