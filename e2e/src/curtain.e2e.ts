// The caller's picture before the answer, where both parties have it so: it is there, sealed, while the called desk rings, and
// nobody sees it until a person has answered; when that does not happen nobody ever does.
import { afterAll, beforeAll, expect, it } from "vitest";
import type { MediaCounts } from "./harness/meterTypes.ts";
import { type DeskAt, hold, press, shows } from "./harness/parties.ts";
import { type TwoDesks, openTwoDesks } from "./harness/twoDesks.ts";

let desks: TwoDesks;
let caller: DeskAt;
let callee: DeskAt;

beforeAll(async () => {
  desks = await openTwoDesks({ settings: { call: { pictureBeforeAnswer: true } } });
  ({ caller, callee } = desks);
}, 180_000);

afterAll(async () => {
  await desks?.close();
});

const counts = (): Promise<MediaCounts> => callee.page.evaluate(() => parleyMeter.counts());

/** Rings until more of a camera has reached the called desk than black pictures ever weigh. */
const rings = async (): Promise<void> => {
  for (const { page } of [caller, callee]) await page.evaluate(() => parleyMeter.reset());
  await press(caller.page, "call");
  await shows(callee.page, "ringingIn");
  await callee.page.bringToFront();
  await expect.poll(async () => (await counts()).bytesReceived, { timeout: 30_000 }).toBeGreaterThan(60_000);
};

/** Leaves the word about a ring that came to nothing, where there is one. */
const atRest = async ({ page }: DeskAt): Promise<void> => {
  await page.waitForSelector("main.desk:is([data-at=idle], [data-at=ended])");
  if ((await page.locator("[data-act=back]").count()) > 0) await press(page, "back");
  await shows(page, "idle");
};

it("[FR15] a ring that is given up shows nothing of the picture that was waiting for it", async () => {
  await rings();
  await hold(caller.page, "stop");
  await atRest(callee);
  expect(await callee.page.evaluate(() => parleyMeter.firstSight(1_000))).toBeNull();
  await atRest(caller);
});

it("[FR15] the caller's picture waits sealed while it rings, and is seen when a person answers", async () => {
  await rings();
  expect(await callee.page.evaluate(() => parleyMeter.firstSight(500))).toBeNull();
  await press(callee.page, "answer");
  for (const { page } of [callee, caller]) {
    await page.bringToFront();
    expect(await page.evaluate(() => parleyMeter.firstSight(15_000))).not.toBeNull();
  }
  // The picture goes on, in the context of the call.
  const { decoded } = await counts();
  await expect.poll(async () => (await counts()).decoded, { timeout: 15_000 }).toBeGreaterThan(decoded + 30);
});
