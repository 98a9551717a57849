// For the tests of this folder: two parties whose stations die and start again over the simulated network, on disks that stay.
import { expect } from "vitest";
import { fromUtf8, utf8 } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { minutes, ms } from "@parley/base/time";
import type { LinkId, PartyId } from "@parley/protocol/ids";
import { type MemoryDisk, memoryDisk, openMemory } from "../store/memory.ts";
import type { Address } from "./net.ts";
import type { PeerLink } from "./peerLink.ts";
import type { LinkStatus } from "./status.ts";
import {
  type SimulatedNetwork,
  type SimulatedTime,
  mortal,
  seeded,
  simulatedNetwork,
  simulatedTime,
} from "./simulated.ts";
import { type StationOptions, type Taking, type TestStation, station } from "./testing.ts";
import { type PeerIdentity, tlsIdentity } from "./tlsIdentity.ts";

export type World = {
  readonly time: SimulatedTime;
  readonly network: SimulatedNetwork;
  readonly random: ReturnType<typeof seeded>;
};

/** A station that can die and start again; its disk outlives it. */
export type Party = {
  readonly host: string;
  readonly party: PartyId;
  disk: MemoryDisk;
  identity: PeerIdentity;
  life: { readonly station: TestStation; readonly link: PeerLink; readonly die: () => void } | null;
  /** Texts whose transaction resolved well, in order; those that were tried and whose end is unknown. */
  readonly kept: string[];
  readonly unsure: Set<string>;
};

export function world(seed: number): World {
  const time = simulatedTime();
  const random = seeded(seed);
  return { time, random, network: simulatedNetwork(time.clock, random, ms(40)) };
}

const newParty = async (it: World, host: string, id: number): Promise<Party> => ({
  host,
  party: new Uint8Array(32).fill(id) as PartyId,
  disk: memoryDisk(),
  identity: await tlsIdentity(it.random(32), it.random),
  life: null,
  kept: [],
  unsure: new Set(),
});

export const linkId = new Uint8Array(16).fill(9) as LinkId;

/** The effect of an envelope: a line in the ledger, in the transaction that takes it. */
export const record: Taking = async (arrival, { store }) => {
  certain(
    await store.transaction((tx) => {
      if (arrival.take(tx) === "fresh") tx.append("effect", arrival.envelope.payload);
    }),
  );
};

export async function start(
  it: World,
  self: Party,
  peer: Party,
  more: Partial<StationOptions> = {},
  addresses: readonly Address[] = [{ host: peer.host, port: 1 }],
): Promise<void> {
  const { clock, die } = mortal(it.time.clock);
  const net = it.network.at(self.host, self.identity);
  const { party, disk, identity, host } = self;
  const one = await station({ party, disk, identity, clock, net, random: it.random, onArrival: record, ...more });
  one.known.push(peer.identity.key);
  const link = one.port.open({ id: linkId, peer: peer.party, addresses: () => addresses });
  const kill = (): void => {
    die();
    it.network.kill(host);
    disk.crash();
  };
  self.life = { station: one, link, die: kill };
}

export function crash(self: Party): void {
  self.life?.die();
  self.life = null;
  self.disk.fault = null;
}

/** Sends, and notes what is known of it: kept once durable, nothing once refused, unsure while the process died on it. */
export function send(self: Party, text: string): void {
  if (self.life === null) return;
  self.unsure.add(text);
  void self.life.link.send(1, utf8(text)).then((done) => {
    if (done.ok) self.kept.push(text);
    if (done.ok || done.error.code === "STORE_FULL") self.unsure.delete(text);
  });
}

export async function effects(self: Party): Promise<string[]> {
  const events = certain(await openMemory(self.disk).events(0, 100_000));
  return events.map((event) => fromUtf8(event.bytes) ?? "?");
}

/** Everything kept is there once and in order, and nothing else but what nobody could know about. */
export async function expectDelivered(from: Party, to: Party): Promise<number> {
  const there = await effects(to);
  expect(there.filter((text) => !from.unsure.has(text))).toEqual(from.kept);
  expect(new Set(there).size).toBe(there.length);
  return there.length;
}

export async function healAndWait(it: World, a: Party, b: Party): Promise<void> {
  for (const one of [a, b]) one.disk.fault = null;
  // Whoever is about to die of an earlier fault does so first.
  await it.time.pass(ms(1));
  it.network.mend(a.host, b.host);
  for (const host of [a.host, b.host]) it.network.shut(host, false);
  if (a.life === null) await start(it, a, b);
  if (b.life === null) await start(it, b, a);
  await it.time.pass(minutes(3));
}

/** Two parties, of whom "a" leads; their stations run unless `start` is called for later. */
export const parties = async (it: World): Promise<readonly [Party, Party]> => [
  await newParty(it, "a", 1),
  await newParty(it, "b", 2),
];

export const pair = async (it: World): Promise<readonly [Party, Party]> => {
  const [a, b] = await parties(it);
  await start(it, a, b);
  await start(it, b, a);
  return [a, b];
};

export const statusOf = (self: Party): LinkStatus | undefined => self.life?.link.status();
