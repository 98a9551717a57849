// Two parties with their stations, started and paired for one test file, and their desks opened in two browsers.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import {
  type LinkRow,
  type PartyPlan,
  type RunningParty,
  estovar,
  linksOf,
  northmark,
  pairParties,
  startParty,
} from "../../../scripts/demoParties.ts";
import { type BrowserOptions, type Devices, type PartyBrowser, addPlugs, launchBrowser } from "./browser.ts";
import { loopFrames, small, writeCamera, writeMicrophone } from "./camera.ts";
import type { MeterSettings } from "./meterTypes.ts";
import { addPasskeys } from "./passkey.ts";
import { partyOfTone } from "./tone.ts";

export type Parties = {
  readonly a: RunningParty;
  readonly b: RunningParty;
  /** The four words that both stations showed when they were paired. */
  readonly words: readonly string[];
  readonly folder: string;
  /** Pictures a second of their desks' cameras; 30 unless given. */
  readonly pace?: number;
  readonly close: () => Promise<void>;
};

/** A port from which `span` ports on are free, as far as one can know. */
export async function freePorts(span: number): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 30_000);
    const free = await Promise.all(
      Array.from({ length: span }, (_, i) => {
        return new Promise<boolean>((resolve) => {
          const server = createServer();
          server.once("error", () => resolve(false));
          server.listen(first + i, "127.0.0.1", () => server.close(() => resolve(true)));
        });
      }),
    );
    if (free.every(Boolean)) return first;
  }
}

const maren = { name: "Maren", place: "Maren", zone: "Asia/Kolkata", host: "maren.localhost" };

/** A third party with a station of its own and a line to each of the two. */
export async function startThird(parties: Parties): Promise<RunningParty> {
  const third = await startParty({ ...maren, port: await freePorts(4), settings: {} }, parties.folder);
  for (const party of [parties.a, parties.b]) {
    await pairParties(party, third);
    await until(
      async () => (await lineOf(party, third))?.reachable.up,
      (up) => up === true,
      `the line of ${party.plan.name} to ${third.plan.name}`,
    );
  }
  return third;
}

/** The line of one party to another as its station tells it, or undefined while there is none. */
export const lineOf = async (party: RunningParty, to: RunningParty): Promise<LinkRow | undefined> =>
  (await linksOf(party)).find(({ party: name }) => name === to.plan.name);

/** Asks until the answer is right, for half a minute or as long as is said, milliseconds. */
export async function until<T>(
  ask: () => Promise<T>,
  right: (answer: T) => boolean,
  what: string,
  within = 30_000,
): Promise<T> {
  for (let tries = 0; tries < within / 100; tries++) {
    const answer = await ask();
    if (right(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not come`);
}

/** Half of a camera's usual pictures, enough where a test asks who is seen and not how smoothly: they are most of a call's work. */
export const calm = loopFrames / 2;

/** Two paired parties in a folder of their own. `settings` are those of both, and `pace` is their cameras'. */
export async function startParties(
  settings: PartyPlan["settings"] = {},
  at?: PartyPlan["at"],
  pace = loopFrames,
): Promise<Parties> {
  const folder = mkdtempSync(join(tmpdir(), "parley-parties-"));
  const port = await freePorts(8);
  const place = at === undefined ? {} : { at };
  const [a, b] = await Promise.all([
    startParty({ ...northmark, port, settings, ...place }, folder),
    startParty({ ...estovar, port: port + 4, settings, ...place }, folder),
  ]);
  const words = await pairParties(a, b);
  return {
    a,
    b,
    words,
    folder,
    pace,
    close: async () => {
      await Promise.all([a.stop(), b.stop()]);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export type DeskOptions = BrowserOptions & {
  /** Puts the plug board into the page (plugs.page.ts), with these devices pulled out from the beginning. */
  readonly plugs: readonly string[];
  /** What the desk shows first, once it is enrolled; its line with the button to call unless something is amiss. */
  readonly first: string;
  /** Done to the browser before the desk's page is loaded. */
  readonly prepare: (browser: PartyBrowser) => Promise<unknown>;
};

export type DeskAt = { readonly browser: PartyBrowser; readonly page: Page };

/** A camera of barcodes of `party` and a microphone that hums its tone. */
async function devicesOf(party: number, { folder, pace }: Parties): Promise<Devices> {
  const video = join(folder, `camera-${party}.y4m`);
  const audio = join(folder, `microphone-${party}.wav`);
  await writeCamera(video, party, small, pace);
  await writeMicrophone(audio, party);
  return { kind: "files", video, audio };
}

/** Opens the party's desk in a browser of its own whose camera shows barcodes of `party` and whose microphone hums its tone. */
export async function openDesk(
  of: RunningParty,
  party: number,
  parties: Parties,
  options: Partial<DeskOptions> = {},
): Promise<DeskAt> {
  const { plugs, first = "[data-act=call]", prepare, ...browserOptions } = options;
  const browser = await launchBrowser({ devices: await devicesOf(party, parties), ...browserOptions });
  await prepare?.(browser);
  const { address } = await of.ask<{ address: string }>({ do: "handOut", role: "desk", name: `Desk ${party}` });
  if (plugs !== undefined) await addPlugs(await browser.open("about:blank"), plugs);
  const page = await browser.open(address, meterOf(party));
  await page.waitForSelector(first);
  return { browser, page };
}

/** A console of the party's first officer, signed in, in a browser of its own with the camera and microphone of `party`. */
export async function openConsole(
  of: RunningParty,
  party: number,
  parties: Parties,
  options: Partial<BrowserOptions> = {},
): Promise<DeskAt> {
  const browser = await launchBrowser({
    devices: await devicesOf(party, parties),
    viewport: { width: 1366, height: 768 },
    ...options,
  });
  const { address } = await of.ask<{ address: string }>({ do: "handOut", role: "officer", name: "Duty officer" });
  const page = await browser.open("about:blank", meterOf(party));
  await addPasskeys(page);
  await page.goto(address);
  await page.locator("input[name=officer]").fill("Ada");
  await page.locator("main.door button").first().click();
  await page.locator(".console").waitFor({ timeout: 30_000 });
  return { browser, page };
}

export const meterOf = (party: number): MeterSettings => ({ party, stamps: "loop", camera: null, readEvery: 5 });

/** Presses a button by its mark, as a pointer does. */
export async function press(page: Page, mark: string): Promise<void> {
  await page.bringToFront();
  await page.click(`[data-act=${mark}]`);
}

/** Leaves the end of a call for the line, where one stands; by itself it would stand for twenty seconds. */
export async function putAway(page: Page): Promise<void> {
  await page.bringToFront();
  await page.waitForSelector("[data-act=back], [data-act=call]");
  const back = page.locator("[data-act=back]");
  if ((await back.count()) > 0) await back.click({ timeout: 5_000 }).catch(() => undefined);
  await page.waitForSelector("[data-act=call]");
}

/** Holds a button for longer than it wants to be held. */
export async function hold(page: Page, mark: string): Promise<void> {
  await page.bringToFront();
  const box = await page.locator(`[data-act=${mark}]`).boundingBox();
  if (box === null) throw new Error(`no ${mark} to hold`);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.waitForTimeout(1300);
  await page.mouse.up();
}

/** Waits until the desk shows this state. */
export const shows = (page: Page, state: string, timeout = 30_000): Promise<unknown> =>
  page.waitForSelector(`main.desk[data-at=${state}]`, { timeout });

/** Whether this desk, in front, shows a picture of the other that was drawn from now on, within `timeout` ms. */
export async function seesAnew({ page }: DeskAt, timeout = 30_000): Promise<boolean> {
  await page.bringToFront();
  await page.evaluate(() => parleyMeter.reset());
  return (await page.evaluate((ms) => parleyMeter.firstSight(ms), timeout)) !== null;
}

/** Waits until the picture from that camera is on the screen, and says whose sound is heard. */
export async function seesAndHears({ page }: DeskAt, camera: number): Promise<number | null> {
  await page.bringToFront();
  await page.evaluate(() => parleyMeter.clear());
  await page.waitForFunction((party) => parleyMeter.whom() === party, camera, { timeout: 30_000, polling: 100 });
  const { hz } = await page.evaluate(() => parleyMeter.hear(2000));
  return hz === null ? null : partyOfTone(hz);
}

/** Waits for these words on the page. */
export const reads = (page: Page, words: string | RegExp): Promise<void> =>
  page.getByText(words).first().waitFor({ timeout: 30_000 });

/** Calls from `caller`, answers at `callee`, and waits until both are in the call. */
export async function callAndAnswer(caller: DeskAt, callee: DeskAt): Promise<void> {
  await press(caller.page, "call");
  await callee.page.waitForSelector("[data-act=answer]", { timeout: 30_000 });
  await press(callee.page, "answer");
  await Promise.all([shows(caller.page, "inCall"), shows(callee.page, "inCall")]);
}
