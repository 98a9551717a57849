// The policy file for kiosks, in the browser that it is for: a Chromium that sees it as its machine's policy (in a mount
// namespace of its own, since the place is fixed) lets the desk's origin have camera and microphone without a question, and
// opens nothing else.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "../../scripts/chromium.ts";

const policy = join(import.meta.dirname, "..", "..", "deploy", "policies", "chromium.json");
const folder = mkdtempSync(join(tmpdir(), "parley-policy-"));
const server = createServer((_request, response) =>
  response.setHeader("content-type", "text/html").end("<!doctype html>"),
);
let port = 0;
let browser: Browser;

/** A program that starts Chromium on a machine whose /etc/chromium is `place`. */
function chromiumWith(place: string): string {
  const program = join(folder, "chromium");
  const asRoot = process.getuid?.() === 0 ? "" : "--user --map-root-user ";
  const inside = `mount --bind ${place} /etc/chromium && exec ${findChromium()} "$@"`;
  writeFileSync(program, `#!/bin/sh\nexec unshare ${asRoot}--mount sh -c '${inside}' chromium "$@"\n`);
  chmodSync(program, 0o755);
  return program;
}

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  const place = join(folder, "etc");
  mkdirSync(join(place, "policies", "managed"), { recursive: true });
  const text = readFileSync(policy, "utf8").replaceAll("https://desk.example", `http://desk.localhost:${port}`);
  // This test looks on through the developer tools, which the policy takes from everybody.
  const { DeveloperToolsAvailability: _, ...rest } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  writeFileSync(join(place, "policies", "managed", "parley.json"), JSON.stringify(rest));
  browser = await chromium.launch({
    executablePath: chromiumWith(place),
    args: ["--use-fake-device-for-media-stream", "--no-sandbox"],
  });
}, 60_000);

afterAll(async () => {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the kiosk policy in Chromium", () => {
  it("[CL17] gives the desk camera and microphone without a question", { timeout: 60_000 }, async () => {
    const page = await browser.newPage();
    await page.goto(`http://desk.localhost:${port}/desk`);
    const tracks = await page.evaluate(async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
      return stream.getTracks().map(({ kind, readyState }) => `${kind} ${readyState}`);
    });
    expect(tracks.toSorted()).toEqual(["audio live", "video live"]);
    await page.close();
  });

  it("[CL17] opens nothing else", { timeout: 60_000 }, async () => {
    const page = await browser.newPage();
    const elsewhere = await page.goto(`http://other.localhost:${port}/desk`).then(
      () => "opened",
      (error: unknown) => String(error),
    );
    expect(elsewhere).toContain("ERR_BLOCKED_BY_ADMINISTRATOR");
    await page.close();
  });
});
