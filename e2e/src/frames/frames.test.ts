// Frames through a real browser: VP9, VP8 and Opus sealed by the product's own worker, over a real connection, opened and
// shown. What Chromium does with transforms cannot be had from fakes.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PartyBrowser, launchBrowser } from "../harness/browser.ts";
import { pageScript } from "../harness/pageScript.ts";
import type {} from "./loop.page.ts";

let server: Server;
let browser: PartyBrowser;
let page: Page;

const transformFile = createRequire(import.meta.url).resolve("@parley/e2ee/worker/transform");

beforeAll(async () => {
  const files: Record<string, string> = {
    "/loop.js": await pageScript(join(import.meta.dirname, "loop.page.ts")),
    "/hostile.js": await pageScript(join(import.meta.dirname, "hostile.worker.ts")),
    "/transform.js": await pageScript(transformFile),
  };
  server = createServer((request, response) => {
    const file = files[request.url ?? ""];
    response.setHeader("content-type", file === undefined ? "text/html" : "text/javascript");
    response.end(file ?? "<!doctype html><meta charset=utf-8><title>frames</title><script src=/loop.js></script>");
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  browser = await launchBrowser({ devices: { kind: "fake" } });
  page = await browser.open(`http://localhost:${(server.address() as AddressInfo).port}/`);
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

const lost = (counts: {
  sent: readonly { stream: string; passed: number }[];
  received: readonly { stream: string; passed: number }[];
}) => counts.sent.map(({ stream, passed }) => passed - (counts.received.find((r) => r.stream === stream)?.passed ?? 0));

describe("frames in Chromium", () => {
  it("says the codec of a frame in its metadata, on both sides", async () => {
    const said = await page.evaluate(() => globalThis.frameLoop.probe());
    for (const mimeType of ["video/VP9", "audio/opus"])
      for (const side of ["sent", "received"]) expect(said).toContainEqual(expect.objectContaining({ side, mimeType }));
  });

  it.each(["vp9", "vp8"] as const)(
    "[FR1] [FR13] %s and Opus pass sealed, and ten re-keys in 5 s lose no frame",
    async (codec) => {
      const counts = await page.evaluate(async (codec) => {
        const { Loop, wait } = globalThis.frameLoop;
        const loop = new Loop(codec);
        await loop.rekey();
        await loop.start("open");
        await wait(2000);
        const quiet = await loop.countsNow();
        for (let n = 0; n < 10; n++) {
          await loop.rekey(100);
          await wait(400);
        }
        const counts = { quiet, ...(await loop.counts()) };
        loop.close();
        return counts;
      }, codec);
      const shown = counts.shown - counts.quiet.shown;
      console.log(
        `${codec}: ${counts.sent.map((s) => `${s.stream} ${s.passed} sealed`).join(", ")}, lost ${lost(counts).join(" and ")}, ` +
          `${shown} pictures in 10 re-keys, longest gap ${Math.round(counts.longestGap)} ms, PLI ${counts.pliCount}, ` +
          `key frames ${counts.keyFramesDecoded}, freezes ${counts.freezeCount}`,
      );
      expect(counts.mimeType).toBe(`video/${codec.toUpperCase()}`);
      expect(lost(counts)).toEqual(counts.sent.map(() => 0));
      for (const stream of counts.sent) expect(stream.dropped).toEqual({});
      // Chromium sends some packets twice to probe the path, and hands on the frames that they make.
      for (const stream of counts.received) expect({ ...stream.dropped, replayed: 0 }).toEqual({ replayed: 0 });
      expect(counts.framesDecoded).toBeGreaterThan(60);
      expect(shown).toBeGreaterThan(40);
      expect(counts.keyFramesDecoded).toBeLessThan(4);
      expect(counts.audioEnergy).toBeGreaterThan(0);
      expect(counts.heard.filter((m) => m.type === "opening" && m.stream === "video").length).toBe(11);
      expect(counts.heard.filter((m) => ["alarm", "forgery", "fault", "digestRefused"].includes(m.type))).toEqual([]);
    },
  );

  it("[FR13] keys 500 ms late lose no frame and stop the picture for no longer", async () => {
    const counts = await page.evaluate(async () => {
      const { Loop, wait } = globalThis.frameLoop;
      const loop = new Loop("vp9");
      await loop.rekey();
      await loop.start("open");
      await wait(2000);
      for (let n = 0; n < 3; n++) {
        await loop.rekeyLate(500);
        await wait(1500);
      }
      const counts = await loop.counts();
      loop.close();
      return counts;
    });
    console.log(
      `keys 500 ms late, three times: lost ${lost(counts).join(" and ")}, longest gap ${Math.round(counts.longestGap)} ms`,
    );
    expect(lost(counts)).toEqual([0, 0]);
    expect(counts.longestGap).toBeLessThan(1500);
  });

  it.each(["clear", "noise", "empty"] as const)(
    "[FR3] [FR17] %s frames from the network are neither shown nor heard",
    async (mode) => {
      const { before, after, attackedAt } = await page.evaluate(async (mode) => {
        const { Loop, wait } = globalThis.frameLoop;
        const loop = new Loop("vp9");
        await loop.rekey();
        await loop.start("open");
        await wait(1500);
        loop.attack(mode);
        const attackedAt = performance.now();
        await wait(500); // what was under way arrives, and what was decoded is shown
        const before = await loop.countsNow();
        await wait(3000);
        const after = await loop.countsNow();
        loop.close();
        return { before, after, attackedAt };
      }, mode);
      const alarms = after.heard.filter((m) => m.type === "alarm");
      const passed = (c: typeof after) => c.received.map((s) => s.passed);
      console.log(
        `${mode}: ${after.shown - before.shown} shown, dropped ${JSON.stringify(after.received.map((s) => s.dropped))}, ` +
          `alarm after ${alarms.map((a) => `${Math.round(a.at - attackedAt)} ms (${a.stream}, ${a.why})`).join(", ") || "none"}`,
      );
      expect(before.shown).toBeGreaterThan(15);
      expect(passed(after)).toEqual(passed(before));
      expect(after.shown).toBe(before.shown);
      if (mode === "empty") return; // nothing in it: dropped, and nobody is blamed
      for (const stream of ["video", "audio"]) {
        const first = alarms.find((a) => a.stream === stream);
        expect((first?.at ?? Infinity) - attackedAt).toBeLessThan(3000);
      }
    },
  );

  it("[DG7] a member who seals with the group's real keys in another's stream raises the alarm within 3 s", async () => {
    const { counts, forgedAt } = await page.evaluate(async () => {
      const { Loop, wait } = globalThis.frameLoop;
      const loop = new Loop("vp9");
      await loop.rekey();
      await loop.start("open");
      await wait(3500);
      await loop.forge();
      const forgedAt = performance.now();
      await wait(3500);
      const counts = await loop.countsNow();
      loop.close();
      return { counts, forgedAt };
    });
    const forgeries = counts.heard.filter((m) => m.type === "forgery");
    console.log(`forged with real keys: alarm after ${Math.round((forgeries[0]?.at ?? Infinity) - forgedAt)} ms`);
    expect(forgeries[0]).toMatchObject({ leaf: 0, context: 1, why: "unclaimed" });
    expect((forgeries[0]?.at ?? 0) - forgedAt).toBeGreaterThan(0);
    expect((forgeries[0]?.at ?? Infinity) - forgedAt).toBeLessThan(3000);
  });

  it("[FR15] a picture that waited sealed is shown at the answer, and the call's own follows it", async () => {
    const { before, after, answeredAt, shown } = await page.evaluate(async () => {
      const { Loop, wait } = globalThis.frameLoop;
      const loop = new Loop("vp9");
      await loop.rekey();
      await loop.start("drawn");
      await wait(5000);
      const before = await loop.countsNow();
      const answeredAt = performance.now();
      loop.release();
      await wait(2500);
      const after = await loop.countsNow();
      loop.close();
      return { before, after, answeredAt, shown: loop.shown };
    });
    const gaps = shown.slice(1).map((at, i) => at - (shown[i] ?? at));
    console.log(
      `curtain: first picture ${Math.round((shown[0] ?? Infinity) - answeredAt)} ms after the answer, longest gap after it ` +
        `${Math.round(Math.max(...gaps))} ms, ${shown.length} shown, ${JSON.stringify(after.received.map((s) => s.dropped))}, PLI asked ${before.received.map((s) => s.keyFramesAsked).join()}`,
    );
    expect(before.shown).toBe(0);
    expect(shown.length).toBeGreaterThan(30);
    expect((shown[0] ?? Infinity) - answeredAt).toBeLessThan(1000);
    expect(after.heard.filter((m) => ["alarm", "forgery", "fault"].includes(m.type))).toEqual([]);
  });
});
