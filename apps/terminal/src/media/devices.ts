// Camera, microphone and loudspeakers: which there are, and the tracks of those that are opened. What a browser refuses is
// handed on by the name of its exception; the model has a sentence and a cure for each.
import type { Chosen, DeviceKind } from "./choices.ts";

/** A track, or the name of the DOMException that a browser gave instead. */
export type Opened =
  { readonly at: "open"; readonly track: MediaStreamTrack } | { readonly at: "refused"; readonly why: string };

/** 720p30: what a room camera gives everywhere, and what two cores can encode. */
const picture = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };

const sound = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

/** The chosen device if it is there; where it is not, the browser takes the next best. */
const wanted = (id: string | null): { deviceId?: ConstrainDOMString } =>
  id === null ? {} : { deviceId: { ideal: id } };

async function open(constraints: MediaStreamConstraints, devices: MediaDevices): Promise<Opened> {
  try {
    const stream = await devices.getUserMedia(constraints);
    const track = stream.getTracks()[0];
    return track === undefined ? { at: "refused", why: "NotFoundError" } : { at: "open", track };
  } catch (error) {
    return { at: "refused", why: error instanceof DOMException ? error.name : "AbortError" };
  }
}

export type Input = "camera" | "microphone";

export const openInput = (devices: MediaDevices, kind: Input, id: Chosen[Input]): Promise<Opened> =>
  open(kind === "camera" ? { video: { ...picture, ...wanted(id) } } : { audio: { ...sound, ...wanted(id) } }, devices);

export type Found = { readonly kind: Exclude<DeviceKind, "ringer">; readonly id: string; readonly label: string };

const kinds: Readonly<Record<MediaDeviceKind, Found["kind"]>> = {
  videoinput: "camera",
  audioinput: "microphone",
  audiooutput: "speaker",
};

/** What is plugged in. Until a person has let this page use a device, browsers tell of each kind only that there is one. */
export async function listDevices(devices: MediaDevices): Promise<readonly Found[]> {
  const found = await devices.enumerateDevices();
  return found.map(({ kind, deviceId, label }) => ({ kind: kinds[kind], id: deviceId, label }));
}

/** Calls back when a person allows or forbids the camera or the microphone, as far as this browser tells. */
export async function watchPermissions(permissions: Permissions, onChange: () => void): Promise<void> {
  for (const name of ["camera", "microphone"] as const) {
    const status = await permissions.query({ name }).catch(() => null); // a browser that does not tell of this one
    status?.addEventListener("change", onChange);
  }
}

/** Whether camera and microphone may be opened without a person being asked. */
export async function mayOpenUnasked(permissions: Permissions): Promise<boolean> {
  const asked = ["camera", "microphone"] as const;
  const states = await Promise.all(
    asked.map((name) =>
      permissions.query({ name }).then(
        ({ state }) => state,
        () => "prompt",
      ),
    ),
  );
  return states.every((state) => state === "granted");
}

/** The same for a test of the room: `due` where a person would be asked, `untold` where the browser does not say. */
export async function permissionNow(permissions: Permissions): Promise<"granted" | "due" | "refused" | "untold"> {
  const asked = ["camera", "microphone"] as const;
  const states = await Promise.all(
    asked.map((name) =>
      permissions.query({ name }).then(
        ({ state }) => state,
        () => null,
      ),
    ),
  );
  if (states.includes("prompt")) return "due";
  if (states.includes(null)) return "untold";
  return states.includes("denied") ? "refused" : "granted";
}
