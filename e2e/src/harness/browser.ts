// One party's browser: a Chromium process of its own with a profile of its own, as two organisations have, driven by
// playwright-core. Camera and microphone are the browser's fake devices, a file of ours, or none. What the page complains
// about (console errors, CSP refusals, uncaught exceptions, requests to strangers) is kept, so that a test can demand silence.
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { findChromium } from "../../../scripts/chromium.ts";
import type { MeterSettings } from "./meterTypes.ts";
import { pageScript } from "./pageScript.ts";

export type Devices =
  /** Chromium's own moving test picture and beep. */
  | { readonly kind: "fake" }
  /** A Y4M and a WAV file, see camera.ts. */
  | { readonly kind: "files"; readonly video: string; readonly audio: string }
  /** The machine's own devices, asked for without a prompt; on most test machines there are none. */
  | { readonly kind: "own" };

export type BrowserOptions = {
  readonly devices: Devices;
  /** A profile that outlives this process, for restarts; null is a fresh one, removed at close. */
  readonly profile?: string | null;
  /** The network namespace to run in, made by net.ts. */
  readonly namespace?: string;
  /** Origins over plain HTTP that count as secure, as localhost does: for servers in another namespace. */
  readonly secureOrigins?: readonly string[];
  /**
   * Names and the addresses they stand for in this browser. A name under .localhost keeps its secure context, so a station in
   * another namespace is reached by the very origin it has on one machine.
   */
  readonly names?: Readonly<Record<string, string>>;
  /** SHA-256 of public keys (base64, SubjectPublicKeyInfo) whose self-signed certificates are accepted. */
  readonly acceptedKeys?: readonly string[];
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly locale?: string;
  readonly timezone?: string;
  readonly args?: readonly string[];
  /**
   * The title of the tab that is shown when a page asks for a screen. Camera and microphone are then allowed as a person does
   * it, since the browser's own yes to everything would show a made-up screen.
   */
  readonly shares?: string;
  /** `person`: camera and microphone want a person's leave, as they do outside tests; without this everything is allowed. */
  readonly leave?: "person";
  /** `aloud`: heard by the machine's own sound server; a browser that is driven is mute otherwise. */
  readonly plays?: "aloud";
  /** What its processes find in their environment besides ours. */
  readonly env?: Readonly<Record<string, string>>;
};

export type PartyBrowser = {
  readonly context: BrowserContext;
  /** The browser's main process; its tree is what a call costs. Null where /proc does not tell. */
  readonly pid: number | null;
  readonly profile: string;
  /** Everything any page of this browser complained about so far. */
  readonly complaints: string[];
  /** Every origin that any page asked for anything, or opened a WebSocket to. */
  readonly origins: ReadonlySet<string>;
  /** A page in front, at `url`, with the meter in it when settings are given. */
  open(url: string, meter?: MeterSettings): Promise<Page>;
  /** Ends the process; a second call does nothing. */
  close(): Promise<void>;
};

/** Where Chromium is: what CHROMIUM names, or what `npm test` finds; Debian's place where that is nothing, so that starting it says so. */
export const chromiumPath = (): string => process.env["CHROMIUM"] ?? findChromium() ?? "/usr/bin/chromium";

const alwaysArgs = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

function deviceArgs({ devices, shares, leave }: BrowserOptions): string[] {
  const granted =
    shares !== undefined
      ? [`--auto-select-tab-capture-source-by-title=${shares}`]
      : leave === "person"
        ? []
        : ["--use-fake-ui-for-media-stream"];
  switch (devices.kind) {
    case "fake":
      return [...granted, "--use-fake-device-for-media-stream"];
    case "files":
      return [
        ...granted,
        "--use-fake-device-for-media-stream",
        `--use-file-for-fake-video-capture=${devices.video}`,
        `--use-file-for-fake-audio-capture=${devices.audio}`,
      ];
    case "own":
      return granted;
    default:
      return devices satisfies never;
  }
}

/** Launches one party's browser; rejects in Chromium's words when it does not start. */
export async function launchBrowser(options: BrowserOptions): Promise<PartyBrowser> {
  const fresh = options.profile === undefined || options.profile === null;
  const profile = options.profile ?? (await mkdtemp(join(tmpdir(), "parley-profile-")));
  const args = [...alwaysArgs, ...deviceArgs(options), ...(options.args ?? [])];
  if (options.secureOrigins !== undefined)
    args.push(`--unsafely-treat-insecure-origin-as-secure=${options.secureOrigins.join(",")}`);
  if (options.names !== undefined) {
    const rules = Object.entries(options.names).map(([name, address]) => `MAP ${name} ${address}`);
    args.push(`--host-resolver-rules=${rules.join(",")}`);
  }
  if (options.acceptedKeys !== undefined)
    args.push(`--ignore-certificate-errors-spki-list=${options.acceptedKeys.join(",")}`);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath:
      options.namespace === undefined ? chromiumPath() : await insideNamespace(options.namespace, profile),
    headless: true,
    ...(options.plays === "aloud" ? { ignoreDefaultArgs: ["--mute-audio"] } : {}),
    ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
    args,
    viewport: options.viewport ?? { width: 1280, height: 800 },
    ...(options.locale === undefined ? {} : { locale: options.locale }),
    ...(options.timezone === undefined ? {} : { timezoneId: options.timezone }),
  });
  if (options.shares !== undefined) await context.grantPermissions(["camera", "microphone"]);
  const complaints: string[] = [];
  const origins = new Set<string>();
  const listen = (page: Page): void => listenTo(page, complaints, origins);
  context.on("page", listen);
  context.pages().forEach(listen);
  let closing: Promise<void> | null = null;
  return {
    context,
    pid: await mainProcess(profile),
    profile,
    complaints,
    origins,
    open: async (url, meter) => {
      const [blank] = context.pages().filter((page) => page.url() === "about:blank");
      const page = blank ?? (await context.newPage());
      if (meter !== undefined) await addMeter(page, meter);
      await page.goto(url);
      await page.bringToFront(); // a hidden tab shows its first picture half a second late
      return page;
    },
    close: () =>
      (closing ??= context
        .close()
        .then(() => (fresh ? rm(profile, { recursive: true, force: true, maxRetries: 5 }) : undefined))),
  };
}

/** Puts the meter into every document that `page` loads from now on, before its own scripts. */
export async function addMeter(page: Page, settings: MeterSettings): Promise<void> {
  const script = await pageScript(join(import.meta.dirname, "meter.page.ts"));
  await page.addInitScript({ content: `globalThis.parleyMeterSettings = ${JSON.stringify(settings)};\n${script}` });
}

/** Puts the plug board into every document that `page` loads from now on, before its own scripts. */
export async function addPlugs(page: Page, pulled: readonly string[]): Promise<void> {
  const script = await pageScript(join(import.meta.dirname, "plugs.page.ts"));
  await page.addInitScript({ content: `globalThis.parleyPulled = ${JSON.stringify(pulled)};\n${script}` });
}

function listenTo(page: Page, complaints: string[], origins: Set<string>): void {
  page.on("console", (message) => {
    // Chromium reports CSP and Trusted Types refusals, mixed content and failed loads here, as errors.
    if (message.type() === "error") complaints.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("crash", () => complaints.push("the page crashed"));
  const note = (url: string): void => {
    const { protocol, origin } = new URL(url);
    if (protocol !== "data:" && protocol !== "blob:" && protocol !== "about:") origins.add(origin);
  };
  page.on("request", (request) => note(request.url()));
  page.on("websocket", (socket) => note(socket.url()));
}

/** A launcher that puts Chromium into `namespace`; it lies in the profile and goes with it. */
async function insideNamespace(namespace: string, profile: string): Promise<string> {
  const path = join(profile, `enter-${namespace}`);
  await writeFile(path, `#!/bin/sh\nexec ip netns exec '${namespace}' '${chromiumPath()}' "$@"\n`);
  await chmod(path, 0o755);
  return path;
}

/** The process that was started with this profile and is nobody's renderer; null where there is no /proc. */
async function mainProcess(profile: string): Promise<number | null> {
  const entries = await readdir("/proc").catch(() => []);
  for (const entry of entries) {
    if (!/^\d+$/.test(entry)) continue;
    const line = await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "");
    if (line.includes(`--user-data-dir=${profile}\0`) && !line.includes("--type=")) return Number(entry);
  }
  return null;
}
