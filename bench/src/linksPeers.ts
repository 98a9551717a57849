// The client process of `bench -- links`: a thousand stations of a thousand parties, each with a key and a link of its own to
// the one server, in one process. They listen nowhere. Started by links.ts, spoken to by process messages.
import { hex } from "@parley/base/bytes";
import { certain, fail, ok } from "@parley/base/result";
import { problem } from "@parley/protocol/errorCodes";
import { dialler } from "@parley/station/peer/dial";
import type { PeerConnection, PeerNet } from "@parley/station/peer/net";
import { pacer } from "@parley/station/peer/pacer";
import { startPeerPort } from "@parley/station/peer/peerPort";
import { realClock, realRandom } from "@parley/station/peer/testing";
import { type PeerIdentity, tlsIdentity } from "@parley/station/peer/tlsIdentity";
import { tlsNet } from "@parley/station/peer/tlsNet";
import { memoryDisk, openMemory } from "@parley/station/store/memory";
import { type FromPeers, type Kind, type ToPeers, linkOf, partyOf, seedOf } from "./linksPlan.ts";

type Peer = { readonly drop: () => void };

const identities: PeerIdentity[] = [];
const peers: Peer[] = [];
let failed = 0;
/** When each connected peer became so. */
const since = new Map<number, number>();
const server = await tlsIdentity(seedOf(0), realRandom);

const tell = (message: FromPeers): void => void process.send?.(message);

const identityOf = (n: number): PeerIdentity => {
  const identity = identities[n - 1];
  if (identity === undefined) throw new Error(`no identity ${n} was made`);
  return identity;
};

/** One pace for all of them: a thousand stations have a thousand processors, this process has one. */
const pace = pacer(4);

async function connectStation(n: number, port: number): Promise<Peer> {
  const identity = identityOf(n);
  const tls = tlsNet({ host: "127.0.0.1", port: 0, identity, clock: realClock });
  const dial = dialler(() => identity, realClock, pace);
  const net: PeerNet = { ...tls, dial, listen: () => Promise.resolve(ok({ port: 0, close: () => Promise.resolve() })) };
  const store = openMemory(memoryDisk());
  const isServer = (key: Uint8Array): boolean => hex(key) === hex(server.key);
  const peer = certain(
    await startPeerPort(
      {
        here: partyOf(n),
        versions: { oldest: 1, newest: 1 },
        net,
        store,
        clock: realClock,
        random: realRandom,
        identity,
        standing: (key) => (isServer(key) ? "known" : "stranger"),
        successions: () => Promise.resolve(new Uint8Array()),
        verifyIntroduction: ({ key }) => Promise.resolve(isServer(key) ? ok(null) : fail(problem("PEER_KEY_UNKNOWN"))),
        onArrival: async (_, arrival) => {
          certain(await store.transaction((tx) => arrival.take(tx)));
        },
        report: ({ error }) => {
          // Refused while the server is away is as it should be; whatever else ends a dial was work for nothing.
          if (error.code !== "PEER_UNREACHABLE") failed++;
        },
      },
      { anyLive: () => false, live: () => false, opened: () => undefined },
    ),
  );
  const link = peer.open({ id: linkOf(n), peer: partyOf(0), addresses: () => [{ host: "127.0.0.1", port }] });
  link.watch((status) => {
    if (status.at !== "connected") since.delete(n);
    else if (!since.has(n)) since.set(n, Date.now());
  });
  return { drop: () => void peer.close() };
}

function connectBare(n: number, port: number): Promise<Peer> {
  return new Promise((resolve, reject) => {
    const dial = dialler(() => identityOf(n), realClock, pace);
    dial(
      { host: "127.0.0.1", port },
      "link",
      () => "known",
      (outcome) => {
        if (!outcome.ok) return reject(new Error(outcome.error.code));
        const connection: PeerConnection = outcome.value;
        connection.start({ message: () => undefined, closed: () => since.delete(n) });
        since.set(n, Date.now());
        resolve({ drop: () => connection.close("reset") });
      },
    );
  });
}

async function connect(kind: Kind, port: number, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n++)
    peers.push(await (kind === "station" ? connectStation(n, port) : connectBare(n, port)));
}

process.on("message", (message: ToPeers) => {
  switch (message.type) {
    case "make":
      void (async () => {
        for (let n = 1; n <= message.count; n++) identities.push(await tlsIdentity(seedOf(n), realRandom));
        tell({ type: "made", keys: identities.map(({ key }) => hex(key)) });
      })();
      return;
    case "connect":
      void connect(message.kind, message.port, message.from, message.to);
      return;
    case "status":
      tell({ type: "status", times: [...since.values()], failed });
      return;
    case "drop":
      for (const peer of peers.splice(0)) peer.drop();
      since.clear();
      tell({ type: "dropped" });
      return;
    default:
      message satisfies never;
  }
});
process.on("disconnect", () => process.exit());
