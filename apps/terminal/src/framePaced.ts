// What the screen knows of the terminal, at most one change for each frame that the browser draws. A press causes a dozen
// changes within a few milliseconds, and drawing after each of them would hold up the very message that the press is about.
import type { Cancel, Clock, Ms } from "@parley/base/time";

/** What may change at any moment and says so. */
export type Changing<S> = {
  readonly now: () => S;
  readonly watch: (listener: () => void) => Cancel;
};

export type Paced<S> = {
  /** As it stood when the last frame began; the same object until `watch` says otherwise. */
  readonly shown: () => S;
  readonly watch: (listener: () => void) => Cancel;
};

/** Calls back when the browser is about to draw, or soon where it draws nothing (a hidden page); returns the way to cancel. */
export type NextFrame = (draw: () => void) => Cancel;

/** How long `after` is to wait before it takes the place of `before`; mostly not at all. */
export type Pause<S> = (before: S, after: S) => Ms;

export function framePaced<S>(source: Changing<S>, nextFrame: NextFrame, pause: Pause<S>, clock: Clock): Paced<S> {
  let shown = source.now();
  let waiting: Cancel | null = null;
  const listeners = new Set<() => void>();
  const draw = (): void => {
    waiting = null;
    shown = source.now();
    for (const listener of listeners) listener();
  };
  const drawInTime = (): void => {
    const wait = pause(shown, source.now());
    if (wait === 0) draw();
    else waiting = clock.wait(wait, draw);
  };
  source.watch(() => {
    waiting ??= nextFrame(drawInTime);
  });
  return {
    shown: () => shown,
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** A hidden page draws no frame; what it has to say (a ring, an alarm) waits this long at most, ms. */
const hiddenFrame = 100;

/** A task after the next frame has begun, so that messages that came meanwhile (the answer, signed) are sent on first. */
export const browserFrame: NextFrame = (draw) => {
  let timer = setTimeout(() => once(), hiddenFrame);
  const frame = requestAnimationFrame(() => {
    clearTimeout(timer);
    timer = setTimeout(() => once(), 0);
  });
  const cancel = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  const once = (): void => {
    cancel();
    draw();
  };
  return cancel;
};
