// What one station tells a linked one about identities, in an envelope's payload: each a signed object that proves itself.
import type { Bytes } from "@parley/base/bytes";
import { type Of, encode, struct, variant } from "@parley/base/codec";
import type { Result } from "@parley/base/result";
import { decodeAs } from "../decodeAs.ts";
import type { ParleyError } from "../errorCodes.ts";
import { catchUp } from "./catchUp.ts";
import { signedRevocation, signedRuling } from "./revocation.ts";
import { signedWitness } from "./witness.ts";

export const notice = variant({
  /** Our card, station certificate or key has changed. */
  changed: [1, struct({ catchUp })],
  revoked: [2, struct({ revocation: signedRevocation })],
  ruled: [3, struct({ ruling: signedRuling })],
  /** We saw your station key hand over. */
  witnessed: [4, struct({ witness: signedWitness })],
});
export type Notice = Of<typeof notice>;

export const encodeNotice = (it: Notice): Bytes => encode(notice, it);

/** MESSAGE_MALFORMED; the envelope bounds the size. */
export function decodeNotice(bytes: Uint8Array): Result<Notice, ParleyError> {
  return decodeAs("notice", notice, bytes);
}
