// The room's devices while something needs them: a call or its ring, a person who sets them up, or a first look at whether
// they work. What a browser refuses is kept as its reason, and a call goes on without.
import { type Clock, type Instant, ms } from "@parley/base/time";
import { type Black, black } from "../media/black.ts";
import { type Found, type Input, listDevices, watchPermissions } from "../media/devices.ts";
import { type Chosen, type DeviceKind, noChoice, readChosen, writeChosen } from "../media/choices.ts";
import { type Device, type KeptDevice, keepDevice } from "./keptDevice.ts";
import type { Outgoing } from "./outgoing.ts";

/** How a device was found when it was last asked for. */
export type LastTry =
  | { readonly at: "untried" }
  | { readonly at: "good"; readonly when: Instant }
  | { readonly at: "refused"; readonly why: string };

export type RoomState = {
  readonly camera: Device;
  readonly microphone: Device;
  /** The person's own wish; the microphone's track does not exist while muted. */
  readonly muted: boolean;
  readonly screen: MediaStreamTrack | null;
  readonly chosen: Chosen;
  readonly found: readonly Found[];
  /** Whether this browser tells of loudspeakers by itself; one that has them asked for by a person lists none. */
  readonly speakers: "listed" | "asked";
  readonly last: Readonly<Record<Input, LastTry>>;
};

/** What the devices are open for. */
export type Purpose = "call" | "setUp" | "check";

export type Room = {
  readonly state: () => RoomState;
  /** Opens camera and microphone for that purpose; they stay open until no purpose is left. */
  readonly open: (purpose: Purpose) => void;
  readonly close: (purpose: Purpose) => void;
  readonly mute: (to: "open" | "muted") => void;
  readonly share: (to: "shared" | "stopped") => void;
  readonly choose: (kind: DeviceKind, id: string | null) => void;
  /** Asks once more for what was refused. */
  readonly tryAgain: () => void;
  readonly outgoing: () => Outgoing;
};

export type RoomOptions = {
  readonly page: Document;
  readonly devices: MediaDevices;
  readonly permissions: Permissions;
  readonly clock: Clock;
  /** Where the choices are kept between visits. */
  readonly kept: { readonly read: () => string | null; readonly write: (text: string) => void };
  readonly onChange: (state: RoomState) => void;
};

/** The size of the black picture until the camera tells its own. */
const [width, height] = [1280, 720];

/** A screen is read, so its edges matter more than its motion. */
const sharedFrames = 15;

/** A room of which nothing is known yet. */
export const noRoom: RoomState = {
  camera: { at: "closed" },
  microphone: { at: "closed" },
  muted: false,
  screen: null,
  chosen: noChoice,
  found: [],
  speakers: "asked",
  last: { camera: { at: "untried" }, microphone: { at: "untried" } },
};

export function makeRoom({ page, devices, permissions, clock, kept, onChange }: RoomOptions): Room {
  let state: RoomState = {
    ...noRoom,
    chosen: readChosen(kept.read()),
    speakers: "selectAudioOutput" in devices ? "asked" : "listed",
  };
  let dark: Black | null = null;
  const purposes = new Set<Purpose>();

  const change = (to: Partial<RoomState>): void => {
    state = { ...state, ...to };
    onChange(state);
  };

  const keep = (kind: Input): KeptDevice =>
    keepDevice({
      devices,
      clock,
      kind,
      chosen: state.chosen[kind],
      onChange: (device) => {
        change({ [kind]: device, last: { ...state.last, [kind]: tried(device) ?? state.last[kind] } });
        // Names of devices are told only once one of them may be used.
        if (device.at === "open") void refresh();
      },
    });
  /** What that says of the device; null while it only is being opened, or rests. */
  const tried = (device: Device): LastTry | null => {
    if (device.at === "refused") return device;
    return device.at === "open" ? { at: "good", when: clock.now() } : null;
  };
  const camera = keep("camera");
  const microphone = keep("microphone");

  const refresh = async (): Promise<void> => change({ found: await listDevices(devices) });

  const look = async (): Promise<void> => {
    await refresh();
    camera.look(state.found);
    microphone.look(state.found);
  };
  devices.addEventListener("devicechange", () => void look());
  void watchPermissions(permissions, () => void look());
  void refresh();

  const want = (): void => {
    camera.want();
    if (!state.muted) microphone.want();
  };

  const stopScreen = (): void => {
    if (state.screen === null) return;
    state.screen.onended = null;
    state.screen.stop();
    change({ screen: null });
  };

  return {
    state: () => state,
    open: (purpose) => {
      purposes.add(purpose);
      want();
    },
    close: (purpose) => {
      if (!purposes.delete(purpose)) return;
      if (purpose === "call") {
        stopScreen();
        dark?.stop();
        dark = null;
        if (state.muted) change({ muted: false });
      }
      if (purposes.size > 0) return;
      camera.rest();
      microphone.rest();
    },
    mute: (to) => {
      if ((to === "muted") === state.muted) return;
      if (to === "muted") microphone.rest();
      change({ muted: to === "muted" });
      if (purposes.size > 0) want();
    },
    share: (to) => {
      if (to === "stopped") return stopScreen();
      devices.getDisplayMedia({ video: { frameRate: { max: sharedFrames } }, audio: false }).then(
        (stream) => {
          const track = stream.getVideoTracks()[0];
          if (track === undefined) return;
          if (!purposes.has("call")) return track.stop(); // the call ended while a person chose
          stopScreen();
          track.contentHint = "detail";
          track.onended = () => change({ screen: null });
          change({ screen: track });
        },
        () => undefined, // the person closed the browser's own window: nothing is shared, nothing is said
      );
    },
    choose: (kind, id) => {
      change({ chosen: { ...state.chosen, [kind]: id } });
      kept.write(writeChosen(state.chosen));
      if (kind === "camera") camera.choose(id);
      if (kind === "microphone") microphone.choose(id);
    },
    tryAgain: () => {
      camera.tryAgain();
      microphone.tryAgain();
    },
    outgoing: () => {
      const size = state.camera.at === "open" ? state.camera.track.getSettings() : {};
      const [w, h] = [size.width ?? width, size.height ?? height];
      if (dark?.width !== w || dark.height !== h) {
        // Of the camera's own size, since a change of size at the answer would cost the encoder a new start.
        const before = dark;
        dark = black(page, w, h);
        if (before !== null) clock.wait(ms(1000), before.stop);
      }
      const cam = state.camera.at === "open" ? state.camera.track : null;
      const mic = state.microphone.at === "open" ? state.microphone.track : null;
      return {
        tracks: { cam, mic, screen: state.screen, screenSound: null },
        black: dark.track,
        camera: state.camera.at === "refused" ? "lost" : state.camera.at === "closed" ? "off" : "on",
        microphone: state.muted ? "muted" : state.microphone.at === "refused" ? "lost" : "open",
      };
    },
  };
}
