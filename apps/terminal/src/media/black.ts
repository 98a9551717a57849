// A black picture of the camera's size, a few frames a second: what is sent while it rings, so that path, encoder and
// decoder are awake when a person answers. It shows nothing, and it is sealed like everything else.

export type Black = {
  readonly track: MediaStreamTrack;
  readonly width: number;
  readonly height: number;
  readonly stop: () => void;
};

/** Five frames a second: measured to keep Chromium's encoder and pacer warm, where a disabled track does not. */
const framesPerSecond = 5;

/** A black track of `width` by `height` pixels, drawn on a canvas of `page`. */
export function black(page: Document, width: number, height: number): Black {
  const canvas = page.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d", { alpha: false });
  if (pen === null) throw new Error("this browser draws no canvas");
  let shade = 0;
  const draw = (): void => {
    shade = 1 - shade; // a change too small to see, since an unchanged canvas gives no frame
    pen.fillStyle = shade === 0 ? "#000000" : "#010101";
    pen.fillRect(0, 0, width, height);
  };
  draw();
  const timer = setInterval(draw, 1000 / framesPerSecond);
  const track = canvas.captureStream(framesPerSecond).getVideoTracks()[0];
  if (track === undefined) throw new Error("a canvas gave no track");
  return {
    track,
    width,
    height,
    stop: () => {
      clearInterval(timer);
      track.stop();
    },
  };
}
