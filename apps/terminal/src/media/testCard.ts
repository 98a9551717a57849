// The moving test card as a track, and what arrives of the other side's: painted on a canvas, and read off the pictures that the
// browser really shows, at its own pace. What the card looks like is packages/drill's.
import type { Clock } from "@parley/base/time";
import { ms } from "@parley/base/time";
import {
  type Seen,
  nothingSeen,
  patchesOf,
  readCard,
  sampledHeight,
  sampledWidth,
  see,
  sequenceRound,
} from "@parley/drill/card";
import { type CanvasTrack, canvasTrack } from "./canvasTrack.ts";

/** As a room's camera gives them. */
const [width, height] = [1280, 720];
const framesPerSecond = 25;

/** The card as a track; `at` tells the sender's time, milliseconds, from 0 on. */
export function cardTrack(page: Document, at: () => number): CanvasTrack {
  let sequence = 0;
  return canvasTrack(page, [width, height], framesPerSecond, (pen) => {
    for (const patch of patchesOf({ sequence, at: Math.max(0, Math.round(at())) })) {
      const [left, top] = [Math.round(patch.x * width), Math.round(patch.y * height)];
      const [right, bottom] = [
        Math.round((patch.x + patch.width) * width),
        Math.round((patch.y + patch.height) * height),
      ];
      pen.fillStyle = `rgb(${patch.luma},${patch.luma},${patch.luma})`;
      pen.fillRect(left, top, right - left, bottom - top);
    }
    sequence = (sequence + 1) % sequenceRound;
  });
}

export type CardReader = {
  readonly watch: (track: MediaStreamTrack | null) => void;
  readonly seen: () => Seen;
  readonly stop: () => void;
};

/** A page that draws nothing, since it is behind another, tells of no pictures: then they are looked at this often. */
const looksEvery = ms(200);

/** Reads each picture of a track as it is shown, on an element that nobody sees. */
export function cardReader(page: Document, clock: Clock): CardReader {
  const video = page.createElement("video");
  video.muted = true;
  video.playsInline = true;
  const canvas = page.createElement("canvas");
  [canvas.width, canvas.height] = [sampledWidth, sampledHeight];
  const sampler = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  if (sampler === null) throw new Error("this browser draws no canvas");
  let seen = nothingSeen;
  let stopped = false;
  let shown: MediaStreamTrack | null = null;
  let looked = clock.elapsed();

  const look = (): void => {
    looked = clock.elapsed();
    if (video.videoWidth === 0) return;
    sampler.imageSmoothingEnabled = true;
    sampler.drawImage(video, 0, 0, sampledWidth, sampledHeight);
    const { data } = sampler.getImageData(0, 0, sampledWidth, sampledHeight);
    const luma = (x: number, y: number): number => {
      const at = (y * sampledWidth + x) * 4;
      return 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
    };
    seen = see(seen, readCard(luma), clock.elapsed());
  };
  const onPicture = (): void => {
    if (stopped) return;
    look();
    video.requestVideoFrameCallback(onPicture);
  };
  video.requestVideoFrameCallback(onPicture);
  const onTime = (): void => {
    if (stopped) return;
    if (clock.elapsed() - looked >= looksEvery && !video.paused) look();
    clock.wait(looksEvery, onTime);
  };
  onTime();

  return {
    watch: (track) => {
      if (track === shown) return;
      shown = track;
      video.srcObject = track === null ? null : new MediaStream([track]);
      if (track !== null) video.play().catch(() => undefined); // another track has come meanwhile
    },
    seen: () => seen,
    stop: () => {
      stopped = true;
      video.srcObject = null;
    },
  };
}
