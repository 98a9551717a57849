// What of alarms is in the ledger: what opened, who took up or shelved it, whom it went on to, and what terminals saw go wrong in a
// call. So who acknowledged what, and who was told, can be read years later.
import { type Of, oneOf, optional, struct, text, variant } from "@parley/base/codec";
import { sides } from "@parley/protocol/alarmKinds";
import { callId, linkId, terminalId } from "@parley/protocol/ids";
import { maxAlarmAboutBytes, maxAlarmIdBytes, maxNameBytes } from "@parley/protocol/limits";
import { wireInstant } from "@parley/protocol/peer/call";
import { officerId } from "@parley/protocol/signed/revocation";
import { streamFaults } from "@parley/protocol/terminal/console";

export const alarmKind = "alarm";

const alarm = text(maxAlarmIdBytes);
const by = { officer: officerId, name: text(maxNameBytes), at: wireInstant };

export const alarmFact = variant({
  raised: [
    1,
    struct({ link: linkId, call: callId, terminal: terminalId, what: oneOf(...streamFaults), at: wireInstant }),
  ],
  acknowledged: [2, struct({ alarm, ...by })],
  shelved: [3, struct({ alarm, ...by, until: wireInstant })],
  /** `kind`: of the alarm table. */
  opened: [
    4,
    struct({
      alarm,
      kind: text(40),
      link: optional(linkId),
      whose: oneOf(...sides),
      about: text(maxAlarmAboutBytes),
      at: wireInstant,
    }),
  ],
  /** Nobody had taken it up. */
  wentOn: [5, struct({ alarm, to: oneOf("second", "party"), at: wireInstant })],
});
export type AlarmFact = Of<typeof alarmFact>;
