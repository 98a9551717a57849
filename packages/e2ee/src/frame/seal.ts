// One encoded frame to one sealed frame. A `SealedFrame` is made nowhere else, and a sending stream writes nothing else to
// the network: that there is no way around the seal is a matter of types. Carries FR1 and FR3.
import type { Brand } from "@parley/base/brand";
import { type Bytes, concat } from "@parley/base/bytes";
import { encrypt } from "../sframe/cipher.ts";
import { maxHeaderBytes, writeHeader } from "../sframe/header.ts";
import type { FrameKey } from "../sframe/schedule.ts";
import { type Layout, madeUpBytes } from "./layout.ts";

/** A whole frame as it goes to the packetizer. */
export type SealedFrame = Brand<ArrayBuffer, "SealedFrame">;

const scratch = new Uint8Array(maxHeaderBytes);

/** `scratch` cut to each length that a header can have: a view costs as much as the header's own bytes. */
const headers = Array.from({ length: maxHeaderBytes + 1 }, (_, length) => scratch.subarray(0, length));

/**
 * Seals `plaintext`, the encoder's whole frame. The caller took `ctr` from the key's `Counter`.
 * `isKey` chooses the made-up bytes and nothing else.
 */
export async function sealFrame(
  key: FrameKey,
  ctr: number,
  layout: Layout,
  isKey: boolean,
  plaintext: Bytes,
): Promise<SealedFrame> {
  const madeUp = madeUpBytes(layout, isKey);
  const headerLength = writeHeader(scratch, 0, key.kid, ctr);
  const header = headers[headerLength] as Bytes;
  const sealed = await encrypt(key, ctr, madeUp.length === 0 ? header : concat(header, madeUp), plaintext);
  const start = madeUp.length + headerLength;
  const { byteLength } = sealed;
  // Grown in place where the allocator can, which a fresh buffer of a large frame never is: half of its cost is page faults.
  const whole = new Uint8Array(sealed.transfer(start + byteLength));
  whole.copyWithin(start, 0, byteLength);
  whole.set(madeUp);
  writeHeader(whole, madeUp.length, key.kid, ctr); // again: another frame may have used `scratch` since
  return whole.buffer as SealedFrame;
}
