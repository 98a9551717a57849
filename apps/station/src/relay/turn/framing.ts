// ChannelData (RFC 8656 section 12.4), and where one frame ends and the next begins on a stream (RFC 8489 section 6.2.2).
//
//    0                   1                   2                   3
//   |0 1|      Channel Number       |            Length             |
//   |                     Application Data ...                      |
//
// On a stream a frame is padded to four bytes, on a datagram it need not be.
import { type Bytes, concat } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { maxTurnFrameBytes } from "@parley/protocol/limits";
import { headerBytes } from "./stun.ts";

/** RFC 8656 section 12: what may be bound. */
export const firstChannel = 0x4000;
export const lastChannel = 0x4fff;

export const channelHeaderBytes = 4;

/** What begins here, by its first byte (RFC 7983): anything but the two kinds is dropped. */
export function kindOf(first: number): "stun" | "channelData" | "other" {
  return first < 4 ? "stun" : first >= 0x40 && first < 0x50 ? "channelData" : "other";
}

const padded = (length: number) => (length + 3) & ~3;

export type ChannelData = { readonly number: number; readonly data: Uint8Array };

/** Reads one ChannelData frame of four bytes or more; null when fewer bytes came than it claims. Padding is passed over. */
export function decodeChannelData(frame: Uint8Array): ChannelData | null {
  if (frame.length < channelHeaderBytes) return null;
  const number = ((frame[0] as number) << 8) | (frame[1] as number);
  const length = ((frame[2] as number) << 8) | (frame[3] as number);
  const end = channelHeaderBytes + length;
  return end <= frame.length ? { number, data: frame.subarray(channelHeaderBytes, end) } : null;
}

export function encodeChannelData(number: number, data: Uint8Array, onStream: boolean): Bytes {
  const length = channelHeaderBytes + data.length;
  const frame = new Uint8Array(onStream ? padded(length) : length);
  frame[0] = number >> 8;
  frame[1] = number & 0xff;
  frame[2] = data.length >> 8;
  frame[3] = data.length & 0xff;
  frame.set(data, channelHeaderBytes);
  return frame;
}

/** The whole frames that came, and the beginning of the next one, shorter than a frame may be. */
export type Deframed = { readonly frames: readonly Uint8Array[]; readonly rest: Uint8Array };

/**
 * Cuts a stream into frames. `rest` is what the call before left over. A stream that is out of step can never get back
 * into it, so any byte that begins no frame, and any frame over the bound, is a fault: the connection must be closed.
 */
export function deframe(rest: Uint8Array, chunk: Uint8Array): Result<Deframed, "not a frame" | "too long"> {
  const bytes = rest.length === 0 ? chunk : concat(rest, chunk);
  const frames: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const kind = kindOf(bytes[at] as number);
    if (kind === "other") return fail("not a frame");
    if (bytes.length - at < 4) break;
    const length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    const size = kind === "stun" ? headerBytes + length : padded(channelHeaderBytes + length);
    if (size > maxTurnFrameBytes) return fail("too long");
    if (size % 4 !== 0) return fail("not a frame");
    if (bytes.length - at < size) break;
    frames.push(bytes.subarray(at, at + size));
    at += size;
  }
  return ok({ frames, rest: concat(bytes.subarray(at)) });
}
