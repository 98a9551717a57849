// What a station tells a linked one when a grave alarm of its own was taken up by nobody ([AL9] of docs/spec/alarm.md): the payloads
// of signed envelopes of kind `alarm`. A station that is too old to know the kind takes them without effect.
import { type Of, encode, oneOf, struct, text, variant } from "@parley/base/codec";
import type { Bytes } from "@parley/base/bytes";
import type { Result } from "@parley/base/result";
import { type Side, sides } from "../alarmKinds.ts";
import { decodeAs } from "../decodeAs.ts";
import type { ParleyError } from "../errorCodes.ts";
import { maxAlarmAboutBytes, maxAlarmIdBytes } from "../limits.ts";
import { wireInstant } from "./call.ts";

const id = text(maxAlarmIdBytes);

export const alarmPayload = variant({
  /** `kind`: a code of the error table, of a newer version perhaps. `whose` and `since`: as the one who says it sees them. */
  unattended: [
    1,
    struct({ id, kind: text(40), whose: oneOf(...sides), about: text(maxAlarmAboutBytes), since: wireInstant }),
  ],
  /** Somebody has taken it up, or it is over. */
  attended: [2, struct({ id })],
});
export type AlarmPayload = Of<typeof alarmPayload>;

export const encodeAlarm = (it: AlarmPayload): Bytes => encode(alarmPayload, it);

/** MESSAGE_MALFORMED; the envelope bounds the size. */
export const decodeAlarm = (bytes: Uint8Array): Result<AlarmPayload, ParleyError> =>
  decodeAs("alarm", alarmPayload, bytes);

/** The same side as the other party sees it. */
export const mirrored = (whose: Side): Side => (whose === "ours" ? "theirs" : whose === "theirs" ? "ours" : "both");
