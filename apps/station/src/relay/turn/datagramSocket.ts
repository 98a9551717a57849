// Edge: a bound UDP socket, IPv4 or IPv6 alone, with room for bursts. Addresses are numeric always, so no name is looked up.
import { type Socket, createSocket } from "node:dgram";
import type { Endpoint } from "./address.ts";

/** Bytes: 8 ms of 1 Gbit/s. The kernel may give less (net.core.rmem_max). */
const bufferBytes = 1 << 20;

export type Datagrams = {
  readonly port: number;
  readonly send: (to: Endpoint, data: Uint8Array) => void;
  readonly close: () => void;
};

export type DatagramEvents = {
  readonly onDatagram: (from: Endpoint, data: Uint8Array) => void;
  /** A send that the kernel refused, after binding: counted, never fatal. */
  readonly onError: () => void;
};

/** The code of a Node error, or "". */
export const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

/** Binds; rejects with Node's error (`code` EADDRINUSE, EADDRNOTAVAIL, EMFILE, ...) when that cannot be. */
export function bindDatagrams(at: Endpoint, events: DatagramEvents): Promise<Datagrams> {
  const ipv6 = at.family === "ipv6";
  const socket: Socket = createSocket({
    type: ipv6 ? "udp6" : "udp4",
    ipv6Only: ipv6,
    recvBufferSize: bufferBytes,
    sendBufferSize: bufferBytes,
    lookup: (address, _options, done) => done(null, address, ipv6 ? 6 : 4),
  });
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      socket.close();
      reject(error);
    };
    socket.once("error", failed);
    socket.bind({ address: at.address, port: at.port, exclusive: true }, () => {
      socket.off("error", failed);
      socket.on("error", events.onError);
      const { family } = at;
      socket.on("message", (data, from) => events.onDatagram({ family, address: from.address, port: from.port }, data));
      resolve({
        port: socket.address().port,
        send: (to, data) => socket.send(data, to.port, to.address),
        close: () => socket.close(),
      });
    });
  });
}
