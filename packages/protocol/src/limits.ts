// Every bound of the protocol in one place, each with its unit in its name or type and its reason; "chosen" says there is none.

/** Largest envelope between stations, bytes. A ring with three SDP offers is under 40 kB; the rest is room. */
export const maxEnvelopeBytes = 256 * 1024;

/** Largest message between terminal and station, bytes: an envelope's payload in base64url fits. */
export const maxTerminalMessageBytes = 384 * 1024;

/** A party's, terminal's or person's name, bytes of UTF-8: chosen. */
export const maxNameBytes = 120;
