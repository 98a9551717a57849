// Two stations and two idle desks on which nothing is rehearsed but what the bench asks for.
import { pause } from "./callSteady.ts";
import type { Place } from "./rivals/caller.ts";
import { type ParleyRival, startParleyRival } from "./rivals/parley.ts";
import { startParley } from "./startParley.ts";

/** A day: the hourly drill would come in between. Rings and talks are as long as they are by default. */
const everyMinutes = 1440;

export type DrillStations = {
  readonly parley: ParleyRival;
  /** Rehearses the line from party a, all sessions; resolves with its verdict, rejects when it was given up. */
  readonly drill: () => Promise<string>;
  /** Sessions that were held so far. */
  readonly held: () => Promise<number>;
};

/** A new line is rehearsed by both sides, each with all sessions; one follows the other within this. */
const settled = 50_000;

/** `work` with the line already rehearsed by both sides: what a new line does by itself is over. */
export async function withDrills<T>(place: Place, work: (stations: DrillStations) => Promise<T>): Promise<T> {
  const parley = await startParleyRival(place, startParley, { drills: { use: "on", everyMinutes } });
  try {
    const { drill, drillsHeld: held } = parley.stations;
    if (drill === undefined || held === undefined) throw new Error("these stations rehearse nothing");
    await first(drill);
    for (let before = -1, now = await held(); now !== before; now = await held()) {
      before = now;
      await pause(settled);
    }
    return await work({ parley, drill, held });
  } finally {
    await parley.close();
  }
}

/** Both sides may begin their first at once, and then both give way and try again in a minute or more. */
async function first(drill: () => Promise<string>): Promise<void> {
  for (let tries = 0; ; tries++) {
    const made = await drill().then(
      () => null,
      (error: unknown) => error,
    );
    if (made === null) return;
    if (tries === 10) throw new Error("no drill came about", { cause: made });
    await pause(3000);
  }
}
