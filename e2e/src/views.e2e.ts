// The views under a hand: every state in a real browser, under the headers that a station serves, in both languages.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { webServer } from "@parley/station/api/http";
import { buildTerminal, filesIn } from "../../apps/terminal/build/build.ts";
import { type Gallery, type View, axeFaults, openGallery } from "./gallery.ts";
import { launchBrowser } from "./harness/browser.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-views-"));
let gallery: Gallery;

beforeAll(async () => {
  gallery = await openGallery(join(folder, "preview"));
});
afterAll(async () => {
  await gallery.close();
  rmSync(folder, { recursive: true, force: true });
});

const desk: View = { width: 1280, height: 800, zoom: 1 };
const wide: View = { width: 1920, height: 1080, zoom: 1 };
const officer: View = { width: 1366, height: 768, zoom: 1 };
const zoomed: View = { width: 1280, height: 800, zoom: 2 };
const languages = ["en", "ar"];

/** Every state is loaded; on a machine with other work that takes minutes. */
const slow = 300_000;

const viewOf = (state: string): View => (state.startsWith("desk/") ? desk : officer);
const desks = (): readonly string[] => gallery.states.filter((state) => state.startsWith("desk/"));
const consoles = (): readonly string[] => gallery.states.filter((state) => state.startsWith("console/"));

/** The tag, role and name of what has focus, as a person would tell it. */
const focused = (): Promise<string> =>
  gallery.page.evaluate(() => {
    const at = document.activeElement;
    return at === null || at === document.body
      ? "nothing"
      : (at.getAttribute("aria-label") ?? at.textContent ?? "").trim();
  });

describe("every state", () => {
  for (const language of languages) {
    it(
      `[VW30] [VW32] stands in ${language} without a fault that axe sees, a refusal, an error or a stranger`,
      async () => {
        const faults: string[] = [];
        for (const state of gallery.states) {
          await gallery.show(state, language, viewOf(state));
          faults.push(...gallery.complaints().map((complaint) => `${state}: ${complaint}`));
          faults.push(...(await axeFaults(gallery.page)).map((fault) => `${state}: ${fault}`));
        }
        expect(gallery.states.length).toBeGreaterThan(50);
        expect(faults).toEqual([]);
      },
      slow,
    );
  }

  it("[VW30] [VW32] what axe and the policy must find, they find", async () => {
    await gallery.show("desk/idle.ready", "en", desk);
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

  it(
    "[VW15] the desk fits the screens of real rooms in both languages, and nothing is cut off sideways at 200 %",
    async () => {
      const faults: string[] = [];
      for (const language of languages) {
        for (const state of gallery.states) {
          await gallery.show(state, language, zoomed);
          for (const view of state.startsWith("desk/") ? [zoomed, desk, wide] : [zoomed, officer]) {
            await gallery.resize(view);
            const { across, down } = await gallery.page.evaluate(() => {
              const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement;
              return { across: scrollWidth - clientWidth, down: scrollHeight - clientHeight };
            });
            if (across > 0 || (down > 0 && (view === desk || view === wide)))
              faults.push(`${state} ${language} ${view.width} zoom ${view.zoom}: ${across} across, ${down} down`);
          }
        }
      }
      expect(faults).toEqual([]);
    },
    slow,
  );

  /** What has focus, whether it is marked and whether something lies over it; null while the page has no focus. */
  const focusedNow = () =>
    gallery.page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      if (element === document.body || !document.hasFocus()) return null;
      element.scrollIntoView({ block: "nearest" });
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return {
        index: [...document.querySelectorAll("*")].indexOf(element),
        text: (element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 40),
        marked: style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2,
        covered: over === null || !(element.contains(over) || over.contains(element)),
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
          await gallery.show(state, "en", viewOf(state));
        }
        if (seen.size < reachable) faults.push(`${state}: ${reachable} can be pressed, Tab reaches ${seen.size}`);
      }
      expect([...new Set(faults)]).toEqual([]);
    },
    slow,
  );

  it(
    "[VW31] nothing moves for whoever asked for less motion, and a ringing screen flashes once a second",
    async () => {
      const moving = () =>
        gallery.page.evaluate(() =>
          document.getAnimations().map((each) => {
            const timing = each.effect?.getComputedTiming();
            return { name: (each as CSSAnimation).animationName, lasts: Number(timing?.duration ?? 0) };
          }),
        );
      await gallery.show("desk/ringingIn", "en", desk);
      const flash = (await moving()).find(({ name }) => name === "flash");
      expect(flash?.lasts).toBe(1000);
      await gallery.page.emulateMedia({ reducedMotion: "reduce" });
      for (const state of gallery.states) {
        await gallery.show(state, "en", viewOf(state));
        expect([state, await moving()]).toEqual([state, []]);
      }
      await gallery.page.emulateMedia({ reducedMotion: null });
    },
    slow,
  );

  it("[VW3] right to left mirrors the page, and isolates names, times and the four words", async () => {
    await gallery.show("desk/idle.ready", "ar", desk);
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
    await gallery.show("console/pairing.words", "ar", officer);
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

describe("the desk", () => {
  it("[VW10] holds one thing to press, 15 mm high or more, in a call the microphone besides, and no way elsewhere", async () => {
    const millimetre = 96 / 25.4;
    for (const state of desks()) {
      await gallery.show(state, "en", desk);
      const found = await gallery.page.evaluate(() => {
        const shown = (selector: string) =>
          [...document.querySelectorAll<HTMLElement>(selector)].filter((each) => each.checkVisibility());
        return {
          buttons: shown("button").map((each) => each.getBoundingClientRect().height),
          switches: shown("[role=switch]").length,
          elsewhere: shown("a, [role=menu], [role=link], input, textarea").length,
          secrets: shown(".qr, .code").length,
        };
      });
      const settingUp = /notEnrolled|enrolling|setup/.test(state);
      if (settingUp) continue;
      expect([state, found.elsewhere, found.secrets]).toEqual([state, 0, 0]);
      const inCall = state.startsWith("desk/inCall");
      const none = /starting|idle\.cutOff|fault\.removed/.test(state);
      expect([state, found.buttons.length, found.switches]).toEqual([state, none ? 0 : inCall ? 2 : 1, inCall ? 1 : 0]);
      for (const height of found.buttons) expect([state, height >= 15 * millimetre]).toEqual([state, true]);
    }
  });

  it("[VW11] Space or Enter acts at once in every state, also after a press beside the button", async () => {
    const acts = {
      "desk/idle.ready": "call",
      "desk/ringingIn": "answer",
      "desk/ended": "backToLine",
      "desk/fault.station": "tryAgain",
    };
    for (const [state, type] of Object.entries(acts)) {
      for (const key of ["Space", "Enter"]) {
        await gallery.show(state, "en", desk);
        await gallery.page.keyboard.press(key);
        expect([state, key, (await gallery.acts()).map((act) => act["type"])]).toEqual([state, key, [type]]);
        await gallery.page.mouse.click(640, 130);
        await gallery.page.keyboard.press(key);
        expect([state, key, (await gallery.acts()).length]).toEqual([state, key, 2]);
      }
    }
  });

  it("[VW12] a second press asks for the same thing by the same name", async () => {
    await gallery.show("desk/ringingIn", "en", desk);
    await gallery.page.keyboard.press("Enter");
    await gallery.page.keyboard.press("Enter");
    expect(await gallery.acts()).toEqual([
      { type: "answer", call: "call-1" },
      { type: "answer", call: "call-1" },
    ]);
  });

  it("[VW13] End wants a second of holding by key or pointer, and a shorter one does nothing", async () => {
    const { page } = gallery;
    await gallery.show("desk/inCall", "en", desk);
    expect(await focused()).toMatch(/^End/);
    const end = page.locator(".hold");
    for (const key of ["Space", "Enter"]) {
      await page.keyboard.down(key);
      await page.waitForTimeout(600);
      await page.keyboard.up(key);
    }
    await end.click({ delay: 600 });
    await page.waitForTimeout(700);
    expect(await gallery.acts()).toEqual([]);
    for (const key of ["Space", "Enter"]) {
      await page.keyboard.down(key);
      await expect.poll(async () => (await gallery.acts()).length, { timeout: 5000 }).toBe(key === "Space" ? 1 : 2);
      await page.keyboard.up(key);
    }
    await end.click({ delay: 1300 });
    expect(await gallery.acts()).toEqual(Array(3).fill({ type: "end", call: "call-1" }));
  });

  it("[VW13] a pointer that leaves the button while it holds ends nothing", async () => {
    const { page } = gallery;
    await gallery.show("desk/inCall", "en", desk);
    await page.locator(".hold").hover();
    await page.mouse.down();
    await page.waitForTimeout(300);
    await page.mouse.move(640, 200);
    await page.waitForTimeout(1200);
    await page.mouse.up();
    expect(await gallery.acts()).toEqual([]);
  });

  it("[VW13] assistive technology, which cannot hold, presses twice", async () => {
    const { page } = gallery;
    await gallery.show("desk/inCall", "en", desk);
    const press = () => page.evaluate(() => document.querySelector<HTMLElement>(".hold")?.click());
    await press();
    expect(await gallery.acts()).toEqual([]);
    await expect.poll(() => page.locator(".hold").textContent()).toBe("Press again to confirm");
    await press();
    expect(await gallery.acts()).toEqual([{ type: "end", call: "call-1" }]);
  });

  it("[VW14] the microphone's name stays, its state and sentence tell what is true, and one key changes it", async () => {
    const { page } = gallery;
    for (const [state, checked, sentence, to] of [
      ["desk/inCall", "true", "You are heard", "muted"],
      ["desk/inCall.muted", "false", "You are muted", "open"],
      ["desk/inCall.alarm", "false", "You are not heard: no microphone is plugged in here", "open"],
    ] as const) {
      await gallery.show(state, "en", desk);
      const mic = page.getByRole("switch", { name: "Microphone", exact: true });
      expect(await mic.getAttribute("aria-checked")).toBe(checked);
      expect(await mic.locator(".mic-sentence").textContent()).toBe(sentence);
      await page.keyboard.press("Shift+Tab");
      expect(await mic.evaluate((each) => each === document.activeElement)).toBe(true);
      await page.keyboard.press("Enter");
      await page.keyboard.press("Space");
      await mic.click();
      expect(await gallery.acts()).toEqual(Array(3).fill({ type: "microphone", call: "call-1", to }));
    }
  });

  it("[VW5] a tile without a picture says why, and shows no old one", async () => {
    await gallery.show("desk/inCall.noPicture", "en", desk);
    const tiles = await gallery.page.evaluate(() =>
      [...document.querySelectorAll(".tile")].map((tile) => ({
        text: tile.textContent,
        video: tile.querySelector("video")?.checkVisibility() ?? false,
      })),
    );
    expect(tiles).toEqual([
      { text: "The path is too poor for a picture. Sound goes on.", video: false },
      { text: "The path is too poor for your picture. Sound goes on.", video: false },
    ]);
  });

  it("a code is typed and sent by keyboard, and a wrong one is said at the field", async () => {
    const { page } = gallery;
    await gallery.show("desk/notEnrolled", "en", desk);
    await page.keyboard.type("h4tq 9mzx 2kdw");
    await page.keyboard.press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "enterCode", code: "h4tq 9mzx 2kdw" }]);
    await gallery.show("desk/notEnrolled.wrong", "en", desk);
    const field = page.getByRole("textbox");
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    const described = ((await field.getAttribute("aria-describedby")) ?? "").split(" ").map((id) => `[id="${id}"]`);
    const texts = await Promise.all(described.map((selector) => page.locator(selector).textContent()));
    expect(texts.join(" ")).toMatch(/not a code of this station/);
  });
});

describe("the console", () => {
  it("[VW20] a ring stands in reach on every section, to answer, to ring the desk, and apart from them to decline", async () => {
    const { page } = gallery;
    for (const state of ["console/lines.ringing", "console/call.ringingIn"]) {
      await gallery.show(state, "en", officer);
      await page.getByRole("button", { name: "Answer here" }).press("Enter");
      expect(await gallery.acts()).toEqual([{ type: "answerHere", call: "call-1" }]);
      const answer = await page.getByRole("button", { name: "Answer here" }).boundingBox();
      const decline = await page.getByRole("button", { name: /^Decline/ }).boundingBox();
      expect([state, (decline?.y ?? 0) - ((answer?.y ?? 0) + (answer?.height ?? 0)) >= 24]).toEqual([state, true]);
      await page.getByRole("button", { name: /^Decline/ }).click();
      expect((await gallery.acts()).length).toBe(1);
    }
    await page.getByRole("button", { name: "Ring the desk" }).press("Enter");
    expect((await gallery.acts())[1]).toEqual({ type: "ringDesk", call: "call-1" });
  });

  it("[VW24] each section is opened by keyboard, and the skip links lead to the section and to what is urgent", async () => {
    const { page } = gallery;
    await gallery.show("console/lines.ringing", "en", officer);
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Go to the open section");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Answer here");
    for (const section of ["Lines", "Call", "Terminals", "Pairing", "Ledger", "Alarms"])
      await page
        .getByRole("navigation")
        .getByRole("button", { name: new RegExp(`^${section}`) })
        .press("Enter");
    expect((await gallery.acts()).map((act) => act["section"])).toEqual([
      "lines",
      "call",
      "terminals",
      "pairing",
      "ledger",
      "alarms",
    ]);
  });

  it("[VW24] a line is called from here and from the desk, and a call is handed over, by keyboard", async () => {
    const { page } = gallery;
    await gallery.show("console/lines", "en", officer);
    await page.getByRole("button", { name: /^Call .?Estovar/ }).press("Enter");
    await page.getByRole("button", { name: /^From the desk: call .?Estovar/ }).press("Enter");
    expect(await gallery.acts()).toEqual([
      { type: "call", line: "line-1", from: "here" },
      { type: "call", line: "line-1", from: "desk" },
    ]);
    await gallery.show("console/call.here", "en", officer);
    await page.getByRole("button", { name: /Hand over/ }).press("Enter");
    await page.getByRole("option", { name: "Desk, room 3" }).waitFor();
    await page.keyboard.press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "handOver", call: "call-1", to: "t1" }]);
    await gallery.show("console/call.desk", "en", officer);
    await page.getByRole("button", { name: "Take it here" }).press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "takeOver", call: "call-1" }]);
  });

  it("[VW21] a terminal is removed only after its name was typed; Escape leaves everything as it was", async () => {
    const { page } = gallery;
    await gallery.show("console/terminals", "en", officer);
    const open = page.getByRole("button", { name: /^Remove .?Desk, room 3/ }).first();
    await open.press("Enter");
    const remove = page.getByRole("button", { name: "Remove with my passkey" });
    expect(await remove.isDisabled()).toBe(true);
    await page.keyboard.type("Desk, room");
    expect(await remove.isDisabled()).toBe(true);
    await page.keyboard.press("Escape");
    await expect.poll(focused).toMatch(/^Remove .?Desk/);
    await open.press("Enter");
    await page.keyboard.type("Desk, room 3");
    await remove.press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "removeTerminal", terminal: "t1", typed: "Desk, room 3" }]);
    expect(gallery.complaints()).toEqual([]);
  });

  it("[VW22] a code is made by keyboard, says that it admits nobody, and a request is approved beside its letters", async () => {
    const { page } = gallery;
    await gallery.show("console/terminals", "en", officer);
    await page.getByRole("button", { name: /As what/ }).press("Enter");
    await page.getByRole("option", { name: "officer" }).waitFor();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "Name of the officer" }).fill("Jonas Brandt");
    await page.getByRole("button", { name: "Make a one-time code" }).press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "makeCode", role: "officer", name: "Jonas Brandt" }]);
    await gallery.show("console/terminals.letIn", "en", officer);
    const said = (await page.locator("main").textContent()) ?? "";
    expect(said).toMatch(/admits nobody by itself/);
    expect(said).toMatch(/same letters:.*K7QF 2M9D/);
    await page.getByRole("button", { name: /approve with passkey/ }).press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "approve", request: "r1" }]);
  });

  it("[VW23] an offer is made, brought as text, and the words answered, by keyboard", async () => {
    const { page } = gallery;
    await gallery.show("console/pairing", "en", officer);
    await page.getByRole("button", { name: "Make an offer" }).press("Enter");
    await page.getByRole("textbox", { name: /link/ }).fill("  https://estovar.example/pair#abc ");
    await page.getByRole("button", { name: "Use this offer" }).press("Enter");
    expect(await gallery.acts()).toEqual([
      { type: "makeOffer" },
      { type: "importOffer", text: "https://estovar.example/pair#abc" },
    ]);
    await gallery.show("console/pairing.words", "en", officer);
    await page.getByRole("button", { name: "They match" }).press("Enter");
    await page.getByRole("button", { name: "They do not match" }).press("Enter");
    expect(await gallery.acts()).toEqual([
      { type: "words", answer: "match" },
      { type: "words", answer: "differ" },
    ]);
  });

  it("[VW21] an alarm is acknowledged under a name or shelved for a time, one at a time", async () => {
    const { page } = gallery;
    await gallery.show("console/alarms", "en", officer);
    await page.getByRole("button", { name: "Acknowledge as Ada Lindqvist" }).first().press("Enter");
    await page.getByRole("button", { name: "Shelve 1 h" }).nth(1).press("Enter");
    expect(await gallery.acts()).toEqual([
      { type: "acknowledge", alarm: "a1" },
      { type: "shelve", alarm: "a2", minutes: 60 },
    ]);
    expect(await page.getByRole("button", { name: /\ball\b/i }).count()).toBe(0);
  });

  it("first officer and sign-in work by keyboard", async () => {
    const { page } = gallery;
    await gallery.show("console/bootstrap", "en", officer);
    await page.keyboard.type("w9kd-3hfa");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Ada Lindqvist");
    await page.keyboard.press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "firstOfficer", code: "w9kd-3hfa", name: "Ada Lindqvist" }]);
    await gallery.show("console/signIn", "en", officer);
    await page.keyboard.press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "signIn" }]);
  });

  it("every section is in the pictures", () => {
    for (const part of ["lines", "call", "terminals", "pairing", "ledger", "alarms"])
      expect(consoles().some((state) => state.startsWith(`console/${part}`))).toBe(true);
  });
});

describe("the built page", () => {
  it("[VW40] [VW41] [VW42] runs as built, is the same when built again, and not with one byte changed", async () => {
    const [one, two] = [join(folder, "one"), join(folder, "two")];
    const built = await buildTerminal("index", one);
    expect((await buildTerminal("index", two)).manifest).toEqual(built.manifest);
    const paths = [...filesIn(one).keys()].filter((path) => path !== "manifest.json").sort();
    expect(built.manifest.files.map(({ path }) => path)).toEqual(paths);
    expect(paths.some((path) => path.includes("preview"))).toBe(false);
    const script = built.manifest.files.find(({ path }) => /^assets\/index-.*\.js$/.test(path));
    if (script === undefined) throw new Error("no script was built");
    writeFileSync(join(two, script.path), `${readFileSync(join(two, script.path), "utf8")} `);

    const browser = await launchBrowser({ devices: { kind: "fake" } });
    const runs = async (files: string): Promise<string> => {
      const { app } = await webServer({ files, tls: null, healthy: () => true });
      const page = await browser.open(`${await app.listen({ host: "127.0.0.1", port: 0 })}/desk`);
      const text = await page
        .locator("main")
        .textContent({ timeout: 3000 })
        .catch(() => "nothing ran");
      await app.close();
      return text ?? "";
    };
    try {
      expect(await runs(two)).toBe("nothing ran");
      expect(browser.complaints.join()).toMatch(/integrity/);
      expect(await runs(one)).not.toBe("nothing ran");
    } finally {
      await browser.close();
    }
  });
});
