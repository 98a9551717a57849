// Camera, microphone and speaker: which there are, which is chosen, and the tracks. Muting stops the microphone's track at
// its source, so that a muted room is not listened to by anything; unmuting opens it anew. A device that is pulled out
// ends its track; when it or another comes back, a new track takes its place in the call.

export type DeviceKind = "camera" | "microphone" | "speaker";
export type Chosen = Readonly<Record<DeviceKind, string | null>>;

/** A track, or the name of the DOMException that a browser gave instead. */
export type Opened =
  { readonly at: "open"; readonly track: MediaStreamTrack } | { readonly at: "refused"; readonly why: string };

/** 720p30: what a room camera gives everywhere, and what two cores can encode. */
const picture = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };

const sound = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

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

export const openCamera = (devices: MediaDevices, id: string | null): Promise<Opened> =>
  open({ video: { ...picture, ...wanted(id) } }, devices);

export const openMicrophone = (devices: MediaDevices, id: string | null): Promise<Opened> =>
  open({ audio: { ...sound, ...wanted(id) } }, devices);

export type Found = { readonly kind: DeviceKind; readonly id: string; readonly label: string };

const kinds: Readonly<Record<MediaDeviceKind, DeviceKind>> = {
  videoinput: "camera",
  audioinput: "microphone",
  audiooutput: "speaker",
};

export async function listDevices(devices: MediaDevices): Promise<readonly Found[]> {
  const found = await devices.enumerateDevices();
  return found.map(({ kind, deviceId, label }) => ({ kind: kinds[kind], id: deviceId, label }));
}
