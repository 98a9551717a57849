// What a rival's page and the bench say to each other, and how much of a call each mode has standing before the answer.
import type { PictureSize } from "@parley/e2e/src/harness/camera.ts";

export type Role = "caller" | "callee";

/**
 * cold: nothing; the answer starts offer, ICE and DTLS. coldOffer: the offer came with the ring. warm: connected in
 * advance, tracks put in at the answer. hot: connected, encoder and decoder kept awake by black at 5 pictures a second.
 * hotEnabled: connected, the real tracks in place but not enabled.
 */
export type BareMode = "cold" | "coldOffer" | "warm" | "hot" | "hotEnabled";

/** cold: neither is connected. warm: both are in the room and publish at the answer. hot: both have published, muted. */
export type LivekitMode = "cold" | "warm" | "hot";

export type BareOptions = {
  readonly call: string;
  readonly mode: BareMode;
  readonly size: PictureSize;
  /** The codec put first; null leaves the browser's own order. */
  readonly codec: string | null;
  /** Keeps the picture's size whatever the estimate of the path: what a comparison of CPU needs. */
  readonly holdSize: boolean;
  /** Shows each side its own picture beside the other's, as every product does and Parley's desk too. */
  readonly ownPicture: boolean;
};

export type LivekitOptions = {
  readonly call: string;
  readonly mode: LivekitMode;
  readonly size: PictureSize;
  readonly url: string;
  readonly token: string;
  /** The secret both ends derive their frame keys of; null runs without LiveKit's E2EE. */
  readonly secret: string | null;
  readonly simulcast: boolean;
  /** The top layer's bounds; null leaves LiveKit's presets, which make 20 pictures a second at 640x360. */
  readonly encoding: { readonly maxBitrate: number; readonly maxFramerate: number } | null;
  readonly ownPicture: boolean;
};

/** The door of a rival's page. */
export type RivalPage<Options> = {
  /** Everything that may stand before the answer; resolves when it does. Camera and microphone are open then. */
  prepare(role: Role, options: Options): Promise<void>;
  hangUp(): Promise<void>;
};

/** What the two pages of a rival tell each other through the signalling server. */
export type Signal =
  | { readonly type: "accepted" }
  | { readonly type: "offer" | "answer"; readonly sdp: string }
  | { readonly type: "candidate"; readonly candidate: RTCIceCandidateInit };

declare global {
  // `var` is what puts a name on globalThis.
  var bareRival: RivalPage<BareOptions>;
  var livekitRival: RivalPage<LivekitOptions>;
}
