// The auditor's page in a real browser: as it is built and served, with files that two parties' stations would write. Its states
// stand with all others in everyState.e2e.ts.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instant } from "@parley/base/time";
import {
  bytesOf,
  checkpointOf,
  entriesOf,
  estovar,
  fileOf,
  jointCall,
  northmark,
  start,
} from "@parley/ledger/testing/twoRecords";
import { webServer } from "@parley/station/api/http";
import type { Page } from "playwright-core";
import { buildTerminal } from "../../../apps/terminal/build/build.ts";
import { launchBrowser } from "../harness/browser.ts";
import { axeFaults } from "./gallery.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-auditor-"));
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  const ours = bytesOf(entriesOf(300, "n"));
  const theirs = bytesOf([...entriesOf(300, "e"), jointCall(99, instant(start + 500_000))]);
  const good = await fileOf(ours, northmark, estovar);
  writeFileSync(file("northmark.record"), good);
  writeFileSync(file("bent.record"), good.with(good.length - 20_000, (good[good.length - 20_000] as number) ^ 1));
  writeFileSync(file("cut.record"), good.subarray(0, 5000));
  const seen = checkpointOf(ours, 300, northmark, estovar);
  writeFileSync(file("estovar.record"), await fileOf(theirs, estovar, northmark, { witnessed: [seen] }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the auditor's page", () => {
  it(
    "[LG46] says the same verdict as the command line, in the browser alone, by the keyboard",
    { timeout: 240_000 },
    async () => {
      await buildTerminal("index", join(folder, "pages"));
      const { app } = await webServer({ files: join(folder, "pages"), tls: null, healthy: () => true });
      const address = await app.listen({ host: "127.0.0.1", port: 0 });
      const browser = await launchBrowser({ devices: { kind: "fake" }, viewport: { width: 1280, height: 900 } });
      try {
        const page: Page = await browser.open(`${address.replace("127.0.0.1", "localhost")}/verify`);
        const asked: string[] = [];
        page.on("request", (request) => asked.push(request.url()));
        const pick = async (...names: readonly string[]): Promise<void> => {
          const chooser = page.waitForEvent("filechooser");
          await page.getByRole("button", { name: "Pick one or two files" }).press("Enter");
          await (await chooser).setFiles(names.map(file));
        };
        const verdicts = page.locator(".audit-status h2");
        await pick("northmark.record");
        await expect
          .poll(() => verdicts.allTextContents(), { timeout: 60_000 })
          .toEqual(["Northmark: complete, both signed, no gaps."]);
        expect(await page.locator(".audit-status").textContent()).toContain("100 of 100 joint entries");

        await page.getByRole("button", { name: /Proof/ }).press("Enter");
        await page.getByRole("option", { name: "signed by its parties" }).press("Enter");
        await expect.poll(() => page.locator("tbody tr").count()).toBe(100);
        const download = page.waitForEvent("download");
        await page.locator("[data-act=saveCsv]").press("Enter");
        expect((await download).suggestedFilename()).toBe("record.csv");

        await pick("northmark.record", "estovar.record");
        await expect.poll(() => verdicts.count(), { timeout: 60_000 }).toBe(2);
        expect(await page.locator("main").textContent()).toContain("1 entry stands in one copy alone.");
        await page.getByRole("button", { name: /Copies/ }).press("Enter");
        await page.getByRole("option", { name: "Entries in one copy alone" }).press("Enter");
        await expect.poll(() => page.locator("tbody tr").count()).toBe(1);
        expect(await axeFaults(page)).toEqual([]);

        await pick("bent.record");
        await expect
          .poll(() => verdicts.allTextContents(), { timeout: 60_000 })
          .toEqual([expect.stringMatching(/^Northmark: broken/)]);
        await pick("cut.record");
        await expect.poll(() => page.locator(".audit-status").textContent()).toContain("cut.record is not a record");
        // Fonts and its icon, which come with the page, are all that it asked for.
        expect(asked.filter((url) => !/\/assets\/[^/]+\.(woff2|svg)$/.test(url))).toEqual([]);
        expect(browser.complaints).toEqual([]);
      } finally {
        await browser.close();
        await app.close();
      }
    },
  );
});
