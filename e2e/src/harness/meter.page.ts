// The meter, inside the page, before any script of the page's own: when a button was pressed, when the other party's picture
// was first seen, every picture after that, what was heard, and the browser's own counts of every peer connection.
// It reads `video[data-stream="remote"]` and `button[data-act]` and nothing else of a page, so it measures every rival alike.
import { type Barcode, bandOfHeight, readSampled, sampledHeight, sampledWidth } from "./barcode.ts";
import { installCanvasCamera, runningAudio } from "./canvasCamera.page.ts";
import { delaysHeard, loudest, soundPlayed } from "./sound.page.ts";
import type { Heard, MediaCounts, Meter, MeterSettings, PictureLog } from "./meterTypes.ts";
import { ageOf, missedBetween } from "./stamp.ts";

const now = (): number => performance.timeOrigin + performance.now();
const remote = 'video[data-stream="remote"]';

class PageMeter implements Meter {
  private readonly settings: MeterSettings;
  private readonly watched = new WeakSet<HTMLVideoElement>();
  private readonly connections: RTCPeerConnection[] = [];
  private readonly sampler: CanvasRenderingContext2D;
  private since = now();
  private pressedAt: Record<string, number> = {};
  private first: { at: number; code: Barcode } | null = null;
  private waiting: ((at: number) => void)[] = [];
  private shown: number[] = [];
  private delays: number[] = [];
  private missed = 0;
  private last: number | null = null;
  private unread = 0;
  private shownLast: number | null = null;

  constructor(settings: MeterSettings) {
    this.settings = settings;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [sampledWidth, sampledHeight];
    const context = canvas.getContext("2d", { willReadFrequently: true, alpha: false });
    if (context === null) throw new Error("this page has no 2D canvas");
    this.sampler = context;
    document.addEventListener("pointerdown", (event) => this.press(event), { capture: true });
    new MutationObserver(() => this.scan()).observe(document, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ["data-stream"],
    });
    this.countConnections();
  }

  reset(): void {
    this.since = now();
    this.pressedAt = {};
    this.first = null;
    this.waiting = [];
    this.clear();
  }

  clear(): void {
    this.shown = [];
    this.delays = [];
    this.missed = 0;
    this.last = null;
    this.unread = 0;
    this.shownLast = null;
  }

  whom(): number | null {
    return this.shownLast;
  }

  pressed(act: string): number | null {
    return this.pressedAt[act] ?? null;
  }

  firstSight(timeout: number): Promise<number | null> {
    if (this.first !== null) return Promise.resolve(this.first.at);
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(null), timeout);
      this.waiting.push((at) => {
        clearTimeout(late);
        resolve(at);
      });
    });
  }

  pictures(): PictureLog {
    return { shown: this.shown, delays: this.delays, missed: this.missed, unread: this.unread };
  }

  async hear(listen: number): Promise<Heard> {
    const tracks = soundPlayed();
    if (tracks.length === 0) return { level: 0, hz: null };
    const audio = await runningAudio();
    if (audio === null) return { level: await this.levelByCounts(listen), hz: null };
    const heard = await loudest(audio, new MediaStream(tracks), listen);
    await audio.close();
    return heard;
  }

  async soundDelays(listen: number): Promise<readonly number[]> {
    const tracks = soundPlayed();
    const audio = tracks.length === 0 ? null : await runningAudio();
    if (audio === null) return [];
    const delays = await delaysHeard(audio, new MediaStream(tracks), listen);
    await audio.close();
    return delays;
  }

  async counts(): Promise<MediaCounts> {
    const counts: MediaCounts = {
      ...noCounts,
      candidates: [],
    };
    for (const connection of this.connections) {
      if (connection.connectionState === "closed") continue;
      addReport(await connection.getStats(), counts);
    }
    return counts;
  }

  descriptions(): readonly { readonly local: string; readonly remote: string }[] {
    return this.connections
      .filter(({ connectionState }) => connectionState !== "closed")
      .map((connection) => ({
        local: connection.currentLocalDescription?.sdp ?? "",
        remote: connection.currentRemoteDescription?.sdp ?? "",
      }));
  }

  clock(): number {
    return now();
  }

  private press(event: PointerEvent): void {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-act]") : null;
    const act = button?.dataset["act"];
    if (act !== undefined) this.pressedAt[act] ??= performance.timeOrigin + event.timeStamp;
  }

  private scan(): void {
    for (const video of document.querySelectorAll<HTMLVideoElement>(remote)) {
      if (this.watched.has(video)) continue;
      this.watched.add(video);
      const next = (): void => {
        this.look(video);
        video.requestVideoFrameCallback(next);
      };
      video.requestVideoFrameCallback(next);
    }
  }

  private look(video: HTMLVideoElement): void {
    if (!video.isConnected || video.dataset["stream"] !== "remote") return;
    const at = now();
    if (this.first !== null) this.shown.push(at);
    // Once the other is seen, reading each picture is needed only where each picture is counted.
    if (this.first !== null && this.shown.length % this.settings.readEvery !== 0) return;
    const code = this.read(video);
    if (code === null) {
      this.unread++;
      return;
    }
    if (code.party === this.settings.party) return;
    this.shownLast = code.party;
    if (this.settings.stamps === "time") {
      const age = ageOf(code.number, at);
      if (age < 0 || at - age < this.since - 1) return; // a picture of an earlier call, still standing on the glass
      this.delays.push(age);
    }
    if (this.last !== null) this.missed += missedBetween(this.last, code.number);
    this.last = code.number;
    if (this.first !== null) return;
    this.first = { at, code };
    for (const tell of this.waiting.splice(0)) tell(at);
  }

  private read(video: HTMLVideoElement): Barcode | null {
    const { videoWidth: width, videoHeight: height } = video;
    if (width === 0) return null;
    this.sampler.drawImage(video, 0, 0, width, height * bandOfHeight, 0, 0, sampledWidth, sampledHeight);
    const pixels = this.sampler.getImageData(0, 0, sampledWidth, sampledHeight).data;
    return readSampled((x, y) => pixels[(y * sampledWidth + x) * 4 + 1] ?? 128);
  }

  /** The loudest the browser itself says the other side's sound was, 0 to 1. */
  private async levelByCounts(listen: number): Promise<number> {
    let level = 0;
    for (const until = now() + listen; now() < until; await new Promise((r) => setTimeout(r, 50)))
      for (const connection of this.connections)
        (await connection.getStats()).forEach((row: Record<string, unknown>) => {
          if (row["type"] === "inbound-rtp" && row["kind"] === "audio")
            level = Math.max(level, numberIn(row, "audioLevel"));
        });
    return level;
  }

  private countConnections(): void {
    const { connections } = this;
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        connections.push(this);
      }
    };
  }
}

const noCounts = {
  sent: 0,
  encoded: 0,
  received: 0,
  decoded: 0,
  dropped: 0,
  keyFrames: 0,
  freezes: 0,
  bytesSent: 0,
  bytesReceived: 0,
  concealed: 0,
  soundPackets: 0,
  soundLost: 0,
  width: 0,
  height: 0,
  codec: "",
};

const textIn = (row: Record<string, unknown> | undefined, name: string): string => {
  const value = row?.[name];
  return typeof value === "string" ? value : "";
};

const numberIn = (row: Record<string, unknown>, name: string): number => {
  const value = row[name];
  return typeof value === "number" ? value : 0;
};

function addReport(report: RTCStatsReport, counts: MediaCounts): void {
  const rows = new Map<string, Record<string, unknown>>();
  report.forEach((row: Record<string, unknown>) => rows.set(textIn(row, "id"), row));
  for (const row of rows.values()) {
    const type = row["type"];
    if (type === "local-candidate") counts.candidates.push(textIn(row, "candidateType"));
    if (row["kind"] === "audio" && type === "inbound-rtp") {
      counts.concealed += numberIn(row, "concealedSamples");
      counts.soundPackets += numberIn(row, "packetsReceived");
      counts.soundLost += numberIn(row, "packetsLost");
    }
    if (row["kind"] !== "video") continue;
    if (type === "outbound-rtp") {
      counts.sent += numberIn(row, "framesSent");
      counts.encoded += numberIn(row, "framesEncoded");
      counts.bytesSent += numberIn(row, "bytesSent");
    }
    if (type === "inbound-rtp") {
      counts.received += numberIn(row, "framesReceived");
      counts.decoded += numberIn(row, "framesDecoded");
      counts.dropped += numberIn(row, "framesDropped");
      counts.keyFrames += numberIn(row, "keyFramesDecoded");
      counts.freezes += numberIn(row, "freezeCount");
      counts.bytesReceived += numberIn(row, "bytesReceived");
      counts.width = Math.max(counts.width, numberIn(row, "frameWidth"));
      counts.height = Math.max(counts.height, numberIn(row, "frameHeight"));
      counts.codec = textIn(rows.get(textIn(row, "codecId")), "mimeType") || counts.codec;
    }
  }
}

const settings = globalThis.parleyMeterSettings;
if (window.top === window && globalThis.parleyMeter === undefined) {
  globalThis.parleyMeter = new PageMeter(settings);
  if (settings.camera !== null) installCanvasCamera(settings.party, settings.camera);
}
