// What a terminal's test of its own room comes to: verdicts and numbers, never a picture and never a sound ([TS2] of
// docs/spec/selfTest.md). The same words go into the ledger and, as one standing of a whole side, to linked stations.
import { type Of, list, oneOf, optional, struct, text, uint16, uint32, uint8 } from "@parley/base/codec";
import { terminalId } from "../ids.ts";
import { maxSpeakersTested } from "../limits.ts";
import { signedInstant } from "./fields.ts";

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

export const partOutcomes = ["good", "weak", "failed", "untried"] as const;

const partResult = struct({
  part: oneOf(...roomParts),
  outcome: oneOf(...partOutcomes),
  cause: optional(oneOf(...roomCauses)),
});

/** What was measured, as numbers alone; null where it was not come to. */
export const roomNumbers = struct({
  /** The camera's mean grey, how greys differ, how they change in thousandths, and how many pictures were looked at. */
  grey: optional(uint8),
  spread: optional(uint8),
  moved: optional(uint32),
  pictures: uint8,
  /** Of each loudspeaker: decibels by which its chirp stood above everything else that was heard. */
  above: list(uint8, maxSpeakersTested),
  /** The microphone's level, decibels under full scale, and thousandths of its samples that were clipped. */
  below: optional(uint8),
  clipped: optional(uint16),
  /** Milliseconds by which the page's timers came late at most. */
  late: uint32,
});
export type RoomNumbers = Of<typeof roomNumbers>;

/** One test of one terminal, as its station's ledger keeps it. */
export const roomTest = struct({
  terminal: terminalId,
  asked: signedInstant,
  ended: signedInstant,
  /** How the browser names itself and its build. */
  browser: text(200),
  /** Milliseconds until the page answered its station; null where it did not. */
  woke: optional(uint32),
  results: list(partResult, roomParts.length),
  numbers: optional(roomNumbers),
  at: oneOf(...roomWords),
  cause: optional(oneOf(...roomCauses)),
});
export type RoomTest = Of<typeof roomTest>;
