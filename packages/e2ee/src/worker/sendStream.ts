// One sending stream in the worker: takes the encoder's frames and passes sealed ones on, or drops them. Carries FR3 and FR5.
import type { Bytes } from "@parley/base/bytes";
import type { Ms } from "@parley/base/time";
import { epochText, type GroupEpoch } from "../frame/groupEpoch.ts";
import type { Sealed, Sealer } from "../frame/sealer.ts";
import { type EncodedFrame, type Onward, isKeyFrame, layoutOfFrame } from "./encoded.ts";
import type { FallbackCodec } from "./messages.ts";
import { Tally } from "./tally.ts";

/** What a sending stream needs of the worker around it. */
export type SendPorts = {
  readonly elapsed: () => Ms;
  readonly sealerOf: (context: number) => Sealer;
  /** A frame was sealed; its bytes from the SFrame header on are to be accounted for. */
  readonly sealed: (sealed: Sealed, sframe: Bytes) => void;
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
  private under: string | null = null;

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
    const sealed = await sealing;
    // Before the frame goes on: the browser takes its bytes away.
    ports.sealed(sealed, new Uint8Array(sealed.frame, sealed.headerAt));
    this.onward.pass(frame, sealed.frame);
    this.tally.passed++;
    const under = epochText(sealed.of);
    if (under === this.under) return;
    this.under = under;
    ports.began(sealed.of);
  }
}
