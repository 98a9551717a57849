// What a terminal in a call goes by when it judges the other side's chains: both parties' pins, given when it is let in and
// told again when a station key rolls, a terminal is cut off or a root is replaced while the call runs ([ID37]).
import type { IdText } from "@parley/protocol/ids";
import type { ToTerminal } from "@parley/protocol/terminal/messages";

export type Pins = (ToTerminal & { type: "pins" })["pins"];

export type CallPins = {
  /** For a terminal that is let into a call; null where the link's other party is not pinned. */
  readonly give: (to: IdText, link: IdText, call: IdText) => Pins | null;
  /** Something is known about identities that was not: whoever is in a call and has other pins is told. */
  readonly changed: () => void;
};

export type CallPinsOptions = {
  readonly pinsOf: (link: IdText) => Pins | null;
  /** Whether this call is open on this link. */
  readonly isOpen: (link: IdText, call: IdText) => boolean;
  /** A terminal that is away misses it, and is admitted anew when it is back. */
  readonly tell: (to: IdText, message: ToTerminal & { type: "pins" }) => void;
};

export function callPins({ pinsOf, isOpen, tell }: CallPinsOptions): CallPins {
  /** By terminal: a terminal is in one call at a time. */
  const given = new Map<IdText, { readonly link: IdText; readonly call: IdText; readonly pins: Pins }>();
  return {
    give: (to, link, call) => {
      const pins = pinsOf(link);
      if (pins !== null) given.set(to, { link, call, pins });
      return pins;
    },
    changed: () => {
      for (const [to, { link, call, pins: before }] of given) {
        const pins = isOpen(link, call) ? pinsOf(link) : null;
        if (pins === null) given.delete(to);
        else if (pins.ours !== before.ours || pins.theirs !== before.theirs) {
          given.set(to, { link, call, pins });
          tell(to, { type: "pins", call, pins });
        }
      }
    },
  };
}
