// A room's devices, in real browsers: asked for when a desk is enrolled, heard when it rings, pulled out and plugged in during
// a call, muted at the source, and missing from the beginning. Every picture and sound is judged at the other side.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { addMeter, addPlugs } from "./harness/browser.ts";
import {
  type DeskAt,
  type Parties,
  callAndAnswer,
  calm,
  hold,
  meterOf,
  openDesk,
  press,
  putAway,
  seesAnew,
  shows,
} from "./harness/parties.ts";
import { partyOfTone } from "./harness/tone.ts";
import { type TwoDesks, openTwoDesks } from "./harness/twoDesks.ts";

let desks: TwoDesks;
let parties: Parties;
let caller: DeskAt;
let callee: DeskAt;

beforeAll(async () => {
  desks = await openTwoDesks({ pace: calm, desk: { plugs: [] } });
  ({ parties, caller, callee } = desks);
}, 180_000);

afterAll(async () => {
  await desks?.close();
});

const soon = { timeout: 20_000, interval: 100 };

/** The desk shows the other's picture, from now on. */
const sees = async (desk: DeskAt): Promise<void> => expect(await seesAnew(desk)).toBe(true);

/** The desk plays the tone of that party. */
async function hears({ page }: DeskAt, other: 1 | 2): Promise<void> {
  await page.bringToFront();
  await expect
    .poll(async () => {
      const { level, hz } = await page.evaluate(() => parleyMeter.hear(1000));
      return level > 0.01 && hz !== null ? partyOfTone(hz) : null;
    }, soon)
    .toBe(other);
}

const live = ({ page }: DeskAt): Promise<readonly string[]> => page.evaluate(() => parleyPlugs.live().toSorted());
const says = ({ page }: DeskAt, sentence: string): Promise<void> =>
  page.getByText(sentence, { exact: true }).first().waitFor({ timeout: 20_000 });
const pull = ({ page }: DeskAt, ...ids: string[]): Promise<void> =>
  page.evaluate((all) => parleyPlugs.pull(...all), ids);
const plug = ({ page }: DeskAt, ...ids: string[]): Promise<void> =>
  page.evaluate((all) => parleyPlugs.plug(...all), ids);

/** The loudspeakers through which the page's own sounds are heard now. */
const soundingAt = ({ page }: DeskAt): Promise<readonly string[]> =>
  page.evaluate(async () =>
    (await parleyPlugs.sounding(1500))
      .filter(({ level }) => level > 0.001)
      .map(({ speaker }) => speaker)
      .toSorted(),
  );
const speakersOf = ({ page }: DeskAt): Promise<readonly string[]> =>
  page.evaluate(async () =>
    (await navigator.mediaDevices.enumerateDevices())
      .filter(({ kind, deviceId }) => kind === "audiooutput" && deviceId !== "default" && deviceId !== "communications")
      .map(({ deviceId }) => deviceId)
      .toSorted(),
  );

const longer = { timeout: 60_000, interval: 100 };

/** A new page of the desk that nobody has touched: what a test usually asks of a page counts as a touch there. */
async function openUntouched({ browser, page: before }: DeskAt): Promise<Page> {
  const page = await browser.context.newPage();
  await addMeter(page, meterOf(6));
  await addPlugs(page, []);
  await page.goto(new URL("/desk", before.url()).href);
  return page;
}

/** Asks without touching. */
async function untouched(page: Page, expression: string): Promise<unknown> {
  const session = await page.context().newCDPSession(page);
  const { result } = await session.send("Runtime.evaluate", { expression, returnByValue: true, userGesture: false });
  await session.detach();
  return result.value;
}

const silenced = `document.querySelector(".silenced") !== null`;

/** Keeps a choice as the desk itself keeps it, and opens the desk anew. */
async function choose({ page }: DeskAt, chosen: Record<string, string>): Promise<void> {
  await page.evaluate((all) => localStorage.setItem("parley.devices", JSON.stringify(all)), chosen);
  await page.reload();
  // An end that is still fresh is shown again.
  await putAway(page);
}

describe("a desk's devices", () => {
  it("[VW56] camera and microphone are asked for at enrolment, found good, and let go again", async () => {
    for (const desk of [caller, callee]) {
      await expect.poll(() => desk.page.locator(".check[data-at=good]").count(), soon).toBe(2);
      await expect.poll(() => live(desk), soon).toEqual([]);
      expect(await desk.page.evaluate(() => parleyPlugs.opened().toSorted())).toEqual(["camera-1", "microphone-1"]);
    }
  });

  it("[VW50] [VW52] a ring sounds from every loudspeaker, the ringback from the system's own, and both end with it", async () => {
    const every = await speakersOf(callee);
    expect(every.length).toBeGreaterThan(1);
    await press(caller.page, "call");
    await callee.page.waitForSelector("[data-act=answer]", { timeout: 30_000 });
    await expect.poll(() => soundingAt(callee), soon).toEqual(every);
    await expect.poll(() => soundingAt(caller), soon).toEqual([""]);
    await hold(caller.page, "stop");
    await shows(caller.page, "ended");
    await expect.poll(() => soundingAt(callee), soon).toEqual([]);
    await expect.poll(() => soundingAt(caller), soon).toEqual([]);
    for (const { page } of [caller, callee]) {
      await press(page, "back");
      await shows(page, "idle");
    }
  });

  it("[VW52] ring and call have loudspeakers of their own, and the choice outlives the page", async () => {
    const [ringer = "", speaker = ""] = await speakersOf(callee);
    await choose(callee, { ringer, speaker });
    await choose(caller, { camera: "camera-1", microphone: "microphone-1" });
    await press(caller.page, "call");
    await callee.page.waitForSelector("[data-act=answer]", { timeout: 30_000 });
    await expect.poll(() => soundingAt(callee), soon).toEqual([ringer]);
    await press(callee.page, "answer");
    await Promise.all([shows(caller.page, "inCall"), shows(callee.page, "inCall")]);
    await sees(caller);
    await sees(callee);
    await hears(callee, 1);
    const through = () =>
      callee.page.evaluate(() => document.querySelector<HTMLAudioElement>("audio[data-stream=sound]")?.sinkId);
    await expect.poll(through, soon).toBe(speaker);
  });

  it("[VW54] the camera in use is pulled out: another takes its place, and gives it back when the chosen one is there", async () => {
    await pull(caller, "camera-1");
    await expect.poll(() => live(caller), soon).toEqual(["camera-2", "microphone-1"]);
    await sees(callee);
    await plug(caller, "camera-1");
    await expect.poll(() => live(caller), soon).toEqual(["camera-1", "microphone-1"]);
    await sees(callee);
  });

  it("[VW54] without any camera both screens say so and sound goes on; the picture comes back with the plug", async () => {
    await pull(caller, "camera-1", "camera-2");
    await says(caller, "You are not seen: no camera is plugged in here.");
    await says(callee, "No picture: they have no camera. Sound goes on.");
    await hears(callee, 1);
    for (const { page } of [caller, callee])
      expect(await page.locator("main.desk").getAttribute("data-at")).toBe("inCall");
    await plug(caller, "camera-2");
    await sees(callee);
    await plug(caller, "camera-1");
    await expect.poll(() => live(caller), soon).toEqual(["camera-1", "microphone-1"]);
  });

  it("[VW54] the same of the microphone: who is not heard is told so, and so is who does not hear", async () => {
    await pull(caller, "microphone-1");
    await expect.poll(() => live(caller), soon).toEqual(["camera-1", "microphone-2"]);
    await hears(callee, 1);
    await pull(caller, "microphone-2");
    await says(caller, "You are not heard: no microphone is plugged in here");
    await says(callee, "Northmark has no microphone that works. Nobody is heard from there.");
    await plug(caller, "microphone-1");
    await says(caller, "You are heard");
    await hears(callee, 1);
  });

  it("[VW55] muting ends the track at its source: the other side gets no packet and hears nothing, until it is opened anew", async () => {
    const packets = () => callee.page.evaluate(async () => (await parleyMeter.counts()).soundPackets);
    const before = await caller.page.evaluate(() => parleyPlugs.opened().length);
    await caller.page.getByRole("switch").click();
    await says(callee, "Northmark has muted the microphone.");
    expect(await live(caller)).toEqual(["camera-1"]);
    // What was under way when the switch was pressed may still come in.
    await expect
      .poll(async () => {
        const first = await packets();
        await new Promise((resolve) => setTimeout(resolve, 1500));
        return (await packets()) - first;
      }, soon)
      .toBe(0);
    await callee.page.bringToFront();
    expect((await callee.page.evaluate(() => parleyMeter.hear(1500))).level).toBeLessThan(0.001);
    await caller.page.getByRole("switch").click();
    await expect.poll(() => live(caller), soon).toEqual(["camera-1", "microphone-1"]);
    expect(await caller.page.evaluate(() => parleyPlugs.opened().length)).toBe(before + 1);
    await hears(callee, 1);
  });

  it("[VW55] the screen is kept on for as long as the call lasts, and every device is let go with it", async () => {
    for (const { page } of [caller, callee]) expect(await page.evaluate(() => parleyPlugs.awake())).toBe(1);
    await hold(caller.page, "end");
    await Promise.all([shows(caller.page, "ended"), shows(callee.page, "ended")]);
    for (const desk of [caller, callee]) {
      await expect.poll(() => live(desk), soon).toEqual([]);
      await press(desk.page, "back");
      await shows(desk.page, "idle");
      await expect.poll(() => desk.page.evaluate(() => parleyPlugs.awake()), soon).toBe(0);
    }
  });

  it("no page broke a rule of its station's policy or complained of anything", () => {
    expect([...caller.browser.complaints, ...callee.browser.complaints]).toEqual([]);
  });
});

describe("a desk that lacks something from the beginning", () => {
  it("[VW51] [VW56] without a camera it says what is so and what to do, and its calls have sound", async () => {
    const bare = await openDesk(parties.a, 3, parties, {
      plugs: ["camera-1", "camera-2"],
      first: "main.desk[data-at=setup]",
    });
    try {
      await says(bare, "No camera is plugged in.");
      await says(bare, "Plug one in; it is used as soon as it is there. A call goes on with sound alone.");
      await expect.poll(() => bare.page.getByRole("meter").getAttribute("aria-valuenow"), soon).not.toBe("0");
      await press(bare.page, "setUpDone");
      await shows(bare.page, "idle");
      await callAndAnswer(bare, callee);
      await says(callee, "No picture: they have no camera. Sound goes on.");
      await callee.page.bringToFront();
      await expect
        .poll(async () => partyOfTone((await callee.page.evaluate(() => parleyMeter.hear(1000))).hz ?? 0), soon)
        .toBe(3);
      await plug(bare, "camera-1");
      await sees(callee);
      await hold(bare.page, "end");
      await shows(callee.page, "ended");
      await press(callee.page, "back");
    } finally {
      await bare.browser.close();
    }
  });

  it("[VW51] a microphone that another program holds is named, and taken by itself once it is free", async () => {
    const desk = await openDesk(parties.a, 4, parties, {
      plugs: ["microphone-1", "microphone-2"],
      first: "main.desk[data-at=setup]",
    });
    try {
      await says(desk, "No microphone is plugged in.");
      await desk.page.evaluate(() => parleyPlugs.refuse("microphone", "NotReadableError"));
      await plug(desk, "microphone-1");
      await says(desk, "Another program holds the microphone.");
      await desk.page.evaluate(() => parleyPlugs.refuse("microphone", null));
      await expect.poll(() => desk.page.locator(".device-wrong").count(), soon).toBe(0);
      await expect.poll(() => live(desk), soon).toEqual(["camera-1", "microphone-1"]);
      await press(desk.page, "setUpDone");
      await expect.poll(() => live(desk), soon).toEqual([]);
    } finally {
      await desk.browser.close();
    }
  });

  it("[VW51] a browser that refuses both says so of each, with the cure", async () => {
    const desk = await openDesk(parties.a, 5, parties, {
      args: ["--use-fake-ui-for-media-stream=deny"],
      first: "main.desk[data-at=setup]",
    });
    try {
      for (const device of ["camera", "microphone"]) {
        await says(desk, `The browser refuses this page the ${device}.`);
        expect(await desk.page.locator(`[data-trouble=${device}Refused]`).textContent()).toContain("Allow it beside");
      }
      await press(desk.page, "setUpDone");
      await shows(desk.page, "idle");
      expect(await desk.page.locator(".check[data-at=bad]").count()).toBe(2);
    } finally {
      await desk.browser.close();
    }
  });

  it("[WS3] [VW53] a page that the browser keeps silent says so, rings once it is touched, and is heard so in a call too", async () => {
    const desk = await openDesk(parties.b, 6, parties, {
      plugs: [],
      args: ["--autoplay-policy=document-user-activation-required"],
    });
    try {
      let page = await openUntouched(desk);
      await expect.poll(() => untouched(page, silenced), soon).toBe(true);
      // The elder page is told so, and does not take the terminal back.
      await says(desk, "This desk is open in another window");
      await press(caller.page, "call");
      await expect.poll(() => untouched(page, `document.querySelector("[data-act=answer]") !== null`), soon).toBe(true);
      expect(await untouched(page, "parleyPlugs.playing()")).toBe(0);
      expect(await untouched(page, silenced)).toBe(true);
      await page.keyboard.press("Shift");
      await expect.poll(() => untouched(page, silenced), soon).toBe(false);
      await expect.poll(async () => (await soundingAt({ ...desk, page })).length, soon).toBeGreaterThan(0);
      await press(page, "answer");
      await Promise.all([shows(caller.page, "inCall"), shows(page, "inCall")]);
      await hears({ ...desk, page }, 1);
      // The browser is started anew in the middle of the call.
      page = await openUntouched(desk);
      await expect.poll(() => untouched(page, `document.querySelector("main.desk").dataset.at`), longer).toBe("inCall");
      await expect.poll(() => untouched(page, silenced), soon).toBe(true);
      const paused = `document.querySelector("audio[data-stream=sound]").paused`;
      expect(await untouched(page, paused)).toBe(true);
      await page.keyboard.press("Shift");
      await expect.poll(() => untouched(page, silenced), soon).toBe(false);
      await expect.poll(() => untouched(page, paused), soon).toBe(false);
      await hold(caller.page, "end");
      await shows(page, "ended");
    } finally {
      await desk.browser.close();
    }
  });
});
