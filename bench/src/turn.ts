// The station's relay against Debian's coturn, in turn in one run: CPU a packet, loss and delay, from a client to a bare peer
// and between two clients of the relay. One thread of JavaScript against C: the question is only what a station that
// relays its own calls pays for having nothing to install.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { ListenerOptions } from "@parley/station/relay/turn/settings";
import { makeCertificate } from "@parley/station/relay/turn/test/certificate";
import { coturnIsHere, startCoturn } from "@parley/station/relay/turn/test/coturn";
import { secret } from "@parley/station/relay/turn/test/relay";
import { cpuSeconds } from "./cpu.ts";
import { type Bench, type Figure, atMost, notMeasured } from "./figure.ts";
import { median, percentile } from "./stats.ts";
import { type Way, load } from "./turnLoad.ts";

type Server = {
  readonly listeners: readonly ListenerOptions[];
  readonly pid: number;
  readonly close: () => Promise<unknown>;
};

async function startOwn(): Promise<Server> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "turnServer.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const listeners = JSON.parse(line.toString()) as ListenerOptions[];
  const close = () => {
    child.kill();
    return once(child, "exit");
  };
  return { listeners, pid: child.pid ?? 0, close };
}

/** One stretch of load: CPU in microseconds for each packet that arrived, the part lost, and the 99th percentile of delay. */
type Stretch = { readonly cpu: number; readonly lost: number; readonly delay: number; readonly packets: number };

const packetsPerSecond = 4_000;
const packetBytes = 1100;
const milliseconds = 3000;
const rounds = 5;

async function stretch(server: Server, way: Way): Promise<Stretch> {
  const udp = server.listeners.find(({ transport }) => transport === "udp");
  if (udp === undefined) throw new Error("no UDP listener");
  const before = await cpuSeconds([server.pid]);
  const { sent, delays } = await load(udp, { way, packetsPerSecond, packetBytes, milliseconds });
  const used = (await cpuSeconds([server.pid])) - before;
  return {
    cpu: (used * 1e6) / delays.length,
    lost: 1 - delays.length / sent,
    delay: percentile(delays, 0.99),
    packets: delays.length,
  };
}

const ways: readonly Way[] = ["peer", "both"];

/** Figures without a must: the project demands none of the relay's speed, it prints what it is. */
export async function benchTurn(): Promise<Figure[]> {
  const ids = ways.flatMap((way) => [`turn.cpu_${way}`, `turn.delay_${way}`, `turn.lost_${way}`]);
  if (!coturnIsHere()) return ids.map((id) => notMeasured(id, "coturn is not installed", null, null));
  const own = await startOwn();
  const rival = await startCoturn({ realm: "parley", secret, certificate: await makeCertificate("bench") });
  try {
    const figures: Figure[] = [];
    for (const way of ways) {
      await stretch(own, way);
      await stretch(rival, way);
      const seen: { own: Stretch[]; rival: Stretch[] } = { own: [], rival: [] };
      for (let round = 0; round < rounds; round++) {
        const order = round % 2 === 0 ? (["own", "rival"] as const) : (["rival", "own"] as const);
        for (const who of order) seen[who].push(await stretch(who === "own" ? own : rival, way));
      }
      const of = (who: "own" | "rival", what: keyof Stretch) => median(seen[who].map((each) => each[what]));
      for (const who of ["own", "rival"] as const)
        console.log(
          `${who === "own" ? "own relay" : "coturn"}, ${way}, ${packetsPerSecond} packets/s of ${packetBytes} B: ` +
            `${of(who, "cpu").toFixed(1)} us CPU a packet, ${(of(who, "lost") * 100).toFixed(2)} % lost, ` +
            `p99 ${of(who, "delay").toFixed(1)} ms`,
        );
      const n = seen.own.length;
      figures.push(
        atMost(`turn.cpu_${way}`, of("own", "cpu") / of("rival", "cpu"), null, way === "peer" ? 2.5 : 1.5, n),
        atMost(`turn.delay_${way}`, of("own", "delay") / of("rival", "delay"), null, 2, n),
        atMost(`turn.lost_${way}`, of("own", "lost"), null, 0, n),
      );
    }
    return figures;
  } finally {
    await own.close();
    await rival.close();
  }
}

export const run: Bench = () => benchTurn();
