// The party in the middle, put in front of the sender's own frame worker: the product seals as ever, and what it wrote passes
// here on its way to the packetizer. On the wire DTLS would stop a stranger; whoever ends DTLS (a relay that forwards streams,
// a sender's page that was tampered with) stands exactly here. For tests alone; the test speaks to it over a BroadcastChannel.
import type { Bytes } from "@parley/base/bytes";
import type { FrameKey } from "@parley/e2ee/sframe/schedule";
import type { ToFrames, TransformOptions } from "@parley/e2ee/worker/messages";
import { type Mode, type Tampered, tampered } from "./attacks.ts";
import { type FromTamper, type Frames, type ToTamper, tamperChannel } from "./tamperWords.ts";

type Frame = { data: ArrayBuffer; readonly type?: string };
type Transformer = {
  readonly readable: ReadableStream<Frame>;
  readonly writable: WritableStream<Frame>;
  readonly options: TransformOptions;
  sendKeyFrameRequest(): Promise<void>;
};
type Transformed = { readonly transformer: Transformer };
declare const self: {
  addEventListener(type: "rtctransform", hear: (event: Transformed) => void): void;
};

const kept = 40;
/** Small enough to go in a packet of sound too, which is never split. */
const small = 1_000;

/** The first small frames that were sealed, the newest of any size, and a clear one. */
type Stream = { readonly small: Bytes[]; readonly newest: Bytes[]; earlier: Bytes | null };
const newStream = (): Stream => ({ small: [], newest: [], earlier: null });
const streams: Readonly<Record<Tampered, Stream>> = { mic: newStream(), cam: newStream() };
const keys = new Map<number, FrameKey>();
let attack: { readonly mode: Mode; readonly given: Frames } | null = null;
let replaced = { mic: 0, cam: 0 };
let firstAt: number | null = null;

const channel = new BroadcastChannel(tamperChannel);
const say = (message: FromTamper): void => channel.postMessage(message);

channel.onmessage = ({ data }: MessageEvent<ToTamper>) => {
  if (streams.cam.newest.length === 0) return; // the worker of a call to come, or of none
  switch (data.do) {
    case "attack":
      attack = data;
      replaced = { mic: 0, cam: 0 };
      firstAt = null;
      return say({ frames: { mic: [], cam: [] }, replaced, firstAt });
    case "stop":
      attack = null;
      return say({ frames: { mic: [], cam: [] }, replaced, firstAt });
    case "record":
      return say({ frames: { mic: streams.mic.newest, cam: streams.cam.newest }, replaced, firstAt });
    default:
      return data satisfies never;
  }
};

const tamperedStream = ({ options }: Transformer): Tampered | null => {
  const name = options.stream.split("/")[1];
  return options.direction === "send" && (name === "mic" || name === "cam") ? name : null;
};

/** What goes on in the place of a frame that the product sealed. */
async function instead(name: Tampered, frame: Frame, clear: Bytes): Promise<void> {
  const [it, other] = [streams[name], streams[name === "mic" ? "cam" : "mic"]];
  const sealed: Bytes = new Uint8Array(frame.data);
  if (attack !== null) {
    const loot = {
      n: replaced[name]++,
      sealed,
      clear,
      isKey: frame.type === "key",
      own: it.newest,
      other: other.small,
    };
    const more = { given: attack.given[name], earlier: it.earlier ?? clear, keyOf: (kid: number) => keys.get(kid) };
    frame.data = (await tampered(attack.mode, { ...loot, ...more })).slice().buffer;
    firstAt ??= performance.timeOrigin + performance.now();
    return;
  }
  if (it.small.length < kept && sealed.length < small) it.small.push(sealed.slice());
  it.newest.push(sealed.slice());
  if (it.newest.length > kept) it.newest.shift();
  it.earlier ??= clear;
}

function inTheMiddle(transformer: Transformer, name: Tampered): Transformer {
  const clear = new WeakMap<Frame, Bytes>();
  const copied = new TransformStream<Frame, Frame>({
    transform: (frame, onward) => {
      clear.set(frame, new Uint8Array(frame.data.slice(0)));
      onward.enqueue(frame);
    },
  });
  const writer = transformer.writable.getWriter();
  const writable = new WritableStream<Frame>({
    write: async (frame) => {
      await instead(name, frame, clear.get(frame) ?? new Uint8Array(0));
      await writer.write(frame);
    },
  });
  return {
    readable: transformer.readable.pipeThrough(copied),
    writable,
    options: transformer.options,
    sendKeyFrameRequest: () => transformer.sendKeyFrameRequest(),
  };
}

/** The product's own handler, which it sets after this ran. */
let product: ((event: Transformed) => void) | null = null;
Object.defineProperty(self, "onrtctransform", {
  get: () => product,
  set: (handler: typeof product) => {
    product = handler;
  },
});
self.addEventListener("rtctransform", ({ transformer }) => {
  const name = tamperedStream(transformer);
  product?.({ transformer: name === null ? transformer : inTheMiddle(transformer, name) });
});

/** Send keys come over a port, as CryptoKeys that seal and cannot be read: enough to forge with. */
const onmessage = Object.getOwnPropertyDescriptor(MessagePort.prototype, "onmessage");
Object.defineProperty(MessagePort.prototype, "onmessage", {
  ...onmessage,
  set(this: MessagePort, handler: (event: MessageEvent<ToFrames>) => void) {
    onmessage?.set?.call(this, (event: MessageEvent<ToFrames>) => {
      if (event.data.type === "installSend") for (const { key } of event.data.keys) keys.set(key.kid, key);
      handler(event);
    });
  },
});
