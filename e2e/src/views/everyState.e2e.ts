// Every state of both screens in a real browser, under the headers that a station serves, in both languages.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Gallery, axeFaults, openGalleryForNow } from "./gallery.ts";
import { consoleScreen, deskScreen, wideScreen, zoomedScreen } from "./sizes.ts";

let gallery: Gallery;

beforeAll(async () => {
  gallery = await openGalleryForNow();
});
afterAll(() => gallery.close());

const languages = ["en", "ar"];
/** Every state is loaded; on a machine with other work that takes a while. */
const slow = 300_000;
const viewOf = (state: string) => (state.startsWith("desk/") ? deskScreen : consoleScreen);

type Findings = { readonly faults: string[]; readonly cutOff: string[]; readonly moving: string[] };

/** What is asked of a state that stands, on each screen that it must fit; then axe, which leaves its own marks on the page. */
async function look(state: string, language: string, found: Findings): Promise<void> {
  await gallery.show(state, language, zoomedScreen);
  for (const view of state.startsWith("desk/")
    ? [zoomedScreen, wideScreen, deskScreen]
    : [zoomedScreen, consoleScreen]) {
    await gallery.resize(view);
    const { across, down } = await gallery.page.evaluate(() => {
      const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement;
      return { across: scrollWidth - clientWidth, down: scrollHeight - clientHeight };
    });
    if (across > 0 || (down > 0 && (view === deskScreen || view === wideScreen)))
      found.cutOff.push(`${state} ${language} ${view.width} zoom ${view.zoom}: ${across} across, ${down} down`);
  }
  found.moving.push(...(await moving()).map(({ name }) => `${state}: ${name}`));
  found.faults.push(...gallery.complaints().map((complaint) => `${state}: ${complaint}`));
  found.faults.push(...(await axeFaults(gallery.page)).map((fault) => `${state}: ${fault}`));
}

const moving = () =>
  gallery.page.evaluate(() =>
    document.getAnimations().map((each) => {
      const timing = each.effect?.getComputedTiming();
      return { name: (each as CSSAnimation).animationName, lasts: Number(timing?.duration ?? 0) };
    }),
  );

describe("every state", () => {
  // Each state is loaded once in each language, for whoever asked for less motion, and everything is looked at while it stands.
  describe.each(languages)("in %s", (language) => {
    const found: Findings = { faults: [], cutOff: [], moving: [] };
    beforeAll(async () => {
      await gallery.page.emulateMedia({ reducedMotion: "reduce" });
      for (const state of gallery.states) await look(state, language, found);
      await gallery.page.emulateMedia({ reducedMotion: null });
    }, slow);

    it("[VW30] [VW32] stands without a fault that axe sees, a refusal, an error or a stranger", () => {
      expect(gallery.states.length).toBeGreaterThan(50);
      expect(found.faults).toEqual([]);
    });

    it("[VW15] the desk fits the screens of real rooms, and nothing is cut off sideways at 200 %", () => {
      expect(found.cutOff).toEqual([]);
    });

    it("[VW31] nothing moves for whoever asked for less motion", () => {
      expect(found.moving).toEqual([]);
    });
  });

  it("[VW31] a ringing screen flashes once a second, and is seen to move", async () => {
    await gallery.show("desk/ringingIn", "en", deskScreen);
    const flash = (await moving()).find(({ name }) => name === "flash");
    expect(flash?.lasts).toBe(1000);
  });

  it("[VW30] [VW32] what axe and the policy must find, they find", async () => {
    await gallery.show("desk/idle.ready", "en", deskScreen);
    await gallery.page.evaluate(() => {
      const button = document.createElement("button");
      document.querySelector("main")?.append(button);
      const p = document.createElement("p");
      p.className = "desk-note";
      p.textContent = "too dark to read";
      p.style.color = "#556070";
      document.querySelector("main")?.append(p);
    });
    const faults = await axeFaults(gallery.page);
    expect(faults.some((fault) => fault.startsWith("axe button-name"))).toBe(true);
    expect(faults.some((fault) => fault.startsWith("axe color-contrast"))).toBe(true);
    gallery.complaints();
    await gallery.page.evaluate(() => {
      const style = document.createElement("style");
      style.textContent = "p{color:red}";
      document.head.append(style);
    });
    await expect.poll(() => gallery.complaints().join()).toMatch(/style-src/);
    await gallery.page.evaluate(() => {
      try {
        document.body.insertAdjacentHTML("beforeend", "<p>x</p>");
      } catch {
        // Trusted Types throws besides reporting.
      }
    });
    await expect.poll(() => gallery.complaints().join()).toMatch(/TrustedHTML|trusted-types/i);
  });

  /** What has focus, whether it is marked and whether something lies over it; null while the page has no focus. */
  const focusedNow = () =>
    gallery.page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      if (element === document.body || !document.hasFocus()) return null;
      element.scrollIntoView({ block: "nearest" });
      // Of a choice among several, people see the label round its input; of a slider, its thumb.
      const seen =
        element instanceof HTMLInputElement ? (element.closest<HTMLElement>("label, .day-thumb") ?? element) : element;
      const box = seen.getBoundingClientRect();
      const style = getComputedStyle(seen);
      const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return {
        index: [...document.querySelectorAll("*")].indexOf(element),
        text: (element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 40),
        marked: style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2,
        covered: over === null || !(seen.contains(over) || over.contains(seen)),
      };
    });

  it(
    "[VW24] [VW11] by keyboard alone everything is reached once, seen, marked, and in the page's order",
    async () => {
      const faults: string[] = [];
      for (const state of gallery.states) {
        await gallery.show(state, "en", viewOf(state));
        const reachable = await gallery.page.evaluate(() => {
          return [...document.querySelectorAll<HTMLElement>("button, input, textarea, a[href], [tabindex='0']")].filter(
            (each) =>
              each.checkVisibility() &&
              each.closest("[aria-hidden=true]") === null &&
              !(each as HTMLButtonElement).disabled &&
              each.tabIndex >= 0,
          ).length;
        });
        const seen = new Set<number>();
        // Forward from wherever focus rests, then back past it: after the last one the browser itself has focus.
        for (const key of ["Tab", "Shift+Tab"]) {
          if (seen.size === reachable) break;
          if (key === "Shift+Tab") await gallery.show(state, "en", viewOf(state));
          let last = key === "Tab" ? -1 : Number.POSITIVE_INFINITY;
          let turns = 0;
          for (let i = 0; i <= reachable && seen.size < reachable; i++) {
            const at = await focusedNow();
            if (at !== null) {
              if (!at.marked) faults.push(`${state}: focus is not seen on ${at.text}`);
              if (at.covered) faults.push(`${state}: ${at.text} is covered while it has focus`);
              if (key === "Tab" ? at.index < last : at.index > last) turns += 1;
              last = at.index;
              seen.add(at.index);
            }
            await gallery.page.keyboard.press(key);
          }
          if (turns > 1) faults.push(`${state}: ${key} goes to and fro`);
        }
        if (seen.size < reachable) faults.push(`${state}: ${reachable} can be pressed, Tab reaches ${seen.size}`);
      }
      expect([...new Set(faults)]).toEqual([]);
    },
    slow,
  );

  it("[VW3] right to left mirrors the page, and isolates names, times and the four words", async () => {
    await gallery.show("desk/idle.ready", "ar", deskScreen);
    const places = await gallery.page.evaluate(() => {
      const [here, there] = [...document.querySelectorAll(".thread .clock")].map(
        (each) => each.getBoundingClientRect().x,
      );
      const loose = [...document.querySelectorAll(".clock-time, .desk-name, .clock-place")].filter(
        (each) => each.querySelector("bdi") === null,
      );
      return { dir: document.documentElement.dir, here: here ?? 0, there: there ?? 0, loose: loose.length };
    });
    expect(places).toMatchObject({ dir: "rtl", loose: 0 });
    expect(places.here).toBeGreaterThan(places.there);
    await gallery.show("console/pairing.words", "ar", consoleScreen);
    const words = await gallery.page.evaluate(() =>
      [...document.querySelectorAll(".code-word")].map((each) => ({
        text: each.textContent,
        x: each.getBoundingClientRect().x,
      })),
    );
    expect(words.map(({ text }) => text)).toEqual(["1harvest", "2pelican", "3orbit", "4velvet"]);
    expect(words.map(({ x }) => x)).toEqual(words.map(({ x }) => x).toSorted((a, b) => a - b));
  });
});
