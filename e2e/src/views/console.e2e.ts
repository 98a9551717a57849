// The duty officer's console by keyboard alone: each flow from end to end.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Gallery, focusedName, openGalleryForNow } from "./gallery.ts";
import { consoleScreen } from "./sizes.ts";

let gallery: Gallery;

beforeAll(async () => {
  gallery = await openGalleryForNow();
});
afterAll(() => gallery.close());

describe("the console", () => {
  it("[VW20] a ring stands in reach on every section, to answer, to ring the desk, and apart from them to decline", async () => {
    const { page } = gallery;
    for (const state of ["console/lines.ringing", "console/call.ringingIn"]) {
      await gallery.show(state, "en", consoleScreen);
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
    await gallery.show("console/lines.ringing", "en", consoleScreen);
    await page.keyboard.press("Tab");
    expect(await focusedName(gallery.page)).toBe("Go to the open section");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await focusedName(gallery.page)).toBe("Answer here");
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
    await gallery.show("console/lines", "en", consoleScreen);
    await page.getByRole("button", { name: /^Call .?Estovar/ }).press("Enter");
    await page.getByRole("button", { name: /^From the desk: call .?Estovar/ }).press("Enter");
    expect(await gallery.acts()).toEqual([
      { type: "call", line: "line-1", from: "here" },
      { type: "call", line: "line-1", from: "desk" },
    ]);
    await gallery.show("console/call.here", "en", consoleScreen);
    await page.getByRole("button", { name: /Hand over/ }).press("Enter");
    await page.getByRole("option", { name: "Desk, room 3" }).waitFor();
    await page.keyboard.press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "handOver", call: "call-1", to: "t1" }]);
    await gallery.show("console/call.desk", "en", consoleScreen);
    await page.getByRole("button", { name: "Take it here" }).press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "takeOver", call: "call-1" }]);
  });

  it("[VW21] a terminal is removed only after its name was typed; Escape leaves everything as it was", async () => {
    const { page } = gallery;
    await gallery.show("console/terminals", "en", consoleScreen);
    const open = page.getByRole("button", { name: /^Remove .?Desk, room 3/ }).first();
    await open.press("Enter");
    const remove = page.getByRole("button", { name: "Remove with my passkey" });
    expect(await remove.isDisabled()).toBe(true);
    await page.keyboard.type("Desk, room");
    expect(await remove.isDisabled()).toBe(true);
    await page.keyboard.press("Escape");
    await expect.poll(() => focusedName(gallery.page)).toMatch(/^Remove .?Desk/);
    await open.press("Enter");
    await page.keyboard.type("Desk, room 3");
    await remove.press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "removeTerminal", terminal: "t1", typed: "Desk, room 3" }]);
    expect(gallery.complaints()).toEqual([]);
  });

  it("[VW22] a code is made by keyboard, says that it admits nobody, and a request is approved beside its letters", async () => {
    const { page } = gallery;
    await gallery.show("console/terminals", "en", consoleScreen);
    await page.getByRole("button", { name: /As what/ }).press("Enter");
    await page.getByRole("option", { name: "officer" }).waitFor();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "Name of the officer" }).fill("Jonas Brandt");
    await page.getByRole("button", { name: "Make a one-time code" }).press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "makeCode", role: "officer", name: "Jonas Brandt" }]);
    await gallery.show("console/terminals.letIn", "en", consoleScreen);
    const said = (await page.locator("main").textContent()) ?? "";
    expect(said).toMatch(/admits nobody by itself/);
    expect(said).toMatch(/same letters:.*K7QF 2M9D/);
    await page.getByRole("button", { name: /approve with passkey/ }).press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "approve", request: "r1" }]);
  });

  it("[VW23] an offer is made, brought as text, and the words answered, by keyboard", async () => {
    const { page } = gallery;
    await gallery.show("console/pairing", "en", consoleScreen);
    await page.getByRole("button", { name: "Make an offer" }).press("Enter");
    await page.getByRole("textbox", { name: /link/ }).fill("  https://estovar.example/pair#abc ");
    await page.getByRole("button", { name: "Use this offer" }).press("Enter");
    expect(await gallery.acts()).toEqual([
      { type: "makeOffer" },
      { type: "importOffer", text: "https://estovar.example/pair#abc" },
    ]);
    await gallery.show("console/pairing.words", "en", consoleScreen);
    await page.getByRole("button", { name: "They match" }).press("Enter");
    await page.getByRole("button", { name: "They do not match" }).press("Enter");
    expect(await gallery.acts()).toEqual([
      { type: "words", answer: "match" },
      { type: "words", answer: "differ" },
    ]);
  });

  it("[VW21] an alarm is acknowledged under a name or shelved for a time, one at a time", async () => {
    const { page } = gallery;
    await gallery.show("console/alarms", "en", consoleScreen);
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
    await gallery.show("console/bootstrap", "en", consoleScreen);
    await page.keyboard.type("w9kd-3hfa");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Ada Lindqvist");
    await page.keyboard.press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "firstOfficer", code: "w9kd-3hfa", name: "Ada Lindqvist" }]);
    await gallery.show("console/signIn", "en", consoleScreen);
    await page.keyboard.press("Enter");
    expect(await gallery.acts()).toEqual([{ type: "signIn" }]);
  });
});
