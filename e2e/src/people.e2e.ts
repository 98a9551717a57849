// People beside machines, in real browsers with a virtual passkey: officers are asked at set hours, one answers and the other does not,
// and each side's screens show both sides' people apart from the machines. The hours are the next two minutes of the clock.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { type DeskAt, type Parties, openConsole, openDesk, startParties, until } from "./harness/parties.ts";

let parties: Parties;
let officer: DeskAt;
let desk: DeskAt;
let their: DeskAt;

/** The set hours are read by the party's own clock; a minute and three minutes from now in each zone, so that none has passed. */
const timeIn = (zone: string, later: number): string =>
  new Date(Date.now() + later * 60_000).toLocaleTimeString("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });

type Status = {
  readonly people: {
    readonly at: string;
    readonly by: string;
    readonly question: { readonly at: string } | null;
  } | null;
  readonly links: readonly { readonly people: { readonly at: string } | null }[];
};
const status = (of: Parties["a"]) => of.ask<Status>({ do: "status" });

const proof = (page: Page, of: "ours" | "theirs", at: string) =>
  page.waitForSelector(`[data-proof=${of}][data-at=${at}]`, { timeout: 150_000 });

beforeAll(async () => {
  // Both parties have the same settings, so the hours are those of either zone, a good two minutes away.
  const zones = ["America/New_York", "Europe/Istanbul"];
  const askAt = [...new Set(zones.map((zone) => timeIn(zone, 3)))];
  parties = await startParties({ people: { askAt, withinMinutes: 1 } });
  officer = await openConsole(parties.a, 1, parties);
  desk = await openDesk(parties.a, 1, parties);
  their = await openDesk(parties.b, 2, parties);
}, 240_000);

afterAll(async () => {
  await Promise.all([officer, desk, their].map((at) => at?.browser.close()));
  await parties?.close();
});

describe("people", () => {
  it("[PE8] before anybody was asked neither side's people are ready, whatever the machines say", async () => {
    await proof(officer.page, "ours", "unasked");
    await proof(officer.page, "theirs", "untold");
    expect(await officer.page.locator("[data-here]").count()).toBe(0);
  });

  it(
    "[PE3] [PE4] the console asks at the set hour, and a fresh passkey answers that question: people are ready",
    { timeout: 240_000 },
    async () => {
      await officer.page.waitForSelector("[data-here=open]", { timeout: 200_000 });
      expect((await status(parties.a)).people).toMatchObject({ question: { at: "open" } });
      await officer.page.bringToFront();
      await officer.page.click("[data-act=here]");
      await proof(officer.page, "ours", "ready");
      expect(await officer.page.locator("[data-here]").count()).toBe(0);
      expect((await status(parties.a)).people).toMatchObject({ at: "ready", by: "Ada", question: null });
    },
  );

  it(
    "[PE6] [PE7] the other side is told, nobody of theirs answers, and both see that apart from the machines",
    { timeout: 240_000 },
    async () => {
      await until(
        async () => (await status(parties.b)).links[0]?.people?.at,
        (at) => at === "ready",
        "the word of Northmark",
      );
      await their.page.waitForSelector("[data-people=ready]", { timeout: 60_000 });
      await proof(officer.page, "theirs", "notReady");
      await desk.page.waitForSelector("[data-people=notReady]", { timeout: 60_000 });
      expect((await status(parties.b)).people).toMatchObject({ at: "notReady", question: { at: "late" } });
    },
  );

  it("[PE5] all of it is in the ledger that the console shows", async () => {
    await officer.page.bringToFront();
    await officer.page.getByRole("button", { name: "Ledger" }).first().click();
    await officer.page.getByText("Ada said “I am here” with a passkey.").first().waitFor();
    await officer.page.getByText("Estovar says that nobody of theirs answered.").first().waitFor();
    expect([officer, desk, their].flatMap(({ browser }) => browser.complaints)).toEqual([]);
  });
});
