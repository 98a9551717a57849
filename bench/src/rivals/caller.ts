// What the call bench asks of every rival, Parley included: ring, answer, see each other, hang up, again. Two desks, each a
// browser process of its own, and the meter in both pages; whatever a rival does, it does between these lines.
import { type BrowserOptions, launchBrowser, type PartyBrowser } from "@parley/e2e/src/harness/browser.ts";
import type { PictureSize } from "@parley/e2e/src/harness/camera.ts";
import type { MeterSettings } from "@parley/e2e/src/harness/meterTypes.ts";
import type { Network } from "@parley/e2e/src/harness/net.ts";
import type { Page } from "playwright-core";
import type { Role } from "./rivalTypes.ts";

/** Milliseconds since 1970 with fractions, of one machine's clock. */
export type Marks = { readonly answerPressed: number; readonly calleeSees: number; readonly callerSees: number };

export type Caller = {
  readonly name: string;
  readonly pages: Readonly<Record<Role, Page>>;
  /** Everything that may stand before the answer: the call rings, camera and microphone are open. */
  prepare(): Promise<void>;
  /** Presses Answer and resolves when both have seen the other; rejects when either has not within 15 s. */
  press(): Promise<Marks>;
  hangUp(): Promise<void>;
  /** Processes whose trees this rival's calls cost. */
  roots(): number[];
};

/** Where a run takes place: this machine's loopback, or a network of our own. */
export type Place = {
  readonly network: Network | null;
  readonly size: PictureSize;
  /** Read every so many pictures once the other is seen; 1 where each counts, more where CPU is measured. */
  readonly readEvery: number;
  readonly say: (line: string) => void;
};

export type Desks = {
  readonly pages: Readonly<Record<Role, Page>>;
  readonly browsers: Readonly<Record<Role, PartyBrowser>>;
  close(): Promise<void>;
};

export const partyOf: Readonly<Record<Role, number>> = { caller: 1, callee: 2 };

const onlyPids = (pids: readonly (number | null)[]): number[] => pids.filter((pid) => pid !== null);

/** Opens the two desks of a rival at `urls`, side by side; `prepare` has each page before it is loaded. */
export async function openDesks(
  place: Place,
  urls: Readonly<Record<Role, string>>,
  more: Partial<BrowserOptions> = {},
  prepare: (role: Role, blank: Page) => Promise<void> = () => Promise.resolve(),
): Promise<Desks> {
  const open = async (role: Role) => {
    const browser = await launchBrowser({
      devices: { kind: "fake" },
      ...(place.network === null ? {} : { namespace: place.network.namespace(role) }),
      ...more,
    });
    const meter: MeterSettings = {
      party: partyOf[role],
      stamps: "time",
      camera: place.size,
      readEvery: place.readEvery,
    };
    const [blank] = browser.context.pages();
    if (blank === undefined) throw new Error("a browser without a page");
    await prepare(role, blank);
    return { browser, page: await browser.open(urls[role], meter) };
  };
  const [caller, callee] = await Promise.all([open("caller"), open("callee")]);
  return {
    pages: { caller: caller.page, callee: callee.page },
    browsers: { caller: caller.browser, callee: callee.browser },
    close: async () => {
      await Promise.all([caller.browser.close(), callee.browser.close()]);
    },
  };
}

export const deskRoots = ({ browsers }: Desks): number[] => onlyPids([browsers.caller.pid, browsers.callee.pid]);

/** Both meters forget the call before. */
export async function resetMeters(pages: Readonly<Record<Role, Page>>): Promise<void> {
  await Promise.all([pages.caller, pages.callee].map((page) => page.evaluate(() => globalThis.parleyMeter.reset())));
}

/** Presses the callee's Answer with a real pointer and waits for both first sightings. The clock starts at pointer down. */
export async function pressAnswer(pages: Readonly<Record<Role, Page>>): Promise<Marks> {
  const box = await pages.callee.locator('[data-act="answer"]').boundingBox();
  if (box === null) throw new Error("there is no Answer button to press");
  await pages.callee.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const sights = Promise.all([firstSight(pages.callee), firstSight(pages.caller)]);
  await pages.callee.mouse.down();
  await pages.callee.mouse.up();
  const [calleeSees, callerSees] = await sights;
  const answerPressed = await pages.callee.evaluate(() => globalThis.parleyMeter.pressed("answer"));
  if (answerPressed === null) throw new Error("the press on Answer did not arrive");
  if (calleeSees === null || callerSees === null)
    throw new Error(`no picture within 15 s at the ${calleeSees === null ? "callee" : "caller"}`);
  // Whoever is seen before the answer was pressed is seen without having agreed to it; no speed excuses that.
  if (Math.min(calleeSees, callerSees) < answerPressed) throw new Error("a picture was shown before the answer");
  return { answerPressed, calleeSees, callerSees };
}

const firstSight = (page: Page): Promise<number | null> =>
  page.evaluate((timeout) => globalThis.parleyMeter.firstSight(timeout), 15_000);
