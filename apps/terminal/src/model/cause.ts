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
  "keysApart",
  "noPath",
  "sealBroken",
  "pictureLost",
  "pictureSlow",
  "soundLost",
  "deskGone",
  "soundBlocked",
  "notBack",
  "cameraFrozen",
  "cameraCovered",
  "microphoneClips",
  "speakerSilent",
  "speakerFaint",
  "permissionDue",
  "storageAtRisk",
  "notFullscreen",
  "deskAsleep",
  "testUnfinished",
] as const;

export type CauseCode = (typeof causeCodes)[number];

/** What may lie between the two sides, or be on either, where nobody can tell which. */
export const betweenCodes = [
  "noAnswer",
  "keysApart",
  "noPath",
  "sealBroken",
  "pictureLost",
  "pictureSlow",
  "soundLost",
  "deskGone",
  "notBack",
] as const satisfies readonly CauseCode[];

export type Cause =
  | { readonly code: CauseCode; readonly whose: "ours" | "theirs" }
  | { readonly code: (typeof betweenCodes)[number]; readonly whose: "both" };

export const cause = (code: CauseCode, whose: "ours" | "theirs" = "ours"): Cause => ({ code, whose });

/** The cause on neither side for certain; one that is always somebody's is theirs until they say otherwise. */
export const causeBetween = (code: CauseCode): Cause => {
  const between = betweenCodes.find((it) => it === code);
  return between === undefined ? cause(code, "theirs") : { code: between, whose: "both" };
};

/** The cause as a clause without a full stop, "our camera is dark", to stand inside a sentence. */
export const causeClause = (of: Cause): Say =>
  of.whose === "both" ? say(`between.${of.code}`) : say(`cause.${of.code}`, { whose: of.whose });
