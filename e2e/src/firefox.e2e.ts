// A Firefox desk and a Chromium desk call each other, each way once: each sees and hears the other under the seal. Firefox is
// Debian's, driven over WebDriver BiDi; where there is none, nothing of this is run.
import { access } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { small } from "./harness/camera.ts";
import { type Firefox, firefoxPath, launchFirefox } from "./harness/firefox.ts";
import { type DeskAt, type Parties, hold, meterOf, openDesk, press, shows, startParties } from "./harness/parties.ts";

const missing = await access(firefoxPath()).then(
  () => false,
  () => true,
);
if (missing) console.log(`not run: no Firefox at ${firefoxPath()} (Debian package firefox-esr, or set FIREFOX)`);

/** The pitch of Firefox's own fake microphone: on a machine without a sound device it plays none of ours. */
const fakeMicrophone = 1_000;

describe.skipIf(missing)("a Firefox desk", () => {
  let parties: Parties;
  let chromium: DeskAt;
  let firefox: Firefox;

  beforeAll(async () => {
    parties = await startParties();
    chromium = await openDesk(parties.a, 1, parties);
    firefox = await launchFirefox({ meter: { ...meterOf(2), camera: small } });
    const { address } = await parties.b.ask<{ address: string }>({ do: "handOut", role: "desk", name: "Desk 2" });
    await firefox.navigate(address);
    await firefoxShows("idle");
  }, 180_000);

  afterAll(async () => {
    await firefox?.close();
    await chromium?.browser.close();
    await parties?.close();
  });

  async function firefoxShows(state: string): Promise<void> {
    let at: unknown = null;
    for (let tries = 0; tries < 300 && at !== state; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      at = await firefox.evaluate("document.querySelector('main.desk')?.dataset.at ?? null");
    }
    expect(at).toBe(state);
  }

  /** Both desks are in the call: each sees the other's barcode in VP9, hears the other, and raises no alarm. */
  async function bothSeeAndHear(): Promise<void> {
    await Promise.all([shows(chromium.page, "inCall"), firefoxShows("inCall")]);
    const { page } = chromium;
    await page.bringToFront();
    expect(await page.evaluate(() => parleyMeter.firstSight(30_000))).not.toBeNull();
    expect(await firefox.evaluate("parleyMeter.firstSight(30000)")).not.toBeNull();
    const heard = await page.evaluate(() => parleyMeter.hear(2_000));
    expect(heard.level).toBeGreaterThan(0.005);
    expect(Math.abs((heard.hz ?? 0) - fakeMicrophone)).toBeLessThan(60);
    const level = await firefox.evaluate("parleyMeter.hear(2000).then(({ level }) => level)");
    expect(level).toBeGreaterThan(0.01);
    const counts = await page.evaluate(() => parleyMeter.counts());
    expect(counts.codec).toBe("video/VP9");
    expect(await firefox.evaluate("parleyMeter.counts()")).toMatchObject({ codec: "video/VP9" });
    console.log(
      `Chromium hears ${heard.level.toFixed(3)} at ${heard.hz?.toFixed(0)} Hz; Firefox hears ${String(level)}`,
    );
    const described = (await firefox.evaluate("parleyMeter.descriptions()")) as Described;
    for (const { local, remote } of [...(await page.evaluate(() => parleyMeter.descriptions())), ...described])
      expect(local.includes("audio-level") && remote.includes("audio-level")).toBe(false);
    expect(await page.locator("p.alarm").count()).toBe(0);
    expect(await firefox.evaluate("document.querySelectorAll('p.alarm').length")).toBe(0);
  }

  it("is called by Chromium: picture and sound both ways, sealed", async () => {
    await press(chromium.page, "call");
    await firefoxShows("ringingIn");
    await firefox.click("[data-act=answer]");
    await bothSeeAndHear();
    await hold(chromium.page, "end");
    await Promise.all([shows(chromium.page, "ended"), firefoxShows("ended")]);
  });

  it("calls Chromium: the same, and neither page complained", async () => {
    await press(chromium.page, "back");
    await firefox.click("[data-act=back]");
    await Promise.all([shows(chromium.page, "idle"), firefoxShows("idle")]);
    await chromium.page.evaluate(() => parleyMeter.reset());
    await firefox.evaluate("parleyMeter.reset()");
    await firefox.click("[data-act=call]");
    await chromium.page.waitForSelector("[data-act=answer]", { timeout: 30_000 });
    await press(chromium.page, "answer");
    await bothSeeAndHear();
    await hold(chromium.page, "end");
    await Promise.all([shows(chromium.page, "ended"), firefoxShows("ended")]);
    expect([...firefox.complaints, ...chromium.browser.complaints]).toEqual([]);
  });
});

type Described = readonly { readonly local: string; readonly remote: string }[];
