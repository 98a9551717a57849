// What a standing idle link costs a station: its memory, of 1,000 on one station, and how soon all are back after the station
// was killed. The same connections bare (`ws` over the same TLS, nothing of ours) are measured in turn with it.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Bench, type Figure, atMost } from "./figure.ts";
import type { FromPeers, FromServer, Kind, ServerPlan, ToPeers, ToServer } from "./linksPlan.ts";
import { median, percentile } from "./stats.ts";

const links = 1000;
/** Connected before the first reading, so that what the process needs once is not counted to a link. */
const warmUp = 20;
/** Fresh server processes of each kind. */
const rounds = 3;
/** How long the server stays away. */
const awayFor = 2000;

const start = (file: string, ...args: string[]): ChildProcess =>
  fork(join(import.meta.dirname, file), args, {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });

/** Sends `message` where there is one, and waits for the answer of this type. */
async function ask<M extends { readonly type: string }, T extends M["type"]>(
  process: ChildProcess,
  message: ToServer | ToPeers | null,
  type: T,
): Promise<Extract<M, { type: T }>> {
  const answers = new Promise<Extract<M, { type: T }>>((resolve, reject) => {
    const read = (answer: M): void => {
      if (answer.type !== type) return;
      process.off("message", read);
      process.off("exit", died);
      resolve(answer as Extract<M, { type: T }>);
    };
    const died = (code: number | null): void => reject(new Error(`a process of the bench ended with ${code}`));
    process.on("message", read);
    process.on("exit", died);
  });
  if (message !== null) process.send(message);
  return await answers;
}

async function stop(process: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  const gone = once(process, "exit");
  process.kill(signal);
  await gone;
}

async function serve(plan: ServerPlan): Promise<{ readonly process: ChildProcess; readonly port: number }> {
  const process = start("linksServer.ts", JSON.stringify(plan));
  return { process, port: (await ask<FromServer, "listening">(process, null, "listening")).port };
}

type Connected = { readonly times: readonly number[]; readonly failed: number; readonly cpu: number };

/** Waits until `count` links are connected at both ends. */
async function allConnected(server: ChildProcess, peers: ChildProcess, count: number): Promise<Connected> {
  for (let tries = 0; tries < 600; tries++) {
    const there = await ask<FromPeers, "status">(peers, { type: "status" }, "status");
    if (there.times.length === count) {
      const here = await ask<FromServer, "count">(server, { type: "count" }, "count");
      if (here.connected === count) return { ...there, cpu: here.cpu };
    }
    await sleep(100);
  }
  throw new Error(`${count} links were not connected within a minute`);
}

type Storm = { readonly times: readonly number[]; readonly failed: number; readonly cpu: number };
type Round = { readonly rss: number; readonly heap: number; readonly cpu: number; readonly storm: Storm | null };

/**
 * One server of this kind: its memory a link in kB and its processor's time a link in ms, and, for a station, how long after
 * its return each link was back, in ms, and what that cost it.
 */
async function round(kind: Kind, peers: ChildProcess, keys: readonly string[]): Promise<Round> {
  const dataDir = await mkdtemp(join(tmpdir(), "parley-links-"));
  const plan: ServerPlan = { kind, port: 0, dataDir, keys };
  let server = await serve(plan);
  try {
    const { port } = server;
    peers.send({ type: "connect", kind, port, from: 1, to: warmUp } satisfies ToPeers);
    const first = await allConnected(server.process, peers, warmUp);
    const before = await ask<FromServer, "memory">(server.process, { type: "memory" }, "memory");
    peers.send({ type: "connect", kind, port, from: warmUp + 1, to: warmUp + links } satisfies ToPeers);
    const last = await allConnected(server.process, peers, warmUp + links);
    const after = await ask<FromServer, "memory">(server.process, { type: "memory" }, "memory");
    if (after.connected !== warmUp + links) throw new Error("links were lost while memory was read");
    let storm: Storm | null = null;
    if (kind === "station") {
      await stop(server.process, "SIGKILL");
      await sleep(awayFor);
      const failedBefore = (await ask<FromPeers, "status">(peers, { type: "status" }, "status")).failed;
      server = await serve({ ...plan, port });
      const back = Date.now();
      const { cpu } = await ask<FromServer, "count">(server.process, { type: "count" }, "count");
      const done = await allConnected(server.process, peers, warmUp + links);
      const times = done.times.map((time) => time - back);
      storm = { times, failed: done.failed - failedBefore, cpu: (done.cpu - cpu) / (warmUp + links) };
    }
    const each = (read: "rss" | "heap"): number => (after[read] - before[read]) / links / 1024;
    return { rss: each("rss"), heap: each("heap"), cpu: (last.cpu - first.cpu) / links, storm };
  } finally {
    await ask<FromPeers, "dropped">(peers, { type: "drop" }, "dropped");
    await stop(server.process);
    await rm(dataDir, { recursive: true, force: true });
  }
}

export async function benchLinks(): Promise<Figure[]> {
  const peers = start("linksPeers.ts");
  try {
    const { keys } = await ask<FromPeers, "made">(peers, { type: "make", count: warmUp + links }, "made");
    const seen: Record<Kind, Round[]> = { station: [], bare: [] };
    for (let n = 0; n < rounds; n++)
      for (const kind of n % 2 === 0 ? (["station", "bare"] as const) : (["bare", "station"] as const))
        seen[kind].push(await round(kind, peers, keys));
    for (const kind of ["station", "bare"] as const) {
      const all = seen[kind].map(({ rss, heap }) => `${rss.toFixed(1)} (heap ${heap.toFixed(1)})`).join(", ");
      const cpu = seen[kind].map((each) => each.cpu.toFixed(2)).join(", ");
      console.log(
        `${kind === "station" ? "a link of ours" : "a bare connection"}: ${all} kB of memory each, of ${links}; ` +
          `connecting took the server ${cpu} ms of processor each`,
      );
    }
    const storms = seen.station.flatMap(({ storm }) => (storm === null ? [] : [storm]));
    for (const { times, failed, cpu } of storms)
      console.log(
        `reconnect storm: station killed, back after ${awayFor / 1000} s; of ${times.length} links half are back ` +
          `${percentile(times, 0.5).toFixed(0)} ms after it listens, 99 % after ${percentile(times, 0.99).toFixed(0)} ms, ` +
          `all after ${Math.max(...times).toFixed(0)} ms; ${failed} dials were in vain; ${cpu.toFixed(2)} ms of processor each`,
      );
    const memory = median(seen.station.map(({ rss }) => rss));
    console.log(
      `a link of ours costs ${(memory / median(seen.bare.map(({ rss }) => rss))).toFixed(2)} of a bare connection`,
    );
    return [
      atMost("links.memory_kb", memory, null, 100, rounds * links),
      atMost(
        "links.storm_ms",
        median(storms.map(({ times }) => Math.max(...times))),
        null,
        null,
        rounds * (warmUp + links),
      ),
    ];
  } finally {
    await stop(peers);
  }
}

export const run: Bench = () => benchLinks();
