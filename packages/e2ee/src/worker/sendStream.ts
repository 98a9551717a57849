// One sending stream in the worker: takes the encoder's frames and passes sealed ones on, or drops them. Carries FR3 and FR5;
// before the answer a shutter stands in front of it.
import type { Bytes } from "@parley/base/bytes";
import type { Ms } from "@parley/base/time";
import type { GroupEpoch } from "../frame/groupEpoch.ts";
import type { Sealer, Sealing } from "../frame/sealer.ts";
import { type EncodedFrame, type Onward, isKeyFrame, layoutOfFrame } from "./encoded.ts";
import type { FallbackCodec } from "./messages.ts";
import { type Shutter, type ShutterEvent, step } from "./shutter.ts";
import { Tally } from "./tally.ts";

/** What a sending stream needs of the worker around it. */
export type SendPorts = {
  readonly elapsed: () => Ms;
  readonly sealerOf: (context: number) => Sealer;
  /** A frame was sealed; its bytes from the SFrame header on are to be accounted for. */
  readonly sealed: (sealing: Sealing, sframe: Bytes) => void;
  /** The first frame under an epoch. */
  readonly began: (of: GroupEpoch) => void;
  /** From the next frame on nothing passes but the black picture. */
  readonly shut: () => void;
};

export class SendStream {
  readonly direction = "send";
  readonly tally = new Tally();
  readonly name: string;
  private context: number;
  private readonly codec: FallbackCodec;
  private readonly onward: Onward;
  private readonly ports: SendPorts;
  private under: GroupEpoch | null = null;
  private shutter: Shutter<EncodedFrame> = { at: "open" };
  /** What the shutter lets pass is sealed one after the other, whoever said so: a frame or the page. */
  private turn: Promise<void> = Promise.resolve();

  constructor(name: string, context: number, codec: FallbackCodec, onward: Onward, ports: SendPorts) {
    this.name = name;
    this.context = context;
    this.codec = codec;
    this.onward = onward;
    this.ports = ports;
  }

  route(context: number): void {
    this.context = context;
  }

  /** Resolves when the frame has been passed on sealed, kept behind the shutter, or dropped. */
  push(frame: EncodedFrame): Promise<void> {
    const bytes = new Uint8Array(frame.data);
    if (this.shutter.at === "open") return this.seal(frame, bytes);
    return this.shutterTo({ type: "frame", coming: { frame, bytes, isKey: isKeyFrame(frame) } });
  }

  /** Resolves when all that the shutter lets pass now has been sealed. */
  shutterTo(event: ShutterEvent<EncodedFrame>): Promise<void> {
    this.turn = this.turn.then(async () => {
      const [state, { seal, fell }] = step(this.shutter, event, this.ports.elapsed());
      // Open only once what was kept has gone: until then a frame that comes waits for its turn here.
      if (state.at !== "open") this.shutter = state;
      for (const { frame, bytes } of seal) await this.seal(frame, bytes);
      this.shutter = state;
      if (fell === "now") this.ports.shut();
    });
    return this.turn;
  }

  private async seal(frame: EncodedFrame, bytes: Bytes): Promise<void> {
    const { ports } = this;
    const layout = layoutOfFrame(frame, this.codec);
    if (layout === null) return this.tally.drop("otherCodec");
    const sealing = ports.sealerOf(this.context).seal(layout, isKeyFrame(frame), bytes, ports.elapsed());
    if (typeof sealing === "string") return this.tally.drop(sealing);
    const sealed = await sealing.frame;
    // Before the frame goes on: the browser takes its bytes away.
    ports.sealed(sealing, new Uint8Array(sealed, sealing.headerAt));
    this.onward.pass(frame, sealed);
    this.tally.passed++;
    if (sealing.of === this.under) return;
    this.under = sealing.of;
    ports.began(sealing.of);
  }
}
