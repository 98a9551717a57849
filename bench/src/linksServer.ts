// The server process of `bench -- links`: a station with its store on disk and one link for each peer, or, for comparison, bare
// `ws` over the same TLS that only keeps the connections. Started by links.ts, spoken to by process messages.
import { createServer } from "node:https";
import type { TLSSocket } from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";
import { hex } from "@parley/base/bytes";
import { certain, fail, ok } from "@parley/base/result";
import { problem } from "@parley/protocol/errorCodes";
import { tlsProfile } from "@parley/station/peer/accept";
import { startPeerPort } from "@parley/station/peer/peerPort";
import { realClock, realRandom } from "@parley/station/peer/testing";
import { keyOfCertificate, tlsIdentity } from "@parley/station/peer/tlsIdentity";
import { tlsNet } from "@parley/station/peer/tlsNet";
import { openSqlite } from "@parley/station/store/sqlite";
import { type FromServer, type ServerPlan, type ToServer, linkOf, partyOf, seedOf } from "./linksPlan.ts";

const plan = JSON.parse(process.argv[2] ?? "") as ServerPlan;
const tell = (message: FromServer): void => void process.send?.(message);

/** Opens the links; returns how many are connected at any time. */
async function station(): Promise<() => number> {
  const identity = await tlsIdentity(seedOf(0), realRandom);
  const store = certain(await openSqlite(plan.dataDir));
  const keys = new Set(plan.keys);
  const net = tlsNet({ host: "127.0.0.1", port: plan.port, identity, clock: realClock });
  const port = certain(
    await startPeerPort(
      {
        here: partyOf(0),
        versions: { oldest: 1, newest: 1 },
        net,
        store,
        clock: realClock,
        random: realRandom,
        identity,
        standing: (key) => (keys.has(hex(key)) ? "known" : "stranger"),
        successions: () => Promise.resolve(new Uint8Array()),
        verifyIntroduction: ({ key }) =>
          Promise.resolve(keys.has(hex(key)) ? ok(null) : fail(problem("PEER_KEY_UNKNOWN"))),
        onArrival: async (_, arrival) => {
          certain(await store.transaction((tx) => arrival.take(tx)));
        },
        report: () => undefined,
      },
      { anyLive: () => false, live: () => false, opened: () => undefined },
    ),
  );
  // Nobody can be dialled back, as when all peers are behind firewalls: each link keeps trying, which is part of what it costs.
  for (let n = 1; n <= plan.keys.length; n++) port.open({ id: linkOf(n), peer: partyOf(n), addresses: () => [] });
  tell({ type: "listening", port: port.port });
  return () => port.links().filter((link) => link.status().at === "connected").length;
}

async function bare(): Promise<() => number> {
  const identity = await tlsIdentity(seedOf(0), realRandom);
  const server = createServer({ ...tlsProfile(identity), requestCert: true });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on("secureConnection", (tls: TLSSocket) => {
    if (keyOfCertificate(tls.getPeerX509Certificate()) === null) tls.destroy();
  });
  server.on("upgrade", (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (one) => one.on("message", (data) => one.send(data)));
  });
  server.listen({ host: "127.0.0.1", port: plan.port, backlog: 1024 }, () => {
    const address = server.address();
    tell({ type: "listening", port: typeof address === "object" && address !== null ? address.port : 0 });
  });
  return () => sockets.clients.size;
}

/** The least of several readings, after the garbage is gone. */
async function memory(): Promise<{ readonly rss: number; readonly heap: number }> {
  const readings: NodeJS.MemoryUsage[] = [];
  for (let n = 0; n < 5; n++) {
    await globalThis.gc?.({ type: "major", execution: "async", flavor: "last-resort" });
    await sleep(300);
    readings.push(process.memoryUsage());
  }
  return {
    rss: Math.min(...readings.map(({ rss }) => rss)),
    heap: Math.min(...readings.map(({ heapUsed, external }) => heapUsed + external)),
  };
}

const connected = await (plan.kind === "station" ? station() : bare());
process.on("message", (message: ToServer) => {
  const { user, system } = process.cpuUsage();
  if (message.type === "count") tell({ type: "count", connected: connected(), cpu: (user + system) / 1000 });
  else void memory().then((read) => tell({ type: "memory", ...read, connected: connected() }));
});
process.on("disconnect", () => process.exit());
