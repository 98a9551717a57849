// Cutting off (rules ID19-ID22): a terminal, a station key or a whole party is named once and for good. The root may
// remove anything of its own party; the station key, with two officers, may remove a terminal of its own party or
// another party from its links, at once and without the root. That power only removes: the root confirms or undoes it.
import type { Brand } from "@parley/base/brand";
import { type Bytes, equal } from "@parley/base/bytes";
import { type Codec, type Of, fixed, list, oneOf, struct, text, uint8, variant } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "../errorCodes.ts";
import { partyId, terminalId } from "../ids.ts";
import { signedInstant } from "./fields.ts";
import { type Digest, digest, hashOf } from "./hash.ts";
import { labels } from "./labels.ts";
import { type HybridKey, type HybridSigner, type Signed, checkOf, sign, signed } from "./signature.ts";

/** An officer, drawn when they joined; says nothing of who they are. 16 bytes. */
export type OfficerId = Brand<Bytes, "OfficerId">;
export const officerId: Codec<OfficerId> = fixed<OfficerId>(16);

/** That an officer stood behind an act: SHA-256 of the passkey assertion, which their station keeps for the auditor. */
export const presence = struct({ officer: officerId, assertion: digest });
export type Presence = Of<typeof presence>;

export const revocation = struct({
  /** Whose root or station signs. */
  party: partyId,
  subject: variant({
    terminal: [1, struct({ terminal: terminalId })],
    /** keyIdOf a station key of the own party; the root's power alone. */
    stationKey: [2, struct({ key: digest })],
    /** Another party, from all links of this one. */
    party: [3, struct({ other: partyId })],
  }),
  by: variant({
    root: [1, struct({ generation: uint8 })],
    station: [2, struct({ key: digest, officers: list(presence, 2, 255) })],
  }),
  /** For the record, as the officer or root holder wrote it. */
  why: text(400),
  issued: signedInstant,
});
export type Revocation = Of<typeof revocation>;

export type SignedRevocation = Signed<Revocation>;
export const signedRevocation: Codec<SignedRevocation> = signed(revocation);

export const signRevocation = (body: Revocation, signer: HybridSigner): SignedRevocation =>
  sign(labels.revocation, revocation, body, signer);

export const revocationHash = (it: SignedRevocation): Digest => hashOf(labels.revocation, signedRevocation, it);

/** ID_REVOCATION_UNDUE when the signer has no power over the subject, or two different officers do not stand behind it. */
export function refuseRevocation(it: Revocation): Result<null, ParleyError> {
  if (it.by.type === "root") return ok(null);
  const undue = (why: string) => fail(problem("ID_REVOCATION_UNDUE", why));
  if (it.subject.type === "stationKey") return undue("a station key cannot remove a station key");
  const [one, two] = it.by.officers;
  if (one === undefined || two === undefined) return undue("two officers are due");
  if (equal(one.officer, two.officer)) return undue("the same officer twice");
  return ok(null);
}

/** `signer`: the root of the generation, or the station key, that `by` names; the caller has compared. */
export const checkRevocation = (it: SignedRevocation, signer: HybridKey) =>
  checkOf(labels.revocation, revocation, it, signer);

/** The root's last word on what the station removed. */
export const ruling = struct({
  party: partyId,
  generation: uint8,
  /** revocationHash of what is ruled on. */
  revocation: digest,
  verdict: oneOf("confirmed", "undone"),
  issued: signedInstant,
});
export type Ruling = Of<typeof ruling>;

export type SignedRuling = Signed<Ruling>;
export const signedRuling: Codec<SignedRuling> = signed(ruling);

export const signRuling = (body: Ruling, root: HybridSigner): SignedRuling => sign(labels.ruling, ruling, body, root);

export const checkRuling = (it: SignedRuling, root: HybridKey) => checkOf(labels.ruling, ruling, it, root);
