import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import { inNamespace, missingForNetwork, type Network, openNetwork } from "./net.ts";

const missing = await missingForNetwork();
if (missing !== null) console.log(`not run: the network of our own needs ${missing}`);

const echo = `const s = require("node:dgram").createSocket("udp4");
s.on("message", (m, r) => s.send(m, r.port, r.address)); s.bind(7, "0.0.0.0", () => console.log("up"));`;

/** Sends `count` datagrams, `apart` ms apart (0: all at once), and prints how many came back and their middle round trip, ms. */
const probe = (to: string, count: number, apart: number) => `
const s = require("node:dgram").createSocket("udp4"); const trips = [];
s.on("message", (m) => trips.push(performance.now() - Number(m)));
const pause = (ms) => new Promise((r) => setTimeout(r, ms));
(async () => {
  for (let i = 0; i < ${count}; i++) { s.send(String(performance.now()), 7, "${to}"); if (${apart} > 0) await pause(${apart}); }
  await pause(600);
  trips.sort((a, b) => a - b);
  console.log(JSON.stringify({ back: trips.length, p50: trips[trips.length >> 1] ?? null }));
  s.close();
})();`;

describe.skipIf(missing !== null)("the wire", () => {
  let network: Network;
  let server: ReturnType<typeof spawn>;

  beforeAll(async () => {
    network = await openNetwork();
    const [command, args] = inNamespace(network.namespace("callee"), process.execPath, ["-e", echo]);
    server = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    if (server.stdout !== null) await once(server.stdout, "data");
  });
  afterAll(async () => {
    server.kill();
    await once(server, "close");
    await network.close();
  });

  const measure = async (count: number, apart = 4): Promise<{ back: number; p50: number | null }> => {
    const script = probe(network.address("callee"), count, apart);
    const [command, args] = inNamespace(network.namespace("caller"), process.execPath, ["-e", script]);
    return JSON.parse((await promisify(execFile)(command, args)).stdout) as { back: number; p50: number | null };
  };

  it("carries everything at once when nothing is set", async () => {
    const { back, p50 } = await measure(50);
    expect(back).toBe(50);
    expect(p50).toBeLessThan(20);
  });
  it("delays each direction by what was set, and no less", async () => {
    await network.shape("all", "all", { delayMs: 25 });
    const { back, p50 } = await measure(50);
    expect(back).toBe(50);
    expect(p50).toBeGreaterThanOrEqual(50);
    expect(p50).toBeLessThan(90);
  });
  it("loses about the share that was set", async () => {
    await network.shape("all", "all", { loss: 0.2 });
    const { back } = await measure(400);
    expect(back).toBeGreaterThan(400 * 0.64 * 0.8);
    expect(back).toBeLessThan(400 * 0.64 * 1.2);
  });
  it("a limited rate holds frames back and then drops them", async () => {
    await network.shape("all", "all", {});
    // A frame here has 60 bytes or so: about 100 a second pass, and 30 wait before the rest is dropped.
    await network.shape("caller", "callee", { rateKbps: 50 });
    const { back, p50 } = await measure(200, 0);
    expect(back).toBeGreaterThan(20);
    expect(back).toBeLessThan(50);
    expect(p50).toBeGreaterThan(100);
  });
  it("a browser in one place reaches a name under .localhost in another, and trusts it as its own", async () => {
    await network.shape("all", "all", {});
    const page = `require("node:http").createServer((q, r) => r.end("here")).listen(8080, "0.0.0.0", () => console.log("up"))`;
    const [command, args] = inNamespace(network.namespace("servers"), process.execPath, ["-e", page]);
    const site = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    await once(site.stdout, "data");
    const browser = await launchBrowser({
      devices: { kind: "fake" },
      namespace: network.namespace("caller"),
      names: { "northmark.localhost": network.address("servers") },
    });
    try {
      const opened = await browser.open("http://northmark.localhost:8080");
      expect(await opened.evaluate(() => [document.body.textContent, isSecureContext])).toEqual(["here", true]);
    } finally {
      await browser.close();
      site.kill();
      await once(site, "close");
    }
  });
  it("a cut place hears nothing, and is heard again when it is mended", async () => {
    await network.shape("all", "all", {});
    await network.shape("callee", "all", { cut: true });
    expect((await measure(20)).back).toBe(0);
    await network.shape("callee", "all", {});
    expect((await measure(20)).back).toBe(20);
  });
});
