// A link on which the parties' records contradict each other: no call is placed or answered on it, from either side.
import { describe, expect, it } from "vitest";
import { linkText, twoStations } from "./testing/twoStations.ts";

const random = (length: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(length));

describe("a stopped link", () => {
  it("[LG33] places no call, and says why; a ring from the other side does not ring", async () => {
    const { a, b } = twoStations(random);
    await a.boot();
    await b.boot();
    a.stoppedBy = "LEDGER_ROLLED_BACK";
    await a.say(a.plan.desks[0]?.terminal ?? "", { type: "place", link: linkText });
    expect([a.refused, a.line().at]).toEqual([["LEDGER_ROLLED_BACK"], "idle"]);
    await b.say(b.plan.desks[0]?.terminal ?? "", { type: "place", link: linkText });
    expect(b.line().at).toBe("ringing");
    while ((await b.take(a, true)) || (await a.take(b, true)));
    expect([a.line().at, b.line().at]).toEqual(["idle", "ended"]);
    a.stoppedBy = null;
    await a.say(a.plan.desks[0]?.terminal ?? "", { type: "place", link: linkText });
    expect(a.line().at).toBe("ringing");
  });
});
