// No end set: what may happen to a call without ending it. A station that dies and comes back, on either side; a terminal
// that is reloaded and comes back as a new leaf; and a person who ends the call when both stations are away.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DeskAt, type Parties, callAndAnswer, hold, seesAnew, shows } from "./harness/parties.ts";
import { type TwoDesks, openTwoDesks } from "./harness/twoDesks.ts";

let desks: TwoDesks;
let parties: Parties;
let caller: DeskAt;
let callee: DeskAt;

beforeAll(async () => {
  desks = await openTwoDesks({ settings: { call: { epochSeconds: 5 } } });
  ({ parties, caller, callee } = desks);
  await callAndAnswer(caller, callee);
}, 240_000);

afterAll(async () => {
  await desks?.close();
});

describe("a call that nothing ends", () => {
  it.each(["a", "b"] as const)(
    "party %s's station is killed: the picture goes on, and the station finds the call again",
    async (which) => {
      await parties[which].stop("SIGKILL");
      expect(await seesAnew(caller)).toBe(true);
      expect(await seesAnew(callee)).toBe(true);
      await parties[which].start();
      await new Promise((resolve) => setTimeout(resolve, 3000));
      const { links } = await parties[which].ask<{ links: { line: string }[] }>({ do: "status" });
      expect(links[0]?.line).toBe("live");
      for (const desk of [caller, callee])
        expect(await desk.page.locator("main.desk").getAttribute("data-at")).toBe("inCall");
    },
  );

  it("the called desk is reloaded: it comes back as a new leaf, and each sees the other again", async () => {
    await callee.page.reload();
    await shows(callee.page, "inCall", 60_000);
    expect(await seesAnew(callee)).toBe(true);
    expect(await seesAnew(caller)).toBe(true);
  });

  it("the calling desk is reloaded: the same", async () => {
    await caller.page.reload();
    await shows(caller.page, "inCall", 60_000);
    expect(await seesAnew(caller)).toBe(true);
    expect(await seesAnew(callee)).toBe(true);
  });

  it("both stations are away: End still ends the call for both", async () => {
    await Promise.all([parties.a.stop("SIGKILL"), parties.b.stop("SIGKILL")]);
    await hold(callee.page, "end");
    await Promise.all([shows(callee.page, "ended"), shows(caller.page, "ended")]);
    await Promise.all([parties.a.start(), parties.b.start()]);
  });
});
