// What this terminal has to send in a call: its own tracks, and the black picture that keeps a ringing line awake.
import type { Stream } from "../media/streams.ts";

export type Outgoing = {
  readonly tracks: Readonly<Record<Stream, MediaStreamTrack | null>>;
  readonly black: MediaStreamTrack;
  readonly microphone: "open" | "muted" | "lost";
  readonly camera: "on" | "off";
};
