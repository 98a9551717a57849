// For killed.test.ts: a station in a process of its own, real disk and real sockets, that sends what it is told to and writes
// down what arrives. It is killed without warning.
import { fromUtf8, utf8 } from "@parley/base/bytes";
import { certain, fail, ok } from "@parley/base/result";
import { problem } from "@parley/protocol/errorCodes";
import type { LinkId, PartyId } from "@parley/protocol/ids";
import { openSqlite } from "../store/sqlite.ts";
import { startPeerPort } from "./peerPort.ts";
import { realClock, realRandom } from "./testing.ts";
import { tlsIdentity } from "./tlsIdentity.ts";
import { tlsNet } from "./tlsNet.ts";

export type Plan = { readonly me: 1 | 2; readonly dataDir: string; readonly port: number; readonly peerPort: number };
export type ToStation = { readonly type: "send"; readonly texts: readonly string[] } | { readonly type: "events" };
export type FromStation =
  | { readonly type: "listening"; readonly port: number }
  /** These are durable: the peer will take them. */
  | { readonly type: "kept"; readonly text: string }
  | { readonly type: "events"; readonly texts: readonly string[] };

const plan = JSON.parse(process.argv[2] ?? "") as Plan;
const partyOf = (n: number): PartyId => new Uint8Array(32).fill(n) as PartyId;
const identityOf = (n: number) => tlsIdentity(new Uint8Array(32).fill(n), realRandom);
const tell = (message: FromStation): void => void process.send?.(message);

const peer = 3 - plan.me;
const [identity, other] = await Promise.all([identityOf(plan.me), identityOf(peer)]);
const store = certain(await openSqlite(plan.dataDir));
const isPeer = (key: Uint8Array): boolean => Buffer.compare(key, other.key) === 0;
const port = certain(
  await startPeerPort(
    {
      here: partyOf(plan.me),
      versions: { oldest: 1, newest: 1 },
      net: tlsNet({ host: "127.0.0.1", port: plan.port, identity, clock: realClock }),
      store,
      clock: realClock,
      random: realRandom,
      identity,
      standing: (key) => (isPeer(key) ? "known" : "stranger"),
      successions: () => Promise.resolve(new Uint8Array()),
      verifyIntroduction: ({ key }) => Promise.resolve(isPeer(key) ? ok(null) : fail(problem("PEER_KEY_UNKNOWN"))),
      onArrival: async (_, arrival) => {
        certain(
          await store.transaction((tx) => {
            if (arrival.take(tx) === "fresh") tx.append("effect", arrival.envelope.payload);
          }),
        );
      },
      report: () => undefined,
    },
    { anyLive: () => false, live: () => false, opened: () => undefined },
  ),
);
const id = new Uint8Array(16).fill(9) as LinkId;
const addresses = plan.peerPort === 0 ? [] : [{ host: "127.0.0.1", port: plan.peerPort }];
const link = port.open({ id, peer: partyOf(peer), addresses: () => addresses });

process.on("message", (message: ToStation) => {
  if (message.type === "send") {
    for (const text of message.texts)
      void link.send(1, utf8(text)).then((done) => {
        if (done.ok) tell({ type: "kept", text });
      });
    return;
  }
  void store.events(0, 100_000).then((events) => {
    tell({ type: "events", texts: certain(events).map(({ bytes }) => fromUtf8(bytes) ?? "?") });
  });
});
process.on("disconnect", () => process.exit());
tell({ type: "listening", port: port.port });
