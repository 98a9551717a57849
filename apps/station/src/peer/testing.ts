// For the tests of this folder: two stations on loopback with real TLS, a store in memory, and an identity duty of a few lines.
import { randomBytes } from "node:crypto";
import { type Bytes, concat, equal, hex } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { certain, fail, ok } from "@parley/base/result";
import { type Clock, instant, ms } from "@parley/base/time";
import { problem } from "@parley/protocol/errorCodes";
import type { LinkId, PartyId } from "@parley/protocol/ids";
import type { Versions } from "@parley/protocol/peer/hello";
import { type MemoryDisk, memoryDisk, openMemory } from "../store/memory.ts";
import type { DoorBounds } from "./accept.ts";
import type { Arrival } from "./inbox.ts";
import type { PeerNet } from "./net.ts";
import type { LinkReport, PeerLink } from "./peerLink.ts";
import { type PairingDoor, type PeerPort, startPeerPort } from "./peerPort.ts";
import { tlsNet } from "./tlsNet.ts";
import { type PeerIdentity, tlsIdentity, verifiedBy } from "./tlsIdentity.ts";

export const realClock: Clock = {
  now: () => instant(Date.now()),
  elapsed: () => ms(performance.now()),
  wait: (delay, then) => {
    const timer = setTimeout(then, delay);
    return () => clearTimeout(timer);
  },
};

export const realRandom: Random = (length) => new Uint8Array(randomBytes(length));

export const newIdentity = (): Promise<PeerIdentity> => tlsIdentity(realRandom(32), realRandom);

/** A party id that sorts by `n`, so that a test chooses who leads. */
export const partyOf = (n: number): PartyId => concat(new Uint8Array([n]), realRandom(31)) as PartyId;
export const newLink = (): LinkId => realRandom(16) as LinkId;

export type Taking = (arrival: Arrival, station: TestStation) => Promise<void>;

export type TestStation = {
  readonly party: PartyId;
  readonly disk: MemoryDisk;
  readonly store: ReturnType<typeof openMemory>;
  readonly port: PeerPort;
  /** What was taken, in order. */
  readonly taken: { readonly link: PeerLink; readonly kind: number; readonly payload: Bytes; readonly age: number }[];
  readonly reports: LinkReport[];
  /** Keys that this station holds for the peer's, and the ones that are cut off. */
  readonly known: Bytes[];
  readonly cutOff: Bytes[];
};

export type StationOptions = {
  readonly party: PartyId;
  readonly identity: PeerIdentity;
  readonly disk?: MemoryDisk;
  readonly net?: PeerNet;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly bounds?: Partial<DoorBounds>;
  readonly versions?: Versions;
  readonly listenOn?: number;
  readonly pairing?: PairingDoor;
  /** Successions in the test's own form: old key, new key. */
  readonly successions?: () => Bytes;
  /** How long its identity duty takes over each question. */
  readonly ponders?: () => Promise<void>;
  readonly onArrival?: Taking;
};

const closedDoor: PairingDoor = { anyLive: () => false, live: () => false, opened: () => undefined };

/** A station on loopback. Its test successions are accepted when they begin at a known key and end at the one shown. */
export async function station(options: StationOptions): Promise<TestStation> {
  const { party, identity } = options;
  const clock = options.clock ?? realClock;
  const disk = options.disk ?? memoryDisk();
  const store = openMemory(disk);
  const bounds = options.bounds ?? {};
  const net = options.net ?? tlsNet({ host: "127.0.0.1", port: options.listenOn ?? 0, identity, clock, bounds });
  const taken: TestStation["taken"] = [];
  const reports: LinkReport[] = [];
  const known: Bytes[] = [];
  const cutOff: Bytes[] = [];
  const holds = (key: Uint8Array): boolean => known.some((one) => equal(one, key));
  const take: Taking = async (arrival) => {
    const age = arrival.age();
    certain(await store.transaction((tx) => arrival.take(tx)));
    const { kind, payload, link } = arrival.envelope;
    taken.push({ link: self.port.link(link) as PeerLink, kind, payload, age });
  };
  const port = await startPeerPort(
    {
      here: party,
      versions: options.versions ?? { oldest: 1, newest: 1 },
      net,
      store,
      clock,
      random: options.random ?? realRandom,
      identity,
      verifiedBy,
      standing: (key) => (cutOff.some((one) => equal(one, key)) ? "refused" : holds(key) ? "known" : "stranger"),
      successions: async () => {
        await options.ponders?.();
        return options.successions?.() ?? new Uint8Array();
      },
      verifyIntroduction: async ({ key, successions }) => {
        await options.ponders?.();
        const follows = successions.length === 64 && holds(successions.subarray(0, 32));
        if (follows && equal(successions.subarray(32), key)) known.push(key);
        return holds(key) ? ok(null) : fail(problem("PEER_KEY_UNKNOWN", hex(key.subarray(0, 6))));
      },
      onArrival: (_, arrival) => (options.onArrival ?? take)(arrival, self),
      report: (report) => reports.push(report),
    },
    options.pairing ?? closedDoor,
  );
  const self: TestStation = { party, disk, store, port: certain(port), taken, reports, known, cutOff };
  return self;
}

/** Waits until `there` holds, or throws after `within` milliseconds with what `why` says. */
export async function until(there: () => boolean, why: () => string = () => "", within = 5000): Promise<void> {
  const end = performance.now() + within;
  while (!there()) {
    if (performance.now() > end) throw new Error(`not within ${within} ms: ${there.toString()} ${why()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
