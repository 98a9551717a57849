// The page as it is built and served: its integrity, its manifest, and that neither is for show.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { webServer } from "@parley/station/api/http";
import { buildTerminal, filesIn } from "../../../apps/terminal/build/build.ts";
import { launchBrowser } from "../harness/browser.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-page-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the built page", () => {
  it("[VW40] [VW41] [VW42] runs as built, is the same when built again, and not with one byte changed", async () => {
    const [one, two] = [join(folder, "one"), join(folder, "two")];
    const built = await buildTerminal("index", one);
    expect((await buildTerminal("index", two)).manifest).toEqual(built.manifest);
    const paths = [...filesIn(one).keys()].filter((path) => path !== "manifest.json").toSorted();
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
