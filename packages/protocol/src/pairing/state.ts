// Where one pairing stands. Offering side: offered, revealed; answering side: asked, answered (or unfinished); then both:
// comparing, pressed (or unconfirmed), active; or ended. All but the last two have a deadline. The states hold the pairing's secrets and
// nothing else does: leaving a state deletes them (rule PR9).
import { type Of, fixed, oneOf, opaque, optional, struct, variant } from "@parley/base/codec";
import { linkId, partyId } from "../ids.ts";
import { maxPairingMessageBytes } from "../limits.ts";
import { signedInstant } from "../signed/fields.ts";
import { digest } from "../signed/hash.ts";
import { pin } from "../signed/pin.ts";
import { kemCiphertext, kemSeedBytes } from "./kem.ts";
import { half, signedMatch } from "./messages.ts";
import { offer } from "./offer.ts";

export const side = oneOf("offering", "answering");
export type Side = Of<typeof side>;

const seed = fixed(kemSeedBytes);
const message = opaque(maxPairingMessageBytes);

/** What both sides have agreed on once the keys are exchanged. */
const known = {
  side,
  link: linkId,
  /** finishTranscript: all of M1 to M4. */
  transcript: digest,
  /** The other party. */
  peer: pin,
};
const agreement = struct({
  ...known,
  /** The link's first secret. */
  secret: fixed(32),
  /** What the words are read from. */
  words: digest,
});
const settledAgreement = struct(known);
export type Agreement = Of<typeof agreement>;
export type SettledAgreement = Of<typeof settledAgreement>;

/** The last message taken and the last one sent: a repeat of the first is answered with the second again. */
const exchange = struct({ taken: message, sent: message });

const asking = { offer, own: half, seed, until: signedInstant };
const agreed = { offer, agreed: agreement, last: exchange, until: signedInstant };

/** Why a pairing ended; each is a code of the error table. Append only. */
export const endCodes = [
  "PAIR_OFFER_EXPIRED",
  "PAIR_COMMIT_MISMATCH",
  "PAIR_BUNDLE_INVALID",
  "PAIR_KEY_INVALID",
  "PAIR_PROOF_INVALID",
  "PAIR_WORDS_DIFFER",
  "PAIR_TIMEOUT",
  "PAIR_CANCELLED",
  "PAIR_ROOT_CHANGED",
  "PAIR_ALREADY_LINKED",
  "PAIR_SELF",
  "REKEY_UNFIT",
] as const;
export type EndCode = (typeof endCodes)[number];

export const pairing = variant({
  /** Offering side: the offer is out. */
  offered: [1, struct(asking)],
  /** Answering side: M2 is sent, M3 is due. */
  asked: [2, struct({ ...asking, sent: message })],
  /** Offering side: M3 is sent, so the offer is used up; M4 is due. */
  revealed: [
    3,
    struct({ ...asking, theirs: half, peer: pin, toAnswering: fixed(32), ciphertext: kemCiphertext, last: exchange }),
  ],
  /** Answering side: M4 is sent, M5 is due. */
  answered: [4, struct(agreed)],
  /** Answering side: M5 did not come in time; the other side may or may not have finished. */
  unfinished: [5, struct(agreed)],
  /** Both have proven their keys; our person is to compare. `theirs`: the other's has pressed "They match" already. */
  comparing: [6, struct({ ...agreed, theirs: optional(signedMatch) })],
  /** Our person has pressed "They match"; the other's still may. */
  pressed: [7, struct({ ...agreed, ours: signedMatch })],
  /** The same, after the time for comparing: only proof that the other side finished counts now. */
  unconfirmed: [8, struct({ ...agreed, ours: signedMatch })],
  /** Done; the secret is the link's now and no longer here. `settled`: the answer to who still waits for our word.
      `theirs` is null when the link's first use was the proof; their word may still arrive. */
  active: [
    9,
    struct({ offer, agreed: settledAgreement, settled: message, ours: signedMatch, theirs: optional(signedMatch) }),
  ],
  ended: [10, struct({ offer, why: oneOf(...endCodes), at: signedInstant })],
  /** The other party's station asks to key the link again; two officers of ours have to agree before anything is answered. */
  invited: [11, struct({ offer, party: partyId, until: signedInstant })],
  /** Keyed again and in use, and nobody of ours has compared the words yet. */
  wordsDue: [12, struct({ offer, agreed: settledAgreement, words: digest, last: exchange })],
  /** The same, compared. */
  rekeyed: [13, struct({ offer, agreed: settledAgreement, last: exchange })],
});
export type Pairing = Of<typeof pairing>;

export type At<K extends Pairing["type"]> = Extract<Pairing, { readonly type: K }>;
