// A state as shape and word; colour is only added to them. The shape is drawn, never a font's glyph, and is silent to
// assistive technology because the word beside it says the same.
import type { Mark, Shape } from "../model/line.ts";
import { Words } from "./Words.tsx";

const shapes: Readonly<Record<Shape, string>> = {
  disc: "M12 3a9 9 0 1 1 0 18a9 9 0 0 1 0-18z",
  triangle: "M12 2.5 22.5 21h-21z",
  square: "M4 4h16v16h-16z",
  hollowSquare: "M4.5 4.5h15v15h-15z",
  hollow: "M12 3.5a8.5 8.5 0 1 1 0 17a8.5 8.5 0 0 1 0-17z",
  ringing: "M4 12a8 8 0 0 1 13.7-5.6M20 12a8 8 0 0 1-13.7 5.6M17.9 2.6v4h-4M6.1 21.4v-4h4",
  target: "M12 3a9 9 0 1 1 0 18a9 9 0 0 1 0-18zM12 9a3 3 0 1 1 0 6a3 3 0 0 1 0-6z",
  bars: "M6 4h4v16h-4zM14 4h4v16h-4z",
  circle: "M12 3.5a8.5 8.5 0 1 1 0 17a8.5 8.5 0 0 1 0-17z",
  cross: "M5 5l14 14M19 5l-14 14",
};

export function ShapeMark({ shape, tone }: { shape: Shape; tone: Mark["tone"] }) {
  return (
    <svg className="shape" data-shape={shape} data-tone={tone} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={shapes[shape]} />
    </svg>
  );
}

export function StateMark({ mark }: { mark: Mark }) {
  return (
    <span className="mark" data-tone={mark.tone}>
      <ShapeMark shape={mark.shape} tone={mark.tone} />
      <Words say={mark.word} />
    </span>
  );
}
