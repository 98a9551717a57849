// Scripted people: they press Call, sometimes on both sides at once or while the line is taken, answer, decline, touch or
// ignore what rings, give up, talk for a while, hand over, and press End, sometimes both. They see only their own screens.
import { type Ms, ms, seconds } from "@parley/base/time";
import { isInCall, offeredTo, openCall } from "@parley/call/state";
import type { IdText } from "@parley/protocol/ids";
import type { Seat } from "./front.ts";
import type { Dice } from "./random.ts";
import { type World, frontOf, seatsOf } from "./parts.ts";

export type People = {
  /** A person may look at this seat's screen. */
  readonly sees: (seat: Seat, link: IdText) => void;
  /** A spell of activity begins. */
  readonly begin: () => void;
};

export function makePeople(world: () => World, dice: Dice): People {
  const minded = new Set<string>();
  const hasty = dice.fork("hasty");
  const wait = (delay: Ms, then: () => void): void => void world().queue.wait(delay, then);

  /** Once for each seat, call and matter. */
  const first = (matter: string): boolean => {
    if (minded.has(matter)) return false;
    minded.add(matter);
    return true;
  };

  const note = (seat: Seat, what: string): void => world().trace.note(`${seat.station.name} ${seat.it.name}: ${what}`);

  const press = (seat: Seat, type: "answer" | "decline" | "hangUp", call: IdText): void => {
    note(seat, `presses ${type}`);
    if (type === "hangUp") world().judge.watch.endedBySomebody(call);
    seat.page.press(type, call);
  };

  /** After `delay`, if this seat still shows `call` in the state that `still` says. */
  const whenStill = (seat: Seat, link: IdText, call: IdText, delay: Ms, at: string, then: () => void): void =>
    wait(delay, () => {
      const line = seat.page.screen(link);
      if (openCall(line) === call && (line.at === at || (at === "inCall" && isInCall(line)))) then();
    });

  const hearsRing = (seat: Seat, link: IdText, call: IdText): void => {
    const mood = dice.part();
    const delay = dice.about(seconds(7));
    const still = (then: () => void, more = 0): void => whenStill(seat, link, call, ms(delay + more), "ringing", then);
    if (mood < 0.55) still(() => press(seat, "answer", call));
    else if (mood < 0.7) {
      still(() => seat.page.touch(call));
      still(() => press(seat, "answer", call), 2000);
    } else if (mood < 0.78)
      still(() => {
        press(seat, "decline", call);
        // A finger that was on its way already.
        if (hasty.chance(0.3)) wait(hasty.span(ms(0), ms(300)), () => press(seat, "answer", call));
      });
    else if (mood < 0.82) still(() => press(seat, "hangUp", call));
    else if (mood < 0.86)
      still(() => {
        press(seat, "answer", call);
        press(seat, dice.chance(0.5) ? "answer" : "hangUp", call);
      });
  };

  const talks = (seat: Seat, link: IdText, call: IdText): void => {
    const delay = dice.about(world().plan.talk);
    whenStill(seat, link, call, delay, "inCall", () => {
      if (seat.page.inCall()?.call !== call) return;
      const mood = dice.part();
      const other = dice.pick(frontOf(world(), seat.station).seats.filter((it) => it !== seat));
      if (mood < 0.15 && other !== undefined) {
        if (dice.chance(0.3)) {
          note(other, `takes it from ${seat.it.name}`);
          return other.page.take(call);
        }
        note(seat, `hands over to ${other.it.name}`);
        seat.page.handOver(call, other.id);
        whenStill(seat, link, call, ms(delay * 2), "inCall", () => {
          if (seat.page.inCall()?.call === call) press(seat, "hangUp", call);
        });
        return whenStill(other, link, call, dice.about(seconds(4)), "inCall", () => {
          if (offeredTo(other.page.screen(link), other.id)) press(other, dice.chance(0.8) ? "answer" : "decline", call);
        });
      }
      const far = seat.page.inCall()?.far;
      press(seat, "hangUp", call);
      const them = seatsOf(world()).find(({ id }) => id === far);
      if (them !== undefined && dice.chance(0.2))
        whenStill(them, link, call, dice.span(ms(0), ms(30)), "inCall", () => press(them, "hangUp", call));
    });
  };

  const calls = (): void => {
    const pair = dice.pick(world().pairs.filter(({ link }) => link !== null));
    const link = pair?.link ?? null;
    if (pair === undefined || link === null) return;
    const both = dice.chance(0.25) ? [pair.a, pair.b] : [dice.chance(0.5) ? pair.a : pair.b];
    const spread = dice.chance(0.5) ? 400 : 60;
    for (const station of both) {
      const seat = dice.pick(frontOf(world(), station).seats);
      if (seat === undefined) continue;
      wait(dice.span(ms(0), ms(both.length > 1 ? spread : 0)), () => {
        const { at } = seat.page.screen(link);
        if (at !== "idle" && at !== "ended" && !dice.chance(0.3)) return;
        note(seat, "presses Call");
        world().judge.pressed(station, link);
        seat.page.place(link);
      });
    }
  };

  return {
    sees: (seat, link) => {
      const line = seat.page.screen(link);
      const call = openCall(line);
      if (call === null) return;
      const who = `${seat.id} ${seat.pages} ${call}`;
      if (line.at === "ringing" && line.side === "called" && line.desks.includes(seat.id)) {
        if (first(`${who} ring`)) hearsRing(seat, link, call);
      } else if (line.at === "ringing" && line.side === "calling" && line.ours === seat.id) {
        if (first(`${who} out`) && dice.chance(0.2))
          whenStill(seat, link, call, dice.span(seconds(1), seconds(55)), "ringing", () => press(seat, "hangUp", call));
      } else if (isInCall(line) && line.ours === seat.id) {
        if (first(`${who} talk`)) talks(seat, link, call);
      }
    },
    begin: () => {
      const next = (): void =>
        wait(dice.about(world().plan.callEvery), () => {
          if (!world().awake) return;
          calls();
          next();
        });
      next();
    },
  };
}
