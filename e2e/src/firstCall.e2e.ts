// The main job, whole: two stations paired by the ceremony, two browsers, Call, Answer; each sees the other's barcode and
// hears the other's tone under the seal; End, and both ledgers know of it.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningParty } from "../../scripts/demoParties.ts";
import { type DeskAt, type Parties, callAndAnswer, hold, press, shows } from "./harness/parties.ts";
import { partyOfTone } from "./harness/tone.ts";
import { type TwoDesks, openTwoDesks } from "./harness/twoDesks.ts";

let desks: TwoDesks;
let parties: Parties;
let caller: DeskAt;
let callee: DeskAt;

beforeAll(async () => {
  desks = await openTwoDesks();
  ({ parties, caller, callee } = desks);
}, 180_000);

afterAll(async () => {
  await desks?.close();
});

type Call = {
  readonly index: number;
  readonly proof: string;
  readonly beganText: string;
  readonly receipts: number;
  readonly body: string;
  readonly signatures: readonly unknown[];
};
type Link = { readonly generations: readonly number[]; readonly generation: number | null };

/** Asks until there is an answer, for ten seconds. */
async function until<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  for (let tries = 0; tries < 100; tries++) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not come`);
}

const callOf = (party: RunningParty): Promise<Call> =>
  until(async () => (await party.ask<Call[]>({ do: "calls" })).at(0), "the record of the call");

/** The party's link, once it holds these generations of its secret. */
const linkOf = (party: RunningParty, generations: readonly number[]): Promise<Link> =>
  until(async () => {
    const [link] = (await party.ask<{ links: Link[] }>({ do: "status" })).links;
    return link?.generations.join() === generations.join() ? link : undefined;
  }, `generations ${generations.join()} at ${party.plan.name}`);

/** The desk plays the tone of that party now. */
async function hears({ page }: DeskAt, other: 1 | 2): Promise<void> {
  await page.bringToFront();
  const heard = await page.evaluate(() => parleyMeter.hear(3000));
  expect(heard.level).toBeGreaterThan(0.01);
  expect(heard.hz === null ? null : partyOfTone(heard.hz)).toBe(other);
}

describe("a call between two parties", () => {
  it("both stations showed the same four words at pairing", () => {
    expect(parties.words.length).toBe(4);
  });

  it("each side sees the other's picture and hears the other's sound", async () => {
    await callAndAnswer(caller, callee);
    for (const [desk, other] of [
      [caller, 2],
      [callee, 1],
    ] as const) {
      await desk.page.bringToFront();
      expect(await desk.page.evaluate(() => parleyMeter.firstSight(30_000))).not.toBeNull();
      await hears(desk, other);
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

  it("[RC4] both ledgers hold the call as one entry, signed by both stations, and the desks say so", async () => {
    const [ours, theirs] = await Promise.all([callOf(parties.a), callOf(parties.b)]);
    expect(theirs.body).toBe(ours.body);
    expect(theirs.signatures).toEqual(ours.signatures);
    expect(ours.signatures.length).toBe(2);
    expect([ours.proof, theirs.proof]).toEqual(["signedByBoth", "signedByBoth"]);
    expect(ours.beganText).toMatch(/^Began .*\d\d:\d\d Northmark \(UTC-\d\), .*\d\d:\d\d Estovar \(UTC\+3\)$/);
    // Delivered, rang, answered at the least.
    expect(ours.receipts).toBeGreaterThanOrEqual(3);
    for (const [{ page }, { index }] of [
      [caller, ours],
      [callee, theirs],
    ] as const) {
      const caption = page.locator(".desk-caption").filter({ hasText: `Recorded as entry ${index}, signed by both` });
      await caption.waitFor({ timeout: 10_000 });
    }
  });

  it("[RC21] the link's secret has moved on, and the next call, at once, is made with the new one", async () => {
    const [before] = await Promise.all([parties.a, parties.b].map((party) => linkOf(party, [1, 0])));
    expect(before?.generation).toBe(0);
    // The called side still shows how the last call ended.
    await press(caller.page, "back");
    await shows(caller.page, "idle");
    await callAndAnswer(caller, callee);
    await hears(caller, 2);
    await hears(callee, 1);
    for (const party of [parties.a, parties.b]) expect((await linkOf(party, [1, 0])).generation).toBe(1);
    await hold(callee.page, "end");
    await Promise.all([shows(caller.page, "ended"), shows(callee.page, "ended")]);
    // The call under 1 has settled 2, so 0 is gone.
    for (const party of [parties.a, parties.b]) await linkOf(party, [2, 1]);
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
