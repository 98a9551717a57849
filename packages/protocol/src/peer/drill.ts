// What two stations say to each other about a drill: the payloads of signed envelopes of kind `drill`. A drill's ring, receipts,
// signals and end are a call's own words, wrapped, so that no station can take one for the other; one that is too old to know
// the kind takes it without effect ([DR2]), and nobody is rung.
import { type Codec, type Of, oneOf, opaque, struct, variant } from "@parley/base/codec";
import { callId } from "../ids.ts";
import { maxDrillReportBytes } from "../limits.ts";
import { entrySignature } from "../signed/callEntry.ts";
import { drillSessions } from "../signed/drillReport.ts";
import { type CallPayload, callPayload } from "./call.ts";

/** Why a station takes no part in a drill now: no terminal of it is idle (a finding), or it has something else to do (none). */
export const cannotWords = ["noTerminal", "busy"] as const;

const wrapped: Codec<{ message: CallPayload }> = struct({ message: callPayload });

export const drillPayload = variant({
  call: [1, wrapped],
  cannot: [2, struct({ call: callId, why: oneOf(...cannotWords) })],
  /** The called side's terminal has measured all that it wants: the caller may hang up. */
  measured: [3, struct({ call: callId })],
  /** A person wants the line or the terminal: the drill ends, and is no failure. */
  givenUp: [4, struct({ call: callId })],
  /** The calling side's part, an encoded signed/drillReport callerPart, signed. */
  part: [5, struct({ call: callId, part: opaque(maxDrillReportBytes), by: entrySignature })],
  /** The called side's answer: the report of both, signed. */
  report: [6, struct({ call: callId, report: opaque(maxDrillReportBytes), by: entrySignature })],
  /** The calling side's signature over that very report. */
  countersigned: [7, struct({ call: callId, by: entrySignature })],
  /** Another session follows the drill that was just signed; whoever knows sessions answers, and only then it is rung. */
  next: [8, struct({ session: oneOf(...drillSessions) })],
  expecting: [9, struct({ session: oneOf(...drillSessions) })],
});
export type DrillPayload = Of<typeof drillPayload>;
