// A steady stream of packets through a relay, counted and timed at its far end: to a bare UDP peer, or to another client of
// the same relay, as when both sides of a call use it.
import { createSocket } from "node:dgram";
import { minutes } from "@parley/base/time";
import type { Endpoint } from "@parley/station/relay/turn/address";
import type { ListenerOptions } from "@parley/station/relay/turn/settings";
import { connectTurn } from "@parley/station/relay/turn/test/client";
import { credentialFor } from "@parley/station/relay/turn/test/relay";

export type Way = "peer" | "both";

export type LoadOptions = {
  readonly way: Way;
  readonly packetsPerSecond: number;
  readonly packetBytes: number;
  readonly milliseconds: number;
};

/** What arrived of what was sent, and how long each packet took, milliseconds. */
export type Load = { readonly sent: number; readonly delays: readonly number[] };

const channel = 0x4000;
/** Between two bursts; timers are no finer than a millisecond. */
const burstMs = 4;

async function allocate(listener: ListenerOptions, name: string) {
  const client = await connectTurn(listener, credentialFor(name, minutes(5)));
  const relayed = await client.allocate();
  if (typeof relayed === "number") throw new Error(`no allocation: ${relayed}`);
  return { client, relayed };
}

async function must(done: Promise<number>): Promise<void> {
  const code = await done;
  if (code !== 0) throw new Error(`the relay answered ${code}`);
}

async function barePeer(onPacket: (packet: Uint8Array) => void) {
  const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
  socket.on("message", onPacket);
  await new Promise<void>((resolve) => void socket.bind(0, "127.0.0.1", resolve));
  const at: Endpoint = { family: "ipv4", address: "127.0.0.1", port: socket.address().port };
  return { at, close: (): void => void socket.close() };
}

/** Sends for so long, waits for what is under way, and ends its allocations. */
export async function load(listener: ListenerOptions, options: LoadOptions): Promise<Load> {
  const delays: number[] = [];
  const arrived = (packet: Uint8Array): void => {
    delays.push(performance.now() - new DataView(packet.buffer, packet.byteOffset).getFloat64(0));
  };
  const one = await allocate(listener, "bench:one");
  let close: () => Promise<unknown>;
  if (options.way === "peer") {
    const peer = await barePeer(arrived);
    await must(one.client.bind(channel, peer.at));
    close = () => {
      peer.close();
      return Promise.resolve();
    };
  } else {
    const two = await allocate(listener, "bench:two");
    two.client.onChannelData((frame) => arrived(frame.data));
    await must(two.client.bind(channel, one.relayed));
    await must(one.client.bind(channel, two.relayed));
    close = async () => {
      await two.client.refresh(0);
      two.client.close();
    };
  }
  const packet = new Uint8Array(options.packetBytes);
  const view = new DataView(packet.buffer);
  const start = performance.now();
  let sent = 0;
  for (let now = start; now - start < options.milliseconds; now = performance.now()) {
    const due = Math.floor(((now - start) * options.packetsPerSecond) / 1000);
    for (; sent < due; sent++) {
      view.setFloat64(0, performance.now());
      one.client.sendChannel(channel, packet);
    }
    await new Promise((resolve) => setTimeout(resolve, burstMs));
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  await one.client.refresh(0);
  one.client.close();
  await close();
  return { sent, delays };
}
