// The world of a run: three parties' stations as processes of their own, each on a machine of its own as far as a kernel can give one
// (a network namespace with its own names, a clock that faketime moves, a data folder on a small file system, a disk that can be
// slowed), paired by the ceremony and linked to each other. Nothing in it is a double of anything of Parley's.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  type RunningParty,
  estovar,
  linksOf,
  northmark,
  pairParties,
  startParty,
} from "../../../scripts/demoParties.ts";
import { type NetPlace, type Network, inNamespace, missingForNetwork, openNetwork } from "../harness/net.ts";
import { until } from "../harness/parties.ts";
import { type Certified, certify } from "./certificate.ts";
import { type Place, places } from "./said.ts";

const run = promisify(execFile);

/** Takes back what was done; done twice it does nothing more. */
export type Undo = () => Promise<void>;

export type Settings = Record<string, unknown>;

/** A station on its machine. */
export type Site = {
  readonly place: Place;
  readonly party: RunningParty;
  readonly namespace: string;
  readonly address: string;
  /** The name under which the others dial it. */
  readonly name: string;
  /** Of its processes from the next start on. */
  readonly environment: Map<string, string>;
  /** Names and the addresses that they stand for on this machine. */
  readonly names: Map<string, string>;
  /** `held`: there and not let run. */
  state: "running" | "held" | "stopped";
  /** Why it did not start the last time, as a code; null where it did. */
  refused: string | null;
};

export type World = {
  readonly sites: Readonly<Record<Place, Site>>;
  readonly network: Network;
  readonly folder: string;
  readonly certified: Certified;
  readonly close: () => Promise<void>;
};

const netPlace: Readonly<Record<Place, NetPlace>> = { a: "caller", b: "callee", c: "servers" };
const maren = { name: "Maren", place: "Maren", zone: "Asia/Kolkata", host: "maren.localhost", port: 4430 };
const plans = { a: { ...northmark, port: 4430 }, b: { ...estovar, port: 4430 }, c: maren };

export const webPort = 4430;
export const peerPort = 4431;
export const relayPort = 4432;
export const relayTlsPort = 4433;
/** Shared with nobody but who is told it in a case. */
export const relaySecret = "a secret that relays share";

/** Whatever hangs, a run that is broken off ends. */
const brokenOffWithin = 10_000;

/** Megabytes of the file systems that hold data folders: twice what a station calls full. */
const diskSize = 512;

const clockLibrary = (): string | null => {
  const folders = ["/usr/lib", ...readdirSync("/usr/lib").map((name) => join("/usr/lib", name))];
  return (
    folders
      .map((folder) => join(folder, "faketime"))
      .flatMap((folder) => {
        try {
          return readdirSync(folder).includes("libfaketimeMT.so.1") ? [join(folder, "libfaketimeMT.so.1")] : [];
        } catch {
          return [];
        }
      })[0] ?? null
  );
};

/** What this machine lacks for it, as half a sentence, or null. */
export async function missingForWorld(): Promise<string | null> {
  const missing = await missingForNetwork();
  if (missing !== null) return missing;
  if (clockLibrary() === null) return "faketime (Debian package faketime)";
  return run("nft", ["--version"]).then(
    () => null,
    () => "nft (Debian package nftables)",
  );
}

export async function openWorld(): Promise<World> {
  const library = clockLibrary();
  if (library === null) throw new Error("no faketime");
  const folder = mkdtempSync(join(tmpdir(), "parley-faults-"));
  const slow = join(folder, "slowDisk.so");
  await run("cc", ["-O2", "-shared", "-fPIC", "-o", slow, join(import.meta.dirname, "slowDisk.c"), "-ldl"]);
  const network = await openNetwork();
  const opened: Partial<Record<Place, Site>> = {};
  const closing: Undo[] = [() => network.close()];
  const close = async (): Promise<void> => {
    for (const site of Object.values(opened)) await end(site);
    for (const undo of closing.splice(0).toReversed()) await undo();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  // Mounts and namespaces outlive whoever made them: a run that is broken off takes them along.
  const brokenOff = (): void => {
    setTimeout(() => process.exit(1), brokenOffWithin);
    void close().finally(() => process.exit(1));
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, brokenOff);
    closing.push(async () => void process.off(signal, brokenOff));
  }
  try {
    const certified = await certify(join(folder, "web"), "northmark.localhost");
    for (const place of places) {
      closing.push(await mount(join(folder, plans[place].name.toLowerCase())));
      opened[place] = await openSite(place, { network, folder, preload: `${slow}:${library}`, certified, closing });
    }
    const sites = opened as Record<Place, Site>;
    for (const [one, other] of [
      ["a", "b"],
      ["a", "c"],
      ["b", "c"],
    ] as const)
      await pairParties(sites[one].party, sites[other].party);
    const world = { sites, network, folder, certified, close };
    await linked(world);
    return world;
  } catch (error) {
    await close();
    throw error;
  }
}

async function mount(folder: string): Promise<Undo> {
  mkdirSync(folder, { mode: 0o700 });
  await run("mount", ["-t", "tmpfs", "-o", `size=${diskSize}m,mode=700`, "parley-faults", folder]);
  return async () => void (await run("umount", ["-l", folder]));
}

type Ground = {
  readonly network: Network;
  readonly folder: string;
  readonly preload: string;
  readonly certified: Certified;
  readonly closing: Undo[];
};

async function openSite(place: Place, { network, folder, preload, certified, closing }: Ground): Promise<Site> {
  const [at, plan] = [netPlace[place], plans[place]];
  const [namespace, address] = [network.namespace(at), network.address(at)];
  const clock = join(folder, `clock-${place}`);
  writeFileSync(clock, "+0\n");
  const disk = join(folder, `disk-${place}`);
  writeFileSync(disk, "0\n");
  // What lies there stands for /etc/hosts to whatever is started in the namespace (ip-netns(8)).
  mkdirSync(`/etc/netns/${namespace}`, { recursive: true });
  closing.push(async () => rmSync(`/etc/netns/${namespace}`, { recursive: true, force: true }));
  const names = new Map(places.map((it) => [nameOf(it), network.address(netPlace[it])]));
  writeNames(namespace, names);
  // A name that is not there is said not to be at once, as a name server says it.
  writeFileSync(join("/etc/netns", namespace, "nsswitch.conf"), "hosts: files\n");
  const environment = new Map([
    ["LD_PRELOAD", preload],
    ["FAKETIME_TIMESTAMP_FILE", clock],
    ["FAKETIME_CACHE_DURATION", "1"],
    // A wall clock that is wrong leaves the monotonic one alone, on machines as here.
    ["FAKETIME_DONT_FAKE_MONOTONIC", "1"],
    ["DONT_FAKE_MONOTONIC", "1"],
    ["NO_FAKE_STAT", "1"],
    ["PARLEY_SLOW_DISK", disk],
  ]);
  const ofTls = { origin: `https://${plan.host}:${webPort}`, ...certified.files };
  const party = await startParty(
    {
      ...plan,
      at: {
        address,
        command: (command, args) => {
          const all = [...environment].map(([name, value]) => `${name}=${value}`);
          return inNamespace(namespace, "env", [...all, command, ...args]);
        },
      },
      settings: {
        web: place === "a" ? ofTls : {},
        peer: { addresses: [`${nameOf(place)}:${peerPort}`] },
        turn: { secret: relaySecret },
      },
    },
    folder,
  );
  const name = nameOf(place);
  return { place, party, namespace, address, name, environment, names, state: "running", refused: null };
}

export const nameOf = (place: Place): string => `${plans[place].name.toLowerCase()}.test`;
export const partyName = (place: Place): string => plans[place].name;
export const placeOf = (name: string): Place | null => places.find((place) => plans[place].name === name) ?? null;

export const writeNames = (namespace: string, names: ReadonlyMap<string, string>): void =>
  writeFileSync(
    join("/etc/netns", namespace, "hosts"),
    ["127.0.0.1 localhost", ...[...names].map(([name, address]) => `${address} ${name}`), ""].join("\n"),
  );

/** Until every line of every running station is up. */
export async function linked({ sites }: World): Promise<void> {
  for (const { party, state } of Object.values(sites))
    if (state === "running")
      await until(
        () => linksOf(party),
        (links) => links.length === 2 && links.every(({ reachable }) => reachable.up),
        `the lines of ${party.plan.name}`,
      );
}

export async function end(site: Site): Promise<void> {
  if (site.state === "held") site.party.process().kill("SIGCONT");
  await site.party.stop();
  site.state = "stopped";
}

/** Runs a command on its machine. */
export async function inside(site: Site, command: string, ...args: readonly string[]): Promise<string> {
  const [name, all] = inNamespace(site.namespace, command, args);
  return (await run(name, all)).stdout;
}
