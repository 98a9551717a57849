// Whether a person is at this terminal while a call rings: the first touch of its page after that is told to our station, which
// shows the caller that the ring was seen. A page that nobody touches has seen nothing.

export type Touch = {
  /** That call rings here, and nobody has touched the page yet. */
  readonly rings: (call: string) => void;
  /** It rings here no more. */
  readonly over: (call: string) => void;
};

export function watchTouch(page: Document, onSeen: (call: string) => void): Touch {
  const untouched = new Set<string>();
  const touched = (): void => {
    for (const call of untouched) onSeen(call);
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
    rings: (call) => void untouched.add(call),
    over: (call) => void untouched.delete(call),
  };
}
