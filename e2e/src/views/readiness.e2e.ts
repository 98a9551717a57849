// The section of readiness under a hand, in both directions of reading: ticks, the hand over the trends, and what is asked of the station.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Gallery, openGalleryForNow } from "./gallery.ts";
import { consoleScreen } from "./sizes.ts";

let gallery: Gallery;

beforeAll(async () => {
  gallery = await openGalleryForNow();
});
afterAll(() => gallery.close());

/** Of each direction the key that goes to what was earlier. */
const earlier = { en: "ArrowLeft", ar: "ArrowRight" } as const;
const languages = ["en", "ar"] as const;

describe("readiness", () => {
  it("[VW74] ticks run as the language reads, and an arrow key goes to the side that it points at", async () => {
    const { page } = gallery;
    for (const language of languages) {
      await gallery.show("console/readiness", language, consoleScreen);
      const ticks = page.locator(".drill-tick");
      const places = await ticks.evaluateAll((all) => all.map((each) => each.getBoundingClientRect().x));
      const row = places.slice(0, 24);
      const sorted = row.toSorted((a, b) => (language === "en" ? a - b : b - a));
      expect([language, places.length, row]).toEqual([language, 48, sorted]);
      await ticks.last().focus();
      await page.keyboard.press(earlier[language]);
      await page.keyboard.press(earlier[language]);
      await page.keyboard.press("ArrowUp");
      expect([language, await gallery.acts()]).toEqual([
        language,
        [41_898, 41_894, 41_894 - 4 * 24].map((index) => ({ type: "drill", index })),
      ]);
    }
  });

  it("[VW73] [VW74] one hand walks over the days of all trends, earlier by the key of that side, and says what was", async () => {
    const { page } = gallery;
    for (const language of languages) {
      await gallery.show("console/readiness", language, consoleScreen);
      const dotAt = () =>
        page
          .locator(".trend-dot")
          .first()
          .evaluate((dot) => dot.getBoundingClientRect().x);
      const today = await dotAt();
      await page.locator(".day-slider input").focus();
      for (let i = 0; i < 7; i++) await page.keyboard.press(earlier[language]);
      const weekAgo = await dotAt();
      expect([language, language === "en" ? weekAgo < today - 20 : weekAgo > today + 20]).toEqual([language, true]);
      expect(await page.locator(".trend-day").innerText()).toMatch(/^30 \S+ 2026$/);
      expect(await page.locator(".day-slider [role=group], .day-slider").first().getAttribute("aria-label")).toContain(
        "30",
      );
    }
  });

  it("[VW71] what came of a drill has a shape of its own, whatever its colour, and each tick is wide enough to press", async () => {
    await gallery.show("console/readiness.failed", "en", consoleScreen);
    const heights = await gallery.page.evaluate(() =>
      ["passed", "degraded", "failed", "missed"].map((came) =>
        Math.round(document.querySelector(`[data-came=${came}]`)?.getBoundingClientRect().height ?? 0),
      ),
    );
    const [passed = 0, degraded = 0, failed = 0, missed = 0] = heights;
    expect(passed - degraded).toBeGreaterThan(5);
    expect(degraded - failed).toBeGreaterThan(5);
    expect(failed - missed).toBeGreaterThan(5);
    expect(missed).toBeGreaterThan(0);
    const sizes = await gallery.page
      .locator(".drill-tick")
      .evaluateAll((all) =>
        all.map((each) => each.getBoundingClientRect()).map(({ width, height }) => Math.min(width, height)),
      );
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(24);
  });

  it("[VW24] another line, an earlier page, a session and a drill are asked for by keyboard", async () => {
    const { page } = gallery;
    await gallery.show("console/readiness.sessions", "en", consoleScreen);
    await page.getByRole("button", { name: "Drill now" }).press("Enter");
    await page.getByRole("button", { name: "Earlier" }).press("Enter");
    await page.getByRole("button", { name: "Direct" }).press("Enter");
    await page.locator(".ready-acts .choice-button").press("ArrowDown");
    await page.getByRole("option", { name: "Maren" }).press("Enter");
    expect(await gallery.acts()).toEqual([
      { type: "drillNow", line: "line-1" },
      { type: "olderDrills", line: "line-1" },
      { type: "drill", index: 41_902 },
      { type: "readiness", line: "line-2" },
    ]);
    await gallery.show("console/lines", "en", consoleScreen);
    await page.getByRole("button", { name: /^Drills with .?Estovar/ }).press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "readiness", line: "line-1" }]);
  });
});
