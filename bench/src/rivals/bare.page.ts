// The bare rival, inside its page: one RTCPeerConnection, no encryption beyond DTLS-SRTP, nothing else. How much of the call
// stands before the answer is its mode. Both pages run this same file; the callee's Answer button starts the clock.
import { buildScreen, openDevices } from "./rivalScreen.page.ts";
import type { BareMode, BareOptions, Role, Signal } from "./rivalTypes.ts";
import { Signals } from "./signals.page.ts";

/** What a mode has connected before the answer, and which tracks its senders hold until then. */
const plans: Record<
  BareMode,
  { standing: "nothing" | "offer" | "path"; before: "real" | "none" | "black" | "disabled" }
> = {
  cold: { standing: "nothing", before: "real" },
  coldOffer: { standing: "offer", before: "real" },
  warm: { standing: "path", before: "none" },
  hot: { standing: "path", before: "black" },
  hotEnabled: { standing: "path", before: "disabled" },
};

const signals = new Signals();
const screen = buildScreen(() => call?.answer());
let call: BareCall | null = null;

class BareCall {
  private readonly peer = new RTCPeerConnection();
  private readonly plan: (typeof plans)[BareMode];
  private readonly role: Role;
  private readonly options: BareOptions;
  private readonly own: Awaited<ReturnType<typeof openDevices>>;
  private readonly offerHere: Promise<string>;
  private readonly connected: Promise<void>;
  private giveOffer: (sdp: string) => void = () => undefined;
  private early: RTCIceCandidateInit[] = [];
  private black: { track: MediaStreamTrack; stop: () => void } | null = null;

  constructor(role: Role, options: BareOptions, own: Awaited<ReturnType<typeof openDevices>>) {
    [this.role, this.options, this.own] = [role, options, own];
    this.plan = plans[options.mode];
    this.offerHere = new Promise((resolve) => (this.giveOffer = resolve));
    this.connected = new Promise((resolve) => {
      this.peer.onconnectionstatechange = () => {
        if (this.peer.connectionState === "connected") resolve();
      };
    });
    this.peer.ontrack = (event) => screen.show(event.track);
    this.peer.onicecandidate = ({ candidate }) => {
      if (candidate !== null) signals.send({ type: "candidate", candidate: candidate.toJSON() });
    };
  }

  async prepare(): Promise<void> {
    if (this.plan.before === "disabled") this.own.video.enabled = this.own.audio.enabled = false;
    if (this.plan.standing === "nothing") return;
    if (this.role === "caller") await this.offer();
    else await this.offerHere;
    if (this.plan.standing === "offer") return;
    if (this.role === "callee") await this.acceptOffer();
    await this.connected;
  }

  answer(): void {
    signals.send({ type: "accepted" });
    void this.begin();
  }

  async hear(signal: Signal): Promise<void> {
    switch (signal.type) {
      case "accepted":
        return this.begin();
      case "offer":
        return this.giveOffer(signal.sdp);
      case "answer":
        await this.peer.setRemoteDescription({ type: "answer", sdp: signal.sdp });
        return this.addEarly();
      case "candidate":
        if (this.peer.remoteDescription === null) this.early.push(signal.candidate);
        else await this.peer.addIceCandidate(signal.candidate);
        return;
      default:
        return signal satisfies never;
    }
  }

  close(): void {
    this.peer.close();
    this.own.video.stop();
    this.own.audio.stop();
    this.black?.stop();
  }

  /** The answer is known here: whatever the mode has left for this moment. */
  private async begin(): Promise<void> {
    if (this.plan.standing === "nothing" && this.role === "caller") await this.offer();
    if (this.plan.standing !== "path" && this.role === "callee") await this.acceptOffer();
    if (this.plan.standing !== "path") return;
    this.own.video.enabled = this.own.audio.enabled = true;
    if (this.plan.before === "disabled") return;
    for (const { sender, receiver } of this.peer.getTransceivers())
      void sender.replaceTrack(receiver.track.kind === "video" ? this.own.video : this.own.audio);
    this.black?.stop();
  }

  private async offer(): Promise<void> {
    for (const kind of ["audio", "video"] as const) {
      const track = this.firstTrack(kind);
      this.shape(this.peer.addTransceiver(track ?? kind, { direction: "sendrecv" }));
    }
    await this.peer.setLocalDescription();
    signals.send({ type: "offer", sdp: this.peer.localDescription?.sdp ?? "" });
  }

  private async acceptOffer(): Promise<void> {
    await this.peer.setRemoteDescription({ type: "offer", sdp: await this.offerHere });
    for (const transceiver of this.peer.getTransceivers()) {
      transceiver.direction = "sendrecv";
      const track = this.firstTrack(transceiver.receiver.track.kind === "video" ? "video" : "audio");
      if (track !== null) await transceiver.sender.replaceTrack(track);
      this.shape(transceiver);
    }
    await this.peer.setLocalDescription();
    signals.send({ type: "answer", sdp: this.peer.localDescription?.sdp ?? "" });
    await this.addEarly();
    if (this.options.holdSize) await this.holdSize();
  }

  private async addEarly(): Promise<void> {
    for (const candidate of this.early.splice(0)) await this.peer.addIceCandidate(candidate);
    if (this.options.holdSize) await this.holdSize();
  }

  private firstTrack(kind: "audio" | "video"): MediaStreamTrack | null {
    switch (this.plan.before) {
      case "real":
      case "disabled":
        return this.own[kind];
      case "none":
        return null;
      case "black":
        return kind === "audio" ? null : (this.black ??= blackCamera(this.options.size)).track;
      default:
        return this.plan.before satisfies never;
    }
  }

  private shape(transceiver: RTCRtpTransceiver): void {
    const { codec } = this.options;
    if (codec === null || transceiver.receiver.track.kind !== "video") return;
    const known = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
    const first = known.filter((c) => c.mimeType.toLowerCase() === `video/${codec.toLowerCase()}`);
    transceiver.setCodecPreferences([...first, ...known.filter((c) => !first.includes(c))]);
  }

  private async holdSize(): Promise<void> {
    for (const { sender, receiver } of this.peer.getTransceivers()) {
      if (receiver.track.kind !== "video") continue;
      await sender.setParameters({ ...sender.getParameters(), degradationPreference: "maintain-resolution" });
    }
  }
}

/** Black, 5 pictures a second, of the final size. */
function blackCamera({ width, height }: BareOptions["size"]) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext("2d", { alpha: false });
  const [track] = canvas.captureStream(5).getVideoTracks();
  if (pen === null || track === undefined) throw new Error("this page has no 2D canvas");
  const draw = (): void => pen.fillRect(0, 0, width, height);
  draw();
  const timer = setInterval(draw, 200);
  const stop = (): void => {
    clearInterval(timer);
    track.stop();
  };
  return { track, stop };
}

globalThis.bareRival = {
  prepare: async (role, options) => {
    const own = await openDevices();
    if (options.ownPicture) screen.mirror(own.video);
    const next = new BareCall(role, options, own);
    call = next;
    await signals.enter(options.call, (signal) => void next.hear(signal));
    await next.prepare();
  },
  hangUp: () => {
    call?.close();
    call = null;
    screen.clear();
    return Promise.resolve();
  },
};
