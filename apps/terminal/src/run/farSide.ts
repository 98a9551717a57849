// The far terminals of one call: for each that we have met, the life of its page, its leaf in the group, and the
// connection to it. While it rings there may be several; at the answer one stays. Only the one that answered is ever fed
// our real picture and sound.
import type { Bytes } from "@parley/base/bytes";
import type { ToFrames } from "@parley/e2ee/worker/messages";
import type { IdText } from "@parley/protocol/ids";
import type { FromKeys, PageSignal } from "../crypto/messages.ts";
import type { CallWorkers } from "../crypto/workers.ts";
import { type Peer, connectPeer, fullRate } from "../media/peer.ts";
import { type Stream, contextOf, earlyCamera, kindOf, streams } from "../media/streams.ts";
import type { Outgoing } from "./outgoing.ts";
import { Shutter } from "./shutter.ts";

/** What a connection is made with; the station may send fresh ones while the call runs. */
export type PathTerms = {
  readonly iceServers: readonly RTCIceServer[];
  readonly relayOnly: boolean;
  readonly offers: boolean;
  /** Whether the caller's picture may come, or ours go, before a person answers: sealed, in a context of its own. */
  readonly early: boolean;
};

export type FarSideOptions = {
  readonly workers: Pick<CallWorkers, "toKeys" | "toFrames" | "transform">;
  readonly terms: () => PathTerms;
  readonly outgoing: () => Outgoing;
  /** The path is narrow, or looks so: sound goes at half its rate. */
  readonly spares: () => boolean;
  /** The far terminal that is in the call with ours now, or null while it rings. */
  readonly inCallWith: () => IdText | null;
  readonly onTracks: (tracks: Readonly<Record<Stream, MediaStreamTrack | null>>) => void;
  /** The browser has given the path up. */
  readonly onFailed: () => void;
  readonly onFault: (error: unknown) => void;
};

type Far = {
  readonly terminal: IdText;
  life: string | null;
  leaf: number | null;
  peer: Peer | null;
  tracks: Readonly<Record<Stream, MediaStreamTrack | null>>;
  /** Our camera before the answer: "asked" until the frame worker seals what is sent there in the context for it. */
  early: "none" | "asked" | "routed";
  /** Of the present connection, where we are called. */
  shutter: Shutter | null;
  /** The offering page's number of the connection; see signed/signal. */
  path: number;
  /** The number of our connection to it, 0 for none yet: late frames of an old one are not taken for the new one's. */
  generation: number;
};

const noTracks: Readonly<Record<Stream, null>> = { mic: null, cam: null, screen: null, screenSound: null };

/**
 * From this attempt on, a quarter of a minute after the loss, a path that restarts did not mend is built anew. No sooner: the old
 * one carries the picture again at the first packet that passes, and a new one waits for signals.
 */
const rebuildFrom = 5;

/** Pictures a second behind a curtain: all since the last key frame have to be decoded at the answer. */
const earlyRate = 10;

/** The stream that a transform's name stands for, or null. */
export const streamOf = (name: string): Stream | null =>
  streams.find((stream) => name.split("/")[1] === stream) ?? null;

export class FarSide {
  private readonly options: FarSideOptions;
  private readonly fars = new Map<IdText, Far>();
  /** Counts our connections to all of them, so that no name comes twice, also not of a terminal that was let go meanwhile. */
  private connections = 0;

  constructor(options: FarSideOptions) {
    this.options = options;
  }

  /** A far terminal is in the group at `leaf`; a new life of its page needs a new connection. */
  member({ terminal, leaf, life }: FromKeys & { type: "member" }): void {
    const far = this.met(terminal);
    if (far.life !== life) {
      this.disconnect(far);
      far.path = 0; // a new page counts from the beginning
    }
    far.life = life;
    far.leaf = leaf;
    if (this.options.terms().offers && far.peer === null) this.connect(far);
    this.bind(far);
  }

  gone(terminal: IdText): void {
    if (this.options.inCallWith() !== terminal) this.drop(terminal);
  }

  knows(terminal: IdText): boolean {
    const leaf = this.fars.get(terminal)?.leaf ?? null;
    return leaf !== null;
  }

  /** A signal about the path to `from`. */
  heard(from: IdText, life: string, body: PageSignal & { type: "offer" | "answer" | "candidate" | "restart" }): void {
    const far = this.met(from);
    const { path, ...signal } = body;
    if (signal.type === "offer" && !this.options.terms().offers) {
      if (far.life === life && path < far.path) return; // of a connection that another has replaced
      if (far.peer === null || far.life !== life || path !== far.path) {
        this.disconnect(far);
        far.life = life;
        far.path = path;
        this.connect(far);
      }
    }
    if (far.life === life && far.path === path) void far.peer?.receive(signal);
  }

  /** Over the data channel; false where there is none, or it is not open. */
  tell(terminal: IdText, bytes: Bytes): boolean {
    return this.fars.get(terminal)?.peer?.tell(bytes) ?? false;
  }

  all(): readonly IdText[] {
    return [...this.fars.keys()];
  }

  /** A person reaches for Answer here, or has let it be. */
  reach(pressing: boolean): void {
    for (const { shutter } of this.fars.values())
      if (pressing) shutter?.ready();
      else shutter?.notYet();
  }

  /** Nothing that the camera sees now leaves by this stream: it may be put there. */
  shut(name: string): void {
    const far = this.farOf(name, "cam", "send");
    if (far?.shutter?.fell() === true) this.feedTo(far);
  }

  /**
   * A person answered there: the other far terminals are let go, what a curtain kept of this one is opened, and our picture goes
   * there. What nobody waits for follows with `settle`.
   */
  enter(terminal: IdText): void {
    for (const other of this.all()) if (other !== terminal) this.drop(other);
    const far = this.fars.get(terminal);
    if (far === undefined) return this.options.onTracks(noTracks); // they moved to where nobody was met yet
    const covered = far.early === "routed" || (far.shutter?.covers() ?? false);
    far.shutter?.open();
    for (const stream of streams)
      if (this.curtained(stream).length > 0)
        this.options.workers.toFrames({ type: "release", stream: this.nameOf(far, stream, "receive") });
    this.options.onTracks(far.tracks);
    if (!covered) this.putCamera(far);
  }

  /** Brings every connection to what it carries in a call: sound, full pace, the camera as what a screen shows at once. */
  settle(): void {
    const terminal = this.options.inCallWith();
    const far = terminal === null ? undefined : this.fars.get(terminal);
    this.feed();
    if (far === undefined || far.early === "none") return;
    far.early = "none";
    this.route(far, contextOf.cam);
    void far.peer?.pace(fullRate);
  }

  /** Their first frames have opened: if we are called and hold a curtain, their camera may come behind it. */
  opening(name: string): void {
    const { early, offers } = this.options.terms();
    if (!early || offers || this.options.inCallWith() !== null) return;
    const far = this.farOf(name, "cam", "receive");
    if (far !== null) this.options.workers.toKeys({ type: "say", to: far.terminal, body: { type: "curtain" } });
  }

  /** They hold a curtain: our camera may go there, once nothing of it can be sealed as what a screen shows at once. */
  curtain(terminal: IdText): void {
    const far = this.fars.get(terminal);
    const { early, offers } = this.options.terms();
    if (far === undefined || !early || !offers || far.early !== "none" || this.options.inCallWith() !== null) return;
    far.early = "asked";
    this.route(far, earlyCamera);
  }

  /** What is sent as that stream from now on is sealed in that context. */
  routed(name: string, context: number): void {
    const far = this.farOf(name, "cam", "send");
    if (far === null || context !== earlyCamera || far.early !== "asked") return;
    far.early = "routed";
    void far.peer?.pace(earlyRate);
    this.feedTo(far);
  }

  /** Whether a transform's name belongs to the present connection to the terminal that is in the call. */
  isCurrent(name: string): boolean {
    const terminal = this.options.inCallWith();
    const far = terminal === null ? undefined : this.fars.get(terminal);
    return far !== undefined && name.endsWith(`/${far.terminal}/${far.generation}`);
  }

  /** Puts on each connection what it shall carry now. */
  feed(): void {
    for (const far of this.fars.values()) this.feedTo(far);
  }

  /** Takes every track of ours off the connections. */
  hush(): void {
    for (const far of this.fars.values()) for (const stream of streams) void far.peer?.put(stream, null);
    this.options.onTracks(noTracks);
  }

  setIceServers(servers: readonly RTCIceServer[]): void {
    for (const far of this.fars.values()) far.peer?.setIceServers(servers);
  }

  /** The browser's own report of the connection to the terminal in the call; empty while there is none. */
  async report(): Promise<readonly unknown[]> {
    const terminal = this.options.inCallWith();
    const peer = terminal === null ? null : (this.fars.get(terminal)?.peer ?? null);
    return peer === null ? [] : peer.report();
  }

  /** One more try to hear from the far side: a new path first, then a new connection, and a greeting where it is not known. */
  mend(attempt: number): void {
    const terminal = this.options.inCallWith();
    if (terminal === null) return;
    const far = this.fars.get(terminal);
    if (far === undefined || far.peer === null) return this.options.workers.toKeys({ type: "greet", to: terminal });
    if (attempt < rebuildFrom || !this.options.terms().offers) return far.peer.restart();
    this.disconnect(far);
    this.connect(far);
    this.bind(far);
  }

  close(): void {
    for (const terminal of this.all()) this.drop(terminal);
    this.options.onTracks(noTracks);
  }

  private met(terminal: IdText): Far {
    const known = this.fars.get(terminal);
    if (known !== undefined) return known;
    const far: Far = {
      terminal,
      life: null,
      leaf: null,
      peer: null,
      tracks: noTracks,
      early: "none",
      shutter: null,
      path: 0,
      generation: 0,
    };
    this.fars.set(terminal, far);
    return far;
  }

  private drop(terminal: IdText): void {
    this.fars.get(terminal)?.peer?.close();
    this.fars.delete(terminal);
  }

  private disconnect(far: Far): void {
    far.peer?.close();
    far.peer = null;
    far.shutter = null;
  }

  private nameOf(far: Far, stream: Stream, direction: "send" | "receive"): string {
    return `${direction}/${stream}/${far.terminal}/${far.generation}`;
  }

  private farOf(name: string, stream: Stream, direction: "send" | "receive"): Far | null {
    return [...this.fars.values()].find((far) => this.nameOf(far, stream, direction) === name) ?? null;
  }

  private route(far: Far, context: number): void {
    this.options.workers.toFrames({ type: "route", stream: this.nameOf(far, "cam", "send"), context });
  }

  private connect(far: Far): void {
    const { workers } = this.options;
    const { iceServers, relayOnly, offers } = this.options.terms();
    this.connections += 1;
    far.generation = this.connections;
    far.early = "none";
    if (offers) far.path = far.generation;
    const { path } = far;
    far.tracks = noTracks;
    const codecOf = (stream: Stream) => (kindOf(stream) === "audio" ? "opus" : "vp9");
    far.peer = connectPeer({
      offers,
      iceServers,
      relayOnly,
      seal: (sender, stream) => {
        const name = this.nameOf(far, stream, "send");
        const context = contextOf[stream];
        sender.transform = workers.transform({
          direction: "send",
          stream: name,
          kind: kindOf(stream),
          codec: codecOf(stream),
          context,
        });
      },
      open: (receiver, stream) => {
        const name = this.nameOf(far, stream, "receive");
        const binding = far.leaf === null ? null : this.bindingOf(stream, far.leaf);
        const kind = kindOf(stream);
        receiver.transform = workers.transform({
          direction: "receive",
          stream: name,
          kind,
          codec: codecOf(stream),
          binding,
          curtained: this.curtained(stream),
        });
      },
      send: (signal) => workers.toKeys({ type: "say", to: far.terminal, body: { ...signal, path } }),
      onTrack: (stream, track) => {
        far.tracks = { ...far.tracks, [stream]: track };
        // While it rings with one far terminal its tracks are there too, black: the element that plays them is awake.
        const only = this.options.inCallWith() === null && this.fars.size === 1;
        if (only || this.options.inCallWith() === far.terminal) this.options.onTracks(far.tracks);
      },
      onChannel: (state) => {
        if (state === "open") this.feedTo(far);
      },
      onMessage: (bytes) => workers.toKeys({ type: "signal", bytes }),
      onState: (state) => {
        if (state === "failed" && this.options.inCallWith() === far.terminal) this.options.onFailed();
      },
      onFault: this.options.onFault,
    });
    const { peer } = far;
    if (!offers)
      far.shutter = new Shutter({
        toFrames: (message) => workers.toFrames(message),
        stream: this.nameOf(far, "cam", "send"),
        beginAnew: () => peer.beginAnew(),
      });
    this.feedTo(far);
  }

  private bindingOf(stream: Stream, leaf: number): { contexts: number[]; leaves: number[] } {
    return { contexts: [contextOf[stream], ...this.curtained(stream)], leaves: [leaf] };
  }

  /** The contexts of a stream from them that are kept sealed until a person answers here. */
  private curtained(stream: Stream): number[] {
    const { early, offers } = this.options.terms();
    return stream === "cam" && early && !offers ? [earlyCamera] : [];
  }

  private bind(far: Far): void {
    if (far.leaf === null) return;
    for (const stream of streams) {
      const message: ToFrames = {
        type: "bind",
        stream: this.nameOf(far, stream, "receive"),
        binding: this.bindingOf(stream, far.leaf),
      };
      this.options.workers.toFrames(message);
    }
  }

  private feedTo(far: Far): void {
    const { tracks, microphone, camera } = this.options.outgoing();
    const real = this.options.inCallWith() === far.terminal;
    this.putCamera(far);
    void far.peer?.spare(this.options.spares());
    for (const stream of ["mic", "screen", "screenSound"] as const)
      void far.peer?.put(stream, real ? tracks[stream] : null);
    if (!real) return;
    const screen = tracks.screen === null ? "none" : "shared";
    this.options.workers.toKeys({
      type: "say",
      to: far.terminal,
      body: { type: "sending", microphone, camera, screen },
    });
  }

  private putCamera(far: Far): void {
    const { tracks, black } = this.options.outgoing();
    const ringing = this.options.inCallWith() === null;
    const real = this.options.inCallWith() === far.terminal;
    const unseen = ringing && (far.early === "routed" || (far.shutter?.covers() ?? false));
    const put = far.peer?.put("cam", real || unseen ? (tracks.cam ?? black) : black);
    // Only once the encoder has the black one: what it makes next is the veil.
    if (ringing && tracks.cam !== null)
      void put?.then(() => (this.options.inCallWith() === null ? far.shutter?.close() : undefined));
  }
}
