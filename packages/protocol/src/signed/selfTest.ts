// What a terminal's test of its own room comes to: verdicts and numbers, never a picture and never a sound ([TS2] of
// docs/spec/selfTest.md). The same words go into the ledger and, as one standing of a whole side, to linked stations.
import { type Of, oneOf, optional, struct, uint32 } from "@parley/base/codec";

/** What is looked at, in this order. Append only. */
export const roomParts = ["camera", "microphone", "speaker", "permission", "storage", "fullscreen", "wake"] as const;
export type RoomPart = (typeof roomParts)[number];

/** What was found wrong. Append only. */
export const roomCauses = [
  "cameraMissing",
  "cameraRefused",
  "cameraBusy",
  "cameraBlack",
  "cameraFrozen",
  "cameraCovered",
  "microphoneMissing",
  "microphoneRefused",
  "microphoneBusy",
  "microphoneSilent",
  "microphoneClips",
  "speakerNotHeard",
  "speakerFaint",
  "permissionDue",
  "storageAtRisk",
  "notFullscreen",
  "asleep",
  "notFinished",
] as const;
export type RoomCause = (typeof roomCauses)[number];

export const roomWords = ["ready", "degraded", "notReady"] as const;
export type RoomWord = (typeof roomWords)[number];

/** How the rooms of a whole side stand, as its station tells it: by the best of its desks. */
export const roomStanding = struct({
  at: oneOf(...roomWords),
  cause: optional(oneOf(...roomCauses)),
  /** Seconds between the test and the writing of the word, and for how many more after that it speaks. */
  ago: uint32,
  holds: uint32,
});
export type RoomStanding = Of<typeof roomStanding>;
