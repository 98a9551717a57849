// Whether a person is at this terminal while a call rings: the first touch of its page after that is told to our station, which
// shows the caller that the ring was seen. A page that nobody touches has seen nothing.

import { type Clock, type Ms, ms } from "@parley/base/time";

export type Touch = {
  /** That call rings here, and nobody has touched the page yet. */
  readonly rings: (call: string) => void;
  /** It rings here no more. */
  readonly over: (call: string) => void;
};

/** Said so much later: a touch is mostly the answer, which has the machine to itself then and says more. */
const saidAfter: Ms = ms(300);

export function watchTouch(page: Document, clock: Clock, onSeen: (call: string) => void): Touch {
  const untouched = new Set<string>();
  const ringing = new Set<string>();
  const touched = (): void => {
    for (const call of untouched) clock.wait(saidAfter, () => (ringing.has(call) ? onSeen(call) : undefined));
    untouched.clear();
  };
  page.addEventListener("pointerdown", touched, { capture: true });
  page.addEventListener("keydown", touched, { capture: true });
  page.addEventListener(
    "pointermove",
    // A page that changes under a pointer at rest makes events too, which are nobody's.
    (event) => {
      if (event.movementX !== 0 || event.movementY !== 0) touched();
    },
    { capture: true },
  );
  return {
    rings: (call) => {
      untouched.add(call);
      ringing.add(call);
    },
    over: (call) => {
      untouched.delete(call);
      ringing.delete(call);
    },
  };
}
