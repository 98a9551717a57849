// The hostile suite through whole calls between real desks: a party in the middle of media replaces every frame of the called
// side's camera and microphone. Nothing of it is shown or heard, the screen names the stream's party within three seconds, and
// when it stops the call goes on by itself. The same frames at the worker: packages/e2ee/src/worker/hostile.test.ts.
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningParty, northmark, pairParties, startParty } from "../../../scripts/demoParties.ts";
import { pageScript } from "../harness/pageScript.ts";
import {
  type DeskAt,
  type Parties,
  callAndAnswer,
  freePorts,
  hold,
  openDesk,
  press,
  shows,
  startParties,
} from "../harness/parties.ts";
import { partyOfTone } from "../harness/tone.ts";
import { type Mode, insiderModes, outsiderModes } from "./attacks.ts";
import { type Recorded, attack, putInTheMiddle, record, stop } from "./tamper.ts";
import type { Seen } from "./witness.page.ts";

let parties: Parties;
let third: RunningParty | null = null;
/** Northmark's desk, in whose browser the party in the middle sits, and Estovar's, which is attacked. */
let sender: DeskAt;
let attacked: DeskAt;
let ofAnotherLink: Recorded;
let ofAnotherCall: Recorded;
const rows: string[] = [];

const full = process.env["PARLEY_FULL"] !== undefined;
/** The modes of a reduced run: one of each class of refusal. */
const fewer: readonly Mode[] = ["clear", "epochToCome", "replay"];

/** Ends the call that the sender's desk is in, if it is in one; both desks are idle after it. */
async function endCall(other: DeskAt): Promise<void> {
  await hold(other.page, "end");
  await Promise.all([shows(other.page, "ended"), shows(sender.page, "ended")]);
  for (const { page } of [other, sender]) {
    await press(page, "back");
    await shows(page, "idle");
  }
}

/** A call of some seconds with the sender's desk, and the newest frames that were sealed in it: their counters are high. */
async function recordedCall(caller: DeskAt): Promise<Recorded> {
  await callAndAnswer(caller, sender);
  await sees(caller);
  await pause(6_000);
  const frames = await record(sender.page);
  expect(Math.min(frames.mic.length, frames.cam.length)).toBeGreaterThan(20);
  await endCall(caller);
  return frames;
}

beforeAll(async () => {
  parties = await startParties();
  sender = await openDesk(parties.a, 1, parties, { prepare: ({ context }) => putInTheMiddle(context) });
  const witness = await pageScript(join(import.meta.dirname, "witness.page.ts"));
  attacked = await openDesk(parties.b, 2, parties, {
    prepare: ({ context }) => context.addInitScript({ content: witness }),
  });
  ofAnotherCall = await recordedCall(attacked);
  if (full) {
    const halden = { ...northmark, name: "Halden", place: "Halden", host: "halden.localhost" };
    third = await startParty({ ...halden, port: await freePorts(4) }, parties.folder);
    await pairParties(third, parties.a);
    const stranger = await openDesk(third, 3, parties);
    ofAnotherLink = await recordedCall(stranger);
    await stranger.browser.close();
  }
  await callAndAnswer(attacked, sender);
}, 240_000);

afterAll(async () => {
  await sender?.browser.close();
  await attacked?.browser.close();
  await third?.stop();
  await parties?.close();
  console.log(`attack: replaced in microphone and camera; dropped; alarm after ms\n${rows.join("\n")}`);
});

/** The other's picture is new on the screen and its tone is in the air: what the attacks must stop, so that they can be seen to. */
async function sees({ page }: DeskAt): Promise<void> {
  await page.bringToFront();
  await page.evaluate(() => parleyMeter.reset());
  expect(await page.evaluate(() => parleyMeter.firstSight(30_000))).not.toBeNull();
  const heard: (number | null)[] = [];
  while (heard.at(-1) !== 1 && heard.length < 20) {
    const { hz } = await page.evaluate(() => parleyMeter.hear(700));
    heard.push(hz === null ? null : partyOfTone(hz));
  }
  expect(heard.at(-1)).toBe(1);
}

const decoded = (): Promise<number> =>
  attacked.page.evaluate(() => parleyMeter.counts().then((counts) => counts.decoded));

/** What the attacked worker dropped so far in microphone and camera, by reason. */
const dropped = (): Promise<Record<string, number>> =>
  attacked.page.evaluate(() => {
    const sum: Record<string, number> = {};
    for (const { stream, direction, dropped: all } of parleyWitness.streams)
      if (direction === "receive" && /\/(mic|cam)\//.test(stream))
        for (const [why, n] of Object.entries(all)) sum[why] = (sum[why] ?? 0) + n;
    return sum;
  });

const more = (after: Record<string, number>, before: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(after)
      .map(([why, n]) => [why, n - (before[why] ?? 0)] as const)
      .filter(([, n]) => n > 0),
  );

/** Waits until a sentence was shown since the attack began, and gives it with when it was. */
async function shown(what: "alarms" | "states", text: string): Promise<Seen> {
  const seen = await attacked.page.waitForFunction(
    ([list, part]) => parleyWitness[list].find((each) => each.text.includes(part)),
    [what, text] as const,
    { timeout: 15_000 },
  );
  return (await seen.jsonValue()) ?? expect.fail("nothing was shown");
}

const unsealed = "Frames that nobody sealed arrived in the stream from Northmark. None was shown or heard.";
const forged = "Somebody forged frames in the stream from Northmark.";

/** The call is under way, the other is seen and heard, and no alarm of before stands on the screen. */
async function calm(): Promise<void> {
  await shows(attacked.page, "inCall", 60_000);
  await sees(attacked);
  await attacked.page.waitForFunction(() => document.querySelector("p.alarm") === null, null, { timeout: 20_000 });
  await attacked.page.evaluate(() => parleyWitness.forget());
}

/** Attacks for about two and a half seconds; gives what was dropped for it. */
async function nothingIsShown(name: string, mode: Mode, given?: Recorded): Promise<Record<string, number>> {
  await calm();
  const before = await dropped();
  await attack(sender.page, mode, given);
  await pause(700); // what was sealed before is shown, and concealed sound has died away
  await attacked.page.evaluate(() => parleyMeter.clear());
  const had = await decoded();
  const heard = await attacked.page.evaluate(() => parleyMeter.hear(1_500));
  const pictures = await attacked.page.evaluate(() => parleyMeter.pictures().shown.length);
  const decodedMeanwhile = (await decoded()) - had;
  // Frames without content blame nobody: they are what some encoders send in silence. Who does not come any more is named.
  const told = await (mode === "zeroLength" ? shown("states", "holding") : shown("alarms", unsealed));
  const { replaced, firstAt } = await stop(sender.page);
  await pause(300);
  const gone = more(await dropped(), before);
  const after = Math.round(told.at - (firstAt ?? Number.NaN));
  rows.push(
    `${name}: ${replaced.mic}, ${replaced.cam}; ${JSON.stringify(gone)}; ${mode === "zeroLength" ? "holding " : ""}${after}`,
  );
  expect(Math.min(replaced.mic, replaced.cam)).toBeGreaterThan(10);
  expect([pictures, decodedMeanwhile]).toEqual([0, 0]);
  expect(heard.level).toBeLessThan(0.01);
  expect(after).toBeGreaterThanOrEqual(0);
  expect(after).toBeLessThan(3_000);
  return gone;
}

async function newCall(): Promise<void> {
  await endCall(attacked);
  await callAndAnswer(attacked, sender);
}

const modes = full ? outsiderModes.filter((mode) => mode !== "given") : fewer;
if (!full) console.log(`${fewer.length} of ${outsiderModes.length} ways to tamper with frames; all with PARLEY_FULL`);

describe("whoever sits in the middle of media", () => {
  it.each(modes)("[FR3] [FR17] %s: nothing is shown or heard, and the screen names the stream", async (mode) => {
    await nothingIsShown(mode, mode);
  });

  it("[SF2] [FR17] frames of another call: the same, and none opens although its counter is new", async () => {
    await newCall();
    expect((await nothingIsShown("of another call", "given", ofAnotherCall))["tagFailed"]).toBeGreaterThan(10);
  });

  it.runIf(full)("[SF2] [FR17] frames of another link: the same", async () => {
    await newCall();
    expect((await nothingIsShown("of another link", "given", ofAnotherLink))["tagFailed"]).toBeGreaterThan(10);
  });

  it("the call goes on by itself once nobody interferes any more", calm);
});

describe("a member who seals with the group's real keys in another's stream", () => {
  it.each(insiderModes)("[DG7] [DG8] %s: the screen names the stream", async (mode) => {
    await newCall();
    await calm();
    await attack(sender.page, mode);
    const told = await shown("alarms", forged);
    const { replaced, firstAt } = await stop(sender.page);
    const after = Math.round(told.at - (firstAt ?? Number.NaN));
    rows.push(`${mode}, with real keys: ${replaced.mic}, ${replaced.cam}; opened; ${after}`);
    expect(after).toBeGreaterThanOrEqual(0);
    expect(after).toBeLessThan(3_000);
  });
});
