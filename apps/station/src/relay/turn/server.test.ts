import { createSocket } from "node:dgram";
import { describe, expect, it } from "vitest";
import { utf8 } from "@parley/base/bytes";
import { endpointOf } from "./address.ts";
import { startTurn } from "./server.ts";
import type { TurnOptions } from "./settings.ts";
import { makeCertificate } from "./test/certificate.ts";
import { familyField } from "./test/client.ts";
import { listenerOf, secret, startTestTurn, systemClock, systemRandom, until } from "./test/relay.ts";
import { freePorts, passBothWays, relayedOf, useSockets } from "./test/sockets.ts";

const { keep, echo, start, connectAs } = useSockets();
const certificate = await makeCertificate("one");
const tlsListeners = ["127.0.0.1", "::1"].map((address) => ({ transport: "tls" as const, address, port: 0 }));

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
      open: 1,
      opened: 1,
      evicted: 0,
      streams: 0,
      relaySockets: 1,
      socketErrors: 0,
      refused: { 401: 1 },
      dropped: {},
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
    const base = await freePorts(4);
    const blocker = keep(createSocket("udp4"));
    await new Promise<void>((resolve) => void blocker.bind(base + 1, "127.0.0.1", resolve));
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
  it("[TN15] the last free port of sixty is found", async () => {
    const base = await freePorts(60);
    const turn = await start({ relayPorts: [base, base + 59] });
    const clients = await Promise.all(Array.from({ length: 60 }, (_, n) => connectAs(`call:${n}`, turn, "udp")));
    const ports = new Set<number>();
    for (const client of clients) ports.add((await relayedOf(client)).port);
    expect(ports.size).toBe(60);
  });
  it("[TN15] a hundred clients at once on ten ports get ten allocations and ninety refusals", async () => {
    const base = await freePorts(10);
    const turn = await start({ relayPorts: [base, base + 9] });
    const clients = await Promise.all(Array.from({ length: 100 }, (_, n) => connectAs(`call:${n}`, turn, "udp")));
    const answers = await Promise.all(clients.map((client) => client.allocate()));
    expect(answers.filter((answer) => answer === 508)).toHaveLength(90);
    expect(new Set(answers.map((answer) => (typeof answer === "number" ? 0 : answer.port))).size).toBe(11);
    expect(turn.stats().relaySockets).toBe(10);
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
    const probe = await startTestTurn();
    const free = listenerOf(probe, "udp");
    await probe.close();
    expect(await outcome({ listeners: [free, taken] })).toBe("RELAY_PORT_TAKEN");
    expect(await outcome({ listeners: [free] })).toBe("started");
    expect(await outcome({ listeners: [{ ...listenerOf(turn, "udp") }] })).toBe("RELAY_PORT_TAKEN");
    expect(await outcome({ listeners: [{ transport: "udp", address: "198.51.100.1", port: 0 }] })).toBe(
      "RELAY_ADDRESS_WRONG",
    );
    expect(await outcome({ listeners: tlsListeners, certificate: { cert: "no", key: "no" } })).toBe(
      "RELAY_CERTIFICATE_WRONG",
    );
  });
});
