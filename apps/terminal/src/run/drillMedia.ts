// What goes out in a drill and what looks and listens: the card and the sweep in place of the room's camera and microphone, and the
// black picture until the answer.
import type { Clock } from "@parley/base/time";
import { type Black, black } from "../media/black.ts";
import type { CanvasTrack } from "../media/canvasTrack.ts";
import { type SweepListener, type SweepTrack, sweepListener, sweepTrack } from "../media/sweepTone.ts";
import { type CardReader, cardReader, cardTrack } from "../media/testCard.ts";
import type { Outgoing } from "./outgoing.ts";

export type DrillMedia = {
  readonly outgoing: () => Outgoing;
  readonly sweep: Pick<SweepTrack, "sounds">;
  readonly reader: CardReader;
  readonly listener: SweepListener;
  /** Looks and listens from now on as if nothing had come before. */
  readonly anew: () => DrillMedia;
  /** Nobody looks and listens any more. */
  readonly hush: () => void;
  /** Nothing goes out any more. */
  readonly stop: () => void;
};

/** The size of the picture while it rings, as a room's black one. */
const [width, height] = [1280, 720];

export function drillMedia(page: Document, clock: Clock): DrillMedia {
  const sweep = sweepTrack(clock);
  return listening(page, clock, sweep, cardTrack(page, sweep.at), black(page, width, height));
}

function listening(page: Document, clock: Clock, sweep: SweepTrack, card: CanvasTrack, dark: Black): DrillMedia {
  const [reader, listener] = [cardReader(page, clock), sweepListener(page, clock, sweep.context)];
  const hush = (): void => {
    reader.stop();
    listener.stop();
  };
  return {
    outgoing: () => ({
      tracks: { cam: card.track, mic: sweep.track, screen: null, screenSound: null },
      black: dark.track,
      camera: "on",
      microphone: "open",
    }),
    sweep,
    reader,
    listener,
    anew: () => {
      hush();
      return listening(page, clock, sweep, card, dark);
    },
    hush,
    stop: () => {
      hush();
      card.stop();
      sweep.stop();
      dark.stop();
    },
  };
}
