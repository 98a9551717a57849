// Somebody in the middle of two stations, over real sockets: they own the path, end TLS on both sides and pass on what they like.
import { createServer as createTcpServer, connect as connectTcp } from "node:net";
import { createServer } from "node:https";
import { afterEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer, WebSocket as WebSocketClient } from "ws";
import { connect as connectTls } from "node:tls";
import { utf8 } from "@parley/base/bytes";
import type { LinkId } from "@parley/protocol/ids";
import { linkPath } from "@parley/protocol/peer/hello";
import { tlsProfile } from "./accept.ts";
import { type TestStation, newIdentity, newLink, partyOf, station, until } from "./testing.ts";
import type { PeerIdentity } from "./tlsIdentity.ts";

const opened: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((close) => close()));
});

type Two = { readonly a: TestStation; readonly b: TestStation; readonly id: LinkId };

async function two(): Promise<Two & { readonly keys: readonly PeerIdentity[] }> {
  const keys = [await newIdentity(), await newIdentity()] as const;
  const a = await station({ party: partyOf(1), identity: keys[0] });
  const b = await station({ party: partyOf(2), identity: keys[1] });
  a.known.push(keys[1].key);
  b.known.push(keys[0].key);
  opened.push(
    () => a.port.close(),
    () => b.port.close(),
  );
  return { a, b, id: newLink(), keys };
}

/** Links the two, each of which believes that the other is at `port`. */
function linkThrough({ a, b, id }: Two, toB: number, toA: number) {
  const first = a.port.open({ id, peer: b.party, addresses: () => [{ host: "127.0.0.1", port: toB }] });
  const second = b.port.open({ id, peer: a.party, addresses: () => [{ host: "127.0.0.1", port: toA }] });
  return [first, second] as const;
}

type Relay = { readonly port: number; passed: number };

/** Ends TLS with its own certificate, and passes every message on to a TLS connection of its own. */
async function tlsMiddle(target: number, own: PeerIdentity): Promise<Relay> {
  const server = createServer({ ...tlsProfile(own), requestCert: true });
  const sockets = new WebSocketServer({ server, path: linkPath });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const relay: Relay = { port: typeof address === "object" && address !== null ? address.port : 0, passed: 0 };
  sockets.on("connection", (near: WebSocket) => {
    const tls = connectTls({ ...tlsProfile(own), host: "127.0.0.1", port: target });
    const far = new WebSocketClient(`ws://station${linkPath}`, { createConnection: () => tls });
    const waiting: Buffer[] = [];
    const pass = (to: WebSocket, data: Buffer): void => {
      relay.passed++;
      to.send(data);
    };
    near.on("message", (data: Buffer) => {
      if (far.readyState === far.OPEN) pass(far, data);
      else waiting.push(data);
    });
    far.on("open", () => {
      for (const data of waiting.splice(0)) pass(far, data);
    });
    far.on("message", (data: Buffer) => pass(near, data));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("close", () => other.terminate());
      one.on("error", () => other.terminate());
    }
  });
  opened.push(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
  });
  return relay;
}

/** Passes bytes on, after `change` had them; counts how many. */
async function tcpMiddle(target: number, change: (bytes: Buffer) => Buffer): Promise<Relay> {
  const relay = { port: 0, passed: 0 };
  const server = createTcpServer((near) => {
    const far = connectTcp(target, "127.0.0.1");
    near.on("data", (bytes: Buffer) => {
      far.write(change(bytes));
      relay.passed++;
    });
    far.on("data", (bytes: Buffer) => near.write(change(bytes)));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("close", () => other.destroy());
      one.on("error", () => other.destroy());
    }
    opened.push(() => {
      near.destroy();
      far.destroy();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  opened.push(() => server.close());
  const address = server.address();
  return Object.assign(relay, { port: typeof address === "object" && address !== null ? address.port : 0 });
}

const codes = (one: TestStation) => one.reports.map(({ error }) => error.code);

describe("somebody in the middle", () => {
  it("[LK17] who only passes bytes on changes nothing", async () => {
    const pair = await two();
    const toB = await tcpMiddle(pair.b.port.port, (bytes) => bytes);
    const toA = await tcpMiddle(pair.a.port.port, (bytes) => bytes);
    const [first] = linkThrough(pair, toB.port, toA.port);
    await first.send(1, utf8("through"));
    await until(() => pair.b.taken.length === 1);
  });

  it("[LK17] who ends TLS on both sides and passes every message on gets no hello accepted", async () => {
    const pair = await two();
    const own = await newIdentity();
    const toB = await tlsMiddle(pair.b.port.port, own);
    const toA = await tlsMiddle(pair.a.port.port, own);
    const [first, second] = linkThrough(pair, toB.port, toA.port);
    await first.send(1, utf8("secret"));
    await until(() => codes(pair.a).length >= 3 && codes(pair.b).length >= 3, undefined, 15_000);
    expect(toB.passed + toA.passed).toBeGreaterThan(0);
    expect([first.status().at, second.status().at]).toEqual(["trying", "trying"]);
    expect([...codes(pair.a), ...codes(pair.b)]).toContain("PEER_KEY_UNKNOWN");
    expect([pair.a.taken, pair.b.taken]).toEqual([[], []]);
  });

  it("[LK8] [LK17] even one whom both stations know as a linked party cannot pass a hello on as its own connection's", async () => {
    // The middle's key is linked with both, for other links: it is let in as known, and the binding alone stops it.
    const pair = await two();
    const own = await newIdentity();
    for (const one of [pair.a, pair.b]) one.known.push(own.key);
    const toB = await tlsMiddle(pair.b.port.port, own);
    const toA = await tlsMiddle(pair.a.port.port, own);
    const [first, second] = linkThrough(pair, toB.port, toA.port);
    await first.send(1, utf8("secret"));
    await until(() => codes(pair.a).length >= 3 && codes(pair.b).length >= 3, undefined, 15_000);
    expect([first.status().at, second.status().at]).toEqual(["trying", "trying"]);
    expect([...pair.a.reports, ...pair.b.reports].map(({ error }) => error.detail)).toContain(
      "a hello that is not signed for this connection",
    );
    expect([pair.a.taken, pair.b.taken]).toEqual([[], []]);
  });

  it("[LK17] who flips one bit of what passes breaks the connection, and the next one carries on", async () => {
    const pair = await two();
    let armed = false;
    let flips = 0;
    const change = (bytes: Buffer): Buffer => {
      if (!armed || bytes.length < 400) return bytes;
      armed = false;
      flips++;
      const at = (flips * 71) % bytes.length;
      bytes[at] = (bytes[at] as number) ^ (1 << (flips % 8));
      return bytes;
    };
    const toB = await tcpMiddle(pair.b.port.port, change);
    const toA = await tcpMiddle(pair.a.port.port, change);
    const [first] = linkThrough(pair, toB.port, toA.port);
    for (let n = 0; n < 20; n++) {
      await until(() => first.status().at === "connected", undefined, 15_000);
      armed = n % 4 === 0;
      await first.send(1, utf8(`${n}`.padEnd(400)));
      await until(() => !armed);
    }
    await until(() => pair.b.taken.length === 20, undefined, 15_000);
    expect(flips).toBe(5);
    expect(pair.b.taken.map(({ payload }) => Number(Buffer.from(payload).toString()))).toEqual([...Array(20).keys()]);
  }, 60_000);
});
