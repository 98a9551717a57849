// A network of our own for whole calls: three places (the caller's desk, the callee's desk, the servers), each a network
// namespace, joined by bench/net/wire.c with a delay, loss, rate or cut for each direction. Needs root on Linux, `ip` and a C
// compiler; where one is missing `missingForNetwork` says which, and the caller of it says what was not run.
//
// Why not veth and our relay's own knobs: the rivals must cross the same path as Parley, whole, signalling included, and a
// path that a rival's relay knows nothing of. Addresses of neighbours are fixed, so a lost frame is never a lost ARP answer.
import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { promisify } from "node:util";

export const netPlaces = ["caller", "callee", "servers"] as const;
export type NetPlace = (typeof netPlaces)[number];

/** What a direction does to frames; what is left out is none of it. */
export type Shape = {
  readonly delayMs?: number;
  readonly jitterMs?: number;
  /** 0 to 1. */
  readonly loss?: number;
  readonly rateKbps?: number;
  /** Nothing passes, and nobody is told. */
  readonly cut?: boolean;
};

export type Network = {
  namespace(place: NetPlace): string;
  address(place: NetPlace): string;
  /** Shapes one direction, or all that leave or enter a place ("all"); replaces what was set for it before. */
  shape(from: NetPlace | "all", to: NetPlace | "all", shape: Shape): Promise<void>;
  /** Another address for a place, as a laptop gets that is carried into another network; its neighbours are told. */
  readdress(place: NetPlace): Promise<void>;
  /** Writes every frame from now on into a pcap file, until `close` is called; read it after that has resolved. */
  record(path: string): Promise<{ readonly close: () => Promise<void> }>;
  /** Frames carried and lost so far. */
  stats(): Promise<{ carried: number; lost: number }>;
  close(): Promise<void>;
};

const run = promisify(execFile);
const source = join(import.meta.dirname, "../../../bench/net/wire.c");
const addresses: Record<NetPlace, string> = { caller: "10.77.0.1", callee: "10.77.0.2", servers: "10.77.0.3" };
const otherAddress = (place: NetPlace): string => addresses[place].replace(".0.", ".1.");
const outside = "10.77.0.254";
const hardware = (place: NetPlace): string => `02:00:00:00:00:0${netPlaces.indexOf(place) + 1}`;

/** What this machine lacks for a network of our own, as half a sentence, or null when it has all. */
export async function missingForNetwork(): Promise<string | null> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "root on Linux";
  const has = (command: string, ...args: string[]) =>
    run(command, args).then(
      () => true,
      () => false,
    );
  if (!(await has("ip", "netns", "list"))) return "the ip command (Debian package iproute2)";
  if (!(await has("cc", "--version"))) return "a C compiler as cc (Debian package gcc)";
  const tun = await access("/dev/net/tun").then(
    () => true,
    () => false,
  );
  return tun ? null : "the device /dev/net/tun";
}

/** Three namespaces of this process's own, joined; nothing is delayed or lost until `shape` says so. */
export async function openNetwork(): Promise<Network> {
  const folder = await mkdtemp(join(tmpdir(), "parley-wire-"));
  const binary = join(folder, "wire");
  await run("cc", ["-O2", "-o", binary, source]);
  const tag = Math.floor(performance.timeOrigin + performance.now())
    .toString(36)
    .slice(-4);
  const namespace = (place: NetPlace): string => `parley-${process.pid}-${tag}-${place}`;
  for (const place of netPlaces) await run("ip", ["netns", "add", namespace(place)]);
  const wire = spawn(binary, netPlaces.map(namespace), { stdio: ["pipe", "pipe", "inherit"] });
  const ask = await conversation(wire);
  for (const place of netPlaces) await setUp(place, namespace(place));
  const number = (place: NetPlace | "all"): number => (place === "all" ? 0 : netPlaces.indexOf(place) + 1);
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    const ended = new Promise((resolve) => wire.once("close", resolve));
    wire.stdin.end();
    await ended;
    for (const place of netPlaces) await run("ip", ["netns", "delete", namespace(place)]);
    await rm(folder, { recursive: true, force: true });
  };
  const command = async (line: string): Promise<void> => {
    const said = await ask(line);
    if (said !== "ok") throw new Error(`the wire said: ${said}`);
  };
  return {
    namespace,
    address: (place) => addresses[place],
    record: async (path) => {
      await command(`record ${path}`);
      return { close: () => command("record") };
    },
    shape: async (from, to, s) => {
      const micro = (ms = 0): number => Math.round(ms * 1000);
      await command(
        ["set", number(from), number(to), micro(s.delayMs), micro(s.jitterMs), Math.round((s.loss ?? 0) * 1e6)]
          .concat(s.rateKbps ?? 0, s.cut === true ? 1 : 0)
          .join(" "),
      );
    },
    readdress: async (place) => {
      const ip = (...args: string[]) => run("ip", ["-n", namespace(place), ...args]);
      // In this order the old address is gone before the new one works: nothing is handed over.
      await ip("address", "flush", "dev", "eth0");
      await ip("address", "add", `${otherAddress(place)}/16`, "dev", "eth0");
      await ip("route", "add", "default", "via", outside);
    },
    stats: async () => {
      const [, carried = "", lost = ""] = /carried=(\d+) lost=(\d+)/.exec(await ask("stats")) ?? [];
      return { carried: Number(carried), lost: Number(lost) };
    },
    close: () => (closing ??= close()),
  };
}

async function setUp(place: NetPlace, namespace: string): Promise<void> {
  const ip = (...args: string[]) => run("ip", ["-n", namespace, ...args]);
  await run("ip", ["netns", "exec", namespace, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"]).catch(() => null);
  await ip("link", "set", "lo", "up");
  await ip("link", "set", "eth0", "up");
  await ip("address", "add", `${addresses[place]}/16`, "dev", "eth0");
  // Chromium looks for its own address by the route to the outside; nothing answers there.
  await ip("route", "add", "default", "via", outside);
  for (const other of netPlaces)
    if (other !== place)
      for (const address of [addresses[other], otherAddress(other)])
        await ip("neigh", "replace", address, "lladdr", hardware(other), "nud", "permanent", "dev", "eth0");
}

/** One line asked, one line answered, in turn; resolves once the program has said it is ready. */
async function conversation(
  wire: ChildProcessByStdio<Writable, Readable, null>,
): Promise<(line: string) => Promise<string>> {
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  const answer = () => new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }));
  createInterface({ input: wire.stdout }).on("line", (line) => waiting.shift()?.resolve(line));
  wire.on("close", (code) => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`the wire ended with ${code}`));
  });
  await answer(); // "ready"
  return (line) => {
    const said = answer();
    wire.stdin.write(`${line}\n`);
    return said;
  };
}

/** The command line that runs `command` inside a namespace, for spawn. */
export const inNamespace = (namespace: string | null, command: string, args: readonly string[]): [string, string[]] =>
  namespace === null ? [command, [...args]] : ["ip", ["netns", "exec", namespace, command, ...args]];
