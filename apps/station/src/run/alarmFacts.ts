// What of alarms is in the ledger: what opened, who took up or shelved it, whom it went on to, and what terminals saw go wrong in a
// call. So who acknowledged what, and who was told, can be read years later.
import type { Instant } from "@parley/base/time";
import { type Of, oneOf, optional, struct, text, variant } from "@parley/base/codec";
import { sides } from "@parley/protocol/alarmKinds";
import { callId, linkId, terminalId } from "@parley/protocol/ids";
import { maxAlarmAboutBytes, maxAlarmIdBytes, maxNameBytes } from "@parley/protocol/limits";
import { wireInstant } from "@parley/protocol/peer/call";
import { type OfficerId, officerId } from "@parley/protocol/signed/revocation";
import { streamFaults } from "@parley/protocol/terminal/console";
import type { Effect } from "../duty/alarms/port.ts";
import { ownLink } from "./ownIds.ts";

export const alarmKind = "alarm";

const alarmName = text(maxAlarmIdBytes);
const by = { officer: officerId, name: text(maxNameBytes), at: wireInstant };

export const alarmFact = variant({
  raised: [
    1,
    struct({ link: linkId, call: callId, terminal: terminalId, what: oneOf(...streamFaults), at: wireInstant }),
  ],
  acknowledged: [2, struct({ alarm: alarmName, ...by })],
  shelved: [3, struct({ alarm: alarmName, ...by, until: wireInstant })],
  /** `kind`: of the alarm table. */
  opened: [
    4,
    struct({
      alarm: alarmName,
      kind: text(40),
      link: optional(linkId),
      whose: oneOf(...sides),
      about: text(maxAlarmAboutBytes),
      at: wireInstant,
    }),
  ],
  /** Nobody had taken it up. */
  wentOn: [5, struct({ alarm: alarmName, to: oneOf("second", "party"), at: wireInstant })],
});
export type AlarmFact = Of<typeof alarmFact>;

/** Who took it up or shelved it. */
export type Officer = { readonly id: OfficerId; readonly name: string };

/** What the ledger has of an effect; null where nobody did it that it could name. */
export function factOf(
  effect: Effect & { type: "opened" | "wentOn" | "acknowledged" | "shelved" },
  officer: Officer | null,
  at: Instant,
): AlarmFact | null {
  const { alarm } = effect;
  const of = { alarm: alarm.id, at };
  switch (effect.type) {
    case "opened": {
      const { kind, link, whose, about } = alarm;
      return { type: "opened", ...of, kind, link: link === null ? null : ownLink(link), whose, about };
    }
    case "wentOn":
      return { type: "wentOn", ...of, to: effect.to };
    case "acknowledged":
      return officer === null ? null : { type: "acknowledged", ...of, officer: officer.id, name: officer.name };
    case "shelved":
      return officer === null || alarm.standing.at !== "shelved"
        ? null
        : { type: "shelved", ...of, officer: officer.id, name: officer.name, until: alarm.standing.until };
  }
}
