// From devices and call, as the run/ room has them, to the facts that the model reads.
import { type Instant, instant } from "@parley/base/time";
import type { Microphone, Picture } from "../model/call.ts";
import { cause } from "../model/cause.ts";
import type { Devices } from "../model/desk.ts";
import type { OwnCall } from "../model/facts.ts";
import { type Trouble, deviceTrouble } from "../model/trouble.ts";
import type { CallView } from "./callRun.ts";
import type { Sending } from "./outgoing.ts";
import type { RoomState } from "./room.ts";

type Heard = Pick<Devices, "level"> & {
  /** When a person last said that the loudspeakers are right. */ heard: Instant | null;
};

export function devicesOf(state: RoomState, { level, heard }: Heard): Devices {
  const of = (kind: "camera" | "microphone" | "speaker") =>
    // Without a name a device cannot be chosen: the browser only says that there is one.
    state.found.filter((found) => found.kind === kind && found.label !== "").map(({ id, label }) => ({ id, label }));
  const input = (kind: "camera" | "microphone") => {
    const device = state[kind];
    const last = state.last[kind];
    const open = device.at === "open" ? (device.track.getSettings().deviceId ?? null) : null;
    return {
      all: of(kind),
      chosen: open ?? state.chosen[kind],
      // At rest it is as it was found the last time.
      trouble: last.at === "refused" && device.at !== "open" ? deviceTrouble(kind, last.why) : missing(state, kind),
      worked: last.at === "good" ? last.when : null,
    };
  };
  const output = (kind: "speaker" | "ringer") => ({
    all: of("speaker"),
    chosen: state.chosen[kind],
    trouble: missing(state, "speaker"),
    worked: heard,
  });
  return {
    camera: input("camera"),
    microphone: input("microphone"),
    speaker: output("speaker"),
    ringer: output("ringer"),
    level,
  };
}

/** A kind of which there is none, once the browser has told of any by its name. */
function missing({ found, speakers }: RoomState, kind: "camera" | "microphone" | "speaker"): Trouble | null {
  if (kind === "speaker" && speakers === "asked") return null;
  return found.some(({ label }) => label !== "") && !found.some((one) => one.kind === kind) ? `${kind}Missing` : null;
}

export function selfPictureOf({ camera }: RoomState): Picture {
  switch (camera.at) {
    case "open":
      return { at: "shown" };
    case "opening":
      return { at: "hidden", why: "opening" };
    case "closed":
      return { at: "hidden", why: "off" };
    case "refused":
      return { at: "lost", cause: cause(deviceTrouble("camera", camera.why)) };
  }
  return camera satisfies never;
}

function microphoneOf({ microphone, muted }: RoomState): Microphone {
  if (muted) return { at: "muted" };
  if (microphone.at !== "refused") return { at: "open" };
  return { at: "lost", cause: cause(deviceTrouble("microphone", microphone.why)) };
}

/** Their picture, by what they say of their camera. */
function pictureOf(camera: Sending["camera"]): Picture {
  switch (camera) {
    case "on":
      return { at: "shown" };
    case "off":
    case "poorPath":
      return { at: "hidden", why: camera };
    case "lost":
      return { at: "lost", cause: cause("cameraMissing", "theirs") };
  }
  return camera satisfies never;
}

/** The call as the screens know it. */
export function ownCallOf(view: CallView, state: RoomState): OwnCall | null {
  const { line, sending } = view;
  if (line.at === "idle") return null;
  return {
    link: view.link,
    call: line.call,
    keys: view.keys,
    seen: view.seen,
    epoch: { since: view.epoch.since as OwnCall["epoch"]["since"], state: view.epoch.state },
    microphone: microphoneOf(state),
    theirMicrophone: sending?.microphone ?? "unknown",
    picture: view.keys === "agreeing" ? { at: "hidden", why: "waitingForKeys" } : pictureOf(sending?.camera ?? "on"),
    selfPicture:
      view.path === "soundOnly" && state.camera.at === "open"
        ? { at: "hidden", why: "poorPath" }
        : selfPictureOf(state),
    screen: state.screen !== null ? "ours" : sending?.screen === "shared" ? "theirs" : "none",
    route: view.route.at,
    routeSince: view.routeSince,
    roundTrip: view.route.at === "searching" ? null : view.route.roundTrip,
    alarms: alarmsOf(view),
  };
}

/** One sentence for each thing that is wrong, in however many streams it is, since the first of them. */
function alarmsOf({ alarms }: CallView): OwnCall["alarms"] {
  const whats = [...new Set(alarms.map(({ what }) => what))];
  return whats.map((what) => ({
    what,
    since: instant(Math.min(...alarms.filter((alarm) => alarm.what === what).map(({ since }) => since))),
  }));
}
