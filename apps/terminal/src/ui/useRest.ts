// Where focus rests on a screen: on the one element marked `data-rest`, so that the first key a person presses does the one
// thing there is to do. A desk keeps it there for as long as the screen stands; a door or a dialog only begins there.
import { type RefObject, useEffect, useRef } from "react";

/** For the root of a screen; `screen` names it, and focus goes to its resting place whenever that name changes. */
export function useRest<T extends HTMLElement>(screen: string, hold: "keep" | "once"): RefObject<T | null> {
  const root = useRef<T>(null);
  useEffect(() => {
    const page = root.current;
    if (page === null) return undefined;
    const rest = () => page.querySelector<HTMLElement>("[data-rest]")?.focus();
    const lost = () => page.ownerDocument.activeElement === page.ownerDocument.body;
    if (hold === "once" || lost()) rest();
    if (hold === "once") return undefined;
    // Focus that leaves for nowhere, as after a press beside the button, comes back to it.
    const left = (event: FocusEvent) => {
      if (event.relatedTarget === null && page.ownerDocument.hasFocus()) queueMicrotask(() => lost() && rest());
    };
    page.addEventListener("focusout", left);
    return () => page.removeEventListener("focusout", left);
  }, [screen, hold]);
  return root;
}
