// Edge: a client's way to a TURN server, ours or another: one 5-tuple over UDP, TCP or TLS that carries whole frames. For the
// doctor and for probes, which only want to know whether a relay answers; who holds its certificate is not asked here.
import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { type Socket, connect, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import { deframe } from "./turn/framing.ts";
import type { Transport } from "./turn/settings.ts";

export type RelayPlace = { readonly transport: Transport; readonly host: string; readonly port: number };

export type Wire = { readonly send: (frame: Uint8Array) => void; readonly close: () => void };

export type WireEvents = {
  readonly frame: (frame: Uint8Array) => void;
  /** The connection broke, or the system says that nobody is there. */
  readonly ended: (why: string) => void;
};

const whyOf = (error: NodeJS.ErrnoException): string => error.code ?? error.message;

/** Opens the way; rejects with an Error where there is none. The caller bounds the time and closes it. */
export async function openWire({ transport, host, port }: RelayPlace, events: WireEvents): Promise<Wire> {
  if (transport !== "udp") return openStream(transport, host, port, events);
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  socket.on("message", events.frame);
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.connect(port, address, () => {
      socket.off("error", reject);
      socket.on("error", (error) => events.ended(whyOf(error)));
      resolve();
    });
  });
  return { send: (frame) => socket.send(frame), close: () => socket.close() };
}

async function openStream(
  transport: "tcp" | "tls",
  host: string,
  port: number,
  { frame, ended }: WireEvents,
): Promise<Wire> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const opened: Socket =
      transport === "tls"
        ? connectTls({ host, port, rejectUnauthorized: false, ...servername }, () => resolve(opened))
        : connect({ host, port }, () => resolve(opened));
    opened.once("error", reject);
  });
  let rest: Uint8Array = new Uint8Array(0);
  socket.setNoDelay(true);
  socket.on("data", (chunk: Buffer) => {
    const cut = deframe(rest, chunk);
    if (!cut.ok) return void socket.destroy();
    rest = cut.value.rest;
    cut.value.frames.forEach(frame);
  });
  socket.on("error", (error) => ended(whyOf(error)));
  socket.on("close", () => ended("closed"));
  return { send: (bytes) => void socket.write(bytes), close: () => socket.destroy() };
}
