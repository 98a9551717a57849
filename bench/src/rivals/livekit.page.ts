// The LiveKit rival, inside its page: livekit-client as its own documentation has it, with its own end-to-end encryption
// (ExternalE2EEKeyProvider and its worker) and its defaults otherwise. Tracks are given as user's own, so that muting keeps
// the camera open, as the other rivals do.
import { ExternalE2EEKeyProvider, type LocalTrackPublication, Room, RoomEvent, Track } from "livekit-client";
import { buildScreen, openDevices } from "./rivalScreen.page.ts";
import type { LivekitOptions, Role } from "./rivalTypes.ts";
import { Signals } from "./signals.page.ts";

const signals = new Signals();
const screen = buildScreen(() => call?.answer());
let call: LivekitCall | null = null;

class LivekitCall {
  private readonly room: Room;
  private readonly worker: Worker | null;
  private readonly keys = new ExternalE2EEKeyProvider();
  private readonly options: LivekitOptions;
  private readonly own: Awaited<ReturnType<typeof openDevices>>;
  private published: LocalTrackPublication[] = [];

  constructor(options: LivekitOptions, own: Awaited<ReturnType<typeof openDevices>>) {
    [this.options, this.own] = [options, own];
    this.worker = options.secret === null ? null : new Worker("/livekit-e2ee-worker.mjs", { type: "module" });
    this.room = new Room(this.worker === null ? {} : { encryption: { keyProvider: this.keys, worker: this.worker } });
    this.room.on(RoomEvent.TrackSubscribed, (track) => {
      track.attach(track.kind === Track.Kind.Video ? screen.picture : screen.sound);
    });
  }

  async prepare(): Promise<void> {
    if (this.options.secret !== null) {
      await this.keys.setKey(this.options.secret);
      await this.room.setE2EEEnabled(true);
    }
    if (this.options.mode === "cold") return;
    await this.connect();
    if (this.options.mode === "warm") return;
    await this.publish();
    await Promise.all(this.published.map((publication) => publication.mute()));
    await this.otherPublished();
  }

  answer(): void {
    signals.send({ type: "accepted" });
    void this.begin();
  }

  async begin(): Promise<void> {
    switch (this.options.mode) {
      case "cold":
        await this.connect();
        return this.publish();
      case "warm":
        return this.publish();
      case "hot":
        await Promise.all(this.published.map((publication) => publication.unmute()));
        return;
      default:
        return this.options.mode satisfies never;
    }
  }

  async close(): Promise<void> {
    await this.room.disconnect();
    this.worker?.terminate();
    this.own.video.stop();
    this.own.audio.stop();
  }

  private async connect(): Promise<void> {
    await this.room.connect(this.options.url, this.options.token);
  }

  private async publish(): Promise<void> {
    const participant = this.room.localParticipant;
    const { simulcast, encoding } = this.options;
    this.published = await Promise.all([
      participant.publishTrack(this.own.video, {
        source: Track.Source.Camera,
        simulcast,
        ...(encoding === null ? {} : { videoEncoding: encoding }),
      }),
      participant.publishTrack(this.own.audio, { source: Track.Source.Microphone }),
    ]);
  }

  /** Resolves when both of the other's tracks are subscribed. */
  private async otherPublished(): Promise<void> {
    const both = (): boolean =>
      [...this.room.remoteParticipants.values()].some(
        (other) => [...other.trackPublications.values()].filter((p) => p.isSubscribed).length >= 2,
      );
    while (!both()) await new Promise<void>((resolve) => this.room.once(RoomEvent.TrackSubscribed, () => resolve()));
  }
}

globalThis.livekitRival = {
  prepare: async (_role: Role, options: LivekitOptions) => {
    const own = await openDevices();
    if (options.ownPicture) screen.mirror(own.video);
    const next = new LivekitCall(options, own);
    call = next;
    await signals.enter(options.call, () => void next.begin());
    await next.prepare();
  },
  hangUp: async () => {
    await call?.close();
    call = null;
    screen.clear();
  },
};
