// One camera or microphone, kept open for as long as it is wanted: opened, opened again after it was pulled out or taken away,
// by the chosen device or the next best, and given back to the chosen one when that is plugged in again. Resting stops the
// track at its source: nothing in this browser sees or hears the room any more.
import { type Cancel, type Clock, type Ms, seconds } from "@parley/base/time";
import { type Found, type Input, type Opened, openInput } from "../media/devices.ts";

/** A device as the room has it: not asked for, being opened, open, or refused with the name of the browser's exception. */
export type Device = { readonly at: "closed" } | { readonly at: "opening" } | Opened;

export type KeptDevice = {
  readonly state: () => Device;
  /** From now on it is kept open. */
  readonly want: () => void;
  /** Asks once more for what was refused, as a person says. */
  readonly tryAgain: () => void;
  /** The track is stopped, and what is still being opened will be. */
  readonly rest: () => void;
  readonly choose: (id: string | null) => void;
  /** What is plugged in, or what is allowed, has changed. */
  readonly look: (found: readonly Found[]) => void;
};

/** No event tells that another program has let a device go, so it is tried this often: chosen. */
const tryAgainEvery: Ms = seconds(3);

/** What a person has to undo; to ask again by ourselves would only pester. */
const isForbidden = (why: string): boolean => why === "NotAllowedError" || why === "SecurityError";

export type KeptDeviceOptions = {
  readonly devices: MediaDevices;
  readonly clock: Clock;
  readonly kind: Input;
  readonly chosen: string | null;
  readonly onChange: (device: Device) => void;
};

export function keepDevice({ devices, clock, kind, onChange, ...options }: KeptDeviceOptions): KeptDevice {
  let device: Device = { at: "closed" };
  let wanted: "open" | "closed" = "closed";
  let { chosen } = options;
  /** Counts the requests to the browser: only the last one's answer is taken, and a track of an older one is stopped. */
  let request = 0;
  let again: Cancel = () => undefined;

  const become = (next: Device): void => {
    device = next;
    onChange(next);
  };

  const stop = (it: Device): void => {
    if (it.at !== "open") return;
    it.track.onended = null;
    it.track.stop();
  };

  const ask = async (): Promise<Opened | null> => {
    again();
    request += 1;
    const mine = request;
    const opened = await openInput(devices, kind, chosen);
    if (mine === request) return opened;
    stop(opened);
    return null;
  };

  /** Asks the browser for the device; `device` tells of it from the beginning. */
  const take = async (): Promise<void> => {
    if (device.at !== "refused") become({ at: "opening" });
    const opened = await ask();
    if (opened !== null) settle(opened);
  };

  const settle = (opened: Opened): void => {
    if (opened.at === "open") {
      opened.track.onended = () => {
        become({ at: "refused", why: "NotFoundError" });
        void take();
      };
    } else if (!isForbidden(opened.why)) again = clock.wait(tryAgainEvery, () => void take());
    become(opened);
  };

  /** The chosen device has come while another stands in for it: that one serves until the chosen one is open. */
  const exchange = async (): Promise<void> => {
    const opened = await ask();
    if (opened === null) return;
    if (opened.at !== "open") return; // it is looked at again with the next change
    stop(device);
    settle(opened);
  };

  return {
    state: () => device,
    want: () => {
      wanted = "open";
      if (device.at === "closed") void take();
    },
    tryAgain: () => {
      if (wanted === "open" && device.at === "refused") void take();
    },
    rest: () => {
      wanted = "closed";
      request += 1;
      again();
      stop(device);
      if (device.at !== "closed") become({ at: "closed" });
    },
    choose: (id) => {
      chosen = id;
      if (wanted === "closed") return;
      if (device.at === "open") void exchange();
      else void take();
    },
    look: (found) => {
      if (wanted === "closed") return;
      if (device.at === "refused") void take();
      if (device.at !== "open") return;
      const has = device.track.getSettings().deviceId;
      if (has !== chosen && found.some((one) => one.kind === kind && one.id === chosen)) void exchange();
    },
  };
}
