// A call of two leaves without a browser: two of the worker's `Streams`, frames with known bytes, and what each side posted.
import type { Bytes } from "@parley/base/bytes";
import { epochOf, ManualClock, encoderBytes, frameKey } from "../frame/testing.ts";
import type { EncodedFrame, Onward } from "./encoded.ts";
import type { FromFrames, TransformOptions } from "./messages.ts";
import { ReceiveStream } from "./receiveStream.ts";
import { SendStream } from "./sendStream.ts";
import { Streams } from "./streams.ts";

export function fakeFrame(bytes: Bytes, type: "key" | "delta" | null = "delta", mimeType = "video/VP9"): EncodedFrame {
  const frame = { data: bytes.slice().buffer, getMetadata: () => ({ mimeType }) };
  return type === null ? frame : { ...frame, type };
}

/** Everything that was passed on, in order. */
export class Sink implements Onward {
  readonly frames: Bytes[] = [];
  /** A frame that the browser will not take. */
  refuse: EncodedFrame | null = null;
  /** Detaches what it is given, as Chromium's `writable` does. */
  readonly pass = (frame: EncodedFrame, data: ArrayBuffer): void => {
    if (frame === this.refuse) throw new TypeError("not this frame");
    this.frames.push(new Uint8Array(data.transfer()));
  };
  /** Takes what has come since the last time. */
  take(): Bytes[] {
    return this.frames.splice(0);
  }
}

export type Signer = { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };

export async function newSigner(): Promise<Signer> {
  return crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
}

/** One end of a call. */
export class End {
  readonly posted: FromFrames[] = [];
  readonly streams: Streams;
  readonly leaf: number;
  readonly signer: Signer;
  keyFramesAsked = 0;

  constructor(leaf: number, signer: Signer, clock: ManualClock) {
    this.leaf = leaf;
    this.signer = signer;
    this.streams = new Streams({ elapsed: clock.elapsed, post: (message) => void this.posted.push(message) });
  }

  send(context: number, codec: "vp9" | "vp8" | "opus" = "vp9", stream = "camera"): { stream: SendStream; sink: Sink } {
    const sink = new Sink();
    const kind = codec === "opus" ? "audio" : "video";
    const stream_ = this.streams.attach({ direction: "send", stream, kind, codec, context }, sink, () => undefined);
    if (!(stream_ instanceof SendStream)) throw new Error("not a sending stream");
    return { stream: stream_, sink };
  }

  receive(options: Partial<TransformOptions & { direction: "receive" }>): { stream: ReceiveStream; sink: Sink } {
    const sink = new Sink();
    const whole: TransformOptions = {
      direction: "receive",
      stream: "camera",
      kind: "video",
      codec: "vp9",
      binding: { contexts: [1], leaves: [0] },
      curtained: [],
      ...options,
    };
    const stream = this.streams.attach(whole, sink, () => void this.keyFramesAsked++);
    if (!(stream instanceof ReceiveStream)) throw new Error("not a receiving stream");
    return { stream, sink };
  }

  /** What was posted of one type since the last time it was asked for. */
  take<T extends FromFrames["type"]>(type: T): (FromFrames & { type: T })[] {
    const is = (m: FromFrames): m is FromFrames & { type: T } => m.type === type;
    const taken = this.posted.filter(is);
    for (const message of taken) this.posted.splice(this.posted.indexOf(message), 1);
    return taken;
  }

  async installSend(epoch: number, contexts: readonly number[], within = 0, start = 0, call = 0): Promise<void> {
    const of = epochOf(epoch);
    const keys = await Promise.all(
      contexts.map(async (context) => ({ context, key: await frameKey(of, context, this.leaf, "seal", call) })),
    );
    await this.streams.handle({ type: "installSend", of, leaf: this.leaf, keys, within, start });
  }

  async installReceive(epoch: number, from: readonly End[], contexts: readonly number[], call = 0): Promise<void> {
    const of = epochOf(epoch);
    const pairs = from.flatMap(({ leaf }) => contexts.map((context) => ({ context, leaf })));
    const keys = await Promise.all(
      pairs.map(async (p) => ({ ...p, key: await frameKey(of, p.context, p.leaf, "open", call) })),
    );
    const members = from.map(({ leaf, signer }) => ({ leaf, key: signer.publicKey }));
    await this.streams.handle({ type: "installReceive", of, keys, members });
  }

  agree(epoch: number): Promise<void> {
    return this.streams.handle({ type: "agree", of: epochOf(epoch) });
  }

  /** The counts of the stream of that name, as the page is told them. */
  async stats(stream = "camera") {
    await this.streams.handle({ type: "askStats" });
    const last = this.take("stats")
      .at(-1)
      ?.streams.find((s) => s.stream === stream);
    if (last === undefined) throw new Error(`no stream ${stream}`);
    return last;
  }
}

/** Sender at leaf 0, receiver at leaf 1, both in epoch 1 and agreed, for the contexts given. */
export async function callOfTwo(contexts: readonly number[] = [0, 1]) {
  const clock = new ManualClock();
  const from = new End(0, await newSigner(), clock);
  const to = new End(1, await newSigner(), clock);
  await from.streams.handle({ type: "identity", signKey: from.signer.privateKey });
  await to.installReceive(1, [from], contexts);
  await from.installSend(1, contexts);
  await Promise.all([from.agree(1), to.agree(1)]);
  return { clock, from, to };
}

/** Seals `count` frames and returns them as they would be on the wire. */
export async function sealed(end: { stream: SendStream; sink: Sink }, count: number, first = 0, length = 100) {
  for (let n = first; n < first + count; n++) {
    await end.stream.push(fakeFrame(encoderBytes(n, length), n === 0 ? "key" : "delta"));
  }
  return end.sink.take();
}
