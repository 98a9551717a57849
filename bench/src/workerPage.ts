// A page of a real Chromium of its own whose `/worker.js` is a file of ours, for what the bench measures in a worker.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { launchBrowser } from "../../e2e/src/harness/browser.ts";
import { pageScript } from "../../e2e/src/harness/pageScript.ts";

export type WorkerPage = { readonly page: Page; readonly close: () => Promise<void> };

/** The page; its worker is `file` of this folder and is not started yet. */
export async function openWorkerPage(file: string): Promise<WorkerPage> {
  const script = await pageScript(join(import.meta.dirname, file));
  const server = createServer((request, response) => {
    const worker = request.url === "/worker.js";
    response.setHeader("content-type", worker ? "text/javascript" : "text/html");
    // Cross-origin isolated, so that the clock counts 5 us and not 100.
    response.setHeader("cross-origin-opener-policy", "same-origin");
    response.setHeader("cross-origin-embedder-policy", "require-corp");
    response.end(worker ? script : "<!doctype html><title>bench</title>");
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const browser = await launchBrowser({ devices: { kind: "own" } });
  const close = async (): Promise<void> => {
    await browser.close();
    server.close();
  };
  try {
    return { page: await browser.open(`http://localhost:${(server.address() as AddressInfo).port}/`), close };
  } catch (error) {
    await close();
    throw error;
  }
}
