// A whole call of two desks whose stations relay by Debian's coturn, by setting: nothing but its relayed addresses is in any
// candidate. turn.e2e.ts tries relays without Parley; where there is no coturn, nothing of this is run.
import { expect, it } from "vitest";
import { makeCertificate } from "@parley/station/relay/turn/test/certificate";
import { coturnIsHere, coturnPath, startCoturn } from "@parley/station/relay/turn/test/coturn";
import { callAndAnswer } from "./harness/parties.ts";
import { openTwoDesks } from "./harness/twoDesks.ts";

if (!coturnIsHere()) console.log(`not run: no coturn at ${coturnPath} (Debian package coturn)`);

it.runIf(coturnIsHere())(
  "[TN42] two desks call each other through coturn, by setting, and see each other",
  async () => {
    const secret = "a secret that two stations and coturn share";
    const coturn = await startCoturn({ realm: "parley", secret, certificate: await makeCertificate("relay") });
    const udp = coturn.listeners.find(({ transport }) => transport === "udp");
    const url = `turn:127.0.0.1:${udp?.port}?transport=udp`;
    const desks = await openTwoDesks({
      settings: { call: { relayOnly: true }, turn: { use: "external", urls: [url], secret } },
    });
    const { caller, callee } = desks;
    try {
      await callAndAnswer(caller, callee);
      for (const { page } of [caller, callee]) {
        await page.bringToFront();
        expect(await page.evaluate(() => parleyMeter.firstSight(30_000))).not.toBeNull();
        const { candidates } = await page.evaluate(() => parleyMeter.counts());
        console.log(`candidates: ${candidates.join()}`);
        expect(new Set(candidates)).toEqual(new Set(["relay"]));
      }
      expect(coturn.log()).toMatch(/ALLOCATE processed, success/);
    } finally {
      await desks.close();
      await coturn.close();
    }
  },
);
