// A black picture of the camera's size, a few frames a second: what is sent while it rings, so that path, encoder and
// decoder are awake when a person answers. It shows nothing, and it is sealed like everything else.
import { type CanvasTrack, canvasTrack } from "./canvasTrack.ts";

export type Black = CanvasTrack & { readonly width: number; readonly height: number };

/** Five frames a second: measured to keep Chromium's encoder and pacer warm, where a disabled track does not. */
const framesPerSecond = 5;

/** A black track of `width` by `height` pixels, drawn on a canvas of `page`. */
export function black(page: Document, width: number, height: number): Black {
  let shade = 0;
  const drawn = canvasTrack(page, [width, height], framesPerSecond, (pen) => {
    shade = 1 - shade; // a change too small to see, since an unchanged canvas gives no frame
    pen.fillStyle = shade === 0 ? "#000000" : "#010101";
    pen.fillRect(0, 0, width, height);
  });
  return { ...drawn, width, height };
}
