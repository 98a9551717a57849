// The report of a drill: what both parties' terminals found, step by step and in numbers, and what follows from it; the same bytes
// in both ledgers, signed by both stations. Each side gives its own part; the verdict is a function of the two (packages/drill), so
// neither can sign a better one than the parts allow. Carries [DR12]-[DR14] of docs/spec/drill.md.
import { type Bytes, equal, utf8 } from "@parley/base/bytes";
import {
  type Codec,
  type Of,
  encode,
  fixed,
  list,
  oneOf,
  optional,
  struct,
  text,
  uint16,
  uint32,
  uint8,
} from "@parley/base/codec";
import { callId, linkId, partyId, terminalId } from "../ids.ts";
import { maxDrillBands } from "../limits.ts";
import { signedInstant } from "./fields.ts";
import { labelled } from "./hash.ts";

/** Domain labels of the stations' Ed25519 signatures: over the report that both sign, and over the caller's own part. */
export const drillReportLabel = "parley drill report v1";
export const drillPartLabel = "parley drill part v1";

/**
 * What a drill is of: a call as it is made every day; one that the caller allows no way but its relay; one in which the caller's
 * terminal loses everything of the call, as where its page is loaded anew, and comes back. Append only.
 */
export const drillSessions = ["direct", "relay", "reload"] as const;
export type DrillSession = (typeof drillSessions)[number];

/** The steps of drills in the order in which a call takes them; `reload` is one of its own session alone. Append only. */
export const drillSteps = ["ring", "keys", "path", "seal", "picture", "sound", "rekey", "hangUp", "reload"] as const;
export type DrillStep = (typeof drillSteps)[number];

/** What was found wrong in a step. Append only. */
export const drillCauses = [
  "stationAway",
  "noTerminal",
  "notAnswered",
  "mustRekey",
  "keysNotAgreed",
  "noPath",
  "relayAway",
  "noFrames",
  "unsealedFrames",
  "forgedFrames",
  "pictureNotSent",
  "pictureNotArrived",
  "pictureUnreadable",
  "pictureSlow",
  "soundNotSent",
  "soundNotArrived",
  "soundNarrow",
  "keysStood",
  "notEnded",
  "terminalGone",
  "udpBlocked",
  "soundBlocked",
  "notBack",
] as const;
export type DrillCause = (typeof drillCauses)[number];

/** Whose side of the line a fault is on, as one side sees it; `unknown` where it cannot tell. */
export const drillSides = ["own", "far", "unknown"] as const;
export type DrillSide = (typeof drillSides)[number];

/** How a step went: `weak` is good enough for a call, though not what it should be. A step that is not listed was not come to. */
export const stepOutcomes = ["passed", "weak", "failed"] as const;

const stepResult = struct({
  step: oneOf(...drillSteps),
  outcome: oneOf(...stepOutcomes),
  /** Null exactly where it passed. */
  cause: optional(oneOf(...drillCauses)),
  whose: oneOf(...drillSides),
  /** Milliseconds that it took, or that it was waited for. */
  took: uint32,
});
export type StepResult = Of<typeof stepResult>;

/** One tone of the sweep as it arrived. */
const bandHeard = struct({
  hz: uint16,
  /** Decibels below the loudest tone; null where it was not heard. */
  below: optional(uint8),
  /** Milliseconds by which it came late against the earliest tone; 0 where it was not heard. */
  late: uint16,
});
export type BandHeard = Of<typeof bandHeard>;

/** What a terminal measured of its path and of what arrived; null where it came to nothing. */
export const drillNumbers = struct({
  /** From the answer to the first opened frame, milliseconds. */
  setUp: optional(uint32),
  /** Microseconds. */
  roundTrip: optional(uint32),
  /** Packets that did not arrive here, of 10,000. */
  lost: optional(uint16),
  /** Microseconds. */
  jitter: optional(uint32),
  /** Bits a second: what the browser believes it could send, and what it sent and received. */
  couldSend: optional(uint32),
  sent: optional(uint32),
  received: optional(uint32),
  codec: text(40),
  path: oneOf("none", "direct", "relay"),
  /** Pictures of the test card that were shown here: read whole, unreadable; and the greatest gap between two, milliseconds. */
  pictures: uint32,
  torn: uint32,
  gap: uint32,
  /** Mean error of the card's greys, of 255. */
  greyError: optional(uint8),
  /** Milliseconds by which sound came behind its picture (offset by 10,000); null where it could not be told. */
  soundBehind: optional(uint16),
  bands: list(bandHeard, maxDrillBands),
});
export type DrillNumbers = Of<typeof drillNumbers>;

const digest32 = fixed<Bytes>(32);

/** One side's own part. Times are its own clock's. */
export const drillPart = struct({
  party: partyId,
  /** The terminal that took part, or null where none could. */
  terminal: optional(terminalId),
  /** Build of the browser, as it names itself. */
  browser: text(200),
  /** SHA-256 over what the station runs: its build, its terminals' code and its settings. */
  station: digest32,
  began: signedInstant,
  ended: signedInstant,
  results: list(stepResult, drillSteps.length),
  numbers: optional(drillNumbers),
});
export type DrillPart = Of<typeof drillPart>;

export const verdictWords = ["ready", "degraded", "notReady"] as const;

/** What the two parts come to. `whose`: on which side the cause is; `both` where neither can be named. */
export const drillVerdict = struct({
  at: oneOf(...verdictWords),
  step: optional(oneOf(...drillSteps)),
  cause: optional(oneOf(...drillCauses)),
  whose: oneOf("caller", "called", "both"),
});
export type DrillVerdict = Of<typeof drillVerdict>;

const shared = {
  link: linkId,
  drill: callId,
  /** Seconds from the end of this drill until the calling side rehearses next: so the far side knows when to expect it. */
  next: uint32,
};

/** Stands where a report of the first form has the random id of its link, and says that the session is named. */
const namesSession = utf8("parley.drill.two");

/** Of a direct session as it was before there were others, byte for byte; of any other with its name before it. */
function inSession<T extends object>(whole: Codec<T>): Codec<T & { readonly session: DrillSession }> {
  const form = fixed<Bytes>(namesSession.length);
  return {
    write: (value, out) => {
      if (value.session !== "direct") {
        form.write(namesSession, out);
        session.write(value.session, out);
      }
      whole.write(value, out);
    },
    read: (from) => {
      const begins = from.at;
      const named = from.left >= namesSession.length && equal(form.read(from), namesSession);
      if (!named) from.at = begins;
      const its = named ? session.read(from) : "direct";
      // One value has one encoding.
      if (named && its === "direct") from.refuse("a direct session is not named");
      return { ...whole.read(from), session: its };
    },
  };
}
const session = oneOf(...drillSessions);

/** The calling side's word, before the other has added its own. */
export const callerPart = inSession(struct({ ...shared, caller: drillPart }));
export type CallerPart = Of<typeof callerPart>;

export const drillReport = inSession(
  struct({
    ...shared,
    caller: drillPart,
    called: drillPart,
    /** By which rules the verdict follows from the parts. */
    rules: uint16,
    verdict: drillVerdict,
  }),
);
export type DrillReport = Of<typeof drillReport>;

export const drillSignable = (report: DrillReport): Bytes => labelled(drillReportLabel, encode(drillReport, report));
export const partSignable = (part: CallerPart): Bytes => labelled(drillPartLabel, encode(callerPart, part));
