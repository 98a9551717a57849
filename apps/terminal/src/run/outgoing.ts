// What this terminal has to send in a call: its own tracks, and the black picture that keeps a ringing line awake.
import type { SignalBody } from "@parley/protocol/signed/signal";
import type { Stream } from "../media/streams.ts";

/** What a side says that it sends: for the sentences on the other side's screen, never for its seal. */
export type Sending = Omit<SignalBody & { type: "sending" }, "type">;

export type Outgoing = Pick<Sending, "microphone" | "camera"> & {
  readonly tracks: Readonly<Record<Stream, MediaStreamTrack | null>>;
  readonly black: MediaStreamTrack;
};
