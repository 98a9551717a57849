// The line itself, drawn from our clock to theirs: whole when it is proven, dashed while it is not, with a gap on the side
// that is at fault. The state's word stands elsewhere on the screen; this only makes it felt from across the room.
import type { Instant } from "@parley/base/time";
import type { Party, Shape, Tone } from "../model/line.ts";
import { Clock } from "./Clock.tsx";
import { ShapeMark } from "./StateMark.tsx";

export type ThreadProps = {
  readonly at: Instant;
  readonly here: Party;
  readonly there: Party;
  readonly state: "whole" | "dashed" | "brokenHere" | "brokenThere" | "calling" | "called" | "cut";
  readonly shape: Shape;
  readonly tone: Tone;
};

export function Thread({ at, here, there, state, shape, tone }: ThreadProps) {
  return (
    <div className="thread">
      <Clock at={at} place={here.place} />
      <div className="thread-line" data-state={state} data-tone={tone} aria-hidden="true">
        <span className="thread-half" />
        <ShapeMark shape={shape} tone={tone} />
        <span className="thread-half" />
      </div>
      <Clock at={at} place={there.place} />
    </div>
  );
}
