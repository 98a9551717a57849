// A screen shared in a call: the officer shows one from the console, the other side's desk shows it whole beside the face, all
// of it opened from under the call's seal; and it is gone when the officer stops it, or the browser itself does.
import { type Server, createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type DeskAt,
  type Parties,
  openConsole,
  openDesk,
  press,
  seesAndHears,
  shows,
  startParties,
} from "./harness/parties.ts";

/** What is shown: a page of one colour with a number that moves, in a tab of its own. */
const board = { title: "Parley shared board", colour: [200, 30, 220] } as const;
const boardPage = `<!doctype html><title>${board.title}</title><body style="margin:0;background:rgb(${board.colour.join()})">
<p>0</p><script>let n = 0; setInterval(() => (document.querySelector("p").textContent = String(++n)), 100)</script>`;

let web: Server;
let parties: Parties;
let officer: DeskAt;
let desk: DeskAt;

beforeAll(async () => {
  web = createServer((_request, response) => response.setHeader("content-type", "text/html").end(boardPage));
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  parties = await startParties();
  officer = await openConsole(parties.a, 1, parties, { shares: board.title });
  desk = await openDesk(parties.b, 2, parties);
  const tab = await officer.browser.context.newPage();
  const address = web.address();
  await tab.goto(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`);
  await officer.page.bringToFront();
}, 240_000);

afterAll(async () => {
  await officer?.browser.close();
  await desk?.browser.close();
  await parties?.close();
  await new Promise((resolve) => web.close(resolve));
});

const button = (name: string) => officer.page.getByRole("main").getByRole("button", { name, exact: true }).first();
const soon = { timeout: 30_000, interval: 200 };

/** The colour in the middle of the screen that the desk shows, or null while it shows none. */
const colourShown = (): Promise<readonly number[] | null> =>
  desk.page.evaluate(() => {
    const video = document.querySelector<HTMLVideoElement>('video[data-stream="screen"]');
    if (video === null || !video.checkVisibility() || video.videoWidth === 0) return null;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    const pen = canvas.getContext("2d");
    pen?.drawImage(video, 0, 0);
    return [...(pen?.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data ?? [])].slice(0, 3);
  });
/** Codecs bend colours; nothing else in a call is red and blue without green. */
const isBoard = (colour: readonly number[] | null): boolean => {
  const [red = 0, green = 255, blue = 0] = colour ?? [];
  return Math.min(red, blue) > green + 60;
};

describe("a shared screen", () => {
  it("[VW57] is seen at the other side, sealed as everything else, beside the face and with the sound", async () => {
    await press(desk.page, "call");
    await officer.page.getByRole("button", { name: "Answer here" }).first().click({ timeout: 30_000 });
    await shows(desk.page, "inCall");
    expect(await seesAndHears(desk, 1)).toBe(1);
    await officer.page.bringToFront();
    await officer.page.getByRole("navigation").getByRole("button", { name: /^Call/ }).click();
    expect(await colourShown()).toBeNull();
    await button("Show a screen").click();
    await expect.poll(async () => isBoard(await colourShown()), soon).toBe(true);
    await button("Stop showing the screen").waitFor();
    expect(await seesAndHears(desk, 1)).toBe(1);
  });

  it("[VW57] is gone from the other side when the officer stops it, and can be shown again", async () => {
    await officer.page.bringToFront();
    await button("Stop showing the screen").click();
    await expect.poll(colourShown, soon).toBeNull();
    await button("Show a screen").click();
    await expect.poll(async () => isBoard(await colourShown()), soon).toBe(true);
  });

  it("[VW57] is gone too when its source ends by itself, as the browser's own bar or a closed tab does it", async () => {
    await officer.browser.context
      .pages()
      .find((page) => page.url().startsWith("http://127.0.0.1"))
      ?.close();
    await expect.poll(colourShown, soon).toBeNull();
    await button("Show a screen").waitFor();
    expect(await seesAndHears(desk, 1)).toBe(1);
    expect(officer.browser.complaints).toEqual([]);
    expect(desk.browser.complaints).toEqual([]);
  });
});
