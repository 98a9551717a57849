// The shutter before our camera, for one connection: while it rings here the camera is on the stream and the encoder runs on it,
// but the frame worker puts a black picture in the place of each of its pictures (FR24). So an answer needs no new track and
// no cold encoder. A browser that makes no key frame when a page asks for one has none: there the black track stays.
import type { ToFrames } from "@parley/e2ee/worker/messages";
import type { KeyFrameAsked } from "../media/peer.ts";

export type ShutterOptions = {
  readonly toFrames: (message: ToFrames) => void;
  /** The name of the transform. */
  readonly stream: string;
  /** Has the encoder begin anew with its next picture. */
  readonly beginAnew: () => Promise<KeyFrameAsked>;
};

type State = "open" | "closing" | "shut" | "ready" | "unable";

export class Shutter {
  private readonly options: ShutterOptions;
  private state: State = "open";

  constructor(options: ShutterOptions) {
    this.options = options;
  }

  /** Whether the camera may be put on the stream before a person has answered: nothing of it passes. */
  covers(): boolean {
    return this.state === "shut" || this.state === "ready";
  }

  /** To be called while the stream carries nothing but black; `fell` is called once the worker says so. */
  async close(): Promise<void> {
    if (!this.is("open")) return;
    this.to("closing", "shut");
    const asked = await this.options.beginAnew();
    if (asked !== "asked" && this.is("closing")) this.to(asked === "unable" ? "unable" : "open", "open");
  }

  /** The worker says that it has fallen; true if that was still wanted. */
  fell(): boolean {
    if (this.state !== "closing") return false;
    this.state = "shut";
    return true;
  }

  /** A person reaches for Answer: from now on pictures are kept, and leave if they press. */
  ready(): void {
    if (this.state !== "shut") return;
    this.to("ready", "ready");
    void this.options.beginAnew();
  }

  /** They did not press: what was kept is let go. */
  notYet(): void {
    if (this.state !== "ready") return;
    this.to("shut", "shut");
    void this.options.beginAnew(); // the far decoder goes on after a gap
  }

  /** A person has answered. */
  open(): void {
    const before = this.state;
    if (before === "open" || before === "unable") return;
    this.to("open", "open");
    if (before !== "ready") void this.options.beginAnew();
  }

  private is(state: State): boolean {
    return this.state === state;
  }

  private to(state: State, at: "shut" | "ready" | "open"): void {
    this.state = state;
    this.options.toFrames({ type: "shutter", stream: this.options.stream, to: at });
  }
}
