// A linked station's word that it saw a party's station key hand over, and to which key (rule ID15). Witnesses never
// delay anything; what they signed is what shows, later and to anyone, that a second successor came second.
import { type Codec, type Of, struct, uint32 } from "@parley/base/codec";
import { partyId } from "../ids.ts";
import { signedInstant } from "./fields.ts";
import { digest } from "./hash.ts";
import { labels } from "./labels.ts";
import { type HybridKey, type HybridSigner, type Signed, checkOf, sign, signed } from "./signature.ts";

export const witness = struct({
  /** Whose station key handed over. */
  party: partyId,
  index: uint32,
  /** successionHash of what was seen, and its index. */
  entry: digest,
  /** Who saw it. */
  by: partyId,
  /** keyIdOf the witness's station key. */
  byKey: digest,
  seen: signedInstant,
});
export type Witness = Of<typeof witness>;

export type SignedWitness = Signed<Witness>;
export const signedWitness: Codec<SignedWitness> = signed(witness);

export const signWitness = (body: Witness, station: HybridSigner): SignedWitness =>
  sign(labels.witness, witness, body, station);

export const checkWitness = (it: SignedWitness, station: HybridKey) => checkOf(labels.witness, witness, it, station);
