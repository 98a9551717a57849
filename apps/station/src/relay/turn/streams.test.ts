import { Socket, connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { describe, expect, it, vi } from "vitest";
import { utf8 } from "@parley/base/bytes";
import { ms, seconds } from "@parley/base/time";
import { encodeChannelData } from "./framing.ts";
import { createImpairment } from "./impairment.ts";
import type { TurnServer } from "./server.ts";
import { defaultLimits } from "./settings.ts";
import { makeCertificate } from "./test/certificate.ts";
import { connectTurn } from "./test/client.ts";
import { credentialFor, listenerOf, systemClock, systemRandom, until } from "./test/relay.ts";
import { passBothWays, relayedOf, useSockets } from "./test/sockets.ts";

const { keep, echo, start, connectAs } = useSockets();
const certificate = await makeCertificate("one");
const tlsListeners = ["127.0.0.1", "::1"].map((address) => ({ transport: "tls" as const, address, port: 0 }));

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
    using noDelay = vi.spyOn(Socket.prototype, "setNoDelay");
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
