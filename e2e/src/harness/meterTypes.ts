// What Node and the page say to each other about measuring: the meter's questions and answers, all times in milliseconds
// since 1970 with fractions, off the page's monotonic clock.
import type { PictureSize } from "./camera.ts";

export type MeterSettings = {
  /** The party whose page this is: its own barcode, in a self-view, is never a sighting. */
  readonly party: number;
  /** What the other's barcode carries: a time stamp (canvas camera) or its place in a loop (camera file). */
  readonly stamps: "time" | "loop";
  /** Replaces camera and microphone by a canvas of this size and a beep; null leaves the browser's own devices. */
  readonly camera: PictureSize | null;
  /** After the first sighting, read every so many pictures: 1 reads all. Reading costs CPU that no call has. */
  readonly readEvery: number;
};

/** All pictures since the first sighting (or `clear`): when each was shown, delays of those read, and what was missed. */
export type PictureLog = {
  readonly shown: readonly number[];
  readonly delays: readonly number[];
  /** Pictures that the sender drew and this page never showed, by their sequence. */
  readonly missed: number;
  /** Pictures without a readable barcode: black, or too coarse. */
  readonly unread: number;
};

/** The loudest within the time listened: `level` 0 to 1; `hz` to about 6 Hz, null where the browser shows no spectrum. */
export type Heard = { readonly level: number; readonly hz: number | null };

/** The browser's own counts, over all open peer connections of the page; picture size and codec of what is received. */
export type MediaCounts = {
  sent: number;
  encoded: number;
  received: number;
  decoded: number;
  dropped: number;
  keyFrames: number;
  freezes: number;
  bytesSent: number;
  bytesReceived: number;
  concealed: number;
  soundPackets: number;
  soundLost: number;
  width: number;
  height: number;
  codec: string;
  candidates: string[];
};

export type Meter = {
  /** Forgets everything: the next call starts. Pictures drawn before this moment no longer count as seen. */
  reset(): void;
  /** Forgets the pictures alone; the first sighting stands. */
  clear(): void;
  /** When the button with this `data-act` was first pressed (pointer down) since the reset, or null. */
  pressed(act: string): number | null;
  /** When the other party's barcode was first shown since the reset; null when it was not within `timeout` ms. */
  firstSight(timeout: number): Promise<number | null>;
  /** Whose barcode was shown last since the reset, or null: which of a party's cameras a call goes on with. */
  whom(): number | null;
  pictures(): PictureLog;
  hear(listen: number): Promise<Heard>;
  /** How late each beep of the other's canvas microphone was heard, ms, true to about ten; none where Web Audio does not run. */
  soundDelays(listen: number): Promise<readonly number[]>;
  counts(): Promise<MediaCounts>;
  /** What the open connections have agreed on: each one's local and remote description. */
  descriptions(): readonly { readonly local: string; readonly remote: string }[];
  clock(): number;
};

export type CanvasCamera = {
  pause(yes: boolean): void;
  /** How much later than whole beep periods the microphone's beeps leave by now, ms: to be taken off a delay heard. */
  beepLag: () => Promise<number>;
  /**
   * How late each of this page's own beeps is heard in this page, ms: what Web Audio itself adds on the way in and out, to be
   * taken off a delay heard too. None where Web Audio does not run or no microphone is open.
   */
  ownDelays: (listen: number) => Promise<readonly number[]>;
};

declare global {
  // `var` is what puts a name on globalThis.
  var parleyMeter: Meter;
  var parleyCamera: CanvasCamera;
  var parleyMeterSettings: MeterSettings;
}
