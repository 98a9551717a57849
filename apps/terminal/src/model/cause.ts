// Why something is not as it should be, as a closed list: each cause has one clause in the catalogue, told from either side.
// Codes of programs and browsers are turned into one of these at the edges; none of them ever reaches a screen.
import { type Say, say } from "../words/say.ts";

export const causeCodes = [
  "cameraMissing",
  "cameraDark",
  "cameraRefused",
  "cameraBusy",
  "microphoneMissing",
  "microphoneSilent",
  "microphoneRefused",
  "microphoneBusy",
  "speakerMissing",
  "udpBlocked",
  "directBlocked",
  "relayAway",
  "relayRefused",
  "stationAway",
  "noAnswer",
  "noDesk",
  "credentialDue",
  "clockApart",
  "diskLow",
  "versionApart",
  "linkFrozen",
  "recordApart",
  "wordsDue",
  "browserOld",
  "networkAway",
] as const;

export type CauseCode = (typeof causeCodes)[number];

export type Cause = { readonly code: CauseCode; readonly whose: "ours" | "theirs" };

export const cause = (code: CauseCode, whose: Cause["whose"] = "ours"): Cause => ({ code, whose });

/** The cause as a clause without a full stop, "our camera is dark", to stand inside a sentence. */
export const causeClause = (of: Cause): Say => say(`cause.${of.code}`, { whose: of.whose });
