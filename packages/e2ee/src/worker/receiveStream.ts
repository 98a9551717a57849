// One receiving stream in the worker: feeds the opener's step and carries its effects out. What it passes on was opened; there
// is no other call of `pass` here. Carries FR3.
import type { Bytes } from "@parley/base/bytes";
import { type Ms, ms } from "@parley/base/time";
import type { GroupEpoch } from "../frame/groupEpoch.ts";
import { openFrame, sframeOf } from "../frame/open.ts";
import { type OpenerEffect, type OpenerEvent, type OpenerState, step } from "../frame/opener.ts";
import type { ReceiveKey, ReceiveKeys } from "../frame/receiveKeys.ts";
import type { Alarm } from "../frame/suspicion.ts";
import { type EncodedFrame, type Onward, isKeyFrame, layoutOfFrame } from "./encoded.ts";
import type { FallbackCodec } from "./messages.ts";
import { Tally } from "./tally.ts";

export type ReceivePorts = {
  readonly elapsed: () => Ms;
  readonly keys: ReceiveKeys;
  readonly askKeyFrame: () => void;
  readonly told: (alarm: Alarm) => void;
  /** A frame was opened; its bytes from the SFrame header on must be claimed by its sender. */
  readonly opened: (key: ReceiveKey, ctr: number, sframe: Bytes) => void;
  /** The first frame under an epoch. */
  readonly began: (of: GroupEpoch) => void;
  /** A frame was opened after a silence. */
  readonly resumed: (withKeyFrame: boolean) => void;
  readonly fault: (error: unknown) => void;
};

/** Without a frame for this long a path is lost; black pictures alone come five times a second. */
const silence: Ms = ms(1_000);

export class ReceiveStream {
  readonly direction = "receive";
  readonly tally = new Tally();
  readonly name: string;
  private state: OpenerState<EncodedFrame>;
  private readonly codec: FallbackCodec;
  private readonly onward: Onward;
  private readonly ports: ReceivePorts;
  private under: GroupEpoch | null = null;
  private lastOpened: Ms | null = null;

  constructor(
    name: string,
    state: OpenerState<EncodedFrame>,
    codec: FallbackCodec,
    onward: Onward,
    ports: ReceivePorts,
  ) {
    this.name = name;
    this.state = state;
    this.codec = codec;
    this.onward = onward;
    this.ports = ports;
  }

  /** Takes in a frame. Resolves when everything that can be opened now has been; frames may be pushed without waiting. */
  push(frame: EncodedFrame): Promise<void> {
    const layout = layoutOfFrame(frame, this.codec);
    const bytes = new Uint8Array(frame.data);
    return this.take({ type: "arrive", arrival: { frame, bytes, layout, isKey: isKeyFrame(frame) } });
  }

  /** Steps, and opens what is to be opened, one frame after the other, until nothing is left to open. */
  async take(event: OpenerEvent<EncodedFrame>): Promise<void> {
    let next: OpenerEvent<EncodedFrame> | null = event;
    while (next !== null) {
      const [state, effects]: readonly [OpenerState<EncodedFrame>, readonly OpenerEffect<EncodedFrame>[]] = step(
        this.state,
        next,
        this.ports.elapsed(),
        this.ports.keys,
      );
      this.state = state;
      next = null;
      let open: (OpenerEffect<EncodedFrame> & { type: "open" }) | null = null;
      for (const effect of effects) {
        if (effect.type === "open") open = effect;
        else this.tryTo(effect);
      }
      if (open !== null) next = { type: "opened", plain: await openFrame(open.key.key, open.parts) };
    }
  }

  /** The sender is heard again: a picture that was there before needs a key frame at once. */
  resumed(): void {
    if (this.lastOpened !== null) void this.take({ type: "resumed" });
  }

  private heard(withKeyFrame: boolean): void {
    const now = this.ports.elapsed();
    const resumes = this.lastOpened !== null && now - this.lastOpened >= silence;
    this.lastOpened = now;
    if (resumes) this.ports.resumed(withKeyFrame);
  }

  /** A bug that one frame meets must not stop the stream: the next frame is opened all the same. */
  private tryTo(effect: Exclude<OpenerEffect<EncodedFrame>, { type: "open" }>): void {
    try {
      this.carryOut(effect);
    } catch (error) {
      this.tally.drop("fault");
      this.ports.fault(error);
    }
  }

  private carryOut(effect: Exclude<OpenerEffect<EncodedFrame>, { type: "open" }>): void {
    switch (effect.type) {
      case "deliver":
        return this.deliver(effect);
      case "drop":
        return this.tally.drop(effect.why);
      case "askKeyFrame":
        this.tally.keyFramesAsked++;
        return this.ports.askKeyFrame();
      case "alarm":
      case "calm":
        return this.ports.told(effect);
      default:
        return effect satisfies never;
    }
  }

  private deliver({ from, key, plain }: OpenerEffect<EncodedFrame> & { type: "deliver" }): void {
    // Before the frame goes on: the browser takes its bytes away.
    this.ports.opened(key, from.parts.ctr, sframeOf(from.parts.bytes, from.parts.headerAt));
    this.onward.pass(from.frame, plain);
    this.tally.passed++;
    this.heard(from.isKey);
    if (key.of === this.under) return;
    this.under = key.of;
    this.ports.began(key.of);
  }
}
