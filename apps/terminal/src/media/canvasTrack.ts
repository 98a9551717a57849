// What is painted on a canvas as a track: the black picture of a ring, the test card of a drill.

export type CanvasTrack = { readonly track: MediaStreamTrack; readonly stop: () => void };

/** A track of `width` by `height` pixels; `draw` paints each picture of it over the one before, `framesPerSecond` times a second. */
export function canvasTrack(
  page: Document,
  [width, height]: readonly [number, number],
  framesPerSecond: number,
  draw: (pen: CanvasRenderingContext2D) => void,
): CanvasTrack {
  const canvas = page.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext("2d", { alpha: false });
  if (pen === null) throw new Error("this browser draws no canvas");
  draw(pen);
  const timer = setInterval(() => draw(pen), 1000 / framesPerSecond);
  const track = canvas.captureStream(framesPerSecond).getVideoTracks()[0];
  if (track === undefined) throw new Error("a canvas gave no track");
  return {
    track,
    stop: () => {
      clearInterval(timer);
      track.stop();
    },
  };
}
