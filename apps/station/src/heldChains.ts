// The credentials that the terminals on line have in hand, each asked to renew when a third of its life is over ([ID29]): a
// desk may stay on line, or in a call, for longer than any credential lives.
import type { Bytes } from "@parley/base/bytes";
import { type Cancel, type Clock, type Instant, type Ms, between, minutes, ms } from "@parley/base/time";
import type { IdText } from "@parley/protocol/ids";

export type HeldChains = {
  /** What the terminal shows to others; null before it has one from this life of the station. */
  readonly of: (terminal: IdText) => Bytes | null;
  readonly isDue: (terminal: IdText) => boolean;
  readonly put: (terminal: IdText, chain: Bytes, renewAt: Instant) => void;
  readonly drop: (terminal: IdText) => void;
  readonly close: () => void;
};

/** A terminal that was asked and has not renewed is asked again after this long: chosen. */
const askAgainAfter: Ms = minutes(10);

/** `ask` reaches a terminal that is on line; one that is not is asked when it comes. */
export function heldChains(clock: Clock, ask: (terminal: IdText) => void): HeldChains {
  const held = new Map<IdText, { readonly chain: Bytes; readonly renewAt: Instant; cancel: Cancel }>();

  const askAt = (terminal: IdText, delay: Ms): Cancel =>
    clock.wait(delay, () => {
      const it = held.get(terminal);
      if (it === undefined) return;
      it.cancel = askAt(terminal, askAgainAfter);
      ask(terminal);
    });

  return {
    of: (terminal) => held.get(terminal)?.chain ?? null,
    isDue: (terminal) => (held.get(terminal)?.renewAt ?? clock.now()) <= clock.now(),
    put: (terminal, chain, renewAt) => {
      held.get(terminal)?.cancel();
      const cancel = askAt(terminal, ms(Math.max(0, between(clock.now(), renewAt))));
      held.set(terminal, { chain, renewAt, cancel });
    },
    drop: (terminal) => {
      held.get(terminal)?.cancel();
      held.delete(terminal);
    },
    close: () => {
      for (const { cancel } of held.values()) cancel();
    },
  };
}
