// One-time codes: 128 random bits, kept as a hash alone, in words of a label so that a terminal's code opens nothing for an
// officer (rules ID24, ID25).
import { type Bytes, base64url, fromBase64url } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Digest, labelled, sha256Of } from "@parley/protocol/signed/hash";
import { labels } from "@parley/protocol/signed/labels";

const codeBytes = 16;

export const drawCode = (random: Random): Bytes => random(codeBytes);

export const terminalCodeHash = (code: Bytes): Digest => sha256Of(labelled(labels.terminalCode, code));
export const officerCodeHash = (code: Bytes): Digest => sha256Of(labelled(labels.officerCode, code));

/** The code as it stands in an address or is typed: 22 characters. */
export const codeText = (code: Bytes): string => base64url(code);

/** The code in a text, or null. */
export function codeOf(text: string): Bytes | null {
  const code = fromBase64url(text.trim());
  return code?.length === codeBytes ? code : null;
}
