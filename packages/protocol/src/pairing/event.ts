// What happens to a pairing, what it asks for in return, and what it may use meanwhile.
import type { Bytes } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import type { ParleyError } from "../errorCodes.ts";
import type { LinkId, PartyId } from "../ids.ts";
import type { StationAddress } from "../signed/fields.ts";
import type { Digest } from "../signed/hash.ts";
import type { Pin } from "../signed/pin.ts";
import type { Presence } from "../signed/revocation.ts";
import type { Ed25519Key, HybridSigner, Verify } from "../signed/signature.ts";
import type { Kem } from "./kem.ts";
import type { SignedMatch } from "./messages.ts";
import type { EndCode } from "./state.ts";

export type PairingEvent =
  /** Bytes from the other station that name this pairing; not trusted, not parsed yet. */
  | { readonly type: "message"; readonly bytes: Bytes }
  /** The stations have a connection (again): what may have been lost is sent again. */
  | { readonly type: "connected" }
  /** Our person pressed "They match", by passkey. */
  | { readonly type: "match"; readonly officer: Presence }
  /** Our person pressed "They differ". */
  | { readonly type: "differ" }
  /** Our person gave the pairing up. */
  | { readonly type: "cancel" }
  /** The far station used the link's first secret, which it does only after both people pressed. */
  | { readonly type: "proven" }
  /** Time passed; asked for at `until`, harmless at any other time. */
  | { readonly type: "tick" };

export type PairingEffect =
  /** Reach the offering station: at any of these addresses, at which only this TLS key is to be believed. */
  | { readonly type: "dial"; readonly stations: readonly StationAddress[]; readonly stationKey: Ed25519Key }
  /** To the other station; lost if there is no connection, and sent again on `connected`. */
  | { readonly type: "send"; readonly bytes: Bytes }
  /** The link is active: keep its first secret and its pin. `theirs` null: proven by use, their word still to come. */
  | {
      readonly type: "paired";
      readonly link: LinkId;
      readonly secret: Bytes;
      readonly peer: Pin;
      readonly transcript: Digest;
      readonly ours: SignedMatch;
      readonly theirs: SignedMatch | null;
    }
  /** The link has been keyed again: from now on it is this one. The words are due. */
  | {
      readonly type: "rekeyed";
      readonly link: LinkId;
      readonly secret: Bytes;
      readonly peer: Pin;
      readonly transcript: Digest;
    }
  /** Our person compared the words of a link that was keyed again: they match, or somebody stood in the middle. */
  | { readonly type: "compared"; readonly link: LinkId; readonly words: "match" | "differ" }
  /** Their word arrived after `paired`: the record is whole. */
  | { readonly type: "recorded"; readonly link: LinkId; readonly theirs: SignedMatch }
  /** Over, its secrets gone; to be logged. `party`: who it was with, as far as that had been proven. */
  | { readonly type: "ended"; readonly why: EndCode; readonly party: PartyId | null; readonly detail: string }
  /** The event did not fit or did not verify, and moved nothing. */
  | { readonly type: "refused"; readonly error: ParleyError };

/** What a step may use: all of it pure but for the randomness, which is passed in. */
export type Means = {
  readonly random: Random;
  readonly kem: Kem;
  readonly verify: Verify;
  /** Our station key; the one that the bundle of this pairing ends at. */
  readonly signer: HybridSigner;
  readonly party: PartyId;
  /** What is pinned of a party that we have a standing link with; null where there is none. */
  readonly pinned: (party: PartyId) => Pin | null;
};
