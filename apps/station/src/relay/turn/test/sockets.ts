// What the tests with real sockets share: everything opened is closed after each test, in the opposite order.
import { createSocket } from "node:dgram";
import { afterEach, expect } from "vitest";
import { concat, fromUtf8, utf8 } from "@parley/base/bytes";
import { type Endpoint, endpointOf } from "../address.ts";
import type { TurnServer } from "../server.ts";
import type { Transport } from "../settings.ts";
import type { Field } from "../stun.ts";
import { type TurnClient, connectTurn } from "./client.ts";
import { credentialFor, listenerOf, startTestTurn, until } from "./relay.ts";

type Closable = { readonly close: () => unknown };

/** To be called once at the top of a test file. */
export function useSockets() {
  const open: Closable[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).toReversed()) await each.close();
  });
  function keep<T extends Closable>(closable: T): T {
    open.push(closable);
    return closable;
  }

  /** A peer that sends back what it gets, with "re: " before it. */
  async function echo(address: "127.0.0.1" | "::1"): Promise<Endpoint> {
    const socket = keep(createSocket(address === "::1" ? "udp6" : "udp4"));
    socket.on("message", (data, from) => socket.send(concat(utf8("re: "), data), from.port, from.address));
    await new Promise<void>((resolve) => void socket.bind(0, address, resolve));
    return endpointOf(address, socket.address().port) ?? expect.fail("no address");
  }

  return {
    keep,
    echo,
    start: async (...args: Parameters<typeof startTestTurn>) => keep(await startTestTurn(...args)),
    connectAs: async (name: string, turn: TurnServer, transport: Transport, address?: "127.0.0.1" | "::1") =>
      keep(await connectTurn(listenerOf(turn, transport, address), credentialFor(name))),
  };
}

export async function relayedOf(client: TurnClient, ...fields: readonly Field[]): Promise<Endpoint> {
  const relayed = await client.allocate(...fields);
  return typeof relayed === "number" ? expect.fail(`error ${relayed}`) : relayed;
}

/** Sends to an echo by indication and by channel 0x4abc, and hears it back the same way. */
export async function passBothWays(client: TurnClient, peer: Endpoint): Promise<void> {
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

/** The first of `count` ports in a row on 127.0.0.1 that nobody holds, below those that the system gives out by itself. */
export async function freePorts(count: number): Promise<number> {
  for (let base = 10_000 + (process.pid % 9000); base < 30_000; base += count) {
    const sockets = Array.from({ length: count }, () => createSocket("udp4"));
    const bound = await Promise.all(
      sockets.map(
        (socket, i) =>
          new Promise<boolean>((resolve) => {
            socket.once("error", () => resolve(false));
            socket.bind(base + i, "127.0.0.1", () => resolve(true));
          }),
      ),
    );
    for (const socket of sockets) socket.close();
    if (bound.every((is) => is)) return base;
  }
  throw new Error("no free ports");
}
