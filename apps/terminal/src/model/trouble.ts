// What can be wrong with a room's camera, microphone or loudspeaker, as a closed list. Each is a row of the one error table
// (packages/protocol/errorCodes), in the words of the catalogue: what is so, and what the person at the screen can do.
import { type Say, say } from "../words/say.ts";
import type { CauseCode } from "./cause.ts";

export const troubles = [
  "cameraMissing",
  "cameraRefused",
  "cameraBusy",
  "microphoneMissing",
  "microphoneRefused",
  "microphoneBusy",
  "speakerMissing",
] as const satisfies readonly CauseCode[];
export type Trouble = (typeof troubles)[number];

export const troubleWords = (trouble: Trouble): { readonly what: Say; readonly cure: Say } => ({
  what: say(`trouble.${trouble}`),
  cure: say(`cure.${trouble}`),
});

/** What a browser's refusal of a device stands for, from the name of its DOMException. */
export function deviceTrouble(kind: "camera" | "microphone", exception: string): Trouble {
  if (exception === "NotAllowedError" || exception === "SecurityError") return `${kind}Refused`;
  if (exception === "NotReadableError" || exception === "AbortError") return `${kind}Busy`;
  return `${kind}Missing`;
}
