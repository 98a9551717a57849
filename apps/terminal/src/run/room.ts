// The room's devices while they are needed: camera and microphone are opened when it rings or when a call is placed, and
// closed when there is no call. What a browser refuses is kept as its reason, and the call goes on without.
import type { Outgoing } from "./outgoing.ts";
import { type Clock, ms } from "@parley/base/time";
import { type Black, black } from "../media/black.ts";
import {
  type Chosen,
  type DeviceKind,
  type Found,
  type Opened,
  listDevices,
  openCamera,
  openMicrophone,
} from "../media/devices.ts";

/** A device as the room has it: not asked for, open, or refused with the name of the browser's exception. */
export type Device = { readonly at: "closed" } | { readonly at: "opening" } | Opened;

export type RoomState = {
  readonly camera: Device;
  readonly microphone: Device;
  /** The person's own wish; the microphone's track does not exist while muted. */
  readonly muted: boolean;
  readonly screen: MediaStreamTrack | null;
  readonly chosen: Chosen;
  readonly found: readonly Found[];
};

export type Room = {
  readonly state: () => RoomState;
  /** Opens camera and microphone if they are not. */
  readonly open: () => void;
  readonly close: () => void;
  readonly mute: (to: "open" | "muted") => void;
  readonly share: (to: "shared" | "stopped") => void;
  readonly choose: (kind: DeviceKind, id: string) => void;
  readonly outgoing: () => Outgoing;
};

/** The size of the black picture until the camera tells its own. */
const [width, height] = [1280, 720];

export function makeRoom(page: Document, devices: MediaDevices, clock: Clock, onChange: () => void): Room {
  let state: RoomState = {
    camera: { at: "closed" },
    microphone: { at: "closed" },
    muted: false,
    screen: null,
    chosen: { camera: null, microphone: null, speaker: null },
    found: [],
  };
  let dark: Black | null = null;
  let wanted = false;

  const change = (to: Partial<RoomState>): void => {
    state = { ...state, ...to };
    onChange();
  };

  const stop = (device: Device): void => {
    if (device.at === "open") device.track.stop();
  };

  const refresh = async (): Promise<void> => change({ found: await listDevices(devices) });

  const take = async (kind: "camera" | "microphone"): Promise<void> => {
    if (state[kind].at === "opening" || state[kind].at === "open") return;
    change({ [kind]: { at: "opening" } });
    const opened = await (kind === "camera" ? openCamera : openMicrophone)(devices, state.chosen[kind]);
    if (!wanted || (kind === "microphone" && state.muted)) {
      stop(opened);
      return change({ [kind]: { at: "closed" } });
    }
    if (opened.at === "open") {
      // Pulled out, or taken by the system: the call goes on, and the device comes back when it or another is there.
      opened.track.onended = () => {
        if (state[kind].at === "open") change({ [kind]: { at: "refused", why: "NotFoundError" } });
      };
    }
    change({ [kind]: opened });
    await refresh();
  };

  devices.addEventListener("devicechange", () => {
    void refresh();
    if (!wanted) return;
    if (state.camera.at === "refused") void take("camera");
    if (state.microphone.at === "refused" && !state.muted) void take("microphone");
  });

  return {
    state: () => state,
    open: () => {
      wanted = true;
      void take("camera");
      if (!state.muted) void take("microphone");
    },
    close: () => {
      wanted = false;
      stop(state.camera);
      stop(state.microphone);
      state.screen?.stop();
      dark?.stop();
      dark = null;
      change({ camera: { at: "closed" }, microphone: { at: "closed" }, screen: null, muted: false });
    },
    mute: (to) => {
      if (to === "muted") {
        stop(state.microphone); // at its source: nothing in this browser hears the room any more
        change({ muted: true, microphone: { at: "closed" } });
      } else {
        change({ muted: false });
        if (wanted) void take("microphone");
      }
    },
    share: (to) => {
      if (to === "stopped") {
        state.screen?.stop();
        return change({ screen: null });
      }
      devices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false }).then(
        (stream) => {
          const track = stream.getVideoTracks()[0] ?? null;
          if (track !== null) track.onended = () => change({ screen: null });
          change({ screen: track });
        },
        () => undefined, // the person closed the browser's own window: nothing is shared, nothing is said
      );
    },
    choose: (kind, id) => {
      change({ chosen: { ...state.chosen, [kind]: id } });
      if (kind === "speaker" || !wanted) return;
      stop(state[kind]);
      change({ [kind]: { at: "closed" } });
      if (kind === "camera" || !state.muted) void take(kind);
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
        camera: cam === null ? "off" : "on",
        microphone: state.muted ? "muted" : mic === null ? "lost" : "open",
      };
    },
  };
}
