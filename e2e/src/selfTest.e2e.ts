// Desks that test their own rooms in real browsers: one in a room made of a sound server, where the chirp goes out by the browser's own
// way and comes back, and six that something is wrong with, each of which is found and named, on its side. What desks say of it to
// their stations is read off their sockets: verdicts and numbers, and nothing that was seen or heard.
import { join } from "node:path";
import type { BrowserContext, Page, WebSocket } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BrowserOptions } from "./harness/browser.ts";
import { small, writeFaultyCamera, writeMicrophone } from "./harness/camera.ts";
import { pageScript } from "./harness/pageScript.ts";
import { type DeskAt, type Parties, openConsole, openDesk, startParties, until } from "./harness/parties.ts";
import { type SoundRoom, missingForSound, openSoundRoom } from "./harness/soundRooms.ts";
import "./harness/roomTypes.ts";

const missing = await missingForSound();
if (missing !== null)
  console.log(`not run: a room whose loudspeaker is heard needs a sound server, and that needs ${missing}`);

type Found = {
  readonly results: readonly { readonly part: string; readonly outcome: string; readonly cause: string | null }[];
  readonly numbers: Readonly<Record<string, number | readonly number[] | null>>;
};
type Said = { readonly type: string; readonly word?: { readonly at: string; readonly found?: Found } };

/** What each desk sent to its station since it was asked for its first test. */
const sent = new Map<string, string[]>();

/** Reads a desk's socket from here on, and counts the connections that its page makes. */
async function listen(name: string, context: BrowserContext): Promise<void> {
  sent.set(name, []);
  const read = ({ payload }: { payload: string | Buffer }): void => {
    const all = sent.get(name) ?? [];
    const isFirst = String(payload).includes('"selfTest"');
    if (all.length > 0 || isFirst) all.push(String(payload));
  };
  const watch = (page: Page): unknown => page.on("websocket", (socket: WebSocket) => socket.on("framesent", read));
  context.pages().forEach(watch);
  context.on("page", watch);
  await context.addInitScript(() => {
    globalThis.parleyConnections = 0;
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(...given: ConstructorParameters<typeof RTCPeerConnection>) {
        super(...given);
        globalThis.parleyConnections += 1;
      }
    };
  });
}

const wordsOf = (name: string): readonly Said[] =>
  (sent.get(name) ?? []).map((text) => JSON.parse(text) as Said).filter(({ type }) => type === "selfTest");
const foundAll = (name: string): readonly Found[] => wordsOf(name).flatMap(({ word }) => word?.found ?? []);

/** What the desk found, part by part: the cause where one is amiss. */
async function found(name: string): Promise<Readonly<Record<string, string>>> {
  const all = await until(
    () => Promise.resolve(foundAll(name)),
    (tests) => tests.length > 0,
    `a test of the ${name} desk`,
    240_000,
  );
  const [one] = all;
  if (one === undefined) throw new Error(`no test of the ${name} desk`);
  console.log(
    `${name}: ${one.results.map(({ part, outcome, cause }) => cause ?? `${part} ${outcome}`).join(", ")}; ${JSON.stringify(one.numbers)}`,
  );
  return partsOf(one);
}
const partsOf = ({ results }: Found): Readonly<Record<string, string>> =>
  Object.fromEntries(results.map(({ part, outcome, cause }) => [part, cause ?? outcome]));

type Room = { readonly at: string; readonly cause: string | null } | null;
type Status = {
  readonly people: { readonly room: Room } | null;
  readonly links: readonly { readonly people: { readonly room: Room } | null }[];
};

const timeIn = (zone: string, later: number): string =>
  new Date(Date.now() + later * 60_000).toLocaleTimeString("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });

describe.skipIf(missing !== null)("a desk's test of its own room", () => {
  let parties: Parties;
  const rooms: SoundRoom[] = [];
  let officer: DeskAt;
  const desks = new Map<string, DeskAt>();
  const desk = (name: string): DeskAt => {
    const at = desks.get(name);
    if (at === undefined) throw new Error(`no desk ${name}`);
    return at;
  };

  /** A desk whose browser is as `options` say, once it stands there idle. */
  async function open(of: "a" | "b", name: string, options: BrowserOptions): Promise<void> {
    const camera = await pageScript(join(import.meta.dirname, "harness/roomCamera.page.ts"));
    const at = await openDesk(parties[of], 10 + desks.size, parties, {
      ...options,
      prepare: async ({ context }) => {
        await context.grantPermissions(["camera", "microphone"]);
        if (options.plays === "aloud") await context.addInitScript({ content: camera });
        await listen(name, context);
      },
    });
    desks.set(name, at);
  }

  beforeAll(async () => {
    // Every minute for a while, by both parties' clocks: a machine that is slow to set all this up finds an hour that has not passed yet.
    const zones = ["America/New_York", "Europe/Istanbul"];
    const at = [...new Set(zones.flatMap((zone) => Array.from({ length: 12 }, (_, n) => timeIn(zone, n + 2))))];
    parties = await startParties({ selfTest: { at } });
    officer = await openConsole(parties.a, 1, parties);
    const audio = join(parties.folder, "hum.wav");
    await writeMicrophone(audio, 1);
    for (const fault of ["black", "covered", "frozen"] as const) {
      const video = join(parties.folder, `${fault}.y4m`);
      await writeFaultyCamera(video, fault, small);
      await open("a", fault, { devices: { kind: "files", video, audio } });
    }
    const asked = { devices: { kind: "fake" }, leave: "person" } as const;
    await open("a", "refused", asked);
    await open("a", "withdrawn", asked);
    for (const [of, name, kind] of [
      ["a", "deaf", "deaf"],
      ["b", "good", "hears"],
    ] as const) {
      const room = await openSoundRoom(kind);
      rooms.push(room);
      await open(of, name, { devices: { kind: "own" }, plays: "aloud", env: { PULSE_SERVER: room.server } });
    }
    await desk("withdrawn").browser.context.clearPermissions();
    const session = await desk("refused").browser.context.newCDPSession(desk("refused").page);
    for (const name of ["camera", "microphone"])
      await session.send("Browser.setPermission", {
        permission: { name },
        setting: "denied",
        origin: parties.a.origin,
      });
  }, 300_000);

  afterAll(async () => {
    await Promise.all([officer, ...desks.values()].map((at) => at?.browser.close()));
    await parties?.close();
    for (const room of rooms) room.close();
  });

  it(
    "[TS1] [TS4] [TS5] a good room is ready: its camera moves, and the chirp went out as a ring does and was heard",
    { timeout: 300_000 },
    async () => {
      const parts = await found("good");
      expect(parts).toMatchObject({
        camera: "good",
        microphone: "good",
        speaker: "good",
        permission: "good",
        wake: "good",
      });
    },
  );

  it("[TS3] a camera that is black, covered or frozen is found and named", { timeout: 300_000 }, async () => {
    expect(await found("black")).toMatchObject({ camera: "cameraBlack", permission: "good" });
    expect(await found("covered")).toMatchObject({ camera: "cameraCovered", permission: "good" });
    expect(await found("frozen")).toMatchObject({ camera: "cameraFrozen", permission: "good" });
  });

  it(
    "[TS4] a loudspeaker that the room does not hear is found and named, beside a microphone that hears the room",
    { timeout: 300_000 },
    async () => {
      const parts = await found("deaf");
      expect(parts).toMatchObject({ camera: "good", microphone: "good", speaker: "speakerNotHeard" });
    },
  );

  it(
    "[TS5] a permission that was taken back is found and named, without a question on the screen",
    { timeout: 300_000 },
    async () => {
      expect(await found("refused")).toMatchObject({
        camera: "cameraRefused",
        microphone: "microphoneRefused",
        permission: "permissionDue",
      });
      expect(await found("withdrawn")).toMatchObject({
        camera: "untried",
        microphone: "untried",
        permission: "permissionDue",
      });
    },
  );

  it(
    "[TS8] [TS9] both sides know whose room it is, and the console names each desk and what is wrong with its room",
    { timeout: 120_000 },
    async () => {
      const [ours, theirs] = await until(
        () => Promise.all([parties.a, parties.b].map((party) => party.ask<Status>({ do: "status" }))),
        ([a, b]) => a?.links[0]?.people?.room?.at === "ready" && b?.links[0]?.people?.room?.at === "notReady",
        "the word of both rooms",
      );
      expect(theirs?.links[0]?.people?.room?.cause).toMatch(/^camera|^speaker|^permission/);
      console.log(JSON.stringify([ours?.people, theirs?.people]));
      await officer.page.bringToFront();
      await officer.page.getByRole("button", { name: "Terminals" }).first().click();
      const rows = officer.page
        .locator("li, tr, article")
        .filter({ has: officer.page.locator("[data-room=notReady]") });
      await until(
        () => rows.count(),
        (n) => n >= 6,
        "the rooms on the console",
      );
      const text = (await officer.page.locator("[data-room=notReady]").allInnerTexts()).join("\n");
      console.log(text);
      for (const named of [
        "camera is dark",
        "camera is covered",
        "picture stands still",
        "loudspeaker of ours is not heard",
        "browser refuses us the camera",
        "browser would ask",
      ])
        expect(text).toContain(named);
    },
  );

  it("[TS2] nothing of what was seen and heard left a page: verdicts and numbers in short messages, and no connection", async () => {
    for (const [name, { browser, page }] of desks) {
      const all = sent.get(name) ?? [];
      expect([
        name,
        wordsOf(name)
          .slice(0, 2)
          .map(({ word }) => word?.at),
      ]).toEqual([name, ["began", "over"]]);
      const longest = Math.max(...all.map((text) => text.length));
      expect([name, longest < 1500]).toEqual([name, true]);
      expect([name, await page.evaluate(() => globalThis.parleyConnections)]).toEqual([name, 0]);
      const origin = new URL(parties[name === "good" ? "b" : "a"].origin).host;
      expect([name, [...browser.origins].map((each) => new URL(each).host)]).toEqual([name, [origin, origin]]);
      expect([name, browser.complaints]).toEqual([name, []]);
    }
  });
});
