// Moving pictures for the preview without a camera: a lit figure in a room and a page of a document, drawn on canvases and
// captured as streams, as a call's own pictures would come.
import type { Pictures } from "../ui/VideoTile.tsx";

type Draw = (paint: CanvasRenderingContext2D) => void;

function painted(width: number, height: number, draw: Draw): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const paint = canvas.getContext("2d");
  if (paint !== null) draw(paint);
  return canvas;
}

/** A picture that any number of streams show: painted once, since its blur takes longer than a whole state does. */
function picture(width: number, height: number, draw: Draw): () => MediaStream {
  let kept: HTMLCanvasElement | null = null;
  return () => {
    const source = (kept ??= painted(width, height, draw));
    return painted(width, height, (paint) => paint.drawImage(source, 0, 0)).captureStream(5);
  };
}

/** A person before a window, in the colours given; `light` is the wall behind. */
function figure(light: string, shade: string, coat: string, skin: string) {
  return (paint: CanvasRenderingContext2D) => {
    const { width: w, height: h } = paint.canvas;
    const wall = paint.createRadialGradient(w * 0.68, h * 0.25, 0, w * 0.6, h * 0.35, w * 0.8);
    wall.addColorStop(0, light);
    wall.addColorStop(1, shade);
    paint.filter = "blur(" + String(Math.round(w / 210)) + "px)";
    paint.fillStyle = wall;
    paint.fillRect(0, 0, w, h);
    paint.fillStyle = "#ffffff30";
    paint.fillRect(w * 0.74, h * 0.08, w * 0.16, h * 0.5);
    paint.fillStyle = shade;
    paint.fillRect(w * 0.815, h * 0.08, w * 0.008, h * 0.5);
    paint.fillStyle = coat;
    paint.beginPath();
    paint.ellipse(w / 2, h * 1.08, w * 0.27, h * 0.44, 0, 0, Math.PI * 2);
    paint.fill();
    paint.fillStyle = "#dfe4ea";
    paint.beginPath();
    paint.moveTo(w * 0.465, h * 0.63);
    paint.lineTo(w * 0.5, h * 0.8);
    paint.lineTo(w * 0.535, h * 0.63);
    paint.fill();
    const face = paint.createLinearGradient(w * 0.42, 0, w * 0.58, 0);
    face.addColorStop(0, shade);
    face.addColorStop(0.55, skin);
    paint.fillStyle = face;
    paint.beginPath();
    paint.ellipse(w / 2, h * 0.42, w * 0.075, h * 0.185, 0, 0, Math.PI * 2);
    paint.fill();
    paint.fillStyle = "#2b2622";
    paint.beginPath();
    paint.ellipse(w / 2, h * 0.31, w * 0.079, h * 0.1, 0, Math.PI, 0);
    paint.fill();
  };
}

function page(paint: CanvasRenderingContext2D): void {
  const { width: w, height: h } = paint.canvas;
  paint.fillStyle = "#d9d4c8";
  paint.fillRect(0, 0, w, h);
  paint.fillStyle = "#3a3f47";
  for (let i = 0; i < 22; i++)
    paint.fillRect(w * 0.12, h * (0.1 + i * 0.037), w * (i % 5 === 4 ? 0.4 : 0.76), h * 0.012);
}

const them = picture(1280, 720, figure("#8d97a3", "#2c3540", "#1d232c", "#b89a86"));
const self = picture(640, 360, figure("#7f8b86", "#2b322f", "#2a2d38", "#a98872"));
const screen = picture(1280, 800, page);

/** Each stream begins when a view first asks for it, so that a state without pictures costs none. */
export function previewPictures(): Pictures & { readonly stop: () => void } {
  const begun: Partial<Record<"them" | "self" | "screen", MediaStream>> = {};
  return {
    get them() {
      return (begun.them ??= them());
    },
    get self() {
      return (begun.self ??= self());
    },
    get screen() {
      return (begun.screen ??= screen());
    },
    speaker: null,
    /** Lets the streams go, so that showing every state in turn does not pile them up. */
    stop: () => {
      for (const stream of Object.values(begun)) stream.getTracks().forEach((track) => track.stop());
    },
  };
}
