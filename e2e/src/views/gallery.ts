// All states of the views in one browser: the preview, built as the terminal is and served by the station's own web server,
// so that each state stands under the policy of production. For screenshots and for the tests of the views.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CDPSession, Page } from "playwright-core";
import { webServer } from "@parley/station/api/http";
import { buildTerminal } from "../../../apps/terminal/build/build.ts";
import { launchBrowser } from "../harness/browser.ts";

export type View = { readonly width: number; readonly height: number; readonly zoom: 1 | 2 };

export type Gallery = {
  readonly page: Page;
  readonly session: CDPSession;
  /** "desk/idle.ready" and so on, all there are. */
  readonly states: readonly string[];
  /** Loads one state and waits until its fonts and pictures are there. */
  show(state: string, language: string, view: View): Promise<void>;
  /** Gives the shown state another screen to stand on. */
  resize(view: View): Promise<void>;
  /** The whole page as it stands, below its fold too, as PNG. */
  picture(): Promise<Buffer>;
  /** What the page complained about, and whom else it asked for something, since it was asked last. */
  complaints(): readonly string[];
  /** The actions that the shown state asked for since it was loaded, in their order. */
  acts(): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
};

/** Builds the preview into `folder`, serves it on a free port of localhost and opens it. */
export async function openGallery(folder: string): Promise<Gallery> {
  await buildTerminal("preview", folder);
  const { app } = await webServer({ files: folder, tls: null, healthy: () => true });
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  const origin = address.replace("127.0.0.1", "localhost");
  const browser = await launchBrowser({ devices: { kind: "fake" }, viewport: { width: 1280, height: 800 } });
  const page = await browser.open(`${origin}/preview.html`);
  const session = await page.context().newCDPSession(page);
  const states = await page.evaluate(() => document.documentElement.dataset["states"]?.split(" ") ?? []);
  const told = { complaints: 0, strangers: new Set<string>() };
  // Zoom in a browser is fewer pixels of CSS, each drawn larger.
  const resize = async ({ width, height, zoom }: View): Promise<void> => {
    const metrics = { width: width / zoom, height: height / zoom, deviceScaleFactor: zoom, mobile: false };
    await session.send("Emulation.setDeviceMetricsOverride", metrics);
  };
  return {
    page,
    session,
    states,
    resize,
    show: async (state, language, view) => {
      await resize(view);
      // Away first, so that a state shown twice in a row begins anew. All waiting is done inside the page, from one drawn frame
      // to the next: a question from outside comes back after a tenth of a second, and there are hundreds of states.
      await page.evaluate(async (wanted) => {
        const drawn = () => new Promise(requestAnimationFrame);
        const shown = () => document.querySelector<HTMLElement>("#acts")?.dataset["state"];
        location.hash = "";
        while (shown() !== undefined) await drawn();
        location.hash = wanted;
        while (shown() !== wanted) await drawn();
        await document.fonts.ready;
        const videos = [...document.querySelectorAll("video")].filter(
          (video) => !video.hidden && video.srcObject !== null,
        );
        await Promise.all(
          videos.map((video) =>
            video.readyState >= 2
              ? Promise.resolve()
              : new Promise((done) => video.addEventListener("loadeddata", done)),
          ),
        );
      }, `${state}/${language}`);
    },
    picture: async () => {
      await page.evaluate(() => window.scrollTo(0, 0));
      const { cssContentSize } = await session.send("Page.getLayoutMetrics");
      const { data } = await session.send("Page.captureScreenshot", {
        format: "png",
        captureBeyondViewport: true,
        clip: { ...cssContentSize, scale: 1 },
      });
      return Buffer.from(data, "base64");
    },
    complaints: () => {
      const fresh = browser.complaints.slice(told.complaints);
      told.complaints = browser.complaints.length;
      for (const other of browser.origins) {
        if (other === origin || told.strangers.has(other)) continue;
        told.strangers.add(other);
        fresh.push(`asked ${other} for something`);
      }
      return fresh;
    },
    acts: async () => {
      const text = await page.locator("#acts").textContent();
      return (text ?? "")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    close: async () => {
      await browser.close();
      await app.close();
    },
  };
}

/** A gallery in a folder of its own, which goes when it is closed. */
export async function openGalleryForNow(): Promise<Gallery> {
  const folder = mkdtempSync(join(tmpdir(), "parley-views-"));
  const gallery = await openGallery(folder);
  return {
    ...gallery,
    close: async () => {
      await gallery.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong with the page as it stands, WCAG 2.2 AA and best practice; contrast also at AAA (7:1). */
export async function axeFaults(page: Page): Promise<readonly string[]> {
  // axe cannot judge text over a gradient or a picture, so each is judged on the lightest it can stand on.
  await page.evaluate(() => {
    const light = (selector: string, colour: string): void => {
      for (const each of document.querySelectorAll<HTMLElement>(selector)) each.style.background = colour;
    };
    light(".desk:not([data-at=inCall]), .door", "#121c29");
    light(".call-stage:not([data-at^=ringing]), .call-stage .tile[data-at=shown], .call-pictures", "#ffffff");
    for (const video of document.querySelectorAll("video")) video.style.visibility = "hidden";
  });
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axeSource);
  return page.evaluate(async () => {
    type Found = { id: string; help: string; nodes: { target: unknown[]; failureSummary?: string }[] };
    type Axe = { run(on: Document, options: object): Promise<{ violations: Found[] }> };
    const axe = Reflect.get(globalThis, "axe") as Axe;
    const { violations } = await axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      rules: { "color-contrast-enhanced": { enabled: true } },
      // Only what is wrong is asked for, and no rule of these needs the stylesheets fetched a second time.
      resultTypes: ["violations"],
      preload: false,
    });
    return violations.map(
      ({ id, help, nodes }) => `axe ${id}: ${help} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
    );
  });
}

/** The name of what has focus, as assistive technology would read it, or "nothing". */
export const focusedName = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const at = document.activeElement;
    if (at === null || at === document.body) return "nothing";
    return (at.getAttribute("aria-label") ?? at.textContent ?? "").trim();
  });
