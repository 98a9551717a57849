// What needs a person, on a real console: a ring that nobody answered is an alarm, an officer takes it up by name or shelves it,
// the ledger has that, and a station that was killed still knows; what nobody takes up goes to the other party. And a desk's set-up
// screen, opened by the officer from afar.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type DeskAt,
  type Parties,
  hold,
  openConsole,
  openDesk,
  press,
  reads,
  shows,
  startParties,
} from "./harness/parties.ts";

let parties: Parties;
let them: DeskAt;
let desk: DeskAt;
let officer: DeskAt;

beforeAll(async () => {
  parties = await startParties();
  them = await openDesk(parties.b, 2, parties);
  desk = await openDesk(parties.a, 1, parties);
  officer = await openConsole(parties.a, 3, parties);
}, 240_000);

afterAll(async () => {
  for (const place of [them, desk, officer]) await place?.browser.close();
  await parties?.close();
});

const main = () => officer.page.getByRole("main");
const room = (name: RegExp): Promise<void> =>
  officer.page.getByRole("navigation").getByRole("button", { name }).click();
const button = (name: string) => main().getByRole("button", { name }).first();

/** They ring, and give up before anybody answers. */
async function ringInVain(): Promise<void> {
  await press(them.page, "call");
  await shows(desk.page, "ringingIn");
  await hold(them.page, "stop");
  await shows(them.page, "ended");
  await press(them.page, "back");
  await shows(them.page, "idle");
}

describe("alarms on the console", () => {
  it("[VW60] a ring that nobody answered is an alarm, which the officer takes up by name", async () => {
    await ringInVain();
    await reads(officer.page, "Estovar called and was not answered.");
    await room(/^Alarms/);
    await button("Acknowledge as Ada").click();
    await reads(officer.page, /Acknowledged by Ada, /);
    await reads(officer.page, "Nothing needs you.");
  });

  it("[VW60] the next one is open again, and can be shelved for a time", async () => {
    await ringInVain();
    await button("Shelve 1 h").waitFor({ timeout: 30_000 });
    await button("Shelve 1 h").click();
    await reads(officer.page, /Shelved by Ada until /);
    await reads(officer.page, "Nothing needs you.");
  });

  it("[VW60] the ledger has both, and a station that was killed still knows them", async () => {
    await parties.a.stop("SIGKILL");
    await parties.a.start();
    await officer.page.locator("main.door button").first().click({ timeout: 60_000 });
    await room(/^Ledger/);
    await reads(officer.page, "Ada took up an alarm.");
    await reads(officer.page, /Ada shelved an alarm until /);
    await room(/^Alarms/);
    await reads(officer.page, /Shelved by Ada until /);
    await reads(officer.page, "Nothing needs you.");
  });

  const askForSetUp = (): Promise<void> =>
    officer.page
      .getByRole("row", { name: /Desk 1/ })
      .getByRole("button", { name: /Camera and sound/ })
      .click();

  it("[VW56] the officer opens the set-up screen of a desk, and whoever stands there closes it", async () => {
    await room(/^Terminals/);
    await askForSetUp();
    await shows(desk.page, "setup");
    await expect
      .poll(() => desk.page.getByRole("meter").getAttribute("aria-valuenow"), { timeout: 20_000 })
      .not.toBe("0");
    await press(desk.page, "setUpDone");
    await shows(desk.page, "idle");
    expect(await desk.page.locator(".check[data-at=good]").count()).toBe(3);
  });

  it("[VW56] asked of a desk that is just away, it opens when the desk comes back", async () => {
    await desk.page.goto("about:blank");
    await officer.page
      .getByRole("row", { name: /Desk 1/ })
      .getByText(/away since/)
      .waitFor();
    await askForSetUp();
    await desk.page.goBack();
    await shows(desk.page, "setup");
    await press(desk.page, "setUpDone");
    await shows(desk.page, "idle");
  });
});

describe("an alarm that nobody takes up", () => {
  it("[AL5] [AL9] [AL10] goes out signed, then to the other party, whose officer reads whose side it is, until ours takes it up", async () => {
    const key = Buffer.alloc(32, 7);
    const posts: { readonly type: string; readonly kind?: string; readonly to?: string }[] = [];
    const server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8");
      request.on("data", (part) => (body += part));
      request.on("end", () => {
        const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature } = request.headers;
        const due = createHmac("sha256", key)
          .update(`${String(id)}.${String(at)}.${body}`)
          .digest("base64");
        if (signature === `v1,${due}`) posts.push(JSON.parse(body) as (typeof posts)[number]);
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const { port } = server.address() as AddressInfo;
    const hook = { url: `http://127.0.0.1:${port}/`, secret: `whsec_${key.toString("base64")}` };
    const two = await startParties({ drills: { use: "on" }, alarms: { unacknowledgedMinutes: 0.1, webhooks: [hook] } });
    const [ada, jonas] = [await openConsole(two.a, 3, two), await openConsole(two.b, 4, two)];
    const only = await openDesk(two.a, 1, two);
    try {
      expect(await two.a.ask({ do: "alarmTest" })).toEqual([{ way: "webhook 127.0.0.1", failed: null }]);
      // The line is rehearsed as soon as there is a desk here, and there is none over there.
      await reads(ada.page, /is not ready: no desk of theirs/);
      await reads(jonas.page, /Nobody at Northmark has taken up an alarm there\..*no desk of ours/);
      const navigation = ada.page.getByRole("navigation");
      await navigation.getByRole("button", { name: /^Alarms/ }).click();
      const ours = ada.page.getByRole("listitem").filter({ hasText: /is not ready/, hasNotText: /Nobody at/ });
      await ours.getByText("the other party has been told.").waitFor({ timeout: 30_000 });
      await ours.getByRole("button", { name: "Acknowledge as Ada" }).click();
      const theirs = jonas.page.locator("article.alarm").filter({ hasText: /Nobody at Northmark has taken up/ });
      await theirs.waitFor({ state: "detached", timeout: 30_000 });
      await expect
        .poll(() => posts.map(({ type, kind = "" }) => `${type} ${kind}`.trim()))
        .toEqual(
          expect.arrayContaining([
            "alarm.trial",
            "alarm.raised DRILL_NOT_READY",
            "alarm.raised FAR_UNATTENDED",
            "alarm.acknowledged DRILL_NOT_READY",
            "alarm.ended FAR_UNATTENDED",
          ]),
        );
    } finally {
      for (const place of [ada, jonas, only]) await place.browser.close();
      await two.close();
      server.closeAllConnections();
      server.close();
    }
  }, 240_000);
});
