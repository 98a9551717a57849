// The frame worker as the terminal runs it: the same as packages/e2ee's, and its keys come over a port straight from the
// key worker, so that the page does not even carry them.
import type { ToFrames } from "@parley/e2ee/worker/messages";
import "@parley/e2ee/worker/transform";

type Scope = {
  onmessage: ((event: { readonly data: ToFrames }) => void) | null;
  addEventListener(type: "message", listener: (event: MessageEvent) => void, options: { readonly capture: true }): void;
};
declare const self: Scope;

self.addEventListener(
  "message",
  (event: MessageEvent) => {
    const [port] = event.ports;
    if (port === undefined) return;
    event.stopImmediatePropagation(); // this one is not for the transform
    port.onmessage = ({ data }: MessageEvent<ToFrames>) => self.onmessage?.({ data });
  },
  { capture: true },
);
