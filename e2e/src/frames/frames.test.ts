// Frames through a real browser: VP9, VP8 and Opus sealed by the product's own worker, over a real connection, opened and
// shown. What Chromium does with transforms cannot be had from fakes.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createRequire } from "node:module";
import type { StreamStats } from "@parley/e2ee/worker/messages";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PartyBrowser, launchBrowser } from "../harness/browser.ts";
import { pageScript } from "../harness/pageScript.ts";
import type {} from "./scenarios.page.ts";

let server: Server;
let browser: PartyBrowser;
let page: Page;

const transformFile = createRequire(import.meta.url).resolve("@parley/e2ee/worker/transform");

beforeAll(async () => {
  const files: Record<string, string> = {
    "/loop.js": await pageScript(join(import.meta.dirname, "scenarios.page.ts")),
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

type Counts = { readonly sent: readonly StreamStats[]; readonly received: readonly StreamStats[] };

const missing = ({ sent, received }: Counts): number[] =>
  sent.map(({ stream, passed }) => passed - (received.find((r) => r.stream === stream)?.passed ?? 0));

/** Frames of each stream that were sealed between two counts and never opened. */
const lost = (before: Counts, after: Counts): number[] => {
  const gone = missing(before);
  return missing(after).map((n, i) => n - (gone[i] ?? 0));
};

const longestGap = (shown: readonly number[]): number =>
  Math.round(Math.max(...shown.slice(1).map((at, i) => at - (shown[i] ?? at))));

describe("frames in Chromium", () => {
  it("says the codec of a frame in its metadata, on both sides", async () => {
    const said = await page.evaluate(() => globalThis.frameScenarios.probe());
    for (const mimeType of ["video/VP9", "audio/opus"])
      for (const side of ["sent", "received"]) expect(said).toContainEqual(expect.objectContaining({ side, mimeType }));
  });

  it.each(["vp9", "vp8"] as const)(
    "[FR1] [FR13] %s and Opus pass sealed, and ten re-keys in 5 s lose no frame",
    async (codec) => {
      const { quiet, counts } = await page.evaluate((c) => globalThis.frameScenarios.rekeys(c), codec);
      const shown = counts.shown - quiet.shown;
      console.log(
        `${codec}: ${counts.sent.map((s) => `${s.stream} ${s.passed} sealed`).join(", ")}, lost ${lost(quiet, counts).join(" and ")}, ` +
          `${shown} pictures in 10 re-keys, PLI ${counts.pliCount}, ` +
          `key frames ${counts.keyFramesDecoded}, freezes ${counts.freezeCount}`,
      );
      expect(counts.mimeType).toBe(`video/${codec.toUpperCase()}`);
      expect(lost(quiet, counts)).toEqual(counts.sent.map(() => 0));
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
    const { quiet, counts, shown } = await page.evaluate(() => globalThis.frameScenarios.lateKeys());
    const gap = longestGap(shown);
    console.log(`keys 500 ms late, three times: lost ${lost(quiet, counts).join(" and ")}, longest gap ${gap} ms`);
    expect(lost(quiet, counts)).toEqual([0, 0]);
    expect(gap).toBeLessThan(1500);
  });

  it.each(["clear", "noise", "empty"] as const)(
    "[FR3] [FR17] %s frames from the network are neither shown nor heard",
    async (mode) => {
      const { before, after, attackedAt } = await page.evaluate((m) => globalThis.frameScenarios.attack(m), mode);
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
    const { counts, forgedAt } = await page.evaluate(() => globalThis.frameScenarios.forge());
    const forgeries = counts.heard.filter((m) => m.type === "forgery");
    console.log(`forged with real keys: alarm after ${Math.round((forgeries[0]?.at ?? Infinity) - forgedAt)} ms`);
    expect(forgeries[0]).toMatchObject({ leaf: 0, context: 1, why: "unclaimed" });
    expect((forgeries[0]?.at ?? 0) - forgedAt).toBeGreaterThan(0);
    expect((forgeries[0]?.at ?? Infinity) - forgedAt).toBeLessThan(3000);
  });

  it("[FR15] a picture that waited sealed is shown at the answer, and the call's own follows it", async () => {
    const { before, after, answeredAt, shown } = await page.evaluate(() => globalThis.frameScenarios.answer());
    console.log(
      `curtain: first picture ${Math.round((shown[0] ?? Infinity) - answeredAt)} ms after the answer, longest gap after it ` +
        `${longestGap(shown)} ms, ${shown.length} shown, ${JSON.stringify(after.received.map((s) => s.dropped))}, PLI asked ${before.received.map((s) => s.keyFramesAsked).join()}`,
    );
    expect(before.shown).toBe(0);
    expect(shown.length).toBeGreaterThan(30);
    expect((shown[0] ?? Infinity) - answeredAt).toBeLessThan(1000);
    expect(after.heard.filter((m) => ["alarm", "forgery", "fault"].includes(m.type))).toEqual([]);
  });
});
