// Setting this terminal's devices up: a first look at whether they work, which shows the set-up screen only where something
// is amiss, and the screen itself, which an officer can also open from a console. While it is open the microphone's loudness
// is read.
import { type Cancel, type Clock, type Ms, ms } from "@parley/base/time";
import { type Level, levelOf } from "../media/level.ts";
import type { Room, RoomState } from "./room.ts";

export type SetUp = {
  /** Opens camera and microphone for a moment: a browser asks its person now, and not when it rings. */
  readonly check: () => void;
  readonly open: () => void;
  readonly done: () => void;
  /** The room has changed. */
  readonly looked: (state: RoomState) => void;
};

export type SetUpOptions = {
  readonly room: () => Room;
  readonly clock: Clock;
  readonly onChange: (at: "open" | "closed", level: number) => void;
};

/** The bar of loudness moves this often: chosen, so that speech is seen as speech. */
const readEvery: Ms = ms(100);

export function makeSetUp({ room, clock, onChange }: SetUpOptions): SetUp {
  let at: "open" | "closed" = "closed";
  let checking: "no" | "yes" = "no";
  let listening: { readonly track: MediaStreamTrack; readonly level: Level } | null = null;
  let timer: Cancel = () => undefined;

  const listenTo = (track: MediaStreamTrack | null): void => {
    if (listening?.track === (track ?? undefined)) return;
    listening?.level.stop();
    listening = track === null ? null : { track, level: levelOf(track) };
  };

  const read = (): void => {
    onChange(at, listening?.level.now() ?? 0);
    timer = clock.wait(readEvery, read);
  };

  const open = (): void => {
    if (at === "open") return;
    at = "open";
    room().open("setUp");
    read();
  };

  return {
    check: () => {
      checking = "yes";
      room().open("check");
    },
    open,
    done: () => {
      if (at === "closed") return;
      at = "closed";
      timer();
      listenTo(null);
      room().close("setUp");
      onChange(at, 0);
    },
    looked: ({ camera, microphone }) => {
      if (at === "open") listenTo(microphone.at === "open" ? microphone.track : null);
      if (checking === "no" || camera.at === "opening" || microphone.at === "opening") return;
      if (camera.at === "closed" || microphone.at === "closed") return;
      checking = "no";
      if (camera.at === "refused" || microphone.at === "refused") open();
      room().close("check");
    },
  };
}
