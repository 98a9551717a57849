// The main job, whole: two stations paired by the ceremony, two browsers, Call, Answer; each sees the other's barcode and
// hears the other's tone under the seal; End, and both ledgers know of it.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DeskAt, type Parties, callAndAnswer, hold, openDesk, shows, startParties } from "./harness/parties.ts";
import { partyOfTone } from "./harness/tone.ts";

let parties: Parties;
let caller: DeskAt;
let callee: DeskAt;

beforeAll(async () => {
  parties = await startParties();
  caller = await openDesk(parties.a, 1, parties);
  callee = await openDesk(parties.b, 2, parties);
}, 180_000);

afterAll(async () => {
  await caller?.browser.close();
  await callee?.browser.close();
  await parties?.close();
});

describe("a call between two parties", () => {
  it("both stations showed the same four words at pairing", () => {
    expect(parties.words.length).toBe(4);
  });

  it("each side sees the other's picture and hears the other's sound", async () => {
    await callAndAnswer(caller, callee);
    for (const [page, other] of [
      [caller.page, 2],
      [callee.page, 1],
    ] as const) {
      await page.bringToFront();
      expect(await page.evaluate(() => parleyMeter.firstSight(30_000))).not.toBeNull();
      const heard = await page.evaluate(() => parleyMeter.hear(3000));
      expect(heard.level).toBeGreaterThan(0.01);
      expect(heard.hz === null ? null : partyOfTone(heard.hz)).toBe(other);
    }
  });

  it("End at one side ends it for both, and both stations have it in their ledgers", async () => {
    await hold(caller.page, "end");
    await Promise.all([shows(caller.page, "ended"), shows(callee.page, "ended")]);
    for (const party of [parties.a, parties.b]) {
      const { entries } = await party.ask<{ entries: number }>({ do: "status" });
      expect(entries).toBeGreaterThan(5);
    }
  });

  it("[WS1] the pages asked nobody but their own station, and broke no rule of its policy", () => {
    for (const [{ browser }, party] of [
      [caller, parties.a],
      [callee, parties.b],
    ] as const) {
      expect([...browser.origins].filter((origin) => new URL(origin).host !== new URL(party.origin).host)).toEqual([]);
      expect(browser.complaints).toEqual([]);
    }
  });
});
