// One sealed frame back to the encoder's frame. An `OpenedFrame` is made nowhere else, only from a tag that verified, and a
// receiving stream hands nothing else to the decoder. Carries FR1, FR3 and FR4.
import type { Brand } from "@parley/base/brand";
import { type Bytes, concat } from "@parley/base/bytes";
import { decrypt, tagBytes } from "../sframe/cipher.ts";
import { counterLimit } from "../sframe/counter.ts";
import { readHeader } from "../sframe/header.ts";
import { type KeyId, keyIdParts } from "../sframe/keyId.ts";
import type { FrameKey } from "../sframe/schedule.ts";
import { type Layout, madeUpLength } from "./layout.ts";

/** A frame for the decoder, exactly as the sender's encoder made it. */
export type OpenedFrame = Brand<ArrayBuffer, "OpenedFrame">;

/** A received frame taken apart; nothing in it is true before `openFrame` has opened it. */
export type Parts = {
  readonly bytes: Bytes;
  readonly kid: number;
  readonly id: KeyId;
  readonly ctr: number;
  /** Where the SFrame header begins, which is how many made-up bytes there are. */
  readonly headerAt: number;
  readonly bodyAt: number;
};

/** Why bytes cannot be a frame of ours. */
export type Malformed = "zeroLength" | "truncated" | "bogusKid";

/** Takes a received frame apart, whatever its bytes are. */
export function readFrame(bytes: Bytes, layout: Layout): Parts | Malformed {
  if (bytes.length === 0) return "zeroLength";
  const headerAt = madeUpLength(layout, bytes);
  const header = readHeader(bytes, headerAt);
  if (header === null) return "truncated";
  const bodyAt = headerAt + header.length;
  if (bytes.length < bodyAt + tagBytes) return "truncated";
  const { kid, ctr } = header;
  const id = keyIdParts(kid);
  if (id === null || typeof kid !== "number" || typeof ctr !== "number" || ctr >= counterLimit) return "bogusKid";
  return { bytes, kid, id, ctr, headerAt, bodyAt };
}

/** The part of a frame that a media digest hashes: SFrame header, ciphertext and tag, without the made-up bytes. */
export const sframeOf = (bytes: Bytes, headerAt: number): Bytes => bytes.subarray(headerAt);

/** Opens a frame under the one key that its KID names, or null when its tag does not verify. */
export async function openFrame(key: FrameKey, parts: Parts): Promise<OpenedFrame | null> {
  const { bytes, headerAt, bodyAt } = parts;
  const header = bytes.subarray(headerAt, bodyAt);
  const aad = headerAt === 0 ? header : concat(header, bytes.subarray(0, headerAt));
  try {
    return (await decrypt(key, parts.ctr, aad, bytes.subarray(bodyAt))) as OpenedFrame;
  } catch {
    return null;
  }
}
