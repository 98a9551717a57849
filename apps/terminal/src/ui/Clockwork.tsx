// The clock port inside React: the real one is handed in once at the root, a manual one in tests. Only holding a button
// needs it; nothing that a screen says is ever timed here.
import { createContext, useContext } from "react";
import type { Clock } from "@parley/base/time";

const Clockwork = createContext<Clock | null>(null);

export const ClockworkProvider = Clockwork.Provider;

export function useClock(): Clock {
  const clock = useContext(Clockwork);
  if (clock === null) throw new Error("no clock above this view");
  return clock;
}
