// What a terminal is given by the page it runs in: every edge to the browser, so that run/ itself touches none of its globals.
import type { Clock } from "@parley/base/time";
import type { Random } from "@parley/base/random";
import type { CallWorkers } from "../crypto/workers.ts";
import type { SocketLike } from "../link/socket.ts";
import type { Ringer, RingerOptions } from "../media/ringer.ts";
import type { RoomOptions } from "./room.ts";

/** What the page gives its terminal; everything that touches the browser. */
export type Browser = {
  readonly page: Document;
  /** Which of the two pages was asked for, until the station says which this terminal is. */
  readonly wants: "desk" | "console";
  readonly origin: string;
  /** Which browser this is, and its build, as it names itself: a changed one has proven nothing. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly devices: MediaDevices;
  readonly permissions: Permissions;
  /** Where the chosen devices are kept between visits. */
  readonly kept: RoomOptions["kept"];
  readonly makeRinger: (onBlocked: RingerOptions["onBlocked"]) => Ringer;
  readonly indexedDb: IDBFactory;
  readonly subtle: SubtleCrypto;
  readonly openSocket: () => SocketLike;
  readonly startWorkers: () => CallWorkers;
  /** Asks the browser for a passkey ceremony; rejects as WebAuthn does. */
  readonly passkey: (ceremony: "create" | "get", options: Record<string, unknown>) => Promise<Record<string, unknown>>;
  readonly saveFile: (name: string, text: string) => void;
  readonly manifest: () => Promise<Uint8Array<ArrayBuffer>>;
  /** Whether the browser keeps what this page stores, or may clear it. */
  readonly storage: () => Promise<"kept" | "atRisk" | "untold">;
  readonly fullscreen: () => "full" | "window";
  /** Keeps the screen on while there is a call. */
  readonly wake: (on: boolean) => void;
};
