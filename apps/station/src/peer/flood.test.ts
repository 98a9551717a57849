// Those who come to wear the door down, over real sockets: bounded in number and time, while a linked station gets in.
import { type Socket, connect as connectTcp } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import { ms, seconds } from "@parley/base/time";
import { linkPath } from "@parley/protocol/peer/hello";
import type { DoorBounds } from "./accept.ts";
import { halfOpen } from "./halfOpen.ts";
import { rawSocket, rawTls } from "./rawPeer.ts";
import { simulatedTime } from "./simulated.ts";
import type { PairingDoor } from "./peerPort.ts";
import { type TestStation, newIdentity, newLink, partyOf, realRandom, station, until } from "./testing.ts";
import type { PeerIdentity } from "./tlsIdentity.ts";

const opened: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((close) => close()));
});

async function door(
  bounds: Partial<DoorBounds>,
  pairing?: PairingDoor,
): Promise<TestStation & { readonly identity: PeerIdentity }> {
  const identity = await newIdentity();
  const one = await station({ party: partyOf(1), identity, bounds, ...(pairing === undefined ? {} : { pairing }) });
  opened.push(() => one.port.close());
  return { ...one, identity };
}

/** A caller by hand, cut from our side when the test is over; resolves to when it was cut off, in milliseconds from `from`. */
const cutAt = (socket: Socket, from = performance.now()): Promise<number> =>
  new Promise((resolve) => {
    opened.push(() => socket.destroy());
    socket.on("error", () => undefined);
    socket.on("data", () => undefined);
    socket.on("close", () => resolve(performance.now() - from));
  });

/** Writes `bytes` one at a time, for as long as the socket takes them. */
function dribble(socket: Socket, bytes: Uint8Array, every: number): void {
  let at = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || at >= bytes.length) clearInterval(timer);
    else socket.write(bytes.subarray(at, ++at));
  }, every);
  opened.push(() => clearInterval(timer));
}

async function secured(port: number): Promise<Socket> {
  const tls = await rawTls(port, await newIdentity());
  if ("ended" in tls) throw new Error(tls.ended);
  return tls;
}

describe("the door, worn down", () => {
  it("[LK20] cuts whoever is not proven in time, at each stage and however slowly they speak", async () => {
    const patience = 1500;
    const { port } = (await door({ patience: ms(patience) })).port;
    const request = new TextEncoder().encode(`GET ${linkPath} HTTP/1.1\r\nHost: station\r\nX: ${"x".repeat(1000)}`);
    const open = async (): Promise<Socket> => {
      const raw = await rawSocket(
        (await rawTls(port, await newIdentity())) as Extract<Awaited<ReturnType<typeof rawTls>>, Socket>,
      );
      if ("ended" in raw) throw new Error(raw.ended);
      return raw.tls;
    };
    // A masked binary message (RFC 6455 section 5.2) that claims 100 kB and is sent byte by byte.
    const message = new Uint8Array([
      0x82,
      0xff,
      0,
      0,
      0,
      0,
      0,
      1,
      0x86,
      0xa0,
      1,
      2,
      3,
      4,
      ...Array.from({ length: 2000 }, () => 7),
    ]);
    const stages: Record<string, () => Promise<Socket>> = {
      "says nothing at all": async () => connectTcp(port, "127.0.0.1"),
      "speaks TLS byte by byte": async () => {
        const socket = connectTcp(port, "127.0.0.1");
        dribble(
          socket,
          new Uint8Array([22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, ...Array.from({ length: 500 }, () => 1)]),
          20,
        );
        return socket;
      },
      "says nothing after TLS": () => secured(port),
      "speaks HTTP byte by byte": async () => {
        const socket = await secured(port);
        dribble(socket, request, 20);
        return socket;
      },
      "says nothing after the WebSocket": open,
      "sends its hello byte by byte": async () => {
        const socket = await open();
        dribble(socket, message, 20);
        return socket;
      },
    };
    const ends = await Promise.all(
      Object.entries(stages).map(async ([stage, begin]) => {
        const from = performance.now();
        return [stage, await cutAt(await begin(), from)] as const;
      }),
    );
    console.log(
      `patience of ${patience} ms: ${ends.map(([stage, at]) => `${stage}: ${Math.round(at)} ms`).join("; ")}`,
    );
    for (const [stage, at] of ends) {
      // The clock runs from TCP, and may run a little late on a busy machine; never early.
      expect([stage, at > patience - 50 && at < patience + 2500]).toEqual([stage, true]);
    }
  }, 15_000);

  it("[LK20] leaves those alone who are proven: a linked station, and a pairing with a live offer", async () => {
    const offer = realRandom(16);
    const self = await door({ patience: ms(700) }, { anyLive: () => true, live: () => true, opened: () => undefined });
    const friend = await newIdentity();
    const peer = await station({ party: partyOf(2), identity: friend });
    opened.push(() => peer.port.close());
    self.known.push(friend.key);
    peer.known.push(self.identity.key);
    const id = newLink();
    const address = { host: "127.0.0.1", port: self.port.port };
    self.port.open({ id, peer: peer.party, addresses: () => [] });
    const link = peer.port.open({ id, peer: self.party, addresses: () => [address] });
    const channel = certain(await peer.port.dialPairing(address, offer, () => "stranger"));
    const ends: string[] = [];
    channel.start({ message: () => undefined, closed: (code) => ends.push(code) });
    await until(() => link.status().at === "connected");
    const { since } = link.status();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect([link.status().at, link.status().since, ends]).toEqual(["connected", since, []]);
  });

  it("[LK21] a linked station gets in while silent connections come without end", async () => {
    const self = await door({ halfOpen: 64, strangers: 8, patience: seconds(10) });
    const friend = await newIdentity();
    const peer = await station({ party: partyOf(2), identity: friend });
    opened.push(() => peer.port.close());
    self.known.push(friend.key);
    peer.known.push(self.identity.key);
    let came = 0;
    let cut = 0;
    const flood = setInterval(() => {
      for (let n = 0; n < 4; n++) {
        came++;
        void cutAt(connectTcp(self.port.port, "127.0.0.1")).then(() => cut++);
      }
    }, 10);
    opened.push(() => clearInterval(flood));
    await until(
      () => came - cut >= 60 && came > 200,
      () => `${came} came, ${cut} cut`,
    );
    const id = newLink();
    self.port.open({ id, peer: peer.party, addresses: () => [] });
    const at = performance.now();
    const link = peer.port.open({
      id,
      peer: self.party,
      addresses: () => [{ host: "127.0.0.1", port: self.port.port }],
    });
    await until(
      () => link.status().at === "connected",
      () => `${came} came, ${cut} cut`,
    );
    console.log(
      `linked in ${Math.round(performance.now() - at)} ms among ${came} half-open connections, of which ${cut} were cut`,
    );
    clearInterval(flood);
    // The linked station's own place is free again.
    await until(() => came - cut <= 64);
    expect(came - cut).toBeGreaterThan(32);
  }, 15_000);

  it("[LK21] strangers have a room of their own, which they cannot outgrow, and those who are known do not wait in it", async () => {
    const self = await door({ halfOpen: 500, strangers: 8, patience: seconds(10) });
    let cut = 0;
    for (let n = 0; n < 24; n++) void cutAt(await secured(self.port.port)).then(() => cut++);
    await until(() => cut === 16);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(cut).toBe(16);
    const known = await newIdentity();
    self.known.push(known.key);
    const friend = await rawTls(self.port.port, known);
    if ("ended" in friend) throw new Error(friend.ended);
    expect(await rawSocket(friend)).toMatchObject({ heard: [] });
    expect(cut).toBe(16);
    friend.destroy();
  });
});

describe("the room of the half-open", () => {
  it("[LK21] when it is full, the oldest of the network that holds the most goes", () => {
    const { clock } = simulatedTime();
    const room = halfOpen(4, seconds(10), clock);
    const gone: string[] = [];
    const enter = (address: string, name: string) => room.enter(address, () => gone.push(name));
    enter("friend", "friend 1");
    for (const n of [1, 2, 3]) enter("foe", `foe ${n}`);
    enter("foe", "foe 4");
    enter("foe", "foe 5");
    enter("friend", "friend 2");
    expect(gone).toEqual(["foe 1", "foe 2", "foe 3"]);
    expect(room.count()).toBe(4);
  });

  it("[LK20] nobody stays longer than the patience, and who has left is not turned away", async () => {
    const time = simulatedTime();
    const room = halfOpen(10, seconds(10), time.clock);
    const gone: string[] = [];
    room.enter("a", () => gone.push("stays"));
    const leave = room.enter("a", () => gone.push("leaves"));
    await time.pass(seconds(9));
    leave();
    leave();
    expect([gone, room.count()]).toEqual([[], 1]);
    await time.pass(seconds(1));
    expect([gone, room.count()]).toEqual([["stays"], 0]);
  });
});
