// One sending stream in the worker: takes the encoder's frames and passes sealed ones on, or drops them. Carries FR3 and FR5.
import type { Bytes } from "@parley/base/bytes";
import type { Ms } from "@parley/base/time";
import type { GroupEpoch } from "../frame/groupEpoch.ts";
import type { Sealer, Sealing } from "../frame/sealer.ts";
import { type EncodedFrame, type Onward, isKeyFrame, layoutOfFrame } from "./encoded.ts";
import type { FallbackCodec } from "./messages.ts";
import { Tally } from "./tally.ts";

/** What a sending stream needs of the worker around it. */
export type SendPorts = {
  readonly elapsed: () => Ms;
  readonly sealerOf: (context: number) => Sealer;
  /** A frame was sealed; its bytes from the SFrame header on are to be accounted for. */
  readonly sealed: (sealing: Sealing, sframe: Bytes) => void;
  /** The first frame under an epoch. */
  readonly began: (of: GroupEpoch) => void;
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

  /** Resolves when the frame has been passed on sealed, or dropped. */
  async push(frame: EncodedFrame): Promise<void> {
    const { ports } = this;
    const layout = layoutOfFrame(frame, this.codec);
    if (layout === null) return this.tally.drop("otherCodec");
    const sealing = ports
      .sealerOf(this.context)
      .seal(layout, isKeyFrame(frame), new Uint8Array(frame.data), ports.elapsed());
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
