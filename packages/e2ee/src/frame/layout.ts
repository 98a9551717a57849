// The one frame layout of every path: made-up codec bytes where a packetizer or a relay must see some, then SFrame over the
// whole real frame. Nothing true stays outside the seal but that a frame is a key frame, and its size. Carries FR1 and FR2.
//
//   +----------------+---------------+--------------------------+---------+
//   | made-up bytes  | SFrame header | ciphertext of all of the | 16-byte |
//   | 0, VP8: 10 or 3| 1 to 17 bytes | encoder's frame          | tag     |
//   +----------------+---------------+--------------------------+---------+
//     additional data: SFrame header || made-up bytes (RFC 9605 section 4.4.3, "metadata")
//
// AV1 would be a sequence-header OBU before key frames, then one byte OBU_FRAME (0x30); the depacketizer adds a size to each
// OBU, which opening would have to strip. It is left out until it is measured, H.264 until its NAL units are handled.
import type { Bytes } from "@parley/base/bytes";

/** How frames of a codec are laid out: "bare" has no made-up bytes. */
export type Layout = "bare" | "vp8";

/** VP8's start of a key frame (RFC 6386 section 9.1): key, shown, start code, and always 1280 by 720, whatever the truth is. */
const vp8Key = new Uint8Array([0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02]);
const vp8Delta = new Uint8Array([0x11, 0x02, 0x00]);
const nothing = new Uint8Array(0);

/** The layout of a codec by its MIME type, in any case, or null for one that Parley does not seal. */
export function layoutOf(mimeType: string): Layout | null {
  switch (mimeType.toLowerCase()) {
    case "video/vp9":
    case "audio/opus":
    case "audio/red":
      return "bare";
    case "video/vp8":
      return "vp8";
    default:
      return null;
  }
}

/** The made-up bytes in front of a frame. */
export function madeUpBytes(layout: Layout, isKey: boolean): Bytes {
  return layout === "bare" ? nothing : isKey ? vp8Key : vp8Delta;
}

/** How many made-up bytes a received frame begins with; more than `bytes` holds when it is too short. */
export function madeUpLength(layout: Layout, bytes: Bytes): number {
  if (layout === "bare") return 0;
  return ((bytes[0] ?? 0) & 1) === 0 ? vp8Key.length : vp8Delta.length;
}
