// The browser's encoded frames and streams as the worker needs them, so that tests and benches can stand in for a browser.
import { type Layout, layoutOf } from "../frame/layout.ts";
import type { OpenedFrame } from "../frame/open.ts";
import type { SealedFrame } from "../frame/seal.ts";
import type { FallbackCodec } from "./messages.ts";

/** RTCEncodedVideoFrame or RTCEncodedAudioFrame (WebRTC Encoded Transform section 4). */
export type EncodedFrame = {
  data: ArrayBuffer;
  /** Of a picture only. */
  readonly type?: "key" | "delta" | "empty";
  getMetadata(): { readonly mimeType?: string };
};

/** Where frames go on to; its one method takes only what was sealed or opened, so nothing else can pass. */
export type Onward = { readonly pass: (frame: EncodedFrame, data: SealedFrame | OpenedFrame) => void };

export const onwardTo = (writer: WritableStreamDefaultWriter<EncodedFrame>, broken: () => void): Onward => ({
  pass: (frame, data) => {
    frame.data = data;
    // Rejects when the connection is closing; the frame is lost with it.
    writer.write(frame).catch(broken);
  },
});

const fallback: Record<FallbackCodec, string> = { vp9: "video/VP9", vp8: "video/VP8", opus: "audio/opus" };

/**
 * The layout of a frame. On the receiving side the metadata is the network's word, which can only choose between layouts that
 * are both authenticated: with the wrong one nothing opens.
 */
export const layoutOfFrame = (frame: EncodedFrame, codec: FallbackCodec): Layout | null =>
  layoutOf(frame.getMetadata().mimeType ?? fallback[codec]);

export const isKeyFrame = (frame: EncodedFrame): boolean => frame.type === "key";
