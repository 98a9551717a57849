// How two stations that are linked know each other although their keys roll: what ours shows to a peer that may lack our
// last hand-overs, and what is made of the peer's, by the duty of identities.
import type { Bytes } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import type { Clock } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type PartyId, idText } from "@parley/protocol/ids";
import { catchUp, decodeCatchUp, refuseGreeting } from "@parley/protocol/signed/catchUp";
import { greetingFor } from "./duty/identity/home.ts";
import type { Claim } from "./peer/introduction.ts";
import type { IdentityRun } from "./run/identityRun.ts";

/** What our hello to `peer` carries; no bytes where it has seen the present key. */
export function successionsFor(identity: IdentityRun, peer: PartyId): Bytes {
  const greeting = greetingFor(identity.state(), peer);
  return greeting === null ? new Uint8Array(0) : encode(catchUp, greeting);
}

/** Takes in what a peer brought and says whether the key that it shows is its station's now. */
export async function verifyIntroduction(
  identity: IdentityRun,
  clock: Clock,
  claim: Claim,
): Promise<Result<null, ParleyError>> {
  const brought = decodeCatchUp(claim.successions);
  if (!brought.ok) return brought;
  if (claim.successions.length > 0) {
    const heard = await identity.command({
      type: "fromPeer",
      party: claim.peer,
      notice: { type: "changed", catchUp: brought.value },
    });
    if (!heard.ok) return heard;
  }
  const pin = identity.pinOf(idText(claim.peer));
  if (pin === null) return fail(problem("ID_PEER_UNKNOWN"));
  const refused = refuseGreeting(pin, claim.key, clock.now());
  return refused === null ? ok(null) : fail(refused);
}
