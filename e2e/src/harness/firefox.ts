// One party's Firefox: Debian's, as it is, over WebDriver BiDi. Its fake camera is a changing colour without a barcode, so the
// meter's canvas camera gives it one, as in the bench; where the product's own getUserMedia is meant, leave the meter out.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Bidi, connectBidi } from "./bidi.ts";
import type { MeterSettings } from "./meterTypes.ts";
import { pageScript } from "./pageScript.ts";

export type FirefoxOptions = {
  /** A profile that outlives this process; null is a fresh one, removed at close. */
  readonly profile?: string | null;
  readonly meter?: MeterSettings;
};

export type Firefox = {
  readonly pid: number;
  /** Console errors, uncaught exceptions and CSP refusals so far. */
  readonly complaints: string[];
  navigate(url: string): Promise<void>;
  /** The JSON value of an expression in the page; a promise is awaited. Rejects with what the page threw. */
  evaluate(expression: string): Promise<unknown>;
  /** Presses the first element that `selector` finds with a real pointer; waits up to 15 s for one that is shown. */
  click(selector: string): Promise<void>;
  close(): Promise<void>;
};

export const firefoxPath = (): string => process.env["FIREFOX"] ?? "/usr/bin/firefox-esr";

const preferences = {
  "media.navigator.streams.fake": true,
  "media.navigator.permission.disabled": true,
  "media.autoplay.default": 0,
  "media.autoplay.blocking_policy": 0,
  "media.autoplay.block-webaudio": false,
  "media.peerconnection.ice.obfuscate_host_addresses": false,
  // A loopback call needs the loopback's candidates, which Firefox leaves out.
  "media.peerconnection.ice.loopback": true,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "datareporting.policy.dataSubmissionEnabled": false,
  "toolkit.telemetry.server": "",
  "app.update.disabledForTesting": true,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "extensions.update.enabled": false,
  "browser.safebrowsing.update.enabled": false,
  "remote.active-protocols": 1, // BiDi alone
};

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && name in value ? Reflect.get(value, name) : undefined;

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : undefined);

export async function launchFirefox(options: FirefoxOptions = {}): Promise<Firefox> {
  const fresh = options.profile === undefined || options.profile === null;
  const profile = options.profile ?? (await mkdtemp(join(tmpdir(), "parley-firefox-")));
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  await writeFile(join(profile, "user.js"), lines.join("\n"));
  const browser = spawn(
    firefoxPath(),
    ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "about:blank"],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: "1" } },
  );
  const ended = once(browser, "close");
  const address = await bidiAddress(browser.stderr, ended);
  const bidi = await connectBidi(`${address}/session`);
  await bidi.send("session.new", { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
  const complaints: string[] = [];
  bidi.on("log.entryAdded", (entry) => {
    if (field(entry, "level") === "error") complaints.push(String(field(entry, "text")));
  });
  await bidi.send("session.subscribe", { events: ["log.entryAdded"] });
  if (options.meter !== undefined) await addMeter(bidi, options.meter);
  const context = String(field(first(field(await bidi.send("browsingContext.getTree", {}), "contexts")), "context"));
  let closing: Promise<void> | null = null;
  const evaluate = (expression: string): Promise<unknown> => evaluateIn(bidi, context, expression);
  return {
    pid: browser.pid ?? 0,
    complaints,
    navigate: async (url) => {
      await bidi.send("browsingContext.navigate", { context, url, wait: "complete" });
    },
    evaluate,
    click: (selector) => clickIn(bidi, context, evaluate, selector),
    close: () =>
      (closing ??= (async () => {
        await bidi.send("browser.close", {}).catch(() => browser.kill());
        await ended;
        if (fresh) await rm(profile, { recursive: true, force: true, maxRetries: 5 });
      })()),
  };
}

/** The address that Firefox prints when it listens. */
async function bidiAddress(words: NodeJS.ReadableStream, ended: Promise<unknown>): Promise<string> {
  const found = new Promise<string>((resolve) => {
    createInterface({ input: words }).on("line", (line) => {
      const address = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  return Promise.race([
    found,
    ended.then(() => Promise.reject(new Error(`${firefoxPath()} ended before it listened`))),
  ]);
}

async function addMeter(bidi: Bidi, settings: MeterSettings): Promise<void> {
  const script = await pageScript(join(import.meta.dirname, "meter.page.ts"));
  const content = `globalThis.parleyMeterSettings = ${JSON.stringify(settings)};\n${script}`;
  await bidi.send("script.addPreloadScript", { functionDeclaration: `() => {\n${content}\n}` });
}

async function evaluateIn(bidi: Bidi, context: string, expression: string): Promise<unknown> {
  const answer = await bidi.send("script.evaluate", {
    expression: `Promise.resolve(${expression}).then((value) => JSON.stringify(value) ?? "null")`,
    target: { context },
    awaitPromise: true,
    userActivation: true,
  });
  if (field(answer, "type") !== "success") throw new Error(String(field(field(answer, "exceptionDetails"), "text")));
  return JSON.parse(String(field(field(answer, "result"), "value"))) as unknown;
}

async function clickIn(
  bidi: Bidi,
  context: string,
  evaluate: (expression: string) => Promise<unknown>,
  selector: string,
): Promise<void> {
  const centre = `(() => { const box = document.querySelector(${JSON.stringify(selector)})?.getBoundingClientRect();
    return box && box.width > 0 ? [box.x + box.width / 2, box.y + box.height / 2] : null; })()`;
  for (let tries = 0; tries < 150; tries++) {
    const at = await evaluate(centre);
    if (Array.isArray(at)) {
      const [x, y] = at.map((n) => Math.round(Number(n)));
      const pointer = [
        { type: "pointerMove", x, y },
        { type: "pointerDown", button: 0 },
        { type: "pointerUp", button: 0 },
      ];
      const actions = [{ type: "pointer", id: "mouse", actions: pointer }];
      await bidi.send("input.performActions", { context, actions });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing shown is ${selector}`);
}
