// Edge: where clients come in. A door listens on one address with one transport, hands each frame on with the client it
// came from, and sends frames back. Streams are cut into frames here, bounded in number, patience and queue.
import { type Server, type Socket, createServer } from "node:net";
import { type Server as TlsServer, createServer as createTlsServer } from "node:tls";
import type { Clock, Ms } from "@parley/base/time";
import { type Endpoint, endpointKey, endpointOf } from "./address.ts";
import type { ClientRef } from "./core.ts";
import { bindDatagrams } from "./datagramSocket.ts";
import { deframe } from "./framing.ts";
import type { Certificate, ListenerOptions, TurnLimits } from "./settings.ts";

export type DoorEvents = {
  readonly onFrame: (client: ClientRef, frame: Uint8Array) => void;
  readonly onGone: (client: ClientRef) => void;
  /** Whether that client has or awaits an allocation: what a stream may stay open for. */
  readonly holds: (key: string) => boolean;
  readonly onError: () => void;
  /** A frame that had no room in a connection's queue. */
  readonly onFull: () => void;
};

export type Door = {
  readonly port: number;
  readonly streams: () => number;
  readonly send: (client: ClientRef, frame: Uint8Array) => void;
  /** Lets a second pass: connections whose patience is over are closed. */
  readonly tick: () => void;
  /** Only a TLS door heeds it; connections that are open keep what they have. */
  readonly present: (certificate: Certificate) => void;
  readonly close: () => Promise<void>;
};

const nothing = () => undefined;

export async function openUdpDoor(via: number, at: Endpoint, events: DoorEvents): Promise<Door> {
  const socket = await bindDatagrams(at, {
    onDatagram(source, frame) {
      const key = `${via} ${endpointKey(source.address, source.port)}`;
      events.onFrame({ key, via, source, onStream: false }, frame);
    },
    onError: events.onError,
  });
  return {
    port: socket.port,
    streams: () => 0,
    send: (client, frame) => socket.send(client.source, frame),
    tick: nothing,
    present: nothing,
    close: () => Promise.resolve(socket.close()),
  };
}

type Stream = { readonly client: ClientRef; readonly socket: Socket; rest: Uint8Array; idleSince: Ms; restSince: Ms };

export type StreamDoorOptions = {
  readonly listener: ListenerOptions;
  readonly certificate: Certificate | null;
  readonly limits: TurnLimits;
  readonly clock: Clock;
};

/** A door for TCP, or for TLS where the listener says so. */
export async function openStreamDoor(via: number, options: StreamDoorOptions, events: DoorEvents): Promise<Door> {
  const { limits, clock, listener } = options;
  const streams = new Map<string, Stream>();
  const perAddress = new Map<string, number>();
  let connections = 0;

  function welcome(socket: Socket): void {
    socket.on("error", () => socket.destroy());
    const source = endpointOf(socket.remoteAddress ?? "", socket.remotePort ?? 0);
    if (source === null) return void socket.destroy();
    const here = perAddress.get(source.address) ?? 0;
    if (streams.size >= limits.maxStreams || here >= limits.maxStreamsPerAddress) return void socket.destroy();
    perAddress.set(source.address, here + 1);
    socket.setNoDelay(true);
    const client: ClientRef = { key: `${via}.${++connections}`, via, source, onStream: true };
    const now = clock.elapsed();
    const stream: Stream = { client, socket, rest: new Uint8Array(0), idleSince: now, restSince: now };
    streams.set(client.key, stream);
    socket.on("data", (chunk: Buffer) => take(stream, chunk));
    socket.on("end", () => socket.end());
    socket.on("close", () => {
      streams.delete(client.key);
      const left = (perAddress.get(source.address) ?? 1) - 1;
      if (left > 0) perAddress.set(source.address, left);
      else perAddress.delete(source.address);
      events.onGone(client);
    });
  }

  function take(stream: Stream, chunk: Uint8Array): void {
    const cut = deframe(stream.rest, chunk);
    if (!cut.ok) return void stream.socket.destroy();
    if (stream.rest.length === 0 || cut.value.frames.length > 0) stream.restSince = clock.elapsed();
    stream.rest = cut.value.rest;
    for (const frame of cut.value.frames) events.onFrame(stream.client, frame);
  }

  const handshakeTimeout = limits.streamPatience;
  const server: Server =
    listener.transport === "tls"
      ? createTlsServer({ ...options.certificate, minVersion: "TLSv1.2", handshakeTimeout }, welcome)
      : createServer(welcome);
  if (listener.transport === "tls") server.on("tlsClientError", (_error: Error, socket: Socket) => socket.destroy());
  // A connection that is still in its handshake is no stream yet: it has its own bound.
  server.maxConnections = 2 * limits.maxStreams;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: listener.address, port: listener.port, ipv6Only: true, exclusive: true }, () => {
      server.off("error", reject);
      server.on("error", events.onError);
      resolve();
    });
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    streams: () => streams.size,
    send(client, frame) {
      const stream = streams.get(client.key);
      if (stream === undefined) return;
      if (stream.socket.writableLength > limits.maxQueuedBytes) events.onFull();
      else stream.socket.write(frame);
    },
    tick() {
      const now = clock.elapsed();
      for (const stream of streams.values()) {
        if (events.holds(stream.client.key)) stream.idleSince = now;
        const stuck = stream.rest.length > 0 && now - stream.restSince > limits.streamPatience;
        if (stuck || now - stream.idleSince > limits.streamPatience) stream.socket.destroy();
      }
    },
    present(certificate) {
      if (listener.transport === "tls")
        (server as TlsServer).setSecureContext({ ...certificate, minVersion: "TLSv1.2" });
    },
    close: () =>
      new Promise((resolve) => {
        for (const stream of streams.values()) stream.socket.destroy();
        server.close(() => resolve());
      }),
  };
}
