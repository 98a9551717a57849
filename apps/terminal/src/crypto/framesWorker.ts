// The frame worker as the terminal runs it: the same as packages/e2ee's, and its keys come over a port straight from the
// key worker, so that the page does not even carry them.
import type { ToFrames } from "@parley/e2ee/worker/messages";
import "@parley/e2ee/worker/transform";

type Scope = { onmessage: ((event: MessageEvent<ToFrames>) => void) | null };
declare const self: Scope;

/** What packages/e2ee's worker does with a message, whoever sends it. */
const take = self.onmessage;

self.onmessage = (event) => {
  const [port] = event.ports;
  if (port === undefined) take?.(event);
  else port.onmessage = (from: MessageEvent<ToFrames>) => take?.(from);
};
