// The duty officer's way in and the first things done there, in a real browser with a virtual passkey: join by the one-time
// address, become a console, make a code for a desk, approve the browser that shows it, sign out and in again.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PartyBrowser, launchBrowser } from "./harness/browser.ts";
import { type Parties, startParties } from "./harness/parties.ts";
import { addPasskeys } from "./harness/passkey.ts";

let parties: Parties;
let browser: PartyBrowser;
let page: Page;

beforeAll(async () => {
  parties = await startParties();
  browser = await launchBrowser({ devices: { kind: "fake" }, viewport: { width: 1366, height: 768 } });
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await parties?.close();
});

const room = (name: string) =>
  page
    .getByRole("link", { name })
    .or(page.getByRole("tab", { name }))
    .or(page.getByRole("button", { name, exact: true }))
    .first();

describe("the duty officer's console", () => {
  it("the first officer joins by the one-time address and a new passkey, and this browser becomes a console", async () => {
    const { address } = await parties.a.ask<{ address: string }>({
      do: "handOut",
      role: "officer",
      name: "Duty officer",
    });
    page = await browser.open("about:blank");
    await addPasskeys(page);
    await page.goto(address);
    await page.locator("input[name=officer]").fill("Ada");
    await page.locator("main.door button").first().click();
    await page.locator(".console").waitFor({ timeout: 30_000 });
    expect(await page.innerText(".console")).toContain("Estovar");
  });

  it("a desk that was handed a code shows up in the list of terminals", async () => {
    await room("Terminals").click();
    const { address } = await parties.a.ask<{ address: string }>({ do: "handOut", role: "desk", name: "Front desk" });
    const other = await launchBrowser({ devices: { kind: "fake" } });
    try {
      const desk = await other.open(address);
      await desk.locator("[data-act=call]").waitFor({ timeout: 30_000 });
      await page.bringToFront();
      await page.getByText("Front desk").first().waitFor();
    } finally {
      await other.close();
    }
  });

  it("signs out, and in again with the same passkey", async () => {
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.locator("main.door button").first().click();
    await page.locator(".console").waitFor({ timeout: 30_000 });
  });

  it("[WS1] asked nobody but its own station", () => {
    expect([...browser.origins].filter((origin) => !origin.includes(parties.a.plan.host))).toEqual([]);
    expect(browser.complaints).toEqual([]);
  });
});
