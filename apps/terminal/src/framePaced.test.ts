// The pace of the screen, with frames and waits that come when the test says so.
import { type Cancel, type Clock, instant, ms } from "@parley/base/time";
import { expect, test } from "vitest";
import { framePaced } from "./framePaced.ts";

function paced(pause: (before: number, after: number) => number = () => 0) {
  let value = 0;
  let changed = (): void => undefined;
  const frames: (() => void)[] = [];
  const waits: (() => void)[] = [];
  const later =
    (queue: (() => void)[]) =>
    (run: () => void): Cancel => {
      queue.push(run);
      return () => undefined;
    };
  const clock: Clock = { now: () => instant(0), elapsed: () => ms(0), wait: (_, run) => later(waits)(run) };
  const source = {
    now: () => value,
    watch: (listener: () => void): Cancel => {
      changed = listener;
      return () => undefined;
    },
  };
  const screen = framePaced(source, later(frames), (before, after) => ms(pause(before, after)), clock);
  const drawn: number[] = [];
  screen.watch(() => drawn.push(screen.shown()));
  return {
    drawn,
    shown: screen.shown,
    set: (to: number) => {
      value = to;
      changed();
    },
    frame: () => frames.splice(0).forEach((run) => run()),
    waited: () => waits.splice(0).forEach((run) => run()),
  };
}

test("any number of changes between two frames are one drawing, of the last", () => {
  const { drawn, shown, set, frame } = paced();
  [1, 2, 3].forEach(set);
  expect(shown()).toBe(0);
  frame();
  frame();
  set(4);
  frame();
  expect(drawn).toEqual([3, 4]);
});

test("a change that has to wait is drawn after its pause, and what changed meanwhile with it", () => {
  const { drawn, set, frame, waited } = paced((before, after) => (before === 1 && after >= 2 ? 150 : 0));
  set(1);
  frame();
  set(2);
  frame();
  set(3);
  frame();
  expect(drawn).toEqual([1]);
  waited();
  set(4);
  frame();
  expect(drawn).toEqual([1, 3, 4]);
});
