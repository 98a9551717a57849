// The frame worker of a call: where the browser's encoded frames meet the keys. The page starts it before the call, hands it to
// RTCRtpScriptTransform, and speaks to it by `messages.ts`. An edge: it reads the clock and holds the worker's globals.
import { ms } from "@parley/base/time";
import { type EncodedFrame, onwardTo } from "./encoded.ts";
import type { FromFrames, ToFrames, TransformOptions } from "./messages.ts";
import { Streams } from "./streams.ts";

/** WebRTC Encoded Transform section 5; TypeScript's library has neither this nor a worker's global scope beside the page's. */
type Transformer = {
  readonly readable: ReadableStream<EncodedFrame>;
  readonly writable: WritableStream<EncodedFrame>;
  readonly options: TransformOptions;
  /** Of a receiver of pictures; rejects for any other. */
  sendKeyFrameRequest(): Promise<void>;
};

type FrameWorkerScope = {
  onrtctransform: ((event: { readonly transformer: Transformer }) => void) | null;
  onmessage: ((event: { readonly data: ToFrames }) => void) | null;
  postMessage(message: FromFrames): void;
};

declare const self: FrameWorkerScope;

/** What waits on time is looked at this often, in ms; deadlines allow for it. */
const tickEvery = 250;

const streams = new Streams({
  elapsed: () => ms(performance.now()),
  post: (message) => self.postMessage(message),
});

// Keys may come over a port straight from the worker that holds the group: whoever starts this one hands its messages here.
self.onmessage = ({ data }) => {
  streams.handle(data).catch(streams.fault);
};

self.onrtctransform = ({ transformer }) => {
  run(transformer).catch(streams.fault);
};

setInterval(() => {
  streams.tick().catch(streams.fault);
}, tickEvery);

self.postMessage({ type: "ready" });

/** Reads frames until the browser ends the stream. A frame that meets a bug of ours is dropped like any other. */
async function run(transformer: Transformer): Promise<void> {
  const { readable, writable, options } = transformer;
  const reader = readable.getReader();
  const onward = onwardTo(writable.getWriter(), () => undefined);
  const askKeyFrame = (): void => void transformer.sendKeyFrameRequest().catch(() => undefined);
  const stream = streams.attach(options, onward, askKeyFrame);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const pushed = stream.push(value).catch((error: unknown) => {
        stream.tally.drop("fault");
        streams.fault(error);
      });
      // A sender seals one frame after the other, which keeps their order; a receiver's opener keeps it itself.
      if (stream.direction === "send") await pushed;
    }
  } finally {
    streams.detach(stream);
  }
}
