// What the ledger keeps of drills besides the reports that both stations signed: one that the far side did not sign, with what we
// found and what follows from it alone, and one that was expected and never came.
import { type Of, oneOf, struct, variant } from "@parley/base/codec";
import { callId, linkId } from "@parley/protocol/ids";
import { wireInstant } from "@parley/protocol/peer/call";
import { drillPart, drillSessions, drillVerdict } from "@parley/protocol/signed/drillReport";

/** The kind of the entries that both have signed, and of ours alone. */
export const drillKind = "drill";
export const drillOwnKind = "drill.own";

export const drillFact = variant({
  alone: [
    1,
    struct({
      link: linkId,
      drill: callId,
      role: oneOf("caller", "called"),
      part: drillPart,
      verdict: drillVerdict,
      at: wireInstant,
    }),
  ],
  aloneInSession: [
    3,
    struct({
      link: linkId,
      drill: callId,
      role: oneOf("caller", "called"),
      session: oneOf(...drillSessions),
      part: drillPart,
      verdict: drillVerdict,
      at: wireInstant,
    }),
  ],
  missed: [2, struct({ link: linkId, expected: wireInstant, at: wireInstant })],
});
export type DrillFact = Of<typeof drillFact>;
