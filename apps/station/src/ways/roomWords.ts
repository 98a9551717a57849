// What desks' tests of their own rooms find, in English, for alarms that leave the house. Screens have catalogues of their own.
import type { RoomCause } from "@parley/protocol/signed/selfTest";

/** What was found, to stand behind whose side it is. */
export const roomCauseWords: Readonly<Record<RoomCause, string>> = {
  cameraMissing: "there is no camera",
  cameraRefused: "the browser refuses the camera",
  cameraBusy: "another program holds the camera",
  cameraBlack: "the camera is dark",
  cameraFrozen: "the camera's picture stands still",
  cameraCovered: "the camera is covered",
  microphoneMissing: "there is no microphone",
  microphoneRefused: "the browser refuses the microphone",
  microphoneBusy: "another program holds the microphone",
  microphoneSilent: "the microphone gives nothing",
  microphoneClips: "the microphone is set too loud",
  speakerNotHeard: "a loudspeaker is not heard in its room",
  speakerFaint: "a loudspeaker is hardly heard in its room",
  permissionDue: "the browser would ask before it opens the camera and microphone",
  storageAtRisk: "the browser may clear the desk's keys",
  notFullscreen: "the desk does not fill its screen",
  asleep: "the desk's page sleeps",
  notFinished: "the test did not come to its end",
};
