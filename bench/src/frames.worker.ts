// The worker that frames.ts starts in Chromium: measures what it is told to, and says so.
import { type FramesPlan, measureFrames } from "./framesMeasure.ts";

declare const self: {
  onmessage: ((event: { readonly data: FramesPlan }) => void) | null;
  postMessage(message: unknown): void;
};

self.onmessage = ({ data }) => {
  measureFrames(data).then(
    (times) => self.postMessage(times),
    (error: unknown) => self.postMessage(String(error)),
  );
};
