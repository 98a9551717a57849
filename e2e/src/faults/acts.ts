// What can be done to a station's machine from outside of its program, and taken back.
import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { errorTable } from "@parley/protocol/errorCodes";
import { type Settings, type Site, type Undo, type World, end, inside, writeNames } from "./world.ts";

const run = promisify(execFile);

/** Starts it; a station that refuses to start leaves its reason in `refused`. */
export async function begin(site: Site): Promise<void> {
  site.refused = null;
  try {
    await site.party.start();
    site.state = "running";
  } catch (error) {
    site.state = "stopped";
    const said = error instanceof Error ? error.message : "";
    site.refused = Object.entries(errorTable).find(([, { say }]) => said.includes(say))?.[0] ?? said.slice(-200);
  }
}

export async function restarted(site: Site, work: () => Promise<void> | void): Promise<void> {
  await end(site);
  await work();
  await begin(site);
}

/** Changes its settings file and starts it anew with that; taken back by the file as it was and another start. */
export async function configured(site: Site, change: (settings: Settings) => Settings): Promise<Undo> {
  const file = join(site.party.dataDir, "parley.json");
  const before = readFileSync(file, "utf8");
  const changed = JSON.stringify(change(JSON.parse(before) as Settings), null, 2);
  await restarted(site, () => writeFileSync(file, changed));
  return once(() => restarted(site, () => writeFileSync(file, before)));
}

/** Seconds by which its wall clock is ahead, from now on; a cached reading lasts a second. */
export async function clockAhead({ folder }: World, { place }: Site, seconds: number): Promise<Undo> {
  const set = async (by: number): Promise<void> => {
    writeFileSync(join(folder, `clock-${place}`), `${by < 0 ? "" : "+"}${by}\n`);
    await new Promise((resolve) => setTimeout(resolve, 1500));
  };
  await set(seconds);
  return once(() => set(0));
}

/** Milliseconds that each flush of its disk takes longer. */
export function diskSlow({ folder }: World, { place }: Site, milliseconds: number): Undo {
  const file = join(folder, `disk-${place}`);
  writeFileSync(file, `${milliseconds}\n`);
  return once(async () => writeFileSync(file, "0\n"));
}

/** Its data folder may not be written to any more, as its running station sees it. */
export async function readOnly({ party }: Site): Promise<Undo> {
  const { dataDir } = party;
  const there = (...args: readonly string[]): Promise<unknown> =>
    run("nsenter", ["-t", String(party.process().pid), "-m", ...args]);
  await there("mount", "--bind", dataDir, dataDir);
  await there("mount", "-o", "remount,bind,ro", dataDir);
  return once(() => there("umount", dataDir));
}

/** A rule of its firewall on the way in and out, in nft's words, where `PORT` stands for the port's side: `dport` in, `sport` out. */
export async function firewalled(site: Site, ...rules: readonly string[]): Promise<Undo> {
  const both = (device: string, side: string): string =>
    rules.map((rule) => `${device} "eth0" ${rule.replaceAll("PORT", side)}`).join("\n");
  const table = `table inet fault {
  chain in { type filter hook input priority 0;
    ${both("iifname", "dport")}
  }
  chain out { type filter hook output priority 0;
    ${both("oifname", "sport")}
  }
}`;
  const file = join(tmpdir(), `${site.namespace}.nft`);
  writeFileSync(file, table);
  await inside(site, "nft", "-f", file);
  rmSync(file);
  return once(async () => void (await inside(site, "nft", "delete", "table", "inet", "fault")));
}

/** What a name stands for on this machine; null: nothing. */
export function renamed(site: Site, name: string, address: string | null): Undo {
  const before = site.names.get(name);
  const set = (to: string | null): void => {
    if (to === null) site.names.delete(name);
    else site.names.set(name, to);
    writeNames(site.namespace, site.names);
  };
  set(address);
  return once(async () => set(before ?? null));
}

/** One after the other, the last one first. */
export const all =
  (...undos: readonly Undo[]): Undo =>
  async () => {
    for (const undo of undos.toReversed()) await undo();
  };

/** Done once, however often it is asked for. */
export function once(work: () => Promise<unknown>): Undo {
  let done: Promise<unknown> | null = null;
  return async () => void (await (done ??= work()));
}
