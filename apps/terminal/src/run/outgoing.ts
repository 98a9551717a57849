// What this terminal has to send in a call: its own tracks, and the black picture that keeps a ringing line awake.
import type { SignalBody } from "@parley/protocol/signed/signal";
import type { Stream } from "../media/streams.ts";

/** What a side says that it sends: for the sentences on the other side's screen, never for its seal. */
export type Sending = Omit<SignalBody & { type: "sending" }, "type">;

export type Outgoing = Pick<Sending, "microphone" | "camera"> & {
  readonly tracks: Readonly<Record<Stream, MediaStreamTrack | null>>;
  /** What stands for the camera while that is not sent; null for nothing at all. */
  readonly black: MediaStreamTrack | null;
};

/** The same on a path that carries sound alone. */
export const withoutPicture = (outgoing: Outgoing): Outgoing => ({
  ...outgoing,
  tracks: { ...outgoing.tracks, cam: null },
  black: null,
  camera: outgoing.camera === "on" ? "poorPath" : outgoing.camera,
});
