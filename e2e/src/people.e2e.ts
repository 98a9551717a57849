// People beside machines, in real browsers with a virtual passkey: officers are asked at set hours, one answers and the other does not,
// and each side's screens show both sides' people apart from the machines. The hour comes soon after everything is open: set hours are
// whole minutes, and these stations' lie some seconds past them; and a question may wait for less than anybody's may.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { stationsWith } from "./harness/constants.ts";
import { type DeskAt, type Parties, openConsole, openDesk, startParties, until } from "./harness/parties.ts";

let parties: Parties;
let officer: DeskAt;
let desk: DeskAt;
let their: DeskAt;

/** From the stations' second start until they ask, ms: time for the console to be signed in again. */
const soon = 20_000;
/** How long a question waits for its answer, minutes. */
const withinMinutes = 0.4;
/** How far past the whole minute set hours lie, ms. */
let past = 0;
const constants = () => ({
  "packages/drill/src/hours.ts": {
    first: `instant(shown - minutes(before) + ${past})`,
    second: `instant(shown - minutes(after) + ${past})`,
  },
  "apps/station/src/hoursConfig.ts": { shortestWait: `${withinMinutes}` },
});

/** The set hours are read by the party's own clock. */
const timeIn = (zone: string, at: number): string =>
  new Date(at).toLocaleTimeString("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** Both parties have the same hours, so they are that moment's in either zone. */
async function askAt(due: number): Promise<void> {
  past = due % 60_000;
  const hours = [parties.a, parties.b].map(({ plan: { zone } }) => timeIn(zone, due - past));
  for (const party of [parties.a, parties.b]) {
    await party.stop();
    const file = join(party.dataDir, "parley.json");
    const settings = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...settings, people: { askAt: [...new Set(hours)], withinMinutes } }));
  }
  await Promise.all([parties.a.start(), parties.b.start()]);
}

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
  parties = await startParties({}, stationsWith(constants));
  officer = await openConsole(parties.a, 1, parties);
  desk = await openDesk(parties.a, 1, parties);
  their = await openDesk(parties.b, 2, parties);
  await askAt(Date.now() + soon);
  await officer.page.locator("main.door button").first().click({ timeout: 60_000 });
  await officer.page.locator(".console").waitFor();
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
    // While the hours were set the stations were away.
    const complaints = [officer, desk, their].flatMap(({ browser }) => browser.complaints);
    expect(complaints.filter((each) => !each.includes("net::ERR_CONNECTION_REFUSED"))).toEqual([]);
  });
});
