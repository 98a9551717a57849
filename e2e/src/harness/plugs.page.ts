// A plug board inside the page, before any script of its own: two cameras and two microphones that a test pulls out and plugs
// in, over the browser's own fake devices, which cannot be unplugged while it runs. A pulled device ends its tracks and is no
// longer listed, as a USB plug does it. Also kept: what the page opened, what it plays through which loudspeaker, and whether
// it holds the screen awake.
import { runningAudio } from "./canvasCamera.page.ts";
import type { Plugs, Sounding } from "./plugsTypes.ts";
import { loudest } from "./sound.page.ts";

type Kind = "camera" | "microphone";
const kinds = { camera: "videoinput", microphone: "audioinput" } as const;

class PlugBoard implements Plugs {
  private readonly out = new Set<string>(globalThis.parleyPulled);
  private readonly refusals = new Map<string, string>();
  private readonly tracks: { readonly id: string; readonly track: MediaStreamTrack }[] = [];
  private readonly elements = new Set<HTMLMediaElement>();
  private locks = 0;

  constructor() {
    const { mediaDevices } = navigator;
    const openReal = mediaDevices.getUserMedia.bind(mediaDevices);
    const listReal = mediaDevices.enumerateDevices.bind(mediaDevices);
    mediaDevices.getUserMedia = (constraints = {}) => this.open(openReal, constraints);
    mediaDevices.enumerateDevices = async () => [
      ...(["camera", "microphone"] as const).flatMap((kind) => this.plugged(kind).map((id) => deviceOf(kind, id))),
      ...(await listReal()).filter(({ kind }) => kind === "audiooutput"),
    ];
    const { elements } = this;
    const playReal: unknown = Reflect.get(HTMLMediaElement.prototype, "play");
    if (typeof playReal !== "function") throw new Error("a browser whose elements do not play");
    HTMLMediaElement.prototype.play = async function (this: HTMLMediaElement): Promise<void> {
      elements.add(this);
      await Reflect.apply(playReal, this, []);
    };
    const lockReal = navigator.wakeLock.request.bind(navigator.wakeLock);
    navigator.wakeLock.request = async (type) => {
      const lock = await lockReal(type);
      this.locks += 1;
      lock.addEventListener("release", () => (this.locks -= 1));
      return lock;
    };
  }

  pull(...ids: string[]): void {
    for (const id of ids) this.out.add(id);
    for (const { id, track } of this.tracks)
      if (ids.includes(id) && track.readyState === "live") {
        track.stop();
        track.dispatchEvent(new Event("ended"));
      }
    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
  }

  plug(...ids: string[]): void {
    for (const id of ids) this.out.delete(id);
    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
  }

  refuse(kind: Kind, name: string | null): void {
    if (name === null) this.refusals.delete(kind);
    else this.refusals.set(kind, name);
  }

  live(): readonly string[] {
    return this.tracks.filter(({ track }) => track.readyState === "live").map(({ id }) => id);
  }

  opened(): readonly string[] {
    return this.tracks.map(({ id }) => id);
  }

  awake(): number {
    return this.locks;
  }

  playing(): number {
    return this.own().length;
  }

  private own(): readonly HTMLMediaElement[] {
    return [...this.elements].filter(
      (element) => !element.isConnected && !element.paused && element.srcObject instanceof MediaStream,
    );
  }

  async sounding(listen: number): Promise<readonly Sounding[]> {
    const found = this.own().map(async (element) => {
      const audio = await runningAudio();
      if (audio === null || !(element.srcObject instanceof MediaStream)) return null;
      const { level } = await loudest(audio, element.srcObject, listen);
      await audio.close();
      return { speaker: element.sinkId, level };
    });
    return (await Promise.all(found)).filter((one) => one !== null);
  }

  private plugged(kind: Kind): readonly string[] {
    return [`${kind}-1`, `${kind}-2`].filter((id) => !this.out.has(id));
  }

  private async open(
    real: (constraints: MediaStreamConstraints) => Promise<MediaStream>,
    constraints: MediaStreamConstraints,
  ): Promise<MediaStream> {
    const kind = constraints.video === undefined || constraints.video === false ? "microphone" : "camera";
    const refusal = this.refusals.get(kind);
    if (refusal !== undefined) throw new DOMException("refused by the test", refusal);
    const asked = kind === "camera" ? constraints.video : constraints.audio;
    const plugged = this.plugged(kind);
    const id = plugged.find((one) => one === idealOf(asked)) ?? plugged[0];
    if (id === undefined) throw new DOMException("none is plugged in", "NotFoundError");
    const stream = await real(kind === "camera" ? { video: withoutId(asked) } : { audio: withoutId(asked) });
    for (const track of stream.getTracks()) {
      const settings = track.getSettings.bind(track);
      track.getSettings = () => ({ ...settings(), deviceId: id });
      this.tracks.push({ id, track });
    }
    return stream;
  }
}

type Asked = boolean | MediaTrackConstraints | undefined;

function idealOf(asked: Asked): string | null {
  const id = typeof asked === "object" ? asked.deviceId : undefined;
  return typeof id === "object" && !Array.isArray(id) && typeof id.ideal === "string" ? id.ideal : null;
}

function withoutId(asked: Asked): boolean | MediaTrackConstraints {
  if (typeof asked !== "object") return asked ?? true;
  const { deviceId: _, ...rest } = asked;
  return rest;
}

const deviceOf = (kind: Kind, id: string): MediaDeviceInfo => {
  const facts = { kind: kinds[kind], deviceId: id, groupId: id, label: `Test ${id}` };
  return { ...facts, toJSON: () => facts };
};

if (window.top === window && globalThis.parleyPlugs === undefined) globalThis.parleyPlugs = new PlugBoard();
