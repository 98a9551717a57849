// Picture and sound as a model: two pages share a path when each has met the other's present page and nothing cuts it;
// frames flow when, over it, each is in the call with the other. Their own channel carries "answered" and "bye" under the
// same conditions as the frames' path. A seat has a page for people and, while a drill is under way there, another for it.
import { type Ms, ms } from "@parley/base/time";
import type { IdText } from "@parley/protocol/ids";
import type { Seat } from "./front.ts";
import type { Dice } from "./random.ts";
import type { Terminal, Told } from "./terminal.ts";
import { type World, seatsOf } from "./parts.ts";

export type Media = {
  /** Something at this seat has changed. */
  readonly look: (seat: Seat) => void;
  readonly say: (from: Seat, page: Terminal, to: IdText, call: IdText, word: Told) => void;
  /** Whether the pages of one call at the two seats have a path to each other. */
  readonly hasPath: (a: Taker, b: Taker, call: IdText) => boolean;
  readonly takerOf: (id: IdText, call: IdText) => Taker | null;
};

/** A page that takes part, and where. */
export type Taker = { readonly seat: Seat; readonly page: Terminal; readonly inDrill: boolean };

/** No frame for this long is a loss (as the real terminal has it). */
const lostAfter: Ms = ms(1000);

export const takersAt = (seat: Seat): readonly Taker[] => {
  const drill = seat.rehearsing.page();
  const people = { seat, page: seat.page, inDrill: false };
  return drill === null ? [people] : [people, { seat, page: drill, inDrill: true }];
};

export function makeMedia(world: () => World, dice: Dice): Media {
  const find = (id: IdText): Seat | undefined => seatsOf(world()).find((seat) => seat.id === id);

  /** The page at that seat which knows of `call`. */
  const takerOf = (id: IdText, call: IdText): Taker | null => {
    const seat = find(id);
    if (seat === undefined) return null;
    const [people, drill] = takersAt(seat);
    return drill?.page.knows(call) === true ? drill : (people ?? null);
  };

  const hasPath = (a: Taker, b: Taker, call: IdText): boolean =>
    !a.seat.away &&
    !b.seat.away &&
    !world().faults.mediaCut() &&
    a.page.metIn(call, b.seat.id) === b.page.page &&
    b.page.metIn(call, a.seat.id) === a.page.page &&
    world().equipment.routeOf(a.seat.station, b.seat.station, a.inDrill) !== null;

  /** Whether what one seals the other can open, as far as parts and ports go. */
  const opens = (a: Taker, b: Taker): boolean =>
    [a, b].every(({ seat, inDrill }) =>
      (["sealing", "mediaPort"] as const).every((part) => world().equipment.works(seat.id, part, inDrill)),
    );

  const flows = (one: Taker): boolean => {
    const mine = one.page.inCall();
    const far = mine === null ? null : takerOf(mine.far, mine.call);
    const theirs = far?.page.inCall() ?? null;
    if (mine === null || far === null || theirs === null) return false;
    return theirs.call === mine.call && theirs.far === one.seat.id && hasPath(one, far, mine.call) && opens(one, far);
  };

  const look = (seat: Seat): void => {
    for (const one of takersAt(seat)) {
      const mine = one.page.inCall();
      const far = mine === null ? null : takerOf(mine.far, mine.call);
      feel(one);
      if (far !== null) feel(far);
    }
    for (const other of seatsOf(world()))
      for (const one of takersAt(other)) if (one.page.inCall()?.far === seat.id) feel(one);
  };

  const feel = (one: Taker): void => {
    const { seat, page } = one;
    const now = flows(one);
    if (page.inCall() === null || page.inCall()?.flowing === now) return;
    world().queue.wait(now ? dice.span(ms(40), ms(400)) : lostAfter, () => {
      const still = one.inDrill ? seat.rehearsing.page() === page : seat.page === page;
      if (still && flows(one) === now) page.flow(now);
    });
  };

  return {
    look,
    hasPath,
    takerOf,
    say: (from, page, to, call, word) => {
      const far = takerOf(to, call);
      const near = { seat: from, page, inDrill: page !== from.page };
      if (far === null || !hasPath(near, far, call)) return;
      world().queue.wait(dice.span(ms(5), ms(120)), () => {
        const still = takersAt(far.seat).some((it) => it.page === far.page);
        if (still && hasPath(near, far, call)) far.page.told(from.id, call, word);
      });
    },
  };
}
