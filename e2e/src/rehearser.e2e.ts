// A party whose desks are closed: its station starts a browser of its own, which rehearses in their place and for no person. It comes
// only after an officer has let it in, is started anew when it ends, makes way for a desk, and is gone with its station.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DrillShown } from "../../apps/station/src/adminDrills.ts";
import { chromiumPath } from "./harness/browser.ts";
import { type Constants, stationsWith } from "./harness/constants.ts";
import { type DeskAt, type Parties, hold, openDesk, press, shows, startParties, until } from "./harness/parties.ts";

let parties: Parties;
let caller: DeskAt;

/** It is looked after every five seconds, and comes or goes twenty after it is wanted or not; here both are shorter. */
const patience: Constants = {
  "apps/station/src/rehearser/rehearser.ts": { looksEvery: "seconds(1)", settles: "seconds(4)" },
};

beforeAll(async () => {
  const drills = { use: "on", everyMinutes: 1440, ringSeconds: [1, 2], talkSeconds: [4, 6], browser: chromiumPath() };
  parties = await startParties(
    { drills },
    stationsWith(() => patience),
  );
  caller = await openDesk(parties.a, 1, parties);
}, 180_000);

afterAll(async () => {
  await caller?.browser.close();
  await parties?.close();
});

type Status = {
  readonly terminals: readonly { readonly online: boolean }[];
  readonly rehearser: { readonly enrolled: boolean; readonly online: boolean } | null;
};
const statusOf = (): Promise<Status> => parties.b.ask<Status>({ do: "status" });

/** Twice half a minute: its own patience, and a small machine's with a browser. */
async function rehearserIs(online: boolean): Promise<void> {
  const is = async (): Promise<boolean | undefined> => (await statusOf()).rehearser?.online;
  const right = (now: boolean | undefined): boolean => now === online;
  await until(is, right, "").catch(() => until(is, right, `a rehearser that is ${online ? "there" : "gone"}`));
}

/** Every process of the browser that party b's station keeps. */
async function processesOf(): Promise<readonly number[]> {
  const mark = `--user-data-dir=${join(parties.b.dataDir, "rehearser")}`;
  const found: number[] = [];
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const line = await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "");
    if (line.split("\0").includes(mark)) found.push(Number(entry));
  }
  return found;
}

async function drilled(): Promise<DrillShown | undefined> {
  for (let tries = 0; ; tries++) {
    try {
      await parties.a.ask({ do: "drill", link: null });
      return (await parties.a.ask<DrillShown[]>({ do: "drills", since: 0 })).find(
        ({ session }) => session === "direct",
      );
    } catch (error) {
      if (tries === 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

describe("a browser of the station's own", () => {
  it("[DR25] is started for nobody whom no officer has let in: a closed desk is the finding", async () => {
    expect(await statusOf()).toMatchObject({ terminals: [], rehearser: { enrolled: false, online: false } });
    expect(await processesOf()).toEqual([]);
    expect(await drilled()).toMatchObject({ verdict: "notReady", cause: "noTerminal", whose: "theirs" });
  });

  it("[DR25] [DR26] is let in by the command line's officer without an address that could be carried elsewhere, and rehearses", async () => {
    expect(await parties.b.ask({ do: "handOut", role: "rehearser", name: "Rehearser" })).toEqual({ address: null });
    await rehearserIs(true);
    const made = await until(drilled, (one) => one?.verdict !== "notReady", "a drill with it");
    const amiss = made?.sides.flatMap(({ steps }) => steps.filter(({ outcome }) => outcome !== "passed"));
    expect([made?.verdict, made?.signedBy.length, amiss]).toEqual(["ready", 2, []]);
  });

  it("[DR26] a person who calls does not ring there, and it is no desk of anybody's", async () => {
    await press(caller.page, "call");
    await shows(caller.page, "ringingOut");
    await new Promise((resolve) => setTimeout(resolve, 4000));
    await shows(caller.page, "ringingOut", 5000);
    expect((await statusOf()).terminals).toEqual([]);
    await hold(caller.page, "stop");
    await shows(caller.page, "ended");
    await press(caller.page, "back");
  });

  it("[DR25] comes back by itself when it was killed", async () => {
    const before = await processesOf();
    for (const pid of before) process.kill(pid, "SIGKILL");
    await rehearserIs(false);
    await rehearserIs(true);
    expect((await processesOf()).filter((pid) => before.includes(pid))).toEqual([]);
  });

  it("[DR25] makes way for a desk, and is there again when the desk is closed", async () => {
    const desk = await openDesk(parties.b, 2, parties);
    await rehearserIs(false);
    await until(processesOf, (all) => all.length === 0, "its end");
    await desk.browser.close();
    await rehearserIs(true);
  });

  it("[DR25] is gone with its station, also where that was killed outright", async () => {
    await parties.b.stop("SIGKILL");
    await until(processesOf, (all) => all.length === 0, "the end of a browser that was left behind");
    await parties.b.start();
    await rehearserIs(true);
    await parties.b.stop();
    expect(await processesOf()).toEqual([]);
    await parties.b.start();
  });
});
