// Setting this terminal's devices up: a first look at whether they work, which shows the set-up screen only where something
// is amiss, and the screen itself, which an officer can also open from a console. While it is open the microphone's loudness
// is read.
import { type Cancel, type Clock, type Ms, ms } from "@parley/base/time";
import { mayOpenUnasked } from "../media/devices.ts";
import { type Level, levelOf } from "../media/level.ts";
import type { Device } from "./keptDevice.ts";
import type { Room, RoomState } from "./room.ts";

export type SetUp = {
  /** Somebody is at this screen to enrol it, who can let it use camera and microphone. */
  readonly attended: () => void;
  /**
   * The terminal is one. The first time, camera and microphone are opened for a moment, if somebody is there or nobody needs to
   * be: so a browser asks its person now, and not when it rings.
   */
  readonly arrived: () => Promise<void>;
  readonly open: () => void;
  readonly done: () => void;
  /** The room has changed. */
  readonly looked: (state: RoomState) => void;
};

export type SetUpOptions = {
  readonly room: () => Room;
  readonly permissions: Permissions;
  readonly clock: Clock;
  readonly onChange: (at: "open" | "closed", level: number) => void;
};

/** The bar of loudness moves this often: chosen, so that speech is seen as speech. */
const readEvery: Ms = ms(100);

const isFound = ({ at }: Device): boolean => at === "open" || at === "refused";

export function makeSetUp({ room, permissions, clock, onChange }: SetUpOptions): SetUp {
  let at: "open" | "closed" = "closed";
  let look: "unattended" | "attended" | "under way" | "done" = "unattended";
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

  const looked = ({ camera, microphone, muted }: RoomState): void => {
    if (at === "open") listenTo(microphone.at === "open" ? microphone.track : null);
    if (look !== "under way" || !isFound(camera) || !(muted || isFound(microphone))) return;
    look = "done";
    if (camera.at === "refused" || microphone.at === "refused") open();
    room().close("check");
  };

  return {
    attended: () => {
      if (look === "unattended") look = "attended";
    },
    arrived: async () => {
      if (look === "under way" || look === "done") return;
      const asks = look === "attended";
      look = "done";
      if (!asks && !(await mayOpenUnasked(permissions))) return;
      look = "under way";
      room().open("check");
      looked(room().state()); // they may be open already, for a call
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
    looked,
  };
}
