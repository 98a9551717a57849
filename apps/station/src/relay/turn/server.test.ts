import { createSocket } from "node:dgram";
import { Socket, connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterEach, describe, expect, it, vi } from "vitest";
import { concat, fromUtf8, utf8 } from "@parley/base/bytes";
import { ms, seconds } from "@parley/base/time";
import { type Endpoint, endpointOf } from "./address.ts";
import { encodeChannelData } from "./framing.ts";
import { createImpairment } from "./impairment.ts";
import { type TurnServer, startTurn } from "./server.ts";
import { type TurnOptions, defaultLimits } from "./settings.ts";
import type { Field } from "./stun.ts";
import { makeCertificate } from "./test/certificate.ts";
import { type TurnClient, connectTurn, familyField } from "./test/client.ts";
import { credentialFor, listenerOf, secret, startTestTurn, systemClock, systemRandom, until } from "./test/relay.ts";

const open: { close: () => unknown }[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const each of open.splice(0).reverse()) await each.close();
});
const keep = <T extends { close: () => unknown }>(closable: T): T => {
  open.push(closable);
  return closable;
};
const start = async (...args: Parameters<typeof startTestTurn>) => keep(await startTestTurn(...args));
const connectAs = async (name: string, ...to: Parameters<typeof listenerOf>) =>
  keep(await connectTurn(listenerOf(...to), credentialFor(name)));

/** A peer that sends back what it gets, with "re: " before it. */
async function echo(address: "127.0.0.1" | "::1"): Promise<Endpoint> {
  const socket = keep(createSocket(address === "::1" ? "udp6" : "udp4"));
  socket.on("message", (data, from) => socket.send(concat(utf8("re: "), data), from.port, from.address));
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  return endpointOf(address, socket.address().port) ?? expect.fail("no address");
}
const relayedOf = async (client: TurnClient, ...fields: readonly Field[]) => {
  const relayed = await client.allocate(...fields);
  return typeof relayed === "number" ? expect.fail(`error ${relayed}`) : relayed;
};
const certificate = await makeCertificate("one");
const tlsListeners = ["127.0.0.1", "::1"].map((address) => ({ transport: "tls" as const, address, port: 0 }));

async function passBothWays(client: TurnClient, peer: Endpoint) {
  expect(await client.permit(peer)).toBe(0);
  client.send(peer, utf8("by indication"));
  await until(() => client.heard.datagrams.length === 1);
  expect(fromUtf8(client.heard.datagrams[0]?.data ?? utf8(""))).toBe("re: by indication");
  expect(client.heard.datagrams[0]?.from).toEqual(peer);
  expect(await client.bind(0x4abc, peer)).toBe(0);
  client.sendChannel(0x4abc, utf8("by channel"));
  await until(() => client.heard.channels.length === 1);
  expect(client.heard.channels[0]?.number).toBe(0x4abc);
  expect(fromUtf8(client.heard.channels[0]?.data ?? utf8(""))).toBe("re: by channel");
}

describe("on real sockets", () => {
  it.each(
    (["udp", "tcp", "tls"] as const).flatMap((transport) =>
      (["127.0.0.1", "::1"] as const).flatMap((address) =>
        (["ipv4", "ipv6"] as const).map((family) => [transport, address, family] as const),
      ),
    ),
  )(
    "[TN35] over %s to %s an %s relay passes data both ways, and ends with its allocation",
    async (transport, address, family) => {
      const turn = await start(transport === "tls" ? { listeners: tlsListeners, certificate } : {});
      const client = await connectAs("call", turn, transport, address);
      const relayed = await relayedOf(client, familyField(family));
      expect(relayed.address).toBe(family === "ipv4" ? "127.0.0.1" : "::1");
      await passBothWays(client, await echo(family === "ipv4" ? "127.0.0.1" : "::1"));
      expect(turn.stats()).toMatchObject({
        open: 1,
        relaySockets: 1,
        socketErrors: 0,
        streams: transport === "udp" ? 0 : 1,
      });
      if (transport === "udp") expect(await client.refresh(0)).toEqual({ code: 0, lifetime: 0 });
      else client.close();
      await until(() => turn.stats().relaySockets === 0 && turn.stats().streams === 0);
      expect(turn.stats().open).toBe(0);
    },
  );
  it("[TN18] what it counts is a copy, and plain data", async () => {
    const turn = await start();
    const client = await connectAs("call", turn, "udp");
    await relayedOf(client);
    await passBothWays(client, await echo("127.0.0.1"));
    const before = turn.stats();
    expect(JSON.parse(JSON.stringify(before))).toEqual({
      ...{
        open: 1,
        opened: 1,
        evicted: 0,
        streams: 0,
        relaySockets: 1,
        socketErrors: 0,
        refused: { 401: 1 },
        dropped: {},
      },
      up: { packets: 2, bytes: 23 },
      down: { packets: 2, bytes: 31 },
    });
    client.sendChannel(0x4abc, utf8("more"));
    await until(() => turn.stats().up.packets === 3);
    expect(before.up.packets).toBe(2);
  });
  it("[TN12] the mapped address is the client's own", async () => {
    const turn = await start();
    const client = await connectAs("call", turn, "udp");
    expect(client.addressIn(await client.request("binding"), "xorMappedAddress")).toEqual(client.local());
  });
  it("[TN22] two clients meet through their relayed addresses with nothing allowed, and reach no other port there", async () => {
    const turn = await start({ allowPeers: [] });
    const [one, two] = [await connectAs("one", turn, "udp"), await connectAs("two", turn, "tcp")];
    const [ofOne, ofTwo] = [await relayedOf(one), await relayedOf(two)];
    expect([await one.permit(ofTwo), await two.bind(0x4000, ofOne)]).toEqual([0, 0]);
    one.send(ofTwo, utf8("inside"));
    await until(() => two.heard.channels.length === 1);
    const local = await echo("127.0.0.1");
    expect(await one.permit(local)).toBe(0);
    one.send(local, utf8("out"));
    await until(() => turn.stats().dropped["no such relay"] === 1);
    expect(one.heard.datagrams).toEqual([]);
  });
  it.each(["127.0.0.2", "10.0.0.1", "169.254.169.254", "192.168.0.1", "224.0.0.1", "0.0.0.0"])(
    "[TN20] the reserved IPv4 peer %s is forbidden, by permission and by channel",
    async (address) => {
      const turn = await start({ allowPeers: [] });
      const client = await connectAs("call", turn, "udp");
      await relayedOf(client);
      const peer = endpointOf(address, 80) ?? expect.fail();
      expect([await client.permit(peer), await client.bind(0x4000, peer)]).toEqual([403, 403]);
      client.send(peer, utf8("x"));
      await until(() => turn.stats().dropped["no permission"] === 1);
    },
  );
  it.each([
    "::2",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
  ])("[TN20] the reserved IPv6 peer %s is forbidden, by permission and by channel", async (address) => {
    const client = await connectAs("call", await start({ allowPeers: [] }), "udp");
    await relayedOf(client, familyField("ipv6"));
    const peer = endpointOf(address, 80) ?? expect.fail();
    expect([await client.permit(peer), await client.bind(0x4000, peer)]).toEqual([403, 403]);
  });
});

describe("exhaustion", () => {
  it("[TN15] when every port is taken an allocation is 508, calls go on, and a port that comes free is given again", async () => {
    const base = 20_000 + (process.pid % 20_000);
    const blocker = keep(createSocket("udp4"));
    await new Promise<void>((resolve) => blocker.bind(base + 1, "127.0.0.1", resolve));
    const turn = await start({ relayPorts: [base, base + 3] });
    const clients = await Promise.all([1, 2, 3, 4].map((n) => connectAs(`call:${n}`, turn, "udp")));
    const given = [];
    for (const client of clients.slice(0, 3)) given.push((await relayedOf(client)).port);
    expect(given.toSorted((a, b) => a - b)).toEqual([base, base + 2, base + 3]);
    const [first, last] = [clients[0] ?? expect.fail(), clients[3] ?? expect.fail()];
    expect(await last.allocate()).toBe(508);
    await passBothWays(first, await echo("127.0.0.1"));
    expect((await clients[1]?.refresh(0))?.code).toBe(0);
    expect(await last.allocate()).toMatchObject({ address: "127.0.0.1" });
    expect(turn.stats()).toMatchObject({ open: 3, relaySockets: 3, refused: { 508: 1 } });
  });
  it("[TN15] a hundred clients at once on ten ports get ten allocations and ninety refusals", async () => {
    const base = 41_000 + (process.pid % 5_000);
    const turn = await start({ relayPorts: [base, base + 9] });
    const clients = await Promise.all(Array.from({ length: 100 }, (_, n) => connectAs(`call:${n}`, turn, "udp")));
    const answers = await Promise.all(clients.map((client) => client.allocate()));
    expect(answers.filter((answer) => answer === 508)).toHaveLength(90);
    expect(new Set(answers.map((answer) => (typeof answer === "number" ? 0 : answer.port))).size).toBe(11);
    expect(turn.stats().relaySockets).toBe(10);
  });
});

describe("streams", () => {
  const limits = { ...defaultLimits, streamPatience: ms(200), maxStreamsPerAddress: 3 };
  const ended = (socket: Socket) => new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const dial = (turn: TurnServer) => {
    const { port, address } = listenerOf(turn, "tcp");
    const socket = connect(port, address);
    socket.on("error", () => undefined);
    keep({ close: () => socket.destroy() });
    return socket;
  };
  it("[TN5] a stream out of step is closed at once", async () => {
    const socket = dial(await start());
    socket.write("GET / HTTP/1.1\r\n\r\n");
    await ended(socket);
  });
  it(
    "[TN17] a connection without an allocation, or with half a frame, is closed when patience ends",
    { timeout: 10_000 },
    async () => {
      const turn = await start({ limits });
      const client = await connectAs("call", turn, "tcp");
      await relayedOf(client);
      const silent = dial(turn);
      await ended(silent);
      expect(client.ended()).toBe(false);
      client.sendRaw(encodeChannelData(0x4000, new Uint8Array(100), true).subarray(0, 50));
      await vi.waitFor(() => expect(client.ended()).toBe(true), 4000);
      await until(() => turn.stats().open === 0);
    },
  );
  it("[TN17] one address has so many connections", async () => {
    const turn = await start({ limits });
    const kept = [dial(turn), dial(turn), dial(turn)];
    await until(() => turn.stats().streams === 3);
    await ended(dial(turn));
    expect(kept.every((socket) => !socket.destroyed)).toBe(true);
  });
  it(
    "[TN32] a client that does not read loses frames, and the relay holds no more than its queue",
    { timeout: 10_000 },
    async () => {
      const turn = await start({ limits: { ...defaultLimits, maxQueuedBytes: 10_000 } });
      const [slow, fast] = [await connectAs("slow", turn, "tcp"), await connectAs("fast", turn, "udp")];
      const [ofSlow, ofFast] = [await relayedOf(slow), await relayedOf(fast)];
      await slow.bind(0x4000, ofFast);
      await fast.bind(0x4000, ofSlow);
      slow.pause();
      for (let i = 0; i < 200 && turn.stats().dropped.queue === undefined; i++) {
        for (let k = 0; k < 200; k++) fast.sendChannel(0x4000, new Uint8Array(1200));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      expect(turn.stats().dropped.queue).toBeGreaterThan(0);
    },
  );
  it("[TN33] every stream sends small frames at once (TCP_NODELAY)", async () => {
    const noDelay = vi.spyOn(Socket.prototype, "setNoDelay");
    const turn = await start({
      listeners: [...tlsListeners, { transport: "tcp", address: "127.0.0.1", port: 0 }],
      certificate,
    });
    for (const transport of ["tcp", "tls"] as const) {
      const { port } = listenerOf(turn, transport);
      const before = noDelay.mock.contexts.length;
      const socket =
        transport === "tcp"
          ? connect(port, "127.0.0.1")
          : connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
      keep({ close: () => socket.destroy() });
      await until(() => noDelay.mock.contexts.slice(before).some((stream) => stream !== socket));
      expect(noDelay.mock.calls.at(-1)).toEqual([true]);
    }
  });
  it("[TN33] a new certificate shows from the next connection on, and one that does not fit changes nothing", async () => {
    const turn = await start({ listeners: tlsListeners, certificate });
    const { port } = listenerOf(turn, "tls");
    const shown = () =>
      new Promise<unknown>((resolve, reject) => {
        const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
          resolve(socket.getPeerCertificate().subject.CN);
          socket.destroy();
        });
        socket.on("error", reject);
      });
    const before = await connectAs("call", turn, "tls");
    await relayedOf(before);
    expect(await shown()).toBe("one");
    expect(turn.reloadTls({ cert: certificate.cert, key: (await makeCertificate("other")).key }).ok).toBe(false);
    expect(await shown()).toBe("one");
    expect(turn.reloadTls(await makeCertificate("two")).ok).toBe(true);
    expect(await shown()).toBe("two");
    expect((await before.refresh()).code).toBe(0);
  });
});

describe("credentials on real sockets", () => {
  it(
    "[TN9] an allocation outlives the credential it was made with, and takes the next one",
    { timeout: 10_000 },
    async () => {
      const turn = await start({ limits: { defaultLifetime: seconds(2), maxLifetime: seconds(2) } });
      const client = keep(await connectTurn(listenerOf(turn, "udp"), credentialFor("call:desk", seconds(1))));
      await relayedOf(client);
      for (let i = 0; i < 3; i++) {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        expect(await client.refresh()).toEqual({ code: 0, lifetime: 2 });
      }
      const late = keep(await connectTurn(listenerOf(turn, "udp"), credentialFor("call:desk", ms(-5000))));
      expect(await late.allocate()).toBe(401);
      client.use(credentialFor("call:desk"));
      expect((await client.refresh()).code).toBe(0);
      await vi.waitFor(() => expect(turn.stats().open).toBe(0), 4000);
    },
  );
  it("[TN11] evicted, a client's allocation ends at once", async () => {
    const turn = await start();
    const [one, two] = [await connectAs("call:one", turn, "udp"), await connectAs("call:two", turn, "udp")];
    await relayedOf(one);
    await relayedOf(two);
    expect(turn.evict((name) => name === "call:one")).toBe(1);
    expect([(await one.refresh()).code, (await two.refresh()).code]).toEqual([437, 0]);
    expect(turn.stats()).toMatchObject({ open: 1, relaySockets: 1, evicted: 1 });
  });
});

describe("an impaired relay", () => {
  it("[TN34] delays, and cuts, what passes between client and relay", async () => {
    const impairment = createImpairment({ forTests: true, clock: systemClock, random: systemRandom });
    const client = await connectAs("call", await start({}, { impairment }), "udp");
    await relayedOf(client);
    const peer = await echo("127.0.0.1");
    await passBothWays(client, peer);
    impairment.set({ up: { delay: 60 }, down: { delay: 60 } });
    const before = performance.now();
    client.sendChannel(0x4abc, utf8("late"));
    await until(() => client.heard.channels.length === 2);
    expect(performance.now() - before).toBeGreaterThan(118);
    impairment.set({ up: { cut: true } });
    await expect(client.refresh()).rejects.toThrow("no answer");
  });
});

describe("starting", () => {
  const good: TurnOptions = {
    realm: "parley",
    secret,
    listeners: [{ transport: "udp", address: "127.0.0.1", port: 0 }],
    certificate: null,
    relays: [{ bind: "127.0.0.1", advertise: "127.0.0.1" }],
    allowPeers: [],
  };
  const outcome = async (change: Partial<TurnOptions>) => {
    const started = await startTurn({ ...good, ...change }, { clock: systemClock, random: systemRandom });
    if (started.ok) keep(started.value);
    return started.ok ? "started" : started.error.code;
  };
  it("[TN36] works with the settings as they are", async () => expect(await outcome({})).toBe("started"));
  it.each<[string, Partial<TurnOptions>]>([
    ["a realm with a space", { realm: "two words" }],
    ["a short secret", { secret: "short" }],
    ["a name to listen on", { listeners: [{ transport: "udp", address: "localhost", port: 0 }] }],
    ["a port that is none", { listeners: [{ transport: "udp", address: "127.0.0.1", port: 70_000 }] }],
    ["TLS without a certificate", { listeners: tlsListeners }],
    ["no relay", { relays: [] }],
    ["two relays of a family", { relays: [...good.relays, ...good.relays] }],
    ["a relay of two families", { relays: [{ bind: "127.0.0.1", advertise: "::1" }] }],
    ["a relay that advertises no address", { relays: [{ bind: "0.0.0.0", advertise: "0.0.0.0" }] }],
    ["well-known relay ports", { relayPorts: [100, 2000] }],
    ["relay ports the wrong way round", { relayPorts: [3000, 2000] }],
    ["a range that is none", { allowPeers: ["127.0.0.1/64"] }],
  ])("[TN36] refuses %s, and listens nowhere", async (_what, change) =>
    expect(await outcome(change)).toBe("CONFIG_WRONG"),
  );
  it("[TN36] says which port is taken, and leaves none of its own open", async () => {
    const turn = await start();
    const taken = listenerOf(turn, "tcp");
    const free = { transport: "udp" as const, address: "127.0.0.1", port: 0 };
    expect(await outcome({ listeners: [free, { ...taken }] })).toBe("RELAY_PORT_TAKEN");
    expect(await outcome({ listeners: [{ ...listenerOf(turn, "udp") }] })).toBe("RELAY_PORT_TAKEN");
    expect(await outcome({ listeners: [{ transport: "udp", address: "198.51.100.1", port: 0 }] })).toBe(
      "RELAY_ADDRESS_WRONG",
    );
    expect(await outcome({ listeners: tlsListeners, certificate: { cert: "no", key: "no" } })).toBe(
      "RELAY_CERTIFICATE_WRONG",
    );
  });
});
