// A pairing as a console or the command line shows it: where it stands, with whom, and what the people are to compare.
import type { Instant } from "@parley/base/time";
import type { Offer } from "@parley/protocol/pairing/offer";
import type { Pairing } from "@parley/protocol/pairing/state";
import { deadlineOf } from "@parley/protocol/pairing/step";
import { wholeText, wordsOf } from "@parley/protocol/pairing/words";
import { wordlist } from "@scure/bip39/wordlists/english.js";

export type PairingView = {
  readonly at: Pairing["type"];
  readonly offer: Offer["id"];
  /** Null while the other party is not known; proven from its root up, and not yet compared, until `active`. */
  readonly peer: { readonly name: string; readonly place: string; readonly party: Uint8Array } | null;
  /** The four words and all 256 bits for a QR code; null where there is nothing to compare. */
  readonly compare: { readonly words: readonly string[]; readonly whole: string } | null;
  readonly until: Instant | null;
  readonly why: Extract<Pairing, { type: "ended" }>["why"] | null;
};

const peerOf = (it: Pairing): PairingView["peer"] => {
  const pin = it.type === "revealed" ? it.peer : "agreed" in it ? it.agreed.peer : null;
  return pin === null ? null : { name: pin.card.name, place: pin.card.place, party: pin.card.party };
};

export function viewOf(it: Pairing): PairingView {
  const words =
    it.type === "wordsDue"
      ? it.words
      : it.type === "comparing" || it.type === "pressed" || it.type === "unconfirmed"
        ? it.agreed.words
        : null;
  return {
    at: it.type,
    offer: it.offer.id,
    peer: peerOf(it),
    compare: words === null ? null : { words: wordsOf(words, wordlist), whole: wholeText(words) },
    until: deadlineOf(it),
    why: it.type === "ended" ? it.why : null,
  };
}
