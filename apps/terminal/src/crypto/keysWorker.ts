// The key worker's edge: the worker's globals, its clock and its randomness. Everything else is keysSession.ts.
import { type Clock, instant, ms } from "@parley/base/time";
import { KeysSession } from "./keysSession.ts";
import type { FromKeys, ToKeys } from "./messages.ts";

type Scope = {
  onmessage: ((event: MessageEvent<ToKeys>) => void) | null;
  postMessage(message: FromKeys): void;
};
declare const self: Scope;

const clock: Clock = {
  now: () => instant(Date.now()),
  elapsed: () => ms(performance.now()),
  wait: (delay, then) => {
    const timer = setTimeout(then, delay);
    return () => clearTimeout(timer);
  },
};

let session: { readonly it: KeysSession; readonly started: Promise<void> } | null = null;

const fault = (error: unknown): void =>
  self.postMessage({ type: "fault", detail: error instanceof Error ? (error.stack ?? error.message) : String(error) });

self.onmessage = ({ data }) => {
  if (data.type === "begin") {
    const { frames } = data;
    const it = new KeysSession(data, {
      clock,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      subtle: crypto.subtle,
      post: (message) => self.postMessage(message),
      toFrames: (message) => frames.postMessage(message),
    });
    const started = it.start();
    started.catch(fault);
    session = { it, started };
    return;
  }
  const now = session;
  if (now !== null) now.started.then(() => now.it.handle(data)).catch(fault);
};
