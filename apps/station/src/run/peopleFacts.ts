// What the ledger keeps of people: which officer's passkey answered which question, with the whole answer, so that an auditor can
// verify it again; that nobody did; and what linked stations said of theirs, under their signatures. Tags are never reused.
import { type Of, struct, variant } from "@parley/base/codec";
import { wireInstant } from "@parley/protocol/peer/call";
import { entrySignature } from "@parley/protocol/signed/callEntry";
import { hereQuestion, passkeyAnswer, peopleWord } from "@parley/protocol/signed/people";
import { officerId } from "@parley/protocol/signed/revocation";

/** The kind of these entries. */
export const peopleKind = "people";

export const peopleFact = variant({
  here: [1, struct({ question: hereQuestion, officer: officerId, answer: passkeyAnswer, at: wireInstant })],
  unanswered: [2, struct({ question: hereQuestion, at: wireInstant })],
  theirs: [3, struct({ word: peopleWord, by: entrySignature, at: wireInstant })],
});
export type PeopleFactKept = Of<typeof peopleFact>;
