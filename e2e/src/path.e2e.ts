// What a network and a laptop's lid do to a call, with each desk in a network namespace of its own: the path cut for five
// seconds and nobody told, an address that changes, a browser that sleeps. Whoever is still there reads whom the call is held
// for and since when, and the call comes back by itself, picture and sound.
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningParty } from "../../scripts/demoParties.ts";
import { missingForNetwork, type Network, openNetwork } from "./harness/net.ts";
import { type DeskAt, type Parties, callAndAnswer, seesAnew, shows } from "./harness/parties.ts";
import { suspend } from "./harness/processTree.ts";
import { partyOfTone } from "./harness/tone.ts";
import { type TwoDesks, openTwoDesks } from "./harness/twoDesks.ts";

const full = process.env["PARLEY_FULL"] === "1";
const missing = await missingForNetwork();
if (missing !== null) console.log(`not run: calls over a path that fails need ${missing}`);

const pathDelay = { delayMs: 10 };

describe.skipIf(missing !== null)("a call over a path that fails", () => {
  let network: Network;
  let desks: TwoDesks;
  let parties: Parties;
  let caller: DeskAt;
  let callee: DeskAt;

  beforeAll(async () => {
    network = await openNetwork();
    await network.shape("all", "all", pathDelay);
    desks = await openTwoDesks({ settings: { call: { epochSeconds: 5 } }, network });
    ({ parties, caller, callee } = desks);
    await callAndAnswer(caller, callee);
  }, 240_000);

  afterAll(async () => {
    await desks?.close();
    await network?.close();
  });

  /** The desk holds the call for that party, and its count moves. */
  const holdsFor = async ({ page }: DeskAt, { plan }: RunningParty, least = 0): Promise<void> => {
    await shows(page, "holding", 15_000);
    const seconds = async (): Promise<number> => {
      const text = (await page.locator("main.desk").textContent()) ?? "";
      const [, m = "", s = ""] = new RegExp(`Holding for ${plan.name}, (\\d+):(\\d\\d)`).exec(text) ?? [];
      return s === "" ? -1 : Number(m) * 60 + Number(s);
    };
    await expect.poll(seconds, { timeout: 5_000 }).toBeGreaterThanOrEqual(least);
    const first = await seconds();
    await expect.poll(seconds, { timeout: 5_000 }).toBeGreaterThan(first);
  };

  /** Both are in the call, each with a new picture of the other and the other's tone. */
  const together = async (): Promise<void> => {
    for (const [desk, other] of [
      [caller, 2],
      [callee, 1],
    ] as const) {
      await shows(desk.page, "inCall", 60_000);
      expect(await seesAnew(desk, 60_000)).toBe(true);
      const heard = await desk.page.evaluate(() => parleyMeter.hear(1_500));
      expect(heard.level).toBeGreaterThan(0.01);
      expect(heard.hz === null ? null : partyOfTone(heard.hz)).toBe(other);
    }
  };

  it("[CA21] the path is cut for 5 s: each holds for the other, and it comes back", async () => {
    await together();
    const cut = (yes: boolean) =>
      Promise.all([
        network.shape("callee", "all", { ...pathDelay, cut: yes }),
        network.shape("all", "callee", { ...pathDelay, cut: yes }),
      ]);
    await cut(true);
    const held = Promise.all([holdsFor(caller, parties.b), holdsFor(callee, parties.a)]);
    await Promise.all([held, pause(5_000)]);
    await cut(false);
    await together();
  });

  it("[CA21] the called desk's address changes: a new path is found, and the call goes on", async () => {
    await network.readdress("callee");
    await holdsFor(caller, parties.b);
    await together();
  });

  it("[CA21] the called laptop sleeps: the other desk holds for it, and it comes back awake", async () => {
    const asleep = full ? 40_000 : 20_000;
    const { pid } = callee.browser;
    if (pid === null) throw new Error("no process of the called browser");
    const wake = await suspend(pid);
    try {
      const least = asleep / 1000 - 6;
      await pause(asleep - 3_000);
      await holdsFor(caller, parties.b, least);
    } finally {
      wake();
    }
    await together();
  });
});
