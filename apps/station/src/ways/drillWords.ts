// What drills find, in English: for the command line, and for alarms that leave the house. Screens have catalogues of their own.
import type { DrillVerdict } from "@parley/protocol/signed/drillReport";

type Cause = NonNullable<DrillVerdict["cause"]>;

/** What was found, to stand behind whose side it is. */
export const drillCauseWords: Readonly<Record<Cause, string>> = {
  stationAway: "the station does not answer",
  noTerminal: "no desk is open and idle",
  notAnswered: "the drill's ring was not answered",
  mustRekey: "the line must be keyed again (parley pair rekey)",
  keysNotAgreed: "no keys were agreed on",
  noPath: "no path was found",
  relayAway: "a relay does not answer the desk",
  noFrames: "nothing arrived that could be opened",
  unsealedFrames: "frames came that were not sealed",
  forgedFrames: "frames came that their sender does not own to",
  pictureNotSent: "the desk sends no picture",
  pictureNotArrived: "the picture does not arrive",
  pictureUnreadable: "the picture does not arrive whole",
  pictureSlow: "the picture comes too slowly",
  soundNotSent: "the desk sends no sound",
  soundNotArrived: "the sound does not arrive",
  soundNarrow: "tones of speech are missing from the sound",
  keysStood: "the keys did not change",
  notEnded: "the drill could not be ended",
  terminalGone: "the desk left in the middle of it",
  soundBlocked: "the desk may make no sound until somebody touches it",
  notBack: "the desk did not come back into the call that it had lost",
  udpBlocked: "the relay answers the desk over TCP alone",
};
