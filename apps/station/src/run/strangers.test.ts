import { describe, expect, it } from "vitest";
import { type Clock, ms } from "@parley/base/time";
import type { IdText } from "@parley/protocol/ids";
import { turnAwayStrangers } from "./strangers.ts";
import { begin, callAndAnswer, deskOf, settle } from "./testing/records.ts";
import { type Half, linkText } from "./testing/twoStations.ts";

/** Cuts the other party off at this station; what it asks for, and how to let the time for the last word pass. */
async function cutOff(half: Half): Promise<{ readonly unrelayed: IdText[]; readonly later: () => Promise<void> }> {
  const { life } = half;
  if (life === null) throw new Error("down");
  const unrelayed: IdText[] = [];
  const waiting: (() => void)[] = [];
  const clock: Clock = {
    now: () => half.now(),
    elapsed: () => ms(0),
    wait: (_, then) => {
      waiting.push(then);
      return () => undefined;
    },
  };
  const unrelay = (terminal: IdText): void => void unrelayed.push(terminal);
  await turnAwayStrangers({ clock, ...life, pinOf: () => null, unrelay });
  const later = async (): Promise<void> => {
    for (const then of waiting.splice(0)) then();
    await life.writer.write(() => undefined);
  };
  return { unrelayed, later };
}

describe("a party that was cut off", () => {
  it("[ID35] is out of the call that goes on, at once: ended here, no relayed path, over there too, and the link is gone", async () => {
    const { a, b } = await begin();
    const call = await callAndAnswer(a, b);
    expect([a.line().at, b.line().at]).toEqual(["live", "live"]);
    const { unrelayed, later } = await cutOff(a);
    expect(a.line()).toMatchObject({ at: "ended", call });
    expect(unrelayed).toEqual([deskOf(a)]);
    await settle(a, b);
    expect(b.line()).toMatchObject({ at: "ended", call, why: "theyHungUp" });
    expect(a.life?.links.all().length).toBe(1);
    await later();
    expect(a.life?.links.all()).toEqual([]);
    expect(a.life?.links.generations(linkText)).toEqual([]);
    await a.say(deskOf(a), { type: "place", link: linkText });
    expect(a.refused).toEqual(["LINK_UNKNOWN"]);
  });

  it("[ID35] rings no more, whoever called", async () => {
    for (const which of ["a", "b"] as const) {
      const { a, b } = await begin();
      const caller = which === "a" ? a : b;
      await caller.say(deskOf(caller), { type: "place", link: linkText });
      await settle(a, b);
      expect([a.line().at, b.line().at]).toEqual(["ringing", "ringing"]);
      const { unrelayed } = await cutOff(a);
      expect(a.line().at).toBe("ended");
      expect(unrelayed).toContain(deskOf(a));
      await settle(a, b);
      expect(b.line().at).toBe("ended");
    }
  });

  it("[ID35] is turned away at the next start where the process died in between, and twice does no harm", async () => {
    const { a, b } = await begin();
    await callAndAnswer(a, b);
    await cutOff(a);
    await a.boot();
    const { later, unrelayed } = await cutOff(a);
    await later();
    await a.boot();
    expect(unrelayed).toEqual([]);
    expect(a.life?.links.all().map(({ link }) => link)).toEqual([linkText]);
  });
});
