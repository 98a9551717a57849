// Picture and sound as a model: two terminals share a path when each has met the other's present page and nothing cuts it;
// frames flow when, over it, each is in the call with the other. Their own channel carries "answered" and "bye" under the
// same conditions as the frames' path.
import { type Ms, ms } from "@parley/base/time";
import type { IdText } from "@parley/protocol/ids";
import type { Seat } from "./front.ts";
import type { Dice } from "./random.ts";
import type { Told } from "./terminal.ts";
import { type World, seatsOf } from "./parts.ts";

export type Media = {
  /** Something at this seat has changed. */
  readonly look: (seat: Seat) => void;
  readonly say: (from: Seat, to: IdText, call: IdText, word: Told) => void;
};

/** No frame for this long is a loss (as the real terminal has it). */
const lostAfter: Ms = ms(1000);

export function makeMedia(world: () => World, dice: Dice): Media {
  const find = (id: IdText): Seat | undefined => seatsOf(world()).find((seat) => seat.id === id);

  const hasPath = (a: Seat, b: Seat, call: IdText): boolean =>
    !a.away &&
    !b.away &&
    !world().faults.mediaCut() &&
    a.page.metIn(call, b.id) === b.page.page &&
    b.page.metIn(call, a.id) === a.page.page;

  const flows = (seat: Seat): boolean => {
    const mine = seat.page.inCall();
    const far = mine === null ? undefined : find(mine.far);
    const theirs = far?.page.inCall();
    if (mine === null || far === undefined || theirs === undefined || theirs === null) return false;
    return theirs.call === mine.call && theirs.far === seat.id && hasPath(seat, far, mine.call);
  };

  const look = (seat: Seat): void => {
    const { page } = seat;
    const mine = page.inCall();
    const far = mine === null ? undefined : find(mine.far);
    for (const one of far === undefined ? [seat] : [seat, far]) feel(one);
    for (const other of seatsOf(world())) if (other.page.inCall()?.far === seat.id) feel(other);
  };

  const feel = (seat: Seat): void => {
    const { page } = seat;
    const now = flows(seat);
    if (page.inCall() === null || page.inCall()?.flowing === now) return;
    world().queue.wait(now ? dice.span(ms(40), ms(400)) : lostAfter, () => {
      if (seat.page === page && flows(seat) === now) page.flow(now);
    });
  };

  return {
    look,
    say: (from, to, call, word) => {
      const far = find(to);
      if (far === undefined || !hasPath(from, far, call)) return;
      const { page } = far;
      world().queue.wait(dice.span(ms(5), ms(120)), () => {
        if (far.page === page && hasPath(from, far, call)) page.told(from.id, call, word);
      });
    },
  };
}
