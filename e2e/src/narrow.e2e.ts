// A path that cannot carry sound and picture both, with each desk in a network namespace of its own: the sound goes on, the
// picture is held back and both screens say so, and it comes back by itself once the path is wide again.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Network, missingForNetwork, openNetwork } from "./harness/net.ts";
import { type DeskAt, callAndAnswer, seesAndHears } from "./harness/parties.ts";
import { type TwoDesks, openTwoDesks } from "./harness/twoDesks.ts";

const missing = await missingForNetwork();
if (missing !== null) console.log(`not run: a call over a narrow path needs ${missing}`);

/** Sound with its digests and reports takes 105 to 140 kbit/s here; a picture of any use does not go beside it. */
const narrow = { delayMs: 10, rateKbps: 160 };
const wide = { delayMs: 10 };
/** How long the narrow path is listened to before and after the picture is held back, s. */
const listens = 8;
/** How long after the picture's end the sound may still lack something, s. */
const drains = 8;

type Sound = { readonly received: number; readonly lost: number; readonly pictures: number };

describe.skipIf(missing !== null)("a call over a narrow path", () => {
  let network: Network;
  let desks: TwoDesks;
  let caller: DeskAt;
  let callee: DeskAt;

  beforeAll(async () => {
    network = await openNetwork();
    await network.shape("all", "all", wide);
    desks = await openTwoDesks({ network });
    ({ caller, callee } = desks);
    await callAndAnswer(caller, callee);
  }, 240_000);

  afterAll(async () => {
    await desks?.close();
    await network?.close();
  });

  /** What reaches the callee over some seconds; it must hear the caller in every one of them. */
  const listen = async (seconds: number): Promise<Sound> => {
    const counts = () => callee.page.evaluate(() => parleyMeter.counts());
    const before = await counts();
    for (let i = 0; i < seconds; i++)
      expect((await callee.page.evaluate(() => parleyMeter.hear(1000))).level).toBeGreaterThan(0.01);
    const after = await counts();
    return {
      received: after.soundPackets - before.soundPackets,
      lost: after.soundLost - before.soundLost,
      pictures: after.decoded - before.decoded,
    };
  };
  const says = ({ page }: DeskAt, sentence: string): Promise<void> =>
    page.getByText(sentence, { exact: true }).first().waitFor({ timeout: 60_000 });
  const lostOf = ({ received, lost }: Sound): number => lost / (received + lost);
  const share = (sound: Sound): string => `${(100 * lostOf(sound)).toFixed(1)} % lost`;

  it("[VW58] the sound is heard all the time, the picture is held back until it is whole, and both sides read why", async () => {
    expect(await seesAndHears(callee, 1)).toBe(1);
    expect(await seesAndHears(caller, 2)).toBe(2);
    await network.shape("caller", "callee", narrow);
    await callee.page.bringToFront();
    const meanwhile = await listen(listens);
    await says(caller, "The path is too poor for your picture. Sound goes on.");
    await says(callee, "The path is too poor for a picture. Sound goes on.");
    // What the picture left in the queue has to get through first, some seconds' worth of so narrow a path.
    let drained = 0;
    while (lostOf(await listen(1)) > 0) expect(++drained).toBeLessThan(drains);
    const then = await listen(listens);
    console.log(
      `a path of ${narrow.rateKbps} kbit/s: sound ${share(meanwhile)} while the picture was still tried (${meanwhile.pictures} shown in ${listens} s), ${share(then)} after ${drained} s more`,
    );
    expect(then.received).toBeGreaterThan(0);
    expect(lostOf(then)).toBeLessThan(0.05);
    // One may still come out of a buffer, or be tried anew.
    expect(then.pictures).toBeLessThan(listens);
    // The other way is as wide as before.
    expect(await seesAndHears(caller, 2)).toBe(2);
    for (const { page } of [caller, callee])
      expect(await page.locator("main.desk").getAttribute("data-at")).toBe("inCall");
  });

  it("[VW58] the picture comes back by itself when the path is wide again", async () => {
    await network.shape("caller", "callee", wide);
    await callee.page.bringToFront();
    await callee.page.evaluate(() => parleyMeter.reset());
    expect(await callee.page.evaluate(() => parleyMeter.firstSight(100_000))).not.toBeNull();
    expect(await seesAndHears(callee, 1)).toBe(1);
  });
});
