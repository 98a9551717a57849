// Why a received frame was not delivered, and what that says: every drop has one of these reasons, is counted under it, and
// belongs to one of three classes. The words are ours, for counts and logs; a relay's word on a frame is never asked.

/** What a reason means for trust in the stream. */
export type Class =
  /** Nobody authenticated it: an alarm at once, once epochs agree. */
  | "unauthentic"
  /** No key for it, as when epochs differ: an alarm when it lasts. */
  | "keyless"
  /** An old frame. Browsers send old packets again to probe the path, so a few are honest; nothing but these is not. */
  | "stale"
  /** Explained without an attack. */
  | "harmless";

const classes = {
  /** No bytes at all; some encoders send such frames in silence. */
  zeroLength: "harmless",
  /** Too short to be sealed, or no SFrame header: clear frames among them. */
  truncated: "unauthentic",
  /** A KID or counter that no sender of this call writes: clear frames among them. */
  bogusKid: "unauthentic",
  /** Sealed for another stream, or by another leaf, than this stream carries. */
  otherStream: "unauthentic",
  /** The tag does not verify under the key that the KID names. */
  tagFailed: "unauthentic",
  /** The counter was opened before. */
  replayed: "stale",
  /** Behind the replay window, where it cannot be told from a replay. */
  tooOld: "stale",
  /** The epoch's key is gone. */
  keyGone: "stale",
  /** Held for a key that did not come in time. */
  keyLate: "keyless",
  /** More was held than the hold queue takes. */
  holdFull: "keyless",
  /** Its sender was a member until a moment ago. */
  memberGone: "harmless",
  /** No keys at all yet, or the stream is bound to nobody yet. */
  noKeys: "keyless",
  /** Behind the curtain, before a key frame or beyond what it keeps. */
  curtained: "harmless",
  /** A codec that Parley does not seal. */
  otherCodec: "unauthentic",
} as const satisfies Record<string, Class>;

export type Refusal = keyof typeof classes;

export const refusals = Object.keys(classes) as readonly Refusal[];

export const classOf = (why: Refusal): Class => classes[why];
