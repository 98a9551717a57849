import { clockByHand } from "@parley/base/testing/clockByHand";
import { ms } from "@parley/base/time";
import { describe, expect, it } from "vitest";
import { type Running, superviseRehearser } from "./rehearser.ts";

const address = "https://northmark.example/desk";
const tick = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};

function begin() {
  const { clock, passSettling } = clockByHand();
  const pass = (time: number): Promise<void> => passSettling(ms(time), tick);
  const world = { enrolled: true, wanted: true, online: true, starts: "browser" as "browser" | "nothing" };
  const opened: string[] = [];
  const away: string[] = [];
  const alive: { die: () => void }[] = [];
  const rehearser = superviseRehearser({
    clock,
    launch: (at): Running => {
      if (world.starts === "nothing") throw new Error("no such file");
      opened.push(at);
      let die = (): void => undefined;
      const ended = new Promise<void>((resolve) => (die = resolve));
      const one = { die };
      alive.push(one);
      const gone = ended.then(() => void alive.splice(alive.indexOf(one), 1));
      return {
        ended: gone,
        close: async () => {
          die();
          await gone;
        },
      };
    },
    address,
    isEnrolled: () => world.enrolled,
    isWanted: () => world.wanted,
    isOnline: () => world.online && alive.length > 0,
    onAway: (why) => void away.push(why),
  });
  return { rehearser, world, opened, alive, away, pass };
}

describe("the browser that rehearses", () => {
  it("[DR25] runs while it is wanted and settled, and is ended when a desk is there for a while", async () => {
    const { world, opened, alive, pass } = begin();
    await pass(19_000);
    expect(opened).toEqual([]);
    await pass(10_000);
    expect([opened, alive.length]).toEqual([[address], 1]);
    world.wanted = false;
    await pass(15_000);
    world.wanted = true;
    await pass(15_000);
    expect(alive.length).toBe(1);
    world.wanted = false;
    await pass(30_000);
    expect([opened.length, alive.length]).toEqual([1, 0]);
  });

  it("[DR25] is never started where no officer has approved one, and once with the address of one who does", async () => {
    const { rehearser, world, opened, alive, pass } = begin();
    world.enrolled = world.wanted = false;
    await pass(600_000);
    expect(opened).toEqual([]);
    rehearser.enrol(`${address}#code=1`);
    expect(opened).toEqual([`${address}#code=1`]);
    world.online = false;
    await pass(30_000);
    expect(alive.length).toBe(1);
    // Approved, with desks open: it is not wanted any more.
    world.enrolled = world.online = true;
    await pass(30_000);
    expect([opened.length, alive.length]).toEqual([1, 0]);
    world.wanted = true;
    await pass(30_000);
    expect(opened).toEqual([`${address}#code=1`, address]);
  });

  it("[DR25] is started anew where it ended or is stuck, ever more slowly, and it is said once until it comes", async () => {
    const { world, opened, alive, away, pass } = begin();
    await pass(30_000);
    alive[0]?.die();
    await pass(10_000);
    expect([opened.length, alive.length, away]).toEqual([2, 1, []]);
    world.online = false;
    await pass(3_600_000);
    expect(away).toEqual(["it does not come to the station"]);
    expect(opened.length).toBeGreaterThan(5);
    expect(opened.length).toBeLessThan(15);
    world.online = true;
    await pass(600_000);
    const before = opened.length;
    alive[0]?.die();
    await pass(10_000);
    expect([opened.length - before, alive.length]).toEqual([1, 1]);
    world.starts = "nothing";
    alive[0]?.die();
    await pass(600_000);
    expect(away.slice(1)).toEqual(["no such file"]);
  });

  it("[DR25] is gone when the station has stopped, and nothing starts it again", async () => {
    const { rehearser, opened, alive, pass } = begin();
    await pass(30_000);
    expect(alive.length).toBe(1);
    await rehearser.stop();
    expect(alive.length).toBe(0);
    rehearser.look();
    await pass(3_600_000);
    expect(opened.length).toBe(1);
  });
});
