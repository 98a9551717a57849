// What goes wrong with drills themselves.
import { all, clockAhead, configured } from "../acts.ts";
import { drillOnce } from "../ask.ts";
import type { Case } from "../case.ts";
import type { Settings, Undo, World } from "../world.ts";

const drilling =
  (more: object) =>
  (settings: Settings): Settings => ({ ...settings, drills: { ...(settings["drills"] as object), ...more } });

/** The shortest period that there is; a side of which nothing was heard yet is expected within three of them and a sixth ([DR7]). */
const everyMinutes = 6;
const bothTurns = 60 * (3 * everyMinutes + 2);

/** Later by as much for everybody: nobody's clock is wrong. */
const later = async (world: World, seconds: number): Promise<Undo> =>
  all(...(await Promise.all(Object.values(world.sites).map((site) => clockAhead(world, site, seconds)))));

export const drills: readonly Case[] = [
  {
    mode: 49,
    how: "b's station makes no drills any more, and both sides' turns have come",
    guilty: "b",
    asks: null,
    listens: ["missed"],
    expects: [{ at: "a", of: "b", by: "missed", code: "DRILL_MISSED" }],
    prepare: async (world) => {
      const { a, b } = world.sites;
      const undo = all(
        await configured(a, drilling({ use: "on", everyMinutes })),
        await configured(b, drilling({ use: "on", everyMinutes })),
      );
      await drillOnce(world, "b");
      return undo;
    },
    inject: async (world) => {
      const off = await configured(world.sites.b, drilling({ use: "off" }));
      const back = await later(world, bothTurns);
      return async () => {
        await back();
        await off();
        await drillOnce(world, "b");
      };
    },
  },
];
