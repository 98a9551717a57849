// Whether a ring that is still on the screen has been answered meanwhile. The screen as a whole is drawn at its pace (framePaced.ts);
// their picture is uncovered at once, and this is all that is drawn for it.
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Cancel } from "@parley/base/time";

export type Answered = {
  readonly watch: (listener: () => void) => Cancel;
  readonly isAnswered: (call: string) => boolean;
};

const Context = createContext<Answered>({ watch: () => () => undefined, isAnswered: () => false });

export const AnsweredProvider = Context.Provider;

/** `call` is the one that rings, or null for none. */
export function useAnswered(call: string | null): boolean {
  const { watch, isAnswered } = useContext(Context);
  return useSyncExternalStore(watch, () => call !== null && isAnswered(call));
}
