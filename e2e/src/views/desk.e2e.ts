// The principal's desk under a hand: one thing to press, by any key, and nothing that a knock can end.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Gallery, focusedName, openGalleryForNow } from "./gallery.ts";
import { deskScreen } from "./sizes.ts";

let gallery: Gallery;

beforeAll(async () => {
  gallery = await openGalleryForNow();
});
afterAll(() => gallery.close());

const desks = (): readonly string[] => gallery.states.filter((state) => state.startsWith("desk/"));

describe("the desk", () => {
  it("[VW10] holds one thing to press, 15 mm high or more, in a call the microphone besides, and no way elsewhere", async () => {
    const millimetre = 96 / 25.4;
    for (const state of desks()) {
      await gallery.show(state, "en", deskScreen);
      const found = await gallery.page.evaluate(() => {
        const shown = (selector: string) =>
          [...document.querySelectorAll<HTMLElement>(selector)].filter((each) => each.checkVisibility());
        return {
          buttons: shown("button").map((each) => each.getBoundingClientRect().height),
          switches: shown("[role=switch]").length,
          elsewhere: shown("a, [role=menu], [role=link], input:not([type=radio]), textarea").length,
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
    const asked = async () => (await gallery.acts()).map((act) => act["type"]).filter((type) => type !== "reach");
    for (const [state, type] of Object.entries(acts)) {
      for (const key of ["Space", "Enter"]) {
        await gallery.show(state, "en", deskScreen);
        await gallery.page.keyboard.press(key);
        expect([state, key, await asked()]).toEqual([state, key, [type]]);
        await gallery.page.mouse.click(640, 130);
        await gallery.page.keyboard.press(key);
        expect([state, key, await asked()]).toEqual([state, key, [type, type]]);
      }
    }
  });

  it("[VW12] a second press asks for the same thing by the same name", async () => {
    await gallery.show("desk/ringingIn", "en", deskScreen);
    await gallery.page.keyboard.press("Enter");
    await gallery.page.keyboard.press("Enter");
    const press = [
      { type: "reach", call: "call-1" },
      { type: "answer", call: "call-1" },
    ];
    expect(await gallery.acts()).toEqual([...press, ...press]);
  });

  it("[VW12] a finger that comes down on Answer and slides off has answered nothing", async () => {
    await gallery.show("desk/ringingIn", "en", deskScreen);
    await gallery.page.getByRole("button", { name: /^Answer/ }).hover();
    await gallery.page.mouse.down();
    await gallery.page.mouse.move(5, 5);
    await gallery.page.mouse.up();
    expect(await gallery.acts()).toEqual([{ type: "reach", call: "call-1" }]);
  });

  it("[VW13] End wants a second of holding by key or pointer, and a shorter one does nothing", async () => {
    const { page } = gallery;
    await gallery.show("desk/inCall", "en", deskScreen);
    expect(await focusedName(gallery.page)).toMatch(/^End/);
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
    await gallery.show("desk/inCall", "en", deskScreen);
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
    await gallery.show("desk/inCall", "en", deskScreen);
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
      await gallery.show(state, "en", deskScreen);
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
    await gallery.show("desk/inCall.noPicture", "en", deskScreen);
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
    await gallery.show("desk/notEnrolled", "en", deskScreen);
    await page.keyboard.type("h4tq 9mzx 2kdw");
    await page.keyboard.press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "enterCode", code: "h4tq 9mzx 2kdw" }]);
    await gallery.show("desk/notEnrolled.wrong", "en", deskScreen);
    const field = page.getByRole("textbox");
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    const described = ((await field.getAttribute("aria-describedby")) ?? "").split(" ").map((id) => `[id="${id}"]`);
    const texts = await Promise.all(described.map((selector) => page.locator(selector).textContent()));
    expect(texts.join(" ")).toMatch(/not a code of this station/);
  });
});
