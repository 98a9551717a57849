import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, type PartyBrowser } from "./browser.ts";
import { large, loopFrames, small, writeCamera, writeMicrophone } from "./camera.ts";
import { type LoopServer, serveLoopPage } from "./loopPage.ts";
import type { MeterSettings } from "./meterTypes.ts";
import { addPasskeys } from "./passkey.ts";
import { partyOfTone } from "./tone.ts";

let folder: string;
let server: LoopServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-harness-"));
  await writeCamera(join(folder, "small.y4m"), 3, small);
  await writeCamera(join(folder, "large.y4m"), 3, large);
  await writeMicrophone(join(folder, "beep.wav"), 3);
  server = await serveLoopPage();
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const reader = (party: number): MeterSettings => ({ party, stamps: "loop", camera: null, readEvery: 1 });
const loop = (page: Page, codec: string, kbps: number, scale: number) =>
  page.evaluate(`loop("${codec}", ${kbps}, ${scale})`);
const sight = (page: Page, timeout: number) => page.evaluate((t) => globalThis.parleyMeter.firstSight(t), timeout);

async function withBrowser<T>(camera: string, work: (browser: PartyBrowser) => Promise<T>): Promise<T> {
  const devices = { kind: "files", video: join(folder, camera), audio: join(folder, "beep.wav") } as const;
  const browser = await launchBrowser({ devices });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

describe("camera and microphone files", () => {
  it.each([
    ["VP8", "small.y4m", 100, 1],
    ["VP9", "small.y4m", 100, 4],
    ["VP8", "large.y4m", 250, 2],
  ])("come through %s of %s at %i kbit/s, scaled down by %i, and are read", async (codec, camera, kbps, scale) => {
    await withBrowser(camera, async (browser) => {
      const page = await browser.open(server.origin, reader(1));
      await loop(page, codec, kbps, scale);
      expect(await sight(page, 10_000)).not.toBeNull();
      await page.evaluate(() => globalThis.parleyMeter.clear());
      await page.waitForTimeout(2_000);
      const { shown, unread, missed } = await page.evaluate(() => globalThis.parleyMeter.pictures());
      expect(shown.length).toBeGreaterThan(20);
      expect(unread / shown.length).toBeLessThan(0.1);
      expect(missed).toBeLessThan(2 * loopFrames * 2);
      const heard = await page.evaluate(() => globalThis.parleyMeter.hear(1_500));
      expect(partyOfTone(heard.hz ?? 0)).toBe(3);
      expect((await page.evaluate(() => globalThis.parleyMeter.counts())).codec).toBe(`video/${codec}`);
      expect(browser.complaints).toEqual([]);
    });
  });
  it("a page that sees its own party's picture has not seen the other", async () => {
    await withBrowser("small.y4m", async (browser) => {
      const page = await browser.open(server.origin, reader(3));
      await loop(page, "VP8", 500, 1);
      await expect
        .poll(async () => (await page.evaluate(() => globalThis.parleyMeter.counts())).decoded, { timeout: 15_000 })
        .toBeGreaterThan(30);
      expect(await sight(page, 100)).toBeNull();
    });
  });
});

describe("a party's browser", () => {
  it("keeps what pages complain of and whom they ask", async () => {
    const strict = await serveLoopPage("127.0.0.1", { "content-security-policy": "default-src 'none'" });
    const browser = await launchBrowser({ devices: { kind: "fake" } });
    try {
      const page = await browser.open(strict.origin, reader(1));
      await page.evaluate(() => console.error("a fault of the page"));
      await page.evaluate(() => void Promise.reject(new Error("nobody caught this")));
      await expect.poll(() => browser.complaints.join("\n"), { timeout: 10_000 }).toMatch(/nobody caught this/);
      expect(browser.complaints.join("\n")).toMatch(/Content Security Policy/);
      expect(browser.complaints.join("\n")).toMatch(/a fault of the page/);
      expect([...browser.origins]).toEqual([strict.origin]);
      expect(browser.pid).toBeGreaterThan(0);
    } finally {
      await browser.close();
      await strict.close();
    }
  });
  it("keeps a profile across restarts when it is given one, and forgets its own", async () => {
    const profile = await mkdtemp(join(folder, "profile-"));
    const visit = async (kept: string | null): Promise<string | null> => {
      const browser = await launchBrowser({ devices: { kind: "fake" }, profile: kept });
      const page = await browser.open(server.origin);
      const before = await page.evaluate(() => localStorage.getItem("kept"));
      await page.evaluate(() => localStorage.setItem("kept", "yes"));
      await browser.close();
      return before;
    };
    const visits = [null, "yes", null, null];
    expect([await visit(profile), await visit(profile), await visit(null), await visit(null)]).toEqual(visits);
  });
  it("signs in by a passkey that verifies its user, and not by one that does not", async () => {
    const browser = await launchBrowser({ devices: { kind: "fake" } });
    try {
      const page = await browser.open(server.origin);
      const passkeys = await addPasskeys(page);
      const outcome = await page.evaluate(async () => {
        const challenge = new Uint8Array(32);
        const made = await navigator.credentials.create({
          publicKey: {
            challenge,
            rp: { name: "loop" },
            user: { id: new Uint8Array(16), name: "officer", displayName: "officer" },
            pubKeyCredParams: [{ type: "public-key", alg: -7 }],
            authenticatorSelection: { residentKey: "required", userVerification: "required" },
            extensions: { prf: {} },
          },
        });
        return made instanceof PublicKeyCredential ? made.getClientExtensionResults() : null;
      });
      expect(outcome).toMatchObject({ prf: { enabled: true } });
      expect(await passkeys.held()).toBe(1);
      const signIn = () =>
        page.evaluate(() =>
          navigator.credentials
            .get({ publicKey: { challenge: new Uint8Array(32), userVerification: "required", timeout: 3_000 } })
            .then(
              (found) => found?.type ?? "none",
              (error: unknown) => (error instanceof Error ? error.name : "unknown"),
            ),
        );
      expect(await signIn()).toBe("public-key");
      await passkeys.verifyUser(false);
      expect(await signIn()).toBe("NotAllowedError");
    } finally {
      await browser.close();
    }
  });
});
