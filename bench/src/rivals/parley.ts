// Parley, driven as a person drives it: two desks of two stations, and nothing of theirs touched but three buttons,
// `data-act="call"`, `"answer"` and `"end"` (held for its second), and `video[data-stream="remote"]`.
// Starting the stations is passed in: this file knows no station.
import { join } from "node:path";
import type { BrowserOptions } from "@parley/e2e/src/harness/browser.ts";
import { type DeskWire, listenToDesk } from "@parley/e2e/src/harness/deskWire.ts";
import { pageScript } from "@parley/e2e/src/harness/pageScript.ts";
import type { Page } from "playwright-core";
import { type Caller, deskRoots, openDesks, type Place, pressAnswer, resetMeters } from "./caller.ts";
import type { Role } from "./rivalTypes.ts";
import type {} from "./lateKeys.page.ts";

export type ParleyStations = {
  /** Addresses that end at an enrolled, idle desk: one-time enrolment addresses will do. */
  readonly deskA: string;
  readonly deskB: string;
  /** Both stations' processes: their trees are part of what a call costs. */
  readonly pids: readonly number[];
  /** What the desks' browsers need to reach and trust the stations. */
  readonly browser?: Partial<BrowserOptions>;
  /** Rehearses the line, from the calling party's side; with its verdict. Rejects when the drill was given up. */
  readonly drill?: () => Promise<string>;
  /** The sessions of drills that the calling party's ledger holds. */
  readonly drillsHeld?: () => Promise<number>;
  /** Kills the calling party's station outright; the returned function starts it again. For mend.station. */
  readonly killStationA?: () => Promise<() => Promise<void>>;
  readonly close: () => Promise<void>;
};

export type ParleySettings = {
  /** Length of an epoch, ms, in place of five minutes: for rekey.*. */
  readonly epochMs?: number;
  /** How much later than the other desk the callee's learns of each new epoch, ms: for rekey.late_lost. */
  readonly lateKeysMs?: number;
  /** Of both stations, in place of their defaults. */
  readonly drills?: Record<string, unknown>;
};

/** Starts two paired stations at `place`: in its servers' namespace when it has a network. */
export type StartParley = (place: Place, settings: ParleySettings) => Promise<ParleyStations>;

export type ParleyRival = {
  readonly caller: Caller;
  readonly stations: ParleyStations;
  /** The epoch that the caller's desk has last reported to its station as acknowledged by the other. */
  readonly epoch: () => number;
  /** From now on the callee's desk learns of each key `lateKeysMs` late. */
  readonly late: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** How long a desk may take to come to where it can be called from, ms: its page, its enrolment, its link. */
const deskReady = 30_000;

export async function startParleyRival(
  place: Place,
  start: StartParley,
  settings: ParleySettings = {},
): Promise<ParleyRival> {
  const stations = await start(place, settings);
  const wires: Partial<Record<Role, DeskWire>> = {};
  const urls = { caller: stations.deskA, callee: stations.deskB };
  const desks = await openDesks(place, urls, stations.browser, async (role, blank) => {
    wires[role] = listenToDesk(blank);
    if (settings.lateKeysMs === undefined || role === "caller") return;
    await blank.addInitScript({ content: await pageScript(join(import.meta.dirname, "lateKeys.page.ts")) });
  });
  const { caller, callee } = desks.pages;
  await Promise.all([caller, callee].map((page) => button(page, "call").waitFor({ timeout: deskReady })));
  return {
    stations,
    epoch: () => wires.caller?.epoch ?? 0,
    late: () => callee.evaluate((ms) => void (globalThis.parleyLate = ms), settings.lateKeysMs ?? 0),
    caller: {
      name: "parley",
      pages: desks.pages,
      prepare: async () => {
        await resetMeters(desks.pages);
        await button(caller, "call").click();
        await button(callee, "answer").waitFor({ timeout: 15_000 });
      },
      press: () => pressAnswer(desks.pages),
      hangUp: async () => {
        await hold(caller, "end", 1_200);
        await Promise.all([caller, callee].map((page) => button(page, "back").click({ timeout: 15_000 })));
        await Promise.all([caller, callee].map((page) => button(page, "call").waitFor({ timeout: 15_000 })));
      },
      roots: () => [...deskRoots(desks), ...stations.pids],
    },
    close: async () => {
      await desks.close();
      await stations.close();
    },
  };
}

const button = (page: Page, act: string) => page.locator(`button[data-act="${act}"]:enabled`);

/** Keeps a button pressed for `ms`. */
async function hold(page: Page, act: string, ms: number): Promise<void> {
  await button(page, act).hover();
  await page.mouse.down();
  await page.waitForTimeout(ms);
  await page.mouse.up();
}
