// Rings that do not simply lead to a call, between three parties' real stations and browsers: one that is stopped, a second
// caller, two that cross, one that outlives every restart, and two that nobody answers, one of them because it came too late.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningParty } from "../../scripts/demoParties.ts";
import { ledgerFacts } from "./harness/ledgerFacts.fixture.ts";
import {
  type DeskAt,
  type Parties,
  callAndAnswer,
  calm,
  hold,
  lineOf,
  openDesk,
  press,
  putAway,
  reads,
  seesAndHears,
  shows,
  startParties,
  startThird,
  until,
} from "./harness/parties.ts";
import { WireDesk } from "./harness/wireDesk.ts";

let parties: Parties;
let northmark: RunningParty;
let estovar: RunningParty;
let maren: RunningParty;
let caller: DeskAt;
let callee: DeskAt;
let third: DeskAt;

beforeAll(async () => {
  parties = await startParties({}, undefined, calm);
  northmark = parties.a;
  estovar = parties.b;
  maren = await startThird(parties);
  caller = await openDesk(northmark, 1, parties);
  callee = await openDesk(estovar, 2, parties);
  third = await openDesk(maren, 3, parties);
}, 300_000);

afterAll(async () => {
  for (const desk of [caller, callee, third]) await desk?.browser.close();
  await maren?.stop();
  await parties?.close();
});

/** Puts the line to that party before the person. */
async function choose({ page }: DeskAt, party: RunningParty): Promise<void> {
  await page.bringToFront();
  await page.locator(".whom-one").filter({ hasText: party.plan.name }).click();
  await page.locator(".desk-name").filter({ hasText: party.plan.name }).waitFor();
}

/** Leaves what has ended for the line. */
async function back(...desks: readonly DeskAt[]): Promise<void> {
  for (const { page } of desks) {
    await press(page, "back");
    await shows(page, "idle");
  }
}

/** Call is pressed at both desks in the same millisecond, before either can have heard of the other's ring. */
async function pressAtOnce(...desks: readonly DeskAt[]): Promise<void> {
  const at = Date.now() + 1000;
  await Promise.all(
    desks.map(({ page }) =>
      page.evaluate(async (moment) => {
        await new Promise((resolve) => setTimeout(resolve, moment - Date.now()));
        const button = document.querySelector<HTMLElement>("[data-act=call]");
        if (button === null) throw new Error("no button to call with");
        button.click();
      }, at),
    ),
  );
}

const receipt = (page: DeskAt["page"], nth: number) => page.locator(".receipt").nth(nth);

type Call = { readonly call: string; readonly proof: string; readonly body: string };
const callsOf = (party: RunningParty): Promise<Call[]> => party.ask<Call[]>({ do: "calls" });

describe("rings", () => {
  it("[VW16] a desk with two lines calls whom its person chose; a ring that is stopped was missed over there", async () => {
    await choose(caller, maren);
    await press(caller.page, "call");
    await shows(third.page, "ringingIn");
    await reads(third.page, "Northmark");
    expect(await callee.page.locator("main.desk").getAttribute("data-at")).toBe("idle");
    await hold(caller.page, "stop");
    await Promise.all([shows(caller.page, "ended"), shows(third.page, "ended")]);
    await reads(caller.page, "You stopped ringing Maren.");
    await reads(third.page, "Northmark called and was not answered.");
    await back(caller, third);
  });

  it("[CA10] [CA20] a second caller hears that they are in another call, and they know of it", async () => {
    await choose(caller, estovar);
    await callAndAnswer(caller, callee);
    await choose(third, estovar);
    await press(third.page, "call");
    await shows(third.page, "ended");
    await reads(third.page, "Estovar is in another call. They know that you called.");
    expect(await callee.page.locator("main.desk").getAttribute("data-at")).toBe("inCall");
    expect(await seesAndHears(caller, 2)).toBe(2);
    expect((await ledgerFacts(estovar)).missed).toEqual(["busy"]);
    await hold(callee.page, "end");
    await Promise.all([shows(caller.page, "ended"), shows(callee.page, "ended")]);
    await back(caller, callee, third);
    // It stands beside the name of whoever called, and for somebody who comes only now.
    await callee.page.reload();
    await putAway(callee.page);
    const name = callee.page.locator(".whom-one").filter({ hasText: "Maren" });
    await name.filter({ hasText: "has called" }).waitFor();
    await choose(callee, maren);
    await reads(callee.page, /Maren called .* and was not answered\./);
    await choose(callee, northmark);
  });

  it("[CA6] both press Call at once: it is one call", async () => {
    const before = (await callsOf(northmark)).length;
    await pressAtOnce(caller, callee);
    await Promise.all([shows(caller.page, "inCall"), shows(callee.page, "inCall")]);
    expect(await Promise.all([seesAndHears(caller, 2), seesAndHears(callee, 1)])).toEqual([2, 1]);
    await hold(caller.page, "end");
    await Promise.all([shows(caller.page, "ended"), shows(callee.page, "ended")]);
    const ours = await until(
      () => callsOf(northmark),
      (calls) => calls.length > before && calls.every(({ proof }) => proof === "signedByBoth"),
      "the record",
    );
    expect(ours.length).toBe(before + 1);
    await until(
      () => callsOf(estovar),
      ([last]) => last?.proof === "signedByBoth" && last.body === ours[0]?.body,
      "their record of the same call",
    );
    await back(caller, callee);
  });

  it("[CA12] [CA13] [CA18] a ring outlives both stations and both pages, and is answered", async () => {
    await press(caller.page, "call");
    await shows(callee.page, "ringingIn");
    await estovar.stop("SIGKILL");
    await estovar.start();
    await northmark.stop("SIGKILL");
    await northmark.start();
    await Promise.all([caller.page.reload(), callee.page.reload()]);
    await Promise.all([shows(caller.page, "ringingOut"), shows(callee.page, "ringingIn")]);
    // What was heard of the ring before the reload stands there with its time.
    for (const nth of [0, 1]) await receipt(caller.page, nth).and(caller.page.locator("[data-at=there]")).waitFor();
    await callee.page.mouse.move(200, 200);
    await callee.page.mouse.move(220, 220);
    await receipt(caller.page, 2).and(caller.page.locator("[data-at=there]")).waitFor();
    await press(callee.page, "answer");
    await Promise.all([shows(caller.page, "inCall"), shows(callee.page, "inCall")]);
    expect(await Promise.all([seesAndHears(caller, 2), seesAndHears(callee, 1)])).toEqual([2, 1]);
    await hold(caller.page, "end");
    await Promise.all([shows(caller.page, "ended"), shows(callee.page, "ended")]);
    const [last] = await callsOf(northmark);
    for (const party of [northmark, estovar])
      expect((await ledgerFacts(party)).receipts.get(last?.call ?? "")).toEqual([
        "delivered",
        "rang",
        "seen",
        "answered",
      ]);
    await back(caller, callee);
  });

  it(
    "[CA3] [CA11] [CA13] a minute without an answer: each side says so, and what comes later never rings",
    { timeout: 240_000 },
    async () => {
      // A ring to a station that is away: placed by another terminal of ours, so that the desk is free for the other ring.
      await maren.stop();
      const { address } = await northmark.ask<{ address: string }>({ do: "handOut", role: "desk", name: "Other desk" });
      const code = new URLSearchParams(new URL(address).hash.slice(1)).get("code") ?? "";
      const link = (await lineOf(northmark, maren))?.link ?? "";
      const other = new WireDesk(northmark.origin, northmark.plan.port, code);
      const line = async () => (await lineOf(northmark, maren))?.line;
      await until(
        async () => other.welcome,
        (welcome) => welcome,
        "the other desk",
      );
      other.send({ type: "place", link });
      await until(line, (at) => at === "ringing", "the ring");

      // The desk shows what its party does until its person chooses another line.
      await choose(caller, estovar);
      await press(caller.page, "call");
      await shows(callee.page, "ringingIn");
      await Promise.all([shows(caller.page, "ended", 90_000), shows(callee.page, "ended", 90_000)]);
      await reads(caller.page, "It rang at Estovar. Nobody answered.");
      await reads(callee.page, "Northmark called and was not answered.");
      // A desk knows the minute by its own clock, and may be a moment ahead of its station.
      await until(
        () => ledgerFacts(estovar),
        ({ missed }) => missed.at(-1) === "unanswered",
        "the missed ring in their ledger",
      );
      await until(
        async () => [...(await ledgerFacts(northmark)).receipts.values()].at(-1)?.slice(0, 2),
        (kinds) => kinds?.join() === "delivered,rang",
        "its receipts in ours",
      );

      await until(line, (at) => at === "ended" || at === "idle", "the ring's end");
      other.close();
      await third.page.evaluate(() => {
        const rang: string[] = [];
        const desk = document.querySelector("main.desk");
        if (desk === null) throw new Error("no desk");
        new MutationObserver(() => rang.push(desk.getAttribute("data-at") ?? "")).observe(desk, { attributes: true });
        Object.assign(globalThis, { parleyStates: rang });
      });
      await maren.start();
      const { missed } = await until(
        () => ledgerFacts(maren),
        (facts) => facts.missed.length === 2,
        "the missed ring",
      );
      expect(missed).toEqual(["cancelled", "unanswered"]);
      await choose(third, northmark);
      await reads(third.page, /Northmark called .* and was not answered\./);
      expect(await third.page.evaluate(() => Reflect.get(globalThis, "parleyStates") as string[])).not.toContain(
        "ringingIn",
      );
    },
  );
});
