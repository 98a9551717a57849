// A person's call after years of standing idle, from the press of Call to the end, judged as the people at both ends would: it rings,
// the other answers, both see and hear each other within ten seconds, the keys move on, and End ends it.
import { type Ms, ms, seconds } from "@parley/base/time";
import { isInCall, openCall } from "@parley/call/state";
import { judgePicture, judgeSound } from "@parley/drill/judgement";
import { evidenceOf } from "./evidence.ts";
import type { Seat } from "./front.ts";
import { type Linked, type World, frontOf } from "./parts.ts";
import type { Dice } from "./random.ts";
import type { Station } from "./station.ts";

/** What became of it: `worked`, or what the people had to say. */
export type FirstCall =
  | "worked"
  | "noDesk"
  | "noRing"
  | "noAnswer"
  | "nothingSeen"
  | "noPicture"
  | "noSound"
  | "forgedFrames"
  | "keysStood"
  | "notEnded";

type Pass = (length: number) => Promise<void>;

/** FAULTS.md figure 3: success within ten seconds, of the ring and of the answer. */
const within: Ms = seconds(10);
/** Keys change once a minute in a call (frames.md). */
const rekeyWithin: Ms = seconds(65);

export async function firstCall(
  world: World,
  { link, a, b }: Linked,
  calling: Station,
  dice: Dice,
  pass: Pass,
): Promise<FirstCall> {
  const called = calling === a ? b : a;
  const here = dice.pick(frontOf(world, calling).seats.filter(({ away }) => !away));
  if (here === undefined) return "noDesk";
  const until = async (holds: () => boolean, atMost: Ms): Promise<boolean> => {
    for (let waited = 0; waited < atMost && !holds(); waited += 250) await pass(250);
    return holds();
  };
  const ringsAt = (): readonly Seat[] =>
    frontOf(world, called).seats.filter(({ page, id }) => {
      const line = page.screen(link);
      return line.at === "ringing" && line.side === "called" && line.desks.includes(id);
    });
  world.judge.pressed(calling, link);
  here.page.place(link);
  if (!(await until(() => ringsAt().some((seat) => hearsRing(world, seat)), within))) return "noRing";
  const there = dice.pick(ringsAt().filter((seat) => hearsRing(world, seat)));
  if (there === undefined) return "noRing";
  await pass(dice.span(seconds(2), seconds(6)));
  const call = openCall(there.page.screen(link));
  if (call === null) return "noRing";
  there.page.press("answer", call);
  await pass(0);
  const inCall = (seat: Seat): boolean => seat.page.inCall()?.call === call;
  if (!(await until(() => inCall(here) && inCall(there), within))) return "noAnswer";
  const sees = (seat: Seat): boolean => seat.page.inCall()?.flowing === true;
  if (!(await until(() => sees(here) && sees(there), within))) return "nothingSeen";
  if (world.equipment.isForged(calling, called, false)) return "forgedFrames";
  await pass(seconds(5));
  for (const [near, far] of [
    [here, there],
    [there, here],
  ] as const) {
    const evidence = evidenceOf(near, far, seconds(5), false, world.equipment);
    const { seen, heard, sounds, out, in: into } = evidence;
    if (judgePicture(seen, out.picture, into.picture, seconds(5)).outcome === "failed") return "noPicture";
    if (judgeSound(heard, sounds, out.sound, into.sound, seconds(5)).outcome === "failed") return "noSound";
  }
  await pass(rekeyWithin);
  if ([here, there].some(({ id }) => !world.equipment.works(id, "rekeying", false))) return "keysStood";
  if (!(sees(here) && sees(there))) return "nothingSeen";
  const ender = dice.chance(0.5) ? here : there;
  world.judge.watch.endedBySomebody(call);
  ender.page.press("hangUp", call);
  const isOver = (): boolean =>
    [here, there].every(({ page }) => !isInCall(page.screen(link))) &&
    [calling, called].every(
      (it) => openCall(it.alive?.joined?.calls.state().links[link]?.line ?? { at: "idle" }) === null,
    );
  return (await until(isOver, within)) ? "worked" : "notEnded";
}

const hearsRing = (world: World, { id }: Seat): boolean => world.equipment.works(id, "page", false);

/** Whatever is left of a call that did not work is ended by the people. */
export async function clearAway(world: World, { a, b, link }: Linked, pass: Pass): Promise<void> {
  const seats = [a, b].flatMap((station) => frontOf(world, station).seats);
  const left = (): boolean => seats.some(({ page }) => openCall(page.screen(link)) !== null);
  for (let tries = 0; tries < 12 && left(); tries++) {
    for (const { page } of seats) {
      const call = openCall(page.screen(link));
      if (call === null) continue;
      world.judge.watch.endedBySomebody(call);
      page.press("hangUp", call);
    }
    await pass(ms(20_000));
  }
}
