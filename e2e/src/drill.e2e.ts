// The line rehearses itself: two stations, two idle desks in two browsers, and a drill that nobody answers. Its report is signed
// by both stations and says ready with numbers; the desks show it; no camera, ring or call is seen; a person comes first; and a
// desk that is closed is found, on the right side.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DrillShown } from "../../apps/station/src/adminDrills.ts";
import type { RunningParty } from "../../scripts/demoParties.ts";
import {
  type DeskAt,
  type Parties,
  hold,
  openConsole,
  press,
  reads,
  seesAndHears,
  shows,
  until,
} from "./harness/parties.ts";
import { type TwoDesks, openTwoDesks } from "./harness/twoDesks.ts";

let desks: TwoDesks;
let parties: Parties;
let caller: DeskAt;
let callee: DeskAt;

beforeAll(async () => {
  // No drill comes by itself but the first, which may be the one that is asked for.
  desks = await openTwoDesks({
    settings: { drills: { use: "on", everyMinutes: 1440, ringSeconds: [1, 2], talkSeconds: [4, 6] } },
  });
  ({ parties, caller, callee } = desks);
}, 180_000);

afterAll(async () => {
  await desks?.close();
});

type Verdict = {
  readonly at: string;
  readonly step: string | null;
  readonly cause: string | null;
  readonly whose: string;
};

/** Asks for a drill until one is made; the two sides may have begun one each. */
async function drill(party: RunningParty): Promise<Verdict> {
  for (let tries = 0; ; tries++) {
    try {
      const [verdict] = await party.ask<Verdict[]>({ do: "drill", link: null });
      if (verdict === undefined) throw new Error("no line was drilled");
      return verdict;
    } catch (error) {
      if (tries === 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

const drillsOf = (party: RunningParty): Promise<DrillShown[]> => party.ask<DrillShown[]>({ do: "drills", since: 0 });

const linkIsUp = (party: RunningParty): Promise<unknown> =>
  until(
    () => party.ask<{ links: { reachable: { up: boolean } }[] }>({ do: "status" }),
    ({ links }) => links.every(({ reachable }) => reachable.up),
    "the link",
  );

const steps = ["ring", "keys", "path", "seal", "picture", "sound", "rekey", "hangUp"];

describe("a drill", () => {
  it("[DR1] [DR12] goes through a call with nobody there, and both stations sign what came of it, with numbers", async () => {
    // A machine that has much else to do shows its pictures slowly, and says so: then it is held again.
    const verdict = await until(
      () => drill(parties.a),
      ({ at, cause }) => at === "ready" || cause !== "pictureSlow",
      "a drill at a pace",
    );
    const ours = (await drillsOf(parties.a)).find(({ session }) => session === "direct");
    const amiss = ours?.sides.flatMap(({ steps: all }) => all.filter(({ outcome }) => outcome !== "passed"));
    expect([verdict.at, amiss, ours?.sides.map(({ numbers }) => numbers)]).toEqual(["ready", [], expect.anything()]);
    const theirs = (
      await until(
        () => drillsOf(parties.b),
        (all) => all.some(({ body }) => body === ours?.body),
        "the same report at the other station",
      )
    ).find(({ body }) => body === ours?.body);
    expect(theirs?.signatures).toEqual(ours?.signatures);
    expect(ours?.signedBy.toSorted()).toEqual(["Estovar", "Northmark"]);
    for (const side of ours?.sides ?? []) {
      expect(side.steps.map(({ step, outcome }) => [step, outcome])).toEqual(steps.map((step) => [step, "passed"]));
      expect(side.numbers?.pictures).toBeGreaterThanOrEqual(25);
      expect(side.numbers).toMatchObject({ path: "direct", codec: "video/VP9" });
      for (const figure of ["setUp", "roundTrip", "lost", "jitter", "couldSend", "sent", "received"] as const)
        expect([figure, side.numbers?.[figure]]).toEqual([figure, expect.any(Number)]);
      console.log(JSON.stringify({ party: side.party, ...side.numbers }));
    }
  });

  it("[DR22] the relay path and a desk that loses everything are sessions of their own, each with a report of both", async () => {
    const all = await drillsOf(parties.a);
    for (const session of ["relay", "reload"] as const) {
      const one = all.find((shown) => shown.session === session);
      const amiss = one?.sides.flatMap(({ steps: taken }) => taken.filter(({ outcome }) => outcome !== "passed"));
      expect([session, one?.verdict, amiss, one?.signedBy.length]).toEqual([session, "ready", [], 2]);
      const [own] = one?.sides ?? [];
      expect(own?.numbers?.path).toBe(session === "relay" ? "relay" : "direct");
      const back = own?.steps.find(({ step }) => step === "reload");
      expect(back === undefined).toBe(session !== "reload");
    }
    const theirs = await drillsOf(parties.b);
    expect(theirs.map(({ body }) => body)).toEqual(all.map(({ body }) => body));
  });

  it("[VW1] both desks say that the line is ready and proven by both sides, and how many drills passed", async () => {
    for (const { page } of [caller, callee]) {
      await page.bringToFront();
      await reads(page, /Proven by both sides/);
      await reads(page, /Last (\d+ )?drills?: \d+ passed/);
    }
  });

  it("[VW70] [VW72] an officer reads it step by step, with both sides' numbers, and its sessions", async () => {
    const all = await drillsOf(parties.a);
    const direct = all.find(({ session }) => session === "direct");
    const { browser, page } = await openConsole(parties.a, 0, parties);
    try {
      await page.getByRole("button", { name: "Readiness" }).click();
      await reads(page, new RegExp(`Entry ${(direct?.index ?? -1).toLocaleString("en-GB")}\\b`));
      const written = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
      const figures = (direct?.sides ?? []).map(({ numbers }) => `${written.format((numbers?.setUp ?? 0) / 1000)} s`);
      const setUp = page.getByRole("row", { name: /^Set-up/ });
      expect((await setUp.getByRole("cell").allInnerTexts()).toSorted()).toEqual(figures.toSorted());
      await page.getByRole("button", { name: "Over the relay" }).click();
      await page.getByRole("cell", { name: "over a relay" }).first().waitFor();
      expect(await page.locator(".squares .square[data-at=some]").count()).toBeGreaterThan(1);
      expect(browser.complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  it("[DR3] a person who presses Call in the middle of one has the call at once, and the drill is no failure", async () => {
    const before = (await drillsOf(parties.a)).length;
    const asked = parties.a.ask<Verdict[]>({ do: "drill", link: null }).then(
      () => "made",
      () => "given up",
    );
    await reads(caller.page, /Rehearsing now/);
    await press(caller.page, "call");
    await callee.page.waitForSelector("[data-act=answer]", { timeout: 30_000 });
    await press(callee.page, "answer");
    await Promise.all([shows(caller.page, "inCall"), shows(callee.page, "inCall")]);
    expect(await seesAndHears(caller, 2)).toBe(2);
    expect(await asked).toBe("given up");
    await hold(caller.page, "end");
    await Promise.all([shows(caller.page, "ended"), shows(callee.page, "ended")]);
    expect((await drillsOf(parties.a)).length).toBe(before);
    for (const { page } of [caller, callee]) {
      await press(page, "back");
      await shows(page, "idle");
    }
  });

  it("[DR1] [DR2] nobody was rung and no call was noted but the one that a person made", async () => {
    for (const party of [parties.a, parties.b]) expect((await party.ask<unknown[]>({ do: "calls" })).length).toBe(1);
    expect([...caller.browser.complaints, ...callee.browser.complaints]).toEqual([]);
  });

  it("[DR21] a drill in the middle of which a station is killed is nobody's: neither failed nor passed, and no desk is blamed", async () => {
    const before = await Promise.all([parties.a, parties.b].map(drillsOf));
    const asked = parties.a.ask<Verdict[]>({ do: "drill", link: null }).then(
      () => "made",
      () => "given up",
    );
    await reads(caller.page, /Rehearsing now/);
    await new Promise((resolve) => setTimeout(resolve, 4000));
    await parties.b.stop("SIGKILL");
    await parties.b.start();
    expect(await asked).toBe("given up");
    await Promise.all([parties.a, parties.b].map(linkIsUp));
    for (const [i, party] of [parties.a, parties.b].entries()) {
      const now = await drillsOf(party);
      expect(now.filter(({ body }) => before[i]?.every((one) => one.body !== body))).toEqual([]);
    }
  });

  it("[DR4] [DR11] a relay that is gone after a change of settings: unproven, then degraded, and on that side", async () => {
    const file = join(parties.b.dataDir, "parley.json");
    const settings = JSON.parse(readFileSync(file, "utf8")) as { turn: object };
    await parties.b.stop();
    const away = { ...settings.turn, use: "external", urls: ["turn:127.0.0.1:9?transport=udp"] };
    writeFileSync(file, JSON.stringify({ ...settings, turn: away }));
    await parties.b.start();
    await reads(callee.page, /Unproven since the/);
    // Nor is the end of the call before shown again, which a person has put away.
    await shows(callee.page, "idle", 1000);
    await linkIsUp(parties.b);
    const degraded = { at: "degraded", step: "path", cause: "relayAway" };
    expect(await drill(parties.a)).toMatchObject({ ...degraded, whose: "theirs" });
    await reads(caller.page, /by one route of two. Cause: their relay does not answer/);
    await reads(callee.page, /by one route of two. Cause: our relay does not answer/);
  });

  it("[DR11] a desk that is closed is found, and both stations sign that it is that side's", async () => {
    await callee.browser.close();
    await until(
      () => parties.b.ask<{ terminals: { online: boolean }[] }>({ do: "status" }),
      ({ terminals }) => terminals.every(({ online }) => !online),
      "the desk's absence",
    );
    // Their own drill may be under way as it closes: then that one's finding is that it left.
    const found = await until(
      () => drill(parties.a),
      ({ cause }) => cause !== "terminalGone",
      "a drill that began without it",
    );
    expect(found).toMatchObject({ at: "notReady", step: "ring", cause: "noTerminal", whose: "theirs" });
    const [theirs] = await until(
      () => drillsOf(parties.b),
      ([newest]) => newest?.verdict === "notReady",
      "the report of it at the other station",
    );
    expect([theirs?.cause, theirs?.whose, theirs?.signedBy.length]).toEqual(["noTerminal", "ours", 2]);
    await reads(caller.page, /no desk of theirs is switched on/);
  });
});
