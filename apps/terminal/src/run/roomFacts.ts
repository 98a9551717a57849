// From devices and call, as the run/ room has them, to the facts that the model reads.
import type { Microphone, Picture } from "../model/call.ts";
import { cause } from "../model/cause.ts";
import { type Devices, deviceCause } from "../model/desk.ts";
import type { OwnCall } from "../model/facts.ts";
import type { CallView } from "./callRun.ts";
import type { RoomState } from "./room.ts";

export function devicesOf(state: RoomState): Devices {
  const of = (kind: "camera" | "microphone" | "speaker") => ({
    all: state.found.filter((found) => found.kind === kind).map(({ id, label }) => ({ id, label })),
    chosen: state.chosen[kind],
  });
  return { camera: of("camera"), microphone: of("microphone"), speaker: of("speaker"), level: 0 };
}

export function selfPictureOf({ camera }: RoomState): Picture {
  switch (camera.at) {
    case "open":
      return { at: "shown" };
    case "opening":
      return { at: "hidden", why: "opening" };
    case "closed":
    case "refused":
      return { at: "hidden", why: "off" };
  }
  return camera satisfies never;
}

function microphoneOf({ microphone, muted }: RoomState): Microphone {
  if (muted) return { at: "muted" };
  if (microphone.at === "open" || microphone.at === "opening") return { at: "open" };
  return {
    at: "lost",
    cause: cause(microphone.at === "refused" ? deviceCause("microphone", microphone.why) : "microphoneMissing"),
  };
}

/** The call as the screens know it. */
export function ownCallOf(view: CallView, state: RoomState): OwnCall | null {
  const { line, sending } = view;
  if (line.at === "idle") return null;
  const camera = sending?.camera ?? "on";
  return {
    link: view.link,
    call: line.call,
    keys: view.keys,
    epoch: { since: view.epoch.since as OwnCall["epoch"]["since"], state: view.epoch.state },
    microphone: microphoneOf(state),
    theirMicrophone: sending === null ? "unknown" : sending.microphone === "open" ? "open" : "muted",
    picture:
      view.keys === "agreeing"
        ? { at: "hidden", why: "waitingForKeys" }
        : camera === "off"
          ? { at: "hidden", why: "off" }
          : { at: "shown" },
    selfPicture: selfPictureOf(state),
    screen: state.screen !== null ? "ours" : sending?.screen === "shared" ? "theirs" : "none",
    route: view.route.at,
    roundTrip: view.route.at === "searching" ? null : view.route.roundTrip,
    alarms: view.alarms.map(({ what, since }) => ({ what, since: since as OwnCall["epoch"]["since"] })),
  };
}
