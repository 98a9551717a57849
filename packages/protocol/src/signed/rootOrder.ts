// What a root holder may order at their own station (rule ID27): how officers get back in when none of them can sign in any more.
// Signed, so that the ledger shows by whose power it happened.
import { type Codec, type Of, opaque, struct, uint8, variant } from "@parley/base/codec";
import { partyId } from "../ids.ts";
import { maxCredentialIdBytes } from "../limits.ts";
import { signedInstant } from "./fields.ts";
import { digest } from "./hash.ts";
import { labels } from "./labels.ts";
import { officerId } from "./revocation.ts";
import { type HybridKey, type HybridSigner, type Signed, checkOf, sign, signed } from "./signature.ts";

export const rootOrder = struct({
  party: partyId,
  generation: uint8,
  order: variant({
    /** An officer may join with the code of this hash. */
    admitOfficer: [1, struct({ code: digest, until: signedInstant })],
    removePasskey: [2, struct({ officer: officerId, credential: opaque(maxCredentialIdBytes, 1) })],
  }),
  issued: signedInstant,
});
export type RootOrder = Of<typeof rootOrder>;

export type SignedRootOrder = Signed<RootOrder>;
export const signedRootOrder: Codec<SignedRootOrder> = signed(rootOrder);

export const signRootOrder = (body: RootOrder, root: HybridSigner): SignedRootOrder =>
  sign(labels.rootOrder, rootOrder, body, root);

export const checkRootOrder = (it: SignedRootOrder, root: HybridKey) => checkOf(labels.rootOrder, rootOrder, it, root);
