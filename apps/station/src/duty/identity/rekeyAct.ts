// What an officer's press to key a link again comes to ([RK7]): the first of two proposes the act, the second confirms it.
import { fromBase64url } from "@parley/base/bytes";
import { type IdText, type PartyId, idText } from "@parley/protocol/ids";
import type { IdentityCommand, Shown } from "./port.ts";
import { type Identity, type Pending, pendingAct } from "./state.ts";

/** The act of one officer that waits for another's word, and its id. */
export const pendingRekey = (state: Identity, party: IdText): readonly [IdText, Pending] | null =>
  pendingAct(state, (act) => act.type === "rekey" && idText(act.party) === party);

/** An officer wants the link with this party keyed again: the first proposes it, the second confirms. */
export function rekeyCommand(state: Identity, party: PartyId, by: Shown): IdentityCommand {
  const pending = pendingRekey(state, idText(party));
  const bytes = pending === null ? null : fromBase64url(pending[0]);
  return bytes === null
    ? { type: "proposeAct", act: { type: "rekey", party }, by }
    : { type: "confirmAct", id: bytes, by };
}
