// A call outlives the relay's credentials: all media goes through relays whose credentials open new paths for four seconds, and
// both desks are given the next ones again and again, without a disturbance.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DeskAt, type Parties, callAndAnswer, openDesk, seesAnew, startParties } from "./harness/parties.ts";

type Renewals = { readonly expiries: number[]; readonly errors: string[] };
declare global {
  interface Window {
    renewals: Renewals;
  }
}

let parties: Parties;
let desks: readonly DeskAt[] = [];

/** Notes each new credential that the page gives to its connections, and what the browser says against it. */
const listen = ({ page }: DeskAt): Promise<void> =>
  page.evaluate(() => {
    const renewals: Renewals = { expiries: [], errors: [] };
    window.renewals = renewals;
    const set: unknown = Reflect.get(RTCPeerConnection.prototype, "setConfiguration");
    if (typeof set !== "function") return;
    RTCPeerConnection.prototype.setConfiguration = function (configuration): void {
      const username = configuration?.iceServers?.[0]?.username ?? "";
      renewals.expiries.push(Number(username.split(":")[0]));
      try {
        Reflect.apply(set, this, [configuration]);
      } catch (error) {
        renewals.errors.push(String(error));
      }
    };
  });

beforeAll(async () => {
  parties = await startParties({ call: { relayOnly: true }, turn: { credentialSeconds: 4 } });
  desks = [await openDesk(parties.a, 1, parties), await openDesk(parties.b, 2, parties)];
  for (const desk of desks) await listen(desk);
  const [caller, callee] = desks as readonly [DeskAt, DeskAt];
  await callAndAnswer(caller, callee);
}, 240_000);

afterAll(async () => {
  for (const { browser } of desks) await browser.close();
  await parties?.close();
});

describe("a call through relays", () => {
  it("[CL12] is given credentials again and again, and outlives the first ones", { timeout: 120_000 }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 13_000));
    for (const { page } of desks) {
      await page.bringToFront();
      const { expiries, errors } = await page.evaluate(() => window.renewals);
      const now = await page.evaluate(() => Date.now() / 1000);
      expect(errors).toEqual([]);
      expect(new Set(expiries).size).toBeGreaterThanOrEqual(4);
      expect(expiries.at(-1) ?? 0).toBeGreaterThan(now);
      await page.evaluate(() => globalThis.parleyMeter.reset());
      expect(await page.evaluate(() => globalThis.parleyMeter.firstSight(20_000))).not.toBeNull();
    }
  });

  it("[CL12] finds its way again through a relay that was away", { timeout: 120_000 }, async () => {
    await parties.a.stop("SIGKILL");
    await parties.a.start();
    for (const desk of desks) expect(await seesAnew(desk, 60_000)).toBe(true);
  });
});
