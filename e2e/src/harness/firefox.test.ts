import { access } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { small } from "./camera.ts";
import { firefoxPath, launchFirefox } from "./firefox.ts";
import { serveLoopPage } from "./loopPage.ts";

const missing = await access(firefoxPath()).then(
  () => false,
  () => true,
);
if (missing) console.log(`not run: no Firefox at ${firefoxPath()} (Debian package firefox-esr, or set FIREFOX)`);

describe.skipIf(missing)("Firefox over WebDriver BiDi", () => {
  it("opens its fake camera, presses a button, and its meter reads a picture through VP8", async () => {
    const server = await serveLoopPage();
    const firefox = await launchFirefox({ meter: { party: 1, stamps: "time", camera: small, readEvery: 1 } });
    try {
      await firefox.navigate(server.origin);
      await firefox.click('[data-act="start"]');
      expect(await firefox.evaluate("parleyMeter.pressed('start')")).toBeGreaterThan(1e12);
      await expect(firefox.evaluate("Promise.reject(new Error('as the page says'))")).rejects.toThrow(
        "as the page says",
      );
      await firefox.evaluate("loop('VP8', 500, 1)");
      // What it sees is its own party's picture: read, so never "unread", and not the other's, so never a sighting.
      await firefox.evaluate("new Promise((resolve) => setTimeout(resolve, 3000))");
      expect(await firefox.evaluate("parleyMeter.counts().then((counts) => counts.decoded)")).toBeGreaterThan(30);
      expect(await firefox.evaluate("parleyMeter.pictures().unread")).toBeLessThan(5);
      expect(await firefox.evaluate("parleyMeter.firstSight(300)")).toBeNull();
      const heard = await firefox.evaluate("parleyMeter.hear(1500).then((heard) => heard.level)");
      expect(heard).toBeGreaterThan(0.01);
      const counts = await firefox.evaluate("parleyMeter.counts()");
      expect(counts).toMatchObject({ codec: "video/VP8" });
      await firefox.evaluate("Promise.resolve(console.error('a fault of the page'))");
      await expect.poll(() => firefox.complaints.join("\n"), { timeout: 10_000 }).toMatch(/a fault of the page/);
    } finally {
      await firefox.close();
      await server.close();
    }
  });
});
