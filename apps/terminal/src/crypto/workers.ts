// The two workers of a call, started before they are needed and joined by a channel of their own. A named edge: the only
// place where the terminal makes code run by its address, under the one Trusted Types policy there is.
import type { FromFrames, ToFrames, TransformOptions } from "@parley/e2ee/worker/messages";
import framesUrl from "./framesWorker.ts?worker&url";
import keysUrl from "./keysWorker.ts?worker&url";
import type { Begin, FromKeys, ToKeys } from "./messages.ts";

type TrustedTypes = {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
};

/** Lets exactly the two workers be started, by addresses that were fixed when the page was built. */
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy("parley", {
  createScriptURL: (url) => {
    if (url !== framesUrl && url !== keysUrl) throw new TypeError(`${url} is no worker of Parley's`);
    return url;
  },
});

const start = (url: string): Worker => new Worker(policy?.createScriptURL(url) ?? url, { type: "module" });

export type CallWorkers = {
  readonly begin: (begin: Omit<Begin, "type" | "frames">) => void;
  readonly toKeys: (message: Exclude<ToKeys, Begin>) => void;
  readonly toFrames: (message: ToFrames) => void;
  readonly transform: (options: TransformOptions) => RTCRtpScriptTransform;
  /** From now on what the workers say goes here; what they said before was kept. */
  readonly listen: (on: {
    readonly keys: (message: FromKeys) => void;
    readonly frames: (message: FromFrames) => void;
  }) => void;
  readonly close: () => void;
};

/** Starts both workers of one call; their keys die with them. */
export function startWorkers(): CallWorkers {
  const keys = start(keysUrl);
  const frames = start(framesUrl);
  const channel = new MessageChannel();
  frames.postMessage(null, [channel.port1]);
  return {
    begin: (begin) => {
      const message: Begin = { type: "begin", frames: channel.port2, ...begin };
      keys.postMessage(message, [channel.port2]);
    },
    toKeys: (message) => keys.postMessage(message),
    toFrames: (message) => frames.postMessage(message),
    transform: (options) => new RTCRtpScriptTransform(frames, options),
    listen: (on) => {
      keys.onmessage = ({ data }: MessageEvent<FromKeys>) => on.keys(data);
      frames.onmessage = ({ data }: MessageEvent<FromFrames>) => on.frames(data);
    },
    close: () => {
      keys.terminate();
      frames.terminate();
    },
  };
}
