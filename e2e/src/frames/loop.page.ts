// A call of one page with itself: camera and microphone through one frame worker, over a real RTCPeerConnection pair, into
// another. The page plays the group: it derives the epochs' keys, carries digests across, and says when epochs agree.
import type { Bytes } from "@parley/base/bytes";
import type { GroupEpoch } from "@parley/e2ee/frame/groupEpoch";
import { contexts, keyIdOf } from "@parley/e2ee/sframe/keyId";
import { deriveFrameKey, importBaseKey } from "@parley/e2ee/sframe/schedule";
import type { FallbackCodec, FromFrames, StreamStats, ToFrames, TransformOptions } from "@parley/e2ee/worker/messages";
import type { HostileMode } from "./hostile.worker.ts";

const ours = [contexts.microphone, contexts.camera, contexts.earlyCamera];

/** A frame worker and what it posted. */
class FrameWorker {
  readonly worker: Worker;
  readonly heard: { readonly at: number; readonly message: FromFrames }[] = [];
  onDigest: (bytes: Bytes) => void = () => undefined;

  constructor() {
    this.worker = new Worker("/transform.js");
    this.worker.onmessage = ({ data }: MessageEvent<FromFrames>) => {
      if (data.type === "digest") this.onDigest(data.bytes);
      else this.heard.push({ at: performance.now(), message: data });
    };
  }
  tell(message: ToFrames): void {
    this.worker.postMessage(message);
  }
  of<T extends FromFrames["type"]>(type: T): Extract<FromFrames, { type: T }>[] {
    const is = (m: FromFrames): m is Extract<FromFrames, { type: T }> => m.type === type;
    return this.heard.map(({ message }) => message).filter(is);
  }
  async stats(): Promise<readonly StreamStats[]> {
    const before = this.of("stats").length;
    this.tell({ type: "askStats" });
    while (this.of("stats").length === before) await wait(10);
    return this.of("stats").at(-1)?.streams ?? [];
  }
}

export const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

const epochOf = (epoch: number): GroupEpoch => ({ group: new Uint8Array([7]), generation: 0, epoch });

async function keysOf(epoch: number, use: "seal" | "open") {
  const secret = new Uint8Array(32).fill(9);
  new DataView(secret.buffer).setUint32(0, epoch);
  const base = await importBaseKey(secret);
  return Promise.all(
    ours.map(async (context) => ({
      context,
      leaf: 0,
      key: await deriveFrameKey(base, keyIdOf(context, 0, epoch), use),
    })),
  );
}

export class Loop {
  readonly sender = new FrameWorker();
  readonly receiver = new FrameWorker();
  private readonly a = new RTCPeerConnection();
  private readonly b = new RTCPeerConnection();
  private readonly videoSenders: RTCRtpSender[] = [];
  private readonly audioSenders: RTCRtpSender[] = [];
  private readonly paused = new Map<RTCRtpSender, MediaStreamTrack>();
  private readonly codec: FallbackCodec;
  private hostile: Worker | null = null;
  private epoch = 0;
  /** Leaf 0's signature key. */
  private readonly signing = crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
  /** When the picture was presented, by performance.now(). */
  readonly shown: number[] = [];

  constructor(codec: "vp9" | "vp8") {
    this.codec = codec;
    this.sender.onDigest = (bytes) => this.receiver.tell({ type: "digest", bytes });
  }

  async start(curtain: "open" | "drawn"): Promise<void> {
    this.sender.tell({ type: "identity", signKey: (await this.signing).privateKey });
    const media = await navigator.mediaDevices.getUserMedia({
      audio: true,
      video: { width: 640, height: 360, frameRate: 30 },
    });
    const early = curtain === "drawn";
    for (const track of media.getTracks()) {
      const video = track.kind === "video";
      const transceiver = this.a.addTransceiver(track, { direction: "sendonly" });
      transceiver.sender.transform = transform(this.sender, {
        direction: "send",
        stream: track.kind,
        kind: video ? "video" : "audio",
        codec: video ? this.codec : "opus",
        context: video ? (early ? contexts.earlyCamera : contexts.camera) : contexts.microphone,
      });
      (video ? this.videoSenders : this.audioSenders).push(transceiver.sender);
      if (video) transceiver.setCodecPreferences(codecsLike(this.codec));
    }
    this.b.ontrack = ({ receiver, track }) => {
      const video = track.kind === "video";
      receiver.transform = transform(this.receiver, {
        direction: "receive",
        stream: track.kind,
        kind: video ? "video" : "audio",
        codec: video ? this.codec : "opus",
        binding: { contexts: video ? [contexts.camera, contexts.earlyCamera] : [contexts.microphone], leaves: [0] },
        curtained: video && early ? [contexts.earlyCamera] : [],
      });
      const element = document.createElement(video ? "video" : "audio") as HTMLVideoElement;
      element.srcObject = new MediaStream([track]);
      element.muted = video;
      document.body.append(element);
      void element.play();
      if (video) this.watch(element);
    };
    this.a.onicecandidate = ({ candidate }) => void this.b.addIceCandidate(candidate ?? undefined);
    this.b.onicecandidate = ({ candidate }) => void this.a.addIceCandidate(candidate ?? undefined);
    await this.a.setLocalDescription();
    await this.b.setRemoteDescription(this.a.localDescription as RTCSessionDescription);
    await this.b.setLocalDescription();
    await this.a.setRemoteDescription(this.b.localDescription as RTCSessionDescription);
  }

  /** One epoch change as in a call: receivers first, then senders, who switch when told after `skew` ms. */
  async rekey(skew = 0): Promise<void> {
    this.epoch++;
    const of = epochOf(this.epoch);
    const [seal, open] = await Promise.all([keysOf(this.epoch, "seal"), keysOf(this.epoch, "open")]);
    const member = { leaf: 0, key: (await this.signing).publicKey };
    this.receiver.tell({ type: "installReceive", of, keys: open, members: [member] });
    this.sender.tell({ type: "installSend", of, leaf: 0, keys: seal, within: 1000 });
    await wait(skew);
    for (const worker of [this.sender, this.receiver]) worker.tell({ type: "agree", of });
  }

  /** The same with the receiver's keys `late` ms behind the sender's switch. */
  async rekeyLate(late: number): Promise<void> {
    this.epoch++;
    const of = epochOf(this.epoch);
    const [seal, open] = await Promise.all([keysOf(this.epoch, "seal"), keysOf(this.epoch, "open")]);
    this.sender.tell({ type: "installSend", of, leaf: 0, keys: seal, within: 0 });
    await wait(late);
    const member = { leaf: 0, key: (await this.signing).publicKey };
    this.receiver.tell({ type: "installReceive", of, keys: open, members: [member] });
    for (const worker of [this.sender, this.receiver]) worker.tell({ type: "agree", of });
  }

  /** From now on the encoder's frames go through somebody else's worker, as if the network put others in their place. */
  attack(mode: HostileMode): void {
    this.hostile ??= new Worker("/hostile.js");
    for (const sender of [...this.videoSenders, ...this.audioSenders]) {
      sender.transform = new RTCRtpScriptTransform(this.hostile, { mode });
    }
  }

  /** From now on the frames are sealed by another member with the group's real keys, whose counters are far ahead. */
  async forge(): Promise<void> {
    const forger = new FrameWorker();
    const of = epochOf(this.epoch);
    forger.tell({
      type: "installSend",
      of,
      leaf: 0,
      keys: await keysOf(this.epoch, "seal"),
      within: 0,
      start: 100_000,
    });
    for (const sender of this.videoSenders) {
      sender.transform = transform(forger, {
        direction: "send",
        stream: "forged",
        kind: "video",
        codec: this.codec,
        context: contexts.camera,
      });
    }
  }

  release(): void {
    this.receiver.tell({ type: "release", stream: "video" });
    this.sender.tell({ type: "route", stream: "video", context: contexts.camera });
  }

  /** Stops the tracks and waits until what is under way has arrived; `resume` puts them back. */
  async pause(): Promise<void> {
    for (const sender of [...this.videoSenders, ...this.audioSenders]) {
      if (sender.track !== null) this.paused.set(sender, sender.track);
      await sender.replaceTrack(null);
    }
    await wait(500);
  }

  async resume(): Promise<void> {
    for (const [sender, track] of this.paused) await sender.replaceTrack(track);
  }

  /** Counts when nothing is under way: what was sealed and did not arrive is lost. */
  async counts() {
    await this.pause();
    return this.countsNow();
  }

  async countsNow() {
    const [sent, received] = [await this.sender.stats(), await this.receiver.stats()];
    const reports = await statsOf(this.b);
    const inbound = (kind: string) => reports.find((r) => r["type"] === "inbound-rtp" && r["kind"] === kind) ?? {};
    const [video, audio] = [inbound("video"), inbound("audio")];
    const codec = reports.find((r) => r["id"] === video["codecId"]);
    return {
      sent,
      received,
      shown: this.shown.length,
      framesDecoded: Number(video["framesDecoded"] ?? 0),
      keyFramesDecoded: Number(video["keyFramesDecoded"] ?? 0),
      pliCount: Number(video["pliCount"] ?? 0),
      freezeCount: Number(video["freezeCount"] ?? 0),
      audioEnergy: Number(audio["totalAudioEnergy"] ?? 0),
      concealed: Number(audio["concealedSamples"] ?? 0),
      mimeType: String(codec?.["mimeType"]),
      heard: [...this.sender.heard, ...this.receiver.heard]
        .filter(({ message }) => message.type !== "stats")
        .map(({ at, message }) => ({ at, ...message })),
      now: performance.now(),
    };
  }

  close(): void {
    this.a.close();
    this.b.close();
    for (const w of [this.sender.worker, this.receiver.worker, this.hostile]) w?.terminate();
    document.body.replaceChildren();
  }

  private watch(element: HTMLVideoElement): void {
    const next = (): void => {
      element.requestVideoFrameCallback(() => {
        this.shown.push(performance.now());
        next();
      });
    };
    next();
  }
}

async function statsOf(connection: RTCPeerConnection): Promise<readonly Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  (await connection.getStats()).forEach((report: Record<string, unknown>) => all.push(report));
  return all;
}

const transform = (to: FrameWorker, options: TransformOptions) => new RTCRtpScriptTransform(to.worker, options);

function codecsLike(codec: FallbackCodec): RTCRtpCodec[] {
  const all = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
  return all.filter(({ mimeType }) => mimeType === `video/${codec.toUpperCase()}` || mimeType === "video/rtx");
}

/** What the browser's frames say of themselves, sent and received in clear in a connection of its own. */
export async function probe(): Promise<readonly unknown[]> {
  const worker = new Worker("/hostile.js");
  const said: unknown[] = [];
  worker.onmessage = ({ data }) => said.push(data);
  const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
  a.onicecandidate = ({ candidate }) => void b.addIceCandidate(candidate ?? undefined);
  b.onicecandidate = ({ candidate }) => void a.addIceCandidate(candidate ?? undefined);
  const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  for (const track of media.getTracks()) {
    const transceiver = a.addTransceiver(track, { direction: "sendonly" });
    if (track.kind === "video") transceiver.setCodecPreferences(codecsLike("vp9"));
    transceiver.sender.transform = new RTCRtpScriptTransform(worker, { mode: "probe", side: "sent" });
  }
  b.ontrack = ({ receiver }) => {
    receiver.transform = new RTCRtpScriptTransform(worker, { mode: "probe", side: "received" });
  };
  await a.setLocalDescription();
  await b.setRemoteDescription(a.localDescription as RTCSessionDescription);
  await b.setLocalDescription();
  await a.setRemoteDescription(b.localDescription as RTCSessionDescription);
  await wait(1500);
  a.close();
  b.close();
  worker.terminate();
  return said;
}
